"""Real files in: how a row becomes a draft, and how a file is taken in batches.

Start at `files.py` (reading and handing back), `messages.py` (messages of a government message board).
"""
