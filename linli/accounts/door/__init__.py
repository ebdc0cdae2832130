"""The door: passwords, second factors, one-time codes, phones that stay signed in, sessions, and who came in.

Built on django-allauth: its views and forms of sign-in run here, with our pages around them. Lives
here: what a person does at the door and with her own account. Does not live here: what an administrator
does with somebody else's account (`../people/`). Start at `rules.py` (who must prove what),
then `middleware.py` (what every request is asked), `operations.py`.
"""
