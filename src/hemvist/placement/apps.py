from django.apps import AppConfig


class PlacementConfig(AppConfig):
    name = "hemvist.placement"
    label = "placement"
