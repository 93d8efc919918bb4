"""Addresses of the pages that set up programmes; the rest of them is the ledger's."""

from django.urls import path

from xiaohao.campaigns import pages

urlpatterns = [
    path("programmes/new/", pages.programmes_new, name="programmes_new"),
    path("programmes/<str:code>/change/", pages.programmes_change, name="programmes_change"),
]
