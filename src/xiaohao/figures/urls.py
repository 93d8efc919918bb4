"""Addresses of the figures' pages."""

from django.urls import path

from xiaohao.figures.pages import (
    figures_figure,
    figures_frozen,
    figures_frozen_list,
    figures_list,
)

urlpatterns = [
    path("figures/", figures_list, name="figures_list"),
    path("figures/frozen/", figures_frozen_list, name="figures_frozen_list"),
    path("figures/frozen/<str:number>/", figures_frozen, name="figures_frozen"),
    path("figures/<str:metric>/", figures_figure, name="figures_figure"),
]
