from django.apps import AppConfig


class OutlookConfig(AppConfig):
    name = "hemvist.outlook"
