"""Addresses of the lists and of household visits."""

from django.urls import path

from xiaohao.commitments import pages

urlpatterns = [
    path("lists/", pages.commitments_list, name="commitments_list"),
    path("lists/new/", pages.commitments_new, name="commitments_new"),
    path("lists/posts/", pages.commitments_posts, name="commitments_posts"),
    path("lists/<str:number>/", pages.commitments_entry, name="commitments_entry"),
    path("lists/<str:number>/changes/", pages.commitments_changes, name="commitments_changes"),
    path("lists/<str:number>/proof/<int:key>/", pages.commitments_proof, name="commitments_proof"),
    path("lists/<str:number>/<slug:move>/", pages.commitments_move, name="commitments_move"),
    path("visits/", pages.commitments_visits, name="commitments_visits"),
    path("visits/new/", pages.commitments_round_new, name="commitments_round_new"),
    path("visits/<int:key>/", pages.commitments_round, name="commitments_round"),
    path("visits/households/", pages.commitments_households, name="commitments_households"),
    path("visits/households/<int:key>/", pages.commitments_household, name="commitments_household"),
    path(
        "visits/households/<int:key>/changes/",
        pages.commitments_household_changes,
        name="commitments_household_changes",
    ),
    path("visits/households/<int:key>/visit/", pages.commitments_visit, name="commitments_visit"),
    path(
        "visits/households/<int:key>/photo/<int:photo>/",
        pages.commitments_visit_photo,
        name="commitments_visit_photo",
    ),
    path("visits/needs/", pages.commitments_needs, name="commitments_needs"),
    path("visits/needs/<int:key>/refer/", pages.commitments_refer, name="commitments_refer"),
    path("visits/needs/<int:key>/word/", pages.commitments_word, name="commitments_word"),
    path("visits/needs/<int:key>/aid/", pages.commitments_aid, name="commitments_aid"),
]
