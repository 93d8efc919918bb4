"""Addresses of the figures' pages."""

from django.urls import path

from xiaohao.figures import pages

urlpatterns = [
    path("figures/", pages.figures_list, name="figures_list"),
    path("figures/<str:metric>/", pages.figures_figure, name="figures_figure"),
]
