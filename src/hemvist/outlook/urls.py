from django.urls import path

from hemvist.outlook import views

urlpatterns = [
    path("statistik/", views.statistics, name="statistics"),
    path("statistik/serie.csv", views.statistics_csv, name="statistics-csv"),
    path("lagen/", views.law_changes, name="law-changes"),
    path("lagen/text/<slug:name>/", views.law_text, name="law-text"),
    path("lagen/tolkning/<slug:key>/", views.ruling_new, name="ruling-new"),
]
