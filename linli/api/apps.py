from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "linli.api"
    label = "api"

    def ready(self) -> None:
        from linli.api.open311 import forgetting as forgetting
