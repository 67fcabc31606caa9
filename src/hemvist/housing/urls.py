"""The addresses of the pages about homes, under ``bostader/``."""

from django.urls import include, path

urlpatterns = [
    path("bostader/", include("hemvist.housing.urls_stock")),
    path("bostader/", include("hemvist.housing.urls_needs")),
    path("bostader/", include("hemvist.housing.urls_right")),
    path("bostader/", include("hemvist.housing.urls_numbers")),
]
