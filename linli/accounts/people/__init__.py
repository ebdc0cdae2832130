"""Other people's accounts, as an administrator looks after them: open, roles, one-time codes, end.

Lives here: what is done to an account by somebody else, always within that administrator's area.
Does not live here: one's own account and signing in (`../door/`). Start at `operations.py`.
"""
