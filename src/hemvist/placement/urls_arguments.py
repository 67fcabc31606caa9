from django.urls import path

from hemvist.placement.views import arguments as views

urlpatterns = [
    path("", views.placement, name="placement"),
    path("argument/nytt/", views.argument_new, name="argument-new"),
    path("argument/<slug:code>/aterkalla/", views.argument_withdraw, name="argument-withdraw"),
    path("<slug:code>/", views.alternative, name="placement-alternative"),
]
