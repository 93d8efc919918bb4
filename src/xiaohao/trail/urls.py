"""Addresses of the trail's page."""

from django.urls import path

from xiaohao.trail import pages

urlpatterns = [
    path("trail/", pages.trail_seals, name="trail_seals"),
    path("public/seals/", pages.trail_public, name="trail_public"),
    path("public/seals.json", pages.trail_public_file, name="trail_public_file"),
]
