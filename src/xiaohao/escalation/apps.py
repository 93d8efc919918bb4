"""The application of this room."""

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    """Root causes and who claims them, joint calls, problems passed around."""

    name = "xiaohao.escalation"
    label = "escalation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare this room's figures."""
        from xiaohao.escalation.metrics import declare_all  # noqa: PLC0415 (models must be loaded)

        declare_all()
