"""Addresses of triage's pages."""

from django.urls import path

from xiaohao.triage import pages

urlpatterns = [
    path("triage/models/", pages.triage_models, name="triage_models"),
    path("triage/models/train/", pages.triage_train, name="triage_train"),
    path("triage/duties/", pages.triage_duties, name="triage_duties"),
    path("triage/duties/<str:code>/", pages.triage_duty, name="triage_duty"),
]
