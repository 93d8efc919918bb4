"""Addresses of the register of units."""

from django.urls import path

from xiaohao.units import pages

urlpatterns = [
    path("units/", pages.units_list, name="units_list"),
    path("units/pick/", pages.units_pick, name="units_pick"),
    path("units/pick/own/", pages.units_pick_own, name="units_pick_own"),
    path("units/places/", pages.units_places, name="units_places"),
    path("units/lines/", pages.units_lines, name="units_lines"),
    path("units/lines/<slug:code>/", pages.units_line, name="units_line"),
    path("units/<str:code>/", pages.units_unit, name="units_unit"),
    path("units/<str:code>/<slug:deed>/", pages.units_change, name="units_change"),
]
