from django.urls import path

from hemvist.placement.views import assignments as views

urlpatterns = [
    path("", views.assignment_points, name="assignment-points"),
    path("<slug:decision>/<int:number>/", views.assignment_point_follow, name="assignment-point-follow"),
]
