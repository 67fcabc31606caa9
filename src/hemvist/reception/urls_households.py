"""The addresses of the households, their persons and all that is done with them."""

from django.urls import path

from hemvist.reception.views import household_actions as actions
from hemvist.reception.views import households as pages

HOUSEHOLD = "hushall/<uuid:household_id>/"
PERSON = "personer/<uuid:person_id>/"

urlpatterns = [
    path("hushall/", pages.household_list, name="household-list"),
    path("hushall/export/", pages.household_export, name="household-export"),
    path(HOUSEHOLD, pages.household, name="household"),
    path(f"{HOUSEHOLD}personer/", pages.household_people, name="household-people"),
    path(f"{HOUSEHOLD}utlamnanden/", pages.household_sharing, name="household-sharing"),
    path(f"{HOUSEHOLD}vagledning/", pages.household_guidance, name="household-guidance"),
    path(f"{HOUSEHOLD}historik/", pages.household_history, name="household-history"),
    path(PERSON, pages.person, name="person"),
    path(f"{PERSON}uppgift/<str:kind>/", actions.fact_new, name="fact-new"),
    path(f"{PERSON}nummer/", actions.identifier_new, name="identifier-new"),
    path(f"{HOUSEHOLD}personer/ny/", actions.person_add, name="person-add"),
    path("hushall/medlemskap/<int:membership_id>/", actions.membership_end, name="membership-end"),
    path(f"{HOUSEHOLD}mottagande/", actions.arrival_new, name="arrival-new"),
    path("hushall/mottagande/<int:arrival_id>/stryk/", actions.arrival_void, name="arrival-void"),
    path(f"{HOUSEHOLD}ankomst/", actions.arrival_plan, name="arrival-plan"),
    path(f"{HOUSEHOLD}avsluta/", actions.case_close, name="case-close"),
    path(f"{HOUSEHOLD}oppna/", actions.case_reopen, name="case-reopen"),
    path(f"{HOUSEHOLD}samordnare/", actions.coordinator_appoint, name="coordinator-appoint"),
    path(f"{HOUSEHOLD}vagledning/ny/", actions.guidance_new, name="guidance-new"),
    path(f"{HOUSEHOLD}uppgift/", actions.own_task_new, name="own-task-new"),
    path("rapporter/<uuid:report_id>/", actions.report_send, name="report-send"),
    path(f"{HOUSEHOLD}samtycke/", actions.consent_new, name="consent-new"),
    path("samtycken/<uuid:consent_id>/aterta/", actions.consent_withdraw, name="consent-withdraw"),
    path(f"{HOUSEHOLD}utlamnande/", actions.disclosure_new, name="disclosure-new"),
    path("utlamnanden/<uuid:disclosure_id>/godkann/", actions.disclosure_approve, name="disclosure-approve"),
    path("utlamnanden/<uuid:disclosure_id>/avsluta/", actions.disclosure_revoke, name="disclosure-revoke"),
]
