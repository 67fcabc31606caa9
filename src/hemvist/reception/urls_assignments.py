"""The addresses of the anvisningar, of new households and of the file import."""

from django.urls import path

from hemvist.reception.views import assignments as pages
from hemvist.reception.views import imports

RUN = "anvisningar/las-in/<uuid:run_id>/"
ASSIGNMENT = "anvisningar/<uuid:assignment_id>/"

urlpatterns = [
    path("anvisningar/", pages.assignment_list, name="assignment-list"),
    path("anvisningar/ny/", pages.assignment_new, name="assignment-new"),
    path("anvisningar/las-in/", imports.import_new, name="import-new"),
    path("anvisningar/las-in/mall.<str:kind>", imports.import_template, name="import-template"),
    path(RUN, imports.import_preview, name="import-preview"),
    path(f"{RUN}fel.csv", imports.import_errors, name="import-errors"),
    path(f"{RUN}bekrafta/", imports.import_confirm, name="import-confirm"),
    path(f"{RUN}forlopp/", imports.import_progress, name="import-progress"),
    path(f"{RUN}kasta/", imports.import_discard, name="import-discard"),
    path(ASSIGNMENT, pages.assignment, name="assignment"),
    path(f"{ASSIGNMENT}avsluta/", pages.assignment_end, name="assignment-end"),
    path("hushall/<uuid:household_id>/anvisning/", pages.assignment_add, name="assignment-add"),
    path("hushall/nytt/", pages.household_new, name="household-new"),
    path("anmal-hushall/", pages.intake_new, name="intake-new"),
    path("anmal-hushall/kvitto/", pages.intake_receipt, name="intake-receipt"),
]
