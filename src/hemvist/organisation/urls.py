from django.urls import path

from hemvist.organisation import views

urlpatterns = [
    path("ansvar/", views.who_does_what, name="who-does-what"),
    path("ansvar/enhet/<slug:code>/", views.unit, name="unit"),
    path("ordlista/", views.glossary, name="glossary"),
]
