"""Addresses of this room's pages."""

from django.urls import path

from xiaohao.escalation import pages

urlpatterns = [
    path("arbitration/", pages.escalation_arbitration, name="escalation_arbitration"),
    path("given-back/", pages.escalation_given_back, name="escalation_given_back"),
    path("passing/", pages.escalation_passing, name="escalation_passing"),
    path("roots/", pages.escalation_roots, name="escalation_roots"),
    path("roots/<int:key>/", pages.escalation_root, name="escalation_root"),
    path("roots/<int:key>/changes/", pages.escalation_root_changes, name="escalation_root_changes"),
    path("roots/<int:key>/<slug:deed>/", pages.escalation_root_do, name="escalation_root_do"),
    path("joint-calls/", pages.escalation_calls, name="escalation_calls"),
    path("joint-calls/departments/", pages.escalation_departments, name="escalation_departments"),
    path("joint-calls/summonses/", pages.escalation_summonses, name="escalation_summonses"),
    path("joint-calls/<int:key>/", pages.escalation_call, name="escalation_call"),
    path(
        "joint-calls/<int:key>/changes/",
        pages.escalation_call_changes,
        name="escalation_call_changes",
    ),
    path("joint-calls/<int:key>/withdraw/", pages.escalation_withdraw, name="escalation_withdraw"),
    path("summonses/<int:key>/<slug:deed>/", pages.escalation_summons, name="escalation_summons"),
    path("problems/<str:number>/call/", pages.escalation_call_new, name="escalation_call_new"),
]
