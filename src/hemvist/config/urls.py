"""All addresses. Paths are Swedish, as the users' words; names are English, as the code's."""

from django.urls import include, path

urlpatterns = [
    path("", include("hemvist.web.urls")),
    path("", include("hemvist.access.urls")),
    path("", include("hemvist.organisation.urls")),
    path("", include("hemvist.reception.urls")),
    path("", include("hemvist.coordination.urls")),
    path("", include("hemvist.housing.urls")),
    path("", include("hemvist.compensation.urls")),
    path("", include("hemvist.placement.urls")),
    path("", include("hemvist.outlook.urls")),
]
