from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "hemvist.web"
    label = "web"
