"""The real settings, and one room more: a job slow enough to be in hand when its worker is killed."""

from linli.site.settings import *  # noqa: F403
from linli.site.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.site.killing"]
