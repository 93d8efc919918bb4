"""Every move and requirement in words: what is missing, where, what to do."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from xiaohao.commitments.models import KIND_NAMES, STATE_NAMES
from xiaohao.commitments.rules import MOVES, Demand, Kind, Need, State
from xiaohao.kernel.errors import Answer, Forbidden, Refused, Unmet
from xiaohao.kernel.series import listed
from xiaohao.ledger.models import Problem

MOVE_NAMES = {
    "start": gettext_noop("Take it up"),
    "before": gettext_noop("Show what it was like before"),
    "plan": gettext_noop("New version of the plan"),
    "progress": gettext_noop("Note progress"),
    "money": gettext_noop("Enter money"),
    "report": gettext_noop("Report done"),
    "pass": gettext_noop("Checked: it is done"),
    "fail": gettext_noop("Checked: it is not done"),
    "reopen": gettext_noop("Put back on the list"),
    "register": gettext_noop("Put on the ledger"),
    "link": gettext_noop("Link to a problem"),
    "unlink": gettext_noop("Undo the link"),
    "disown": gettext_noop("Not done: undo the link"),
    "settle": gettext_noop("Done by the ledger"),
    "come_back": gettext_noop("Back from the ledger"),
    "follow": gettext_noop("Follow a merged problem"),
    "extend": gettext_noop("Give more time"),
    "appoint": gettext_noop("Name another leader"),
    "withdraw": gettext_noop("Withdraw"),
}

# What happened, for the timeline.
HAPPENED = {
    **MOVE_NAMES,
    "enter": gettext_noop("Entered on the list"),
    "start": gettext_noop("Taken up"),
    "before": gettext_noop("Shown what it was like before"),
    "progress": gettext_noop("Progress"),
    "money": gettext_noop("Money entered"),
    "report": gettext_noop("Reported done"),
    "reopen": gettext_noop("Back on the list"),
    "register": gettext_noop("Put on the ledger as a problem"),
    "link": gettext_noop("Linked to a problem on the ledger"),
    "unlink": gettext_noop("The link to a problem was undone"),
    "disown": gettext_noop("Not done any more: the link to a problem was undone"),
    "settle": gettext_noop("Done: the ledger struck its problem off"),
    "come_back": gettext_noop("Not done any more: the ledger has its problem again"),
    "follow": gettext_noop("Its problem was merged into another"),
    "extend": gettext_noop("More time given"),
    "appoint": gettext_noop("Another leader answers"),
    "withdraw": gettext_noop("Withdrawn"),
}

SENTENCES = {
    "wrong_state": gettext_noop("“%(move)s” is not possible while the entry is “%(state)s”."),
    "system_only": gettext_noop("This follows from the ledger by itself; nobody does it by hand."),
    "not_permitted": gettext_noop("Your post does not allow this move."),
    "not_your_unit": gettext_noop("Another unit answers for this entry; only it can do this."),
    "own_unit": gettext_noop(
        "Your own unit answers for this entry. Somebody of another unit must judge it."
    ),
    "reported_by_same": gettext_noop("You reported this done yourself. Somebody else checks it."),
    "answers_for_it": gettext_noop(
        "You answer for this entry by name. Somebody of another unit checks it."
    ),
    "hand_in_it": gettext_noop(
        "You or your own unit (%(unit)s) had a hand in this: %(moves)s. Somebody of another unit "
        "must check it."
    ),
    "nobody_left_to_check": gettext_noop(
        "If your unit does this in the place of the responsible one, no unit is left that can "
        "check it. Let the responsible unit do it itself, or one further up."
    ),
    "not_above": gettext_noop("More time is given by a post above the responsible unit."),
    "reason_missing": gettext_noop("Write the reason."),
    "note_missing": gettext_noop("Write down what was done or found."),
    "plan_missing": gettext_noop("Write the plan: what will be done, step by step."),
    "evidence_missing": gettext_noop("Add a photo or document that shows the result."),
    "after_photo_missing": gettext_noop("Add a photo that shows the result."),
    "after_same_as_before": gettext_noop(
        "This is what was shown as before. Add a photo or document of how it is now."
    ),
    "files_missing": gettext_noop("Add at least one photo or document."),
    "before_photo_missing": gettext_noop(
        "There is no photo yet of what it was like before. Add it first: “Show what it was like "
        "before”."
    ),
    "before_file_missing": gettext_noop(
        "Nothing shows yet what it was like before. Add a photo or document first: “Show what it "
        "was like before”."
    ),
    "achieved_missing": gettext_noop("Say how much was achieved of what was promised."),
    "shortfall_unexplained": gettext_noop(
        "Less was achieved than promised. Write in the note why, and what becomes of the rest."
    ),
    "nothing_promised": gettext_noop("No quantity was promised here; leave this empty."),
    "money_missing": gettext_noop("Enter at least one sum."),
    "spent_beyond_arrived": gettext_noop(
        "More is spent than has arrived (%(arrived)s yuan). Enter what arrived first."
    ),
    "change_unexplained": gettext_noop("A sum that was entered before changes: write why."),
    "follows_problem": gettext_noop(
        "This is a problem on the ledger: it is fixed, verified and struck off there, and this "
        "entry follows by itself."
    ),
    "no_problem_list": gettext_noop("Only petitions and hazards go onto the ledger."),
    "problem_missing": gettext_noop("Give the problem’s number, e.g. XH-2019-000123."),
    "no_such_problem": gettext_noop("There is no problem “%(number)s” that you can see."),
    "link_not_open": gettext_noop(
        "%(number)s is %(state)s. What was settled before proves nothing of this entry: link a "
        "problem that is still open, or take the entry up, show the result and report it done here."
    ),
    "link_unreferred": gettext_noop(
        "%(number)s is with no unit yet. Refer it to this entry’s unit first, then link it."
    ),
    "link_elsewhere": gettext_noop(
        "%(number)s is with another unit. Only a problem of this entry’s unit, or of one below it, "
        "can be linked: whoever answers for the entry must answer for the fix."
    ),
    "not_linked": gettext_noop("This entry is linked to no problem."),
    "problem_of_others": gettext_noop(
        "The ledger has struck its problem off, but with another unit than this entry’s: that "
        "closes nothing here. Undo the link."
    ),
    "problem_open": gettext_noop("The ledger has not struck its problem off."),
    "problem_closed": gettext_noop("The ledger has struck its problem off."),
    "lead_missing": gettext_noop("Name the post that answers for it."),
    "no_such_post": gettext_noop(
        "There is no post “%(post)s” in use in your area. Search it by name or code."
    ),
    "unit_missing": gettext_noop("Choose the unit that is responsible."),
    "no_such_unit": gettext_noop(
        "There is no unit “%(unit)s” in your area. Search it by name, pinyin or code."
    ),
    "unit_closed": gettext_noop("The unit “%(unit)s” no longer exists. Choose its successor."),
    "no_such_category": gettext_noop("There is no category “%(code)s”."),
    "no_such_list": gettext_noop("There is no list “%(list)s”. Possible: %(lists)s."),
    "open_already": gettext_noop(
        "%(unit)s stands on the list “%(list)s” already, with its plan: %(number)s. Go on there; a "
        "new entry is possible once that one is done or withdrawn."
    ),
    "title_missing": gettext_noop("Give it a title."),
    "measure_missing": gettext_noop("Say what the quantity is counted in, e.g. parking spaces."),
    "promised_missing": gettext_noop("Say how much is promised, a number above zero."),
    "deadline_missing": gettext_noop("Give the deadline as a date, e.g. 2019-12-31."),
    "deadline_past": gettext_noop("The deadline %(day)s lies in the past. Choose a later day."),
    "deadline_too_far": gettext_noop(
        "The deadline %(day)s is more than three years away. Choose an earlier day."
    ),
    "deadline_not_later": gettext_noop("The new deadline must be later than %(day)s."),
    "extensions_used_up": gettext_noop("More time was given %(most)s times; that is the limit."),
    "not_a_sum": gettext_noop(
        "“%(typed)s” is no sum of money. Write yuan with at most two places, e.g. 17000000 or "
        "1700万."
    ),
    "not_a_quantity": gettext_noop(
        "“%(typed)s” is no quantity. Write a number with at most two places, e.g. 36."
    ),
    "no_such_file": gettext_noop("File %(file)s was not uploaded for this entry by your unit."),
    "no_such_move": gettext_noop("There is no move “%(move)s”. Possible: %(moves)s."),
    "too_long": gettext_noop("This is too long: at most %(most)s characters."),
    "day_missing": gettext_noop("Give the day of the visit, e.g. 2019-09-13."),
    "day_ahead": gettext_noop(
        "This day has not come yet. Enter the visit once it has taken place."
    ),
    "day_too_old": gettext_noop("This day lies more than three months back."),
    "situation_missing": gettext_noop(
        "Tick at least one situation, or “nothing out of the ordinary”."
    ),
    "situation_unknown": gettext_noop("There is no situation “%(typed)s”."),
    "need_kind_missing": gettext_noop("Need %(n)s: choose what kind it is."),
    "need_text_missing": gettext_noop("Need %(n)s: write what is missing, without names."),
    "need_category_missing": gettext_noop(
        "Choose as which category this need stands on the ledger: “%(kind)s” has none of its own."
    ),
    "need_on_ledger": gettext_noop("This need is on the ledger already."),
    "need_not_on_ledger": gettext_noop(
        "This need is not on the ledger yet. Put it there first: the household is asked once it is "
        "fixed."
    ),
    "word_of_own_unit": gettext_noop(
        "Your own unit answers for this need. Somebody of another unit asks the household."
    ),
    "word_of_reporter": gettext_noop(
        "You or your own unit had a hand in this fix: took it on, planned it, carried it out or "
        "reported it. Somebody of another unit asks the household."
    ),
    "need_fixed": gettext_noop("This need is fixed; aid in between is no longer possible."),
    "aid_missing": gettext_noop("Write what was given."),
    "no_such_photo": gettext_noop(
        "Photo %(file)s was not sent in for this household by your unit."
    ),
    "photos_too_many": gettext_noop("At most %(most)s photos of one visit."),
    "households_missing": gettext_noop("Write at least one household, one on each line."),
    "households_too_many": gettext_noop(
        "At most %(most)s households at once. Send the rest after."
    ),
    "no_name": gettext_noop("No name was given for this household."),
}  # fmt: skip

DEMANDS = {
    Demand.NOTHING: gettext_lazy("nothing: its plan says it"),
    Demand.FILE: gettext_lazy("a photo or document"),
    Demand.PHOTO: gettext_lazy("a photo"),
}
_FORBIDDEN = {"not_permitted", "not_your_unit", "system_only"}


def sentence(need: Need) -> str:
    """The requirement in the reader's language."""
    about = dict(need.about)
    if need.code == "wrong_state":
        about["move"] = _(MOVE_NAMES[about["move"]])
        about["state"] = str(STATE_NAMES[State(about["state"])])
    if need.code == "link_not_open":
        about["state"] = Problem(state=about["state"]).get_state_display()
    if need.code == "open_already":
        about["list"] = str(KIND_NAMES[Kind(about["list"])])
    if need.code == "hand_in_it":
        about["moves"] = listed([_(HAPPENED[move]) for move in about["moves"]])
    if need.code == "no_such_move":
        about["moves"] = ", ".join(MOVES)
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
