"""The addresses of the right to housing, and of ending it early."""

from django.urls import path

from hemvist.housing.views import ending, right

CASE = "ratten/arenden/<uuid:ending_id>/"

urlpatterns = [
    path("ratten/", right.right_list, name="housing-right-list"),
    path("ratten/snart/", right.right_soon, name="housing-right-soon"),
    path("ratten/hushall/<uuid:household_id>/", right.household_right, name="housing-right"),
    path("ratten/hushall/<uuid:household_id>/aterkomst/<uuid:person_id>/", right.call_back_new, name="call-back-new"),
    path("ratten/aterkomst/<int:call_back_id>/aterta/", right.call_back_withdraw, name="call-back-withdraw"),
    path("ratten/hushall/<uuid:household_id>/stod/", right.support_new, name="support-new"),
    path("ratten/prova/<uuid:person_id>/", ending.ending_new, name="ending-new"),
    path("ratten/arenden/", ending.ending_list, name="ending-list"),
    path(CASE, ending.ending_page, name="ending"),
    path(f"{CASE}grund/", ending.ending_ground, name="ending-ground"),
    path(f"{CASE}skal/", ending.ending_reasons_acceptable, name="ending-reasons-acceptable"),
    path(f"{CASE}barn/", ending.ending_children, name="ending-children"),
    path(f"{CASE}kommunicera/", ending.ending_communicate, name="ending-communicate"),
    path(f"{CASE}yttrande/", ending.ending_reply, name="ending-reply"),
    path(f"{CASE}motivering/", ending.ending_reasons, name="ending-reasons"),
    path(f"{CASE}besluta/", ending.ending_decide, name="ending-decide"),
    path(f"{CASE}besluta/andrat/", ending.ending_change, name="ending-change"),
    path(f"{CASE}avskriv/", ending.ending_close, name="ending-close"),
    path(f"{CASE}delge/", ending.ending_serve, name="ending-serve"),
    path(f"{CASE}beslut.<str:kind>", ending.ending_letter, name="ending-letter"),
]
