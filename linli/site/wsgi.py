"""The WSGI application: every page."""

import os
import signal
import sys
from pathlib import Path

from django.core.wsgi import get_wsgi_application

from linli.site.running import watch_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.site.settings")
application = get_wsgi_application()

if Path(sys.argv[0]).name == "granian":
    # A web process whose main process was killed would go on answering beside the next one.
    watch_parent(lambda: os.kill(os.getpid(), signal.SIGTERM), parent=os.getppid())
