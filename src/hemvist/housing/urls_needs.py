"""The addresses of the pages about needs, the matching and offers."""

from django.urls import path

from hemvist.housing.views import matching, needs, offers

NEED = "behov/<uuid:need_id>/"
OFFER = "erbjudanden/<uuid:offer_id>/"

urlpatterns = [
    path("behov/", needs.need_list, name="need-list"),
    path("behov/ny/<uuid:household_id>/", needs.need_new, name="need-new"),
    path(NEED, needs.need, name="need"),
    path(f"{NEED}andra/", needs.need_edit, name="need-edit"),
    path(f"{NEED}behovs-inte/", needs.need_withdraw, name="need-withdraw"),
    path(f"{NEED}las/", needs.need_lock, name="need-lock"),
    path(f"{NEED}las-upp/", needs.need_unlock, name="need-unlock"),
    path(f"{NEED}erbjud/", offers.offer_new, name="offer-new"),
    path(f"{OFFER}svar/", offers.offer_answer, name="offer-answer"),
    path(f"{OFFER}aterta/", offers.offer_withdraw, name="offer-withdraw"),
    path("matchning/", matching.matching, name="matching"),
    path("matchning/kor/", matching.matching_run, name="matching-run"),
    path("matchning/varfor/<uuid:need_id>/", matching.match_why, name="match-why"),
    path("matchning/<uuid:run_id>/", matching.match_run, name="match-run"),
]
