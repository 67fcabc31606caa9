"""Addresses of the stock and of the leases."""

from django.urls import path

from hemvist.housing.views import stock, stock_import, tenancies

DWELLING = "<uuid:dwelling_id>/"
DOCUMENT = f"{DWELLING}handlingar/<uuid:document_id>/"
FILE = "las-in/<uuid:file_id>/"
TENANCY = "avtal/<uuid:tenancy_id>/"

urlpatterns = [
    path("", stock.dwelling_list, name="dwelling-list"),
    path("lista.<str:kind>", stock.dwelling_file, name="dwelling-file"),
    path("ny/", stock.dwelling_new, name="dwelling-new"),
    path("las-in/", stock_import.stock_import_new, name="stock-import-new"),
    path("las-in/mall.<str:kind>", stock_import.stock_import_template, name="stock-import-template"),
    path(FILE, stock_import.stock_import_preview, name="stock-import-preview"),
    path(f"{FILE}fel.csv", stock_import.stock_import_errors, name="stock-import-errors"),
    path(f"{FILE}bekrafta/", stock_import.stock_import_confirm, name="stock-import-confirm"),
    path(f"{FILE}framsteg/", stock_import.stock_import_progress, name="stock-import-progress"),
    path(f"{FILE}kasta/", stock_import.stock_import_discard, name="stock-import-discard"),
    path("avtal/", tenancies.tenancy_list, name="tenancy-list"),
    path(TENANCY, tenancies.tenancy, name="tenancy"),
    path(f"{TENANCY}sag-upp/", tenancies.tenancy_notice, name="tenancy-notice"),
    path(f"{TENANCY}aterta/", tenancies.tenancy_notice_withdraw, name="tenancy-notice-withdraw"),
    path(f"{TENANCY}inte-flyttat/", tenancies.tenancy_move_out_undo, name="tenancy-move-out-undo"),
    path(f"{TENANCY}forlang/", tenancies.tenancy_extend, name="tenancy-extend"),
    path(f"{TENANCY}utflyttad/", tenancies.tenancy_moved_out, name="tenancy-moved-out"),
    path(f"{TENANCY}blev-inte-av/", tenancies.tenancy_void, name="tenancy-void"),
    path(f"{TENANCY}punkt/", tenancies.tenancy_tick, name="tenancy-tick"),
    path(DWELLING, stock.dwelling, name="dwelling"),
    path(f"{DWELLING}andra/", stock.dwelling_edit, name="dwelling-edit"),
    path(f"{DWELLING}sparra/", stock.dwelling_block, name="dwelling-block"),
    path(f"{DWELLING}sparrar/<int:block_id>/hav/", stock.dwelling_unblock, name="dwelling-unblock"),
    path(f"{DWELLING}lage/", stock.dwelling_state, name="dwelling-state"),
    path(f"{DWELLING}handlingar/", stock.document_add, name="dwelling-document-add"),
    path(DOCUMENT, stock.document, name="dwelling-document"),
    path(f"{DOCUMENT}ta-bort/", stock.document_remove, name="dwelling-document-remove"),
    path(f"{DWELLING}hyr-ut/", tenancies.tenancy_new, name="tenancy-new"),
]
