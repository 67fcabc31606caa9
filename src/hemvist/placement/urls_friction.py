from django.urls import path

from hemvist.placement.views import friction as views

urlpatterns = [
    path("", views.friction_list, name="friction-list"),
    path("ny/", views.friction_new, name="friction-new"),
    path("<int:friction_id>/andra/", views.friction_edit, name="friction-edit"),
    path("<int:friction_id>/lost/", views.friction_solve, name="friction-solve"),
    path("<int:friction_id>/oppna/", views.friction_reopen, name="friction-reopen"),
]
