from django.urls import path

from hemvist.compensation.views import payments as views

FILE = "utbetalningar/listor/<uuid:file_id>/"
PAYMENT = "utbetalningar/<uuid:payment_id>/"

urlpatterns = [
    path("utbetalningar/", views.payment_list, name="payment-list"),
    path("utbetalningar/las-in/", views.payment_new, name="payment-new"),
    path("utbetalningar/mall.<str:kind>", views.payment_template, name="payment-template"),
    path(FILE, views.payment_preview, name="payment-preview"),
    path(f"{FILE}fel.csv", views.payment_errors, name="payment-errors"),
    path(f"{FILE}bekrafta/", views.payment_confirm, name="payment-confirm"),
    path(f"{FILE}kasta/", views.payment_discard, name="payment-discard"),
    path(f"{PAYMENT}koppla/", views.payment_match, name="payment-match"),
    path(f"{PAYMENT}koppla-bort/", views.payment_unmatch, name="payment-unmatch"),
    path("avstamning/", views.reconciliation_page, name="reconciliation"),
    path("avstamning/antal/", views.reconciliation_count, name="reconciliation-count"),
    path("avstamning/export.xlsx", views.reconciliation_export, name="reconciliation-export"),
    path("avstamning/<uuid:person_id>/<str:line>/", views.difference_clear, name="difference-clear"),
]
