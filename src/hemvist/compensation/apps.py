from django.apps import AppConfig


class CompensationConfig(AppConfig):
    name = "hemvist.compensation"
