"""Addresses of the pages about people."""

from django.urls import path

from xiaohao.people import pages

urlpatterns = [
    path("people/switch/", pages.people_switch, name="people_switch"),
]
