from django.urls import path

from hemvist.placement.views import evidence as views

urlpatterns = [path("", views.evidence, name="evidence")]
