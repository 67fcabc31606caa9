from django.urls import path

from hemvist.access import views

urlpatterns = [
    path("demo/logga-in/", views.demo_sign_in, name="demo-sign-in"),
    path("logg/", views.audit_log, name="audit-log"),
    path("utlamnanden/", views.disclosures, name="disclosure-register"),
]
