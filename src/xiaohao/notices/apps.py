"""The application of notices."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Reminders, following, notices, digests."""

    name = "xiaohao.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the room's cards on the pages below."""
        from xiaohao.kernel import slots  # noqa: PLC0415 (models must be loaded)
        from xiaohao.notices import cards  # noqa: PLC0415

        slots.fill("ledger.problem", 20, cards.follow)
        slots.fill("ledger.problem", 60, cards.ladder)
        slots.fill("ledger.problem.history", 20, cards.comment)
        slots.fill("commitments.entry", 60, cards.entry_ladder)
        slots.fill("commitments.household", 60, cards.need_ladders)
        slots.fill("site.tools", 20, cards.bell)
