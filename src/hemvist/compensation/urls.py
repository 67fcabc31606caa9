from django.urls import include, path

urlpatterns = [
    path("ersattning/", include("hemvist.compensation.urls_ledger")),
    path("ersattning/", include("hemvist.compensation.urls_payments")),
    path("ersattning/", include("hemvist.compensation.urls_claims")),
    path("ersattning/", include("hemvist.compensation.urls_forecast")),
]
