from django.apps import AppConfig


class ProblemsConfig(AppConfig):
    name = "linli.problems"
    label = "problems"
