"""Addresses of service lists and calls."""

from django.urls import path

from xiaohao.services import pages

urlpatterns = [
    path("services/", pages.services_lists, name="services_lists"),
    path("services/new/", pages.services_new, name="services_new"),
    path("services/calls/", pages.services_calls, name="services_calls"),
    path("services/calls/<str:number>/", pages.services_call, name="services_call"),
    path(
        "services/calls/<str:number>/changes/",
        pages.services_call_changes,
        name="services_call_changes",
    ),
    path("services/calls/<str:number>/name/", pages.services_name, name="services_name"),
    path(
        "services/calls/<str:number>/proof/<int:key>/", pages.services_proof, name="services_proof"
    ),
    path("services/calls/<str:number>/<slug:move>/", pages.services_move, name="services_move"),
    path("services/of/<int:key>/", pages.services_service, name="services_service"),
    path("services/of/<int:key>/call/", pages.services_call_new, name="services_call_new"),
    path("services/of/<int:key>/change/", pages.services_change, name="services_change"),
    path(
        "services/of/<int:key>/changes/",
        pages.services_service_changes,
        name="services_service_changes",
    ),
    path("services/of/<int:key>/withdraw/", pages.services_withdraw, name="services_withdraw"),
    path("services/<int:key>/", pages.services_list, name="services_list"),
    path("services/<int:key>/add/", pages.services_add, name="services_add"),
    path("services/<int:key>/<slug:deed>/", pages.services_step, name="services_step"),
    path("public/services/", pages.services_public, name="services_public"),
]
