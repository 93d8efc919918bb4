"""The application of accounts, posts and permissions."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Accounts, posts, roles, permissions, tokens."""

    name = "xiaohao.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The trail, which knows no posts, calls actors as this room does."""
        from xiaohao.people.queries import who_acted  # noqa: PLC0415 (models must be there)
        from xiaohao.trail.queries import naming  # noqa: PLC0415 (the same)

        if who_acted not in naming:
            naming.append(who_acted)
