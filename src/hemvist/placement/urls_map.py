from django.urls import path

from hemvist.placement.views import map as views

urlpatterns = [
    path("", views.responsibility_map, name="responsibility-map"),
    path("fil/", views.responsibility_map_file, name="responsibility-map-file"),
]
