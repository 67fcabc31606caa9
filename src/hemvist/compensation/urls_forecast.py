from django.urls import path

from hemvist.compensation.views import forecast as views

urlpatterns = [
    path("prognos/", views.forecast, name="compensation-forecast"),
    path("prognos/prognos.xlsx", views.forecast_file, name="compensation-forecast-file"),
    path("lagandringar/", views.changes, name="compensation-watch"),
]
