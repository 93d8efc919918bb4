"""Addresses of what all tenants publish, added up."""

from django.urls import path

from xiaohao.tenants import pages

urlpatterns = [
    path("nation/", pages.tenants_nation, name="tenants_nation"),
    path("nation/figures/<str:metric>/", pages.tenants_figure, name="tenants_figure"),
    path("nation/tenants/<str:slug>/", pages.tenants_tenant, name="tenants_tenant"),
    path("nation/publications/<str:slug>/<str:day>/", pages.tenants_publication,
         name="tenants_publication"),
]  # fmt: skip
