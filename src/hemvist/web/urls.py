from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from hemvist.web import views

urlpatterns = [
    path("logga-in/", views.SignIn.as_view(), name="sign-in"),
    path("logga-ut/", LogoutView.as_view(next_page="sign-in"), name="sign-out"),
    path("om/", views.about, name="about"),
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("sprak/", login_not_required(set_language), name="set-language"),
    path("robots.txt", views.robots, name="robots"),
]
