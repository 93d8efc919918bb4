"""Addresses of the trail's page."""

from django.urls import path

from xiaohao.trail import pages

urlpatterns = [path("trail/", pages.trail_seals, name="trail_seals")]
