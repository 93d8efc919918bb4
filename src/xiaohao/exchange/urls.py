"""Addresses of import and export."""

from django.urls import path

from xiaohao.exchange import pages

urlpatterns = [
    path("export/ledger.xlsx", pages.exchange_ledger, name="exchange_ledger"),
    path("import/", pages.exchange_import, name="exchange_import"),
    path("import/<uuid:key>/", pages.exchange_draft, name="exchange_draft"),
    path("import/<uuid:key>/progress", pages.exchange_progress, name="exchange_progress"),
    path("import/<int:key>/", pages.exchange_batch, name="exchange_batch"),
]
