"""The addresses of the pages about homes, under ``bostader/``, and of a household's own."""

from django.urls import include, path

from hemvist.housing.views.household import household_housing

urlpatterns = [
    path("bostader/", include("hemvist.housing.urls_stock")),
    path("bostader/", include("hemvist.housing.urls_needs")),
    path("bostader/", include("hemvist.housing.urls_right")),
    path("bostader/", include("hemvist.housing.urls_numbers")),
    path("hushall/<uuid:household_id>/bostad/", household_housing, name="household-housing"),
]
