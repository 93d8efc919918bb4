"""Addresses of the ledger's pages."""

from django.urls import path

from xiaohao.ledger import pages

urlpatterns = [
    path("ledger/", pages.ledger_list, name="ledger_list"),
    path("ledger/new/", pages.ledger_register, name="ledger_register"),
    path("ledger/totals/", pages.ledger_totals, name="ledger_totals"),
    path("ledger/columns/", pages.ledger_columns, name="ledger_columns"),
    path("ledger/views/", pages.ledger_views, name="ledger_views"),
    path("ledger/views/<int:key>/", pages.ledger_view, name="ledger_view"),
    path("ledger/bulk/", pages.ledger_bulk, name="ledger_bulk"),
    path("ledger/bulk/<int:key>/", pages.ledger_bulk_one, name="ledger_bulk_one"),
    path(
        "ledger/bulk/<int:key>/progress/", pages.ledger_bulk_progress, name="ledger_bulk_progress"
    ),
    path("ledger/words/", pages.ledger_words, name="ledger_words"),
    path("ledger/<str:number>/", pages.ledger_problem, name="ledger_problem"),
    path("ledger/<str:number>/history/", pages.ledger_history, name="ledger_history"),
    path("ledger/<str:number>/evidence/<int:key>/", pages.ledger_evidence, name="ledger_evidence"),
    path("ledger/<str:number>/<slug:move>/", pages.ledger_move, name="ledger_move"),
]
