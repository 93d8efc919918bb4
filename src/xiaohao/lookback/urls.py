"""Addresses of the look-back's pages."""

from django.urls import path

from xiaohao.lookback import pages

urlpatterns = [
    path("public/lookback/", pages.lookback_public, name="lookback_public"),
    path("lookback/", pages.lookback_rounds, name="lookback_rounds"),
    path("lookback/lay/", pages.lookback_lay, name="lookback_lay"),
    path("lookback/estimates/", pages.lookback_estimates, name="lookback_estimates"),
    path("lookback/verifiers/", pages.lookback_verifiers, name="lookback_verifiers"),
    path("lookback/relapses/", pages.lookback_relapses, name="lookback_relapses"),
    path("lookback/rounds/<int:key>/", pages.lookback_round, name="lookback_round"),
    path("lookback/rounds/<int:key>/draw/", pages.lookback_draw, name="lookback_draw"),
    path("lookback/rounds/<int:key>/frame.txt", pages.lookback_frame, name="lookback_frame"),
    path("lookback/rounds/<int:key>/proof.json", pages.lookback_proof, name="lookback_proof"),
    path("lookback/checks/", pages.lookback_rechecks, name="lookback_rechecks"),
    path("lookback/checks/<int:key>/", pages.lookback_recheck, name="lookback_recheck"),
    path("lookback/checks/<int:key>/assign/", pages.lookback_assign, name="lookback_assign"),
    path(
        "lookback/checks/<int:key>/photos/<int:photo>/",
        pages.lookback_photo,
        name="lookback_photo",
    ),
    path(
        "lookback/checks/<int:key>/evidence/<int:proof>/",
        pages.lookback_evidence,
        name="lookback_evidence",
    ),
]
