"""What stands in the navigation, and who sees it.

An entry whose page does not exist yet is left out for people, and named by `unresolved()`, on
which a test fails: nothing is missing silently.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from xiaohao.exchange.sending import sends_only_lists
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.places import place
from xiaohao.tenants.queries import is_overseer

P = Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    Attributes:
        label: what it is called.
        page: the URL name it leads to.
        icon: of the sprite.
        group: `work`, `drive`, `raise`, `read` or `keep`.
        permission: what a post must grant; None for everybody who holds one.
        under: beginning, or beginnings, of the URL names of the pages that lie under this entry.
        only: for whom else it is not there; costs no query.
    """

    label: Any
    page: str
    icon: str
    group: str
    permission: Permission | None = None
    under: str | tuple[str, ...] = ""
    only: Callable[[Actor], bool] | None = None

    def address(self) -> str:
        """Where it leads; "" when there is no such page."""
        return place(self.page)

    def is_at(self, here: str) -> bool:
        """Whether the page with URL name `here` is this entry or lies under it."""
        return here == self.page or (bool(self.under) and here.startswith(self.under))


# Within a group by daily use; the first four of a post also stand in the bottom bar of a phone.
ENTRIES: tuple[Entry, ...] = (
    Entry(_("Workbench"), "dashboards_workbench", "checklist", "work"),
    Entry(_("Triage"), "intake_queue", "route", "work", P.TRIAGE, under="intake_message"),
    Entry(_("Ledger"), "ledger_list", "list-details", "work", P.SEE_LEDGER, under="ledger_"),
    Entry(_("Notices"), "notices_inbox", "bell", "work", P.SEE_LEDGER, under="notices_mail"),
    Entry(_("Take a call"), "intake_operator", "headset", "work", P.TAKE_CALLS),
    Entry(_("Import"), "exchange_import", "file-import", "work", P.IMPORT, under="exchange_"),
    Entry(_("Programmes"), "programmes_list", "flag", "drive", P.SEE_LEDGER, under="programmes_"),
    Entry(_("Lists"), "commitments_list", "target", "drive", P.SEE_LEDGER,
          under=("commitments_entry", "commitments_move", "commitments_new")),
    Entry(_("Household visits"), "commitments_visits", "home", "drive", P.SEE_LEDGER,
          under=("commitments_round", "commitments_household", "commitments_visit",
                 "commitments_needs", "commitments_aid")),
    Entry(_("Service lists"), "services_lists", "list-check", "drive", P.SEE_LEDGER,
          under="services_"),
    Entry(_("Send a list back"), "exchange_import_list", "file-import", "drive",
          under="exchange_", only=sends_only_lists),
    Entry(_("Joint calls"), "escalation_calls", "speakerphone", "raise", P.SEE_LEDGER,
          under=("escalation_call", "escalation_summons", "escalation_departments")),
    Entry(_("Arbitration"), "escalation_arbitration", "scale", "raise", P.SEE_LEDGER,
          under=("escalation_passing", "escalation_given_back")),
    Entry(_("Root causes"), "escalation_roots", "arrow-up", "raise", P.SEE_LEDGER,
          under="escalation_root"),
    Entry(_("Ladder of reminders"), "notices_ladder", "alarm", "raise", P.SEE_LEDGER),
    Entry(_("Nation"), "tenants_nation", "layout-grid", "read", P.SEE_FIGURES, under="tenants_",
          only=is_overseer),
    Entry(_("Dashboard"), "dashboards_tree", "chart-bar", "read", P.SEE_FIGURES,
          under="dashboards_unit"),
    Entry(_("Look-back"), "lookback_rounds", "rotate-clockwise", "read", P.SEE_FIGURES,
          under="lookback_"),
    Entry(_("All figures"), "figures_list", "activity", "read", P.SEE_FIGURES, under="figures_"),
    Entry(_("Public figures"), "dashboards_public", "news", "read"),
    Entry(_("Units"), "units_list", "sitemap", "keep", under="units_"),
    Entry(_("Duty list"), "triage_duties", "book", "keep", P.MANAGE_DUTIES),
    Entry(_("People"), "people_posts", "users", "keep", P.MANAGE_PEOPLE),
    Entry(_("Trail"), "trail_seals", "fingerprint", "keep", P.SEE_TRAIL, under="trail_"),
    Entry(_("Models"), "triage_models", "brain", "keep", P.TRAIN),
    Entry(_("Access tokens"), "people_tokens", "key", "keep", P.ISSUE_TOKENS),
)  # fmt: skip

# Addresses that the frame itself uses beside the navigation.
FRAME = ("people_switch", "set_language", "account_logout", "account_change_password", "mfa_index")


def groups() -> tuple[tuple[str, Any], ...]:
    """The groups in order, with their headings."""
    return (
        ("work", _("Day to day")),
        ("drive", _("Programmes and lists")),
        ("raise", _("Stuck or late")),
        ("read", _("Figures")),
        ("keep", _("Registers")),
    )


def entries(actor: Actor | None) -> list[Entry]:
    """The entries that `actor` may use and whose pages exist; none without an actor."""
    if actor is None:
        return []
    return [
        entry
        for entry in ENTRIES
        if (entry.permission is None or actor.may(entry.permission))
        and (entry.only is None or entry.only(actor))
        and entry.address()
    ]


def unresolved() -> list[str]:
    """The URL names in the navigation and the frame that lead nowhere."""
    return [name for name in (*(entry.page for entry in ENTRIES), *FRAME) if not place(name)]
