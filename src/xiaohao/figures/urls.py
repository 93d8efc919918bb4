"""Addresses of the figures' pages."""

from django.urls import path

from xiaohao.figures.pages import figures_figure, figures_list

urlpatterns = [
    path("figures/", figures_list, name="figures_list"),
    path("figures/<str:metric>/", figures_figure, name="figures_figure"),
]
