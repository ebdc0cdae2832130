"""Who: users, the roles they hold over an area from when to when, signing in.

Lives here: the user, role grants, the middleware that makes the actor of a request, the demo's role
chooser. Does not live here: what a role may do in a room (that room's `permissions.py` says it).
Start at `permissions.py` (the roles), then `queries.py` (actor_of), `views.py`.
"""
