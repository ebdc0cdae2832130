from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "linli.cases"
    label = "cases"

    def ready(self) -> None:
        from linli.cases.attachments import forgetting as forgetting
        from linli.cases.imports import redactors as import_redactors  # noqa: F401
        from linli.cases.privacy import redactors as redactors
        from linli.cases.searching import redactors as search_redactors  # noqa: F401
