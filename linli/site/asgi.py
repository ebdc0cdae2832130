"""The ASGI application: the live stream, and nothing else. Pages are WSGI."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.site.settings")
django.setup(set_prefix=False)

from linli.site.live.app import serving  # noqa: E402 - the apps must stand first

application = serving()
