"""The application of accounts, posts and permissions."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Accounts, posts, roles, permissions, tokens."""

    name = "xiaohao.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
