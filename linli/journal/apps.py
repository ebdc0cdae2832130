from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JournalConfig(AppConfig):
    name = "linli.journal"
    label = "journal"

    def ready(self) -> None:
        # A room that follows events says so in its subscribers.py.
        autodiscover_modules("subscribers")
