from django.urls import path

from hemvist.compensation.views import ledger as views

urlpatterns = [
    path("", views.overview, name="compensation"),
    path("personer/", views.people, name="compensation-people"),
    path("personer/<uuid:person_id>/", views.person, name="compensation-person"),
    path("hushall/<uuid:household_id>/", views.household, name="compensation-household"),
    path("manad/<int:year>-<int:month>/", views.month, name="compensation-month"),
    path("nyckel/", views.key, name="compensation-key"),
    path("till-den-enskilde/", views.benefits, name="compensation-benefits"),
    path("ersattning.xlsx", views.export, name="compensation-export"),
    path("ersattning.sie", views.sie, name="compensation-sie"),
]
