from django.urls import path

from hemvist.placement.views import weighing as views

urlpatterns = [
    path("", views.weighing, name="weighing"),
    path("min/", views.weighing_edit, name="weighing-edit"),
    path("min/dela/", views.weighing_share, name="weighing-share"),
]
