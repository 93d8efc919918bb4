"""The application of this room."""

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    """Root causes and who claims them, joint calls, problems passed around."""

    name = "xiaohao.escalation"
    label = "escalation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare this room's figures, stand beside each problem, say what lies with a unit."""
        # Models must be loaded before any of these.
        from xiaohao.escalation.cards import card  # noqa: PLC0415
        from xiaohao.escalation.lying import lying  # noqa: PLC0415
        from xiaohao.escalation.metrics import declare_all  # noqa: PLC0415
        from xiaohao.kernel.slots import fill  # noqa: PLC0415
        from xiaohao.units.queries import tell_work  # noqa: PLC0415

        declare_all()
        tell_work("escalation", lying)
        fill("ledger.problem", 20, card)
