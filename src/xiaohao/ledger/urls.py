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
    path("ledger/unattended/", pages.ledger_unattended, name="ledger_unattended"),
    path("ledger/spot/", pages.ledger_spot, name="ledger_spot"),
    path("ledger/<str:number>/schedule/", pages.ledger_schedule, name="ledger_schedule"),
    path("ledger/<str:number>/", pages.ledger_problem, name="ledger_problem"),
    path("ledger/<str:number>/history/", pages.ledger_history, name="ledger_history"),
    path("ledger/<str:number>/evidence/<int:key>/", pages.ledger_evidence, name="ledger_evidence"),
    path("ledger/<str:number>/mentions/", pages.ledger_mentions, name="ledger_mentions"),
    path("ledger/<str:number>/<slug:move>/", pages.ledger_move, name="ledger_move"),
    path("programmes/", pages.programmes_list, name="programmes_list"),
    path("programmes/<str:code>/", pages.programmes_programme, name="programmes_programme"),
    path("programmes/<str:code>/changes/", pages.programmes_changes, name="programmes_changes"),
    path("programmes/<str:code>/plan/", pages.programmes_plan, name="programmes_plan"),
    path("programmes/<str:code>/schedule/", pages.programmes_schedule, name="programmes_schedule"),
    path("programmes/<str:code>/lists/", pages.programmes_lists, name="programmes_lists"),
]
