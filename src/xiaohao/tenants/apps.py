"""The application of this room."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Many tenants in one installation; no tables of Django's."""

    name = "xiaohao.tenants"
    label = "tenants"
