"""Addresses of what is read across rooms."""

from django.urls import path

from xiaohao.dashboards import pages

urlpatterns = [
    path("", pages.dashboards_workbench, name="dashboards_workbench"),
    path("dashboard/", pages.dashboards_tree, name="dashboards_tree"),
    path("dashboard/<str:code>/", pages.dashboards_tree, name="dashboards_unit"),
    path("public/", pages.dashboards_public, name="dashboards_public"),
    path("public/figures.csv", pages.dashboards_public_csv, name="dashboards_public_csv"),
]
