"""What moves, states and requirements are called, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from xiaohao.kernel.errors import Answer, Forbidden, Refused, Unmet
from xiaohao.services.models import AUDIENCES, LIST_STATES, STATE_NAMES, ListState, State
from xiaohao.services.rules import Need

MOVE_NAMES = {
    "take": gettext_noop("Take it on"),
    "decline": gettext_noop("Decline the call"),
    "deliver": gettext_noop("Report it delivered"),
    "grade": gettext_noop("Grade"),
    "not_delivered": gettext_noop("Say that it was not delivered"),
    "withdraw": gettext_noop("Take the service call back"),
    "register": gettext_noop("Put it on the ledger"),
}
HAPPENED: dict[str, Any] = {
    "make": gettext_lazy("List begun"),
    "publish": gettext_lazy("List published"),
    "close": gettext_lazy("List closed"),
    "add": gettext_lazy("Put on the service list"),
    "change": gettext_lazy("Service changed"),
    "withdraw_service": gettext_lazy("Service withdrawn"),
    "call": gettext_lazy("Service called for"),
    "take": gettext_lazy("Taken on"),
    "decline": gettext_lazy("Declined calls"),
    "deliver": gettext_lazy("Delivered"),
    "grade": gettext_lazy("Graded"),
    "not_delivered": gettext_lazy("Said not to be delivered: called again"),
    "withdraw": gettext_lazy("Service call taken back"),
    "register": gettext_lazy("Put on the ledger"),
    "look": gettext_lazy("Looked at for whom it is"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """A word with its icon and tone."""

    word: Any
    icon: str
    tone: str


LOOKS: dict[str, Look] = {
    State.CALLED: Look(STATE_NAMES[State.CALLED], "phone", "amber"),
    State.TAKEN: Look(STATE_NAMES[State.TAKEN], "tools", "teal"),
    State.DECLINED: Look(STATE_NAMES[State.DECLINED], "hand-stop", "red"),
    State.DELIVERED: Look(STATE_NAMES[State.DELIVERED], "flag", "violet"),
    State.GRADED: Look(STATE_NAMES[State.GRADED], "star", "green"),
    State.WITHDRAWN: Look(STATE_NAMES[State.WITHDRAWN], "ban", "grey"),
}
LIST_LOOKS: dict[str, Look] = {
    ListState.DRAFT: Look(LIST_STATES[ListState.DRAFT], "pencil", "grey"),
    ListState.PUBLISHED: Look(LIST_STATES[ListState.PUBLISHED], "news", "green"),
    ListState.CLOSED: Look(LIST_STATES[ListState.CLOSED], "lock", "grey"),
}

SENTENCES = {
    "wrong_state": gettext_noop(
        "“%(move)s” is not possible while the call is %(state)s. Its page shows what is."
    ),
    "not_permitted": gettext_noop("Your post does not allow this."),
    "not_department": gettext_noop("Only the department that promised the service does this."),
    "not_caller": gettext_noop("Only the unit that called does this."),
    "own_service": gettext_noop(
        "You belong to the department that delivers. The unit that called has the word."
    ),
    "taken_before": gettext_noop(
        "This was delivered once and called again. It is delivered now, not declined or taken back."
    ),
    "reason_missing": gettext_noop("Write the reason."),
    "note_missing": gettext_noop("Write what was delivered, where and when."),
    "evidence_missing": gettext_noop(
        "Add a photo or document that shows it. A reason why there is none does not do."
    ),
    "grade_missing": gettext_noop("Choose a grade from 1 to 5."),
    "words_missing": gettext_noop("Write what was missing or wrong."),
    "on_ledger": gettext_noop("This call stands on the ledger already."),
    "not_failed": gettext_noop(
        "Only a call that is late, graded 1 or 2, or said not to be delivered goes onto the ledger."
    ),
    "no_such_move": gettext_noop("There is no move “%(move)s”. Possible: %(moves)s."),
    "no_such_file": gettext_noop("File %(file)s was not uploaded for this call by your unit."),
    "too_long": gettext_noop("This is too long: at most %(most)s characters."),
    "title_missing": gettext_noop("Give it a title."),
    "what_missing": gettext_noop("Write what exactly is delivered."),
    "needed_missing": gettext_noop("Write what is needed, without names and telephone numbers."),
    "year_odd": gettext_noop("Give a year between 2000 and 2100, e.g. 2019."),
    "days_odd": gettext_noop("Give a number of working days from 0 (on the spot) to %(most)s."),
    "audience_odd": gettext_noop("Choose for whom it is: %(audiences)s."),
    "measure_odd": gettext_noop("Choose a measure of this list, or write a new one."),
    "unit_missing": gettext_noop("Choose the department that promises it."),
    "no_such_unit": gettext_noop(
        "There is no unit “%(unit)s” in your area. Search it by name, pinyin or code."
    ),
    "unit_closed": gettext_noop("The unit “%(unit)s” no longer exists. Choose its successor."),
    "no_such_post": gettext_noop(
        "There is no post “%(post)s” in use at the department. Give its code, or leave this empty."
    ),
    "not_keeper": gettext_noop("Only the office that keeps the list does this."),
    "not_draft": gettext_noop("The list is published. Services are added to a draft only."),
    "list_not_draft": gettext_noop("Only a draft is published."),
    "list_not_published": gettext_noop("Only a published list is closed."),
    "list_closed": gettext_noop("The list is closed; nothing of it changes any more."),
    "list_empty": gettext_noop("The list promises nothing yet. Put a service on it first."),
    "service_withdrawn": gettext_noop("This service is withdrawn."),
    "unchanged": gettext_noop("Nothing would change."),
    "binds_nobody": gettext_noop(
        "This service cannot be called for: its list is not published, or it is withdrawn."
    ),
    "no_call_of_own": gettext_noop(
        "Your unit belongs to the department that promises this. A unit does not call itself."
    ),
    "no_name": gettext_noop("It does not say for whom it is."),
}
_FORBIDDEN = {"not_permitted", "not_department", "not_caller", "not_keeper"}


def sentence(need: Need) -> str:
    """The requirement in the reader's language."""
    about = dict(need.about)
    if need.code == "wrong_state":
        about["move"] = _(MOVE_NAMES[about["move"]])
        about["state"] = str(STATE_NAMES[State(about["state"])])
    if need.code == "no_such_move":
        about["moves"] = ", ".join(MOVE_NAMES)
    if need.code == "audience_odd":
        about["audiences"] = ", ".join(AUDIENCES)
    return _(SENTENCES[need.code]) % about


def put(need: Need) -> Unmet:
    """The requirement as an answer carries it."""
    return Unmet(need.code, sentence(need), need.field)


def refusal(needs: Sequence[Need]) -> Answer:
    """Forbidden when the actor himself is the obstacle, else refused."""
    unmet = [put(need) for need in needs]
    if any(need.code in _FORBIDDEN for need in needs):
        return Forbidden(unmet)
    return Refused(unmet)
