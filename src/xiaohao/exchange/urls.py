"""Addresses of import and export."""

from django.urls import path

from xiaohao.exchange import ledger_pages, list_pages, pages, shown
from xiaohao.exchange.lists import LISTS, page_of

urlpatterns = [
    path("export/ledger.xlsx", pages.exchange_ledger, name="exchange_ledger"),
    path("export/shown.csv", shown.exchange_shown, {"form": "csv"}, name="exchange_shown_csv"),
    path("export/shown.xlsx", shown.exchange_shown, {"form": "xlsx"}, name="exchange_shown"),
    path("import/", pages.exchange_import, name="exchange_import"),
    path("import/ledger/", ledger_pages.exchange_import_ledger, name="exchange_import_ledger"),
    path(
        "import/ledger/<uuid:key>/",
        ledger_pages.exchange_ledger_draft,
        name="exchange_ledger_draft",
    ),
    path(
        "import/ledger/<uuid:key>/marked.xlsx",
        ledger_pages.exchange_marked,
        name="exchange_marked",
    ),
    path("import/list/", list_pages.exchange_import_list, name="exchange_import_list"),
    path("import/list/<uuid:key>/", list_pages.exchange_list_draft, name="exchange_list_draft"),
    path(
        "import/list/<uuid:key>/marked.xlsx",
        list_pages.exchange_list_marked,
        name="exchange_list_marked",
    ),
    path("import/<uuid:key>/", pages.exchange_draft, name="exchange_draft"),
    path(
        "import/<uuid:key>/marked.xlsx",
        pages.exchange_messages_marked,
        name="exchange_messages_marked",
    ),
    path("import/<uuid:key>/progress", pages.exchange_progress, name="exchange_progress"),
    path("import/<int:key>/", pages.exchange_batch, name="exchange_batch"),
]
urlpatterns += [
    path(
        f"export/lists/{what.page}{f'/<str:{what.key}>' if what.key else ''}.xlsx",
        page_of(what),
        name=what.address,
    )
    for what in LISTS.values()
]
