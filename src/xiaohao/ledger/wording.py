"""Every requirement of the rules as a sentence: what is missing, where, what to do."""

import datetime as dt
from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from xiaohao.kernel.errors import Answer, Forbidden, Refused, Unmet
from xiaohao.kernel.series import listed
from xiaohao.ledger.models.problem import STATE_NAMES
from xiaohao.ledger.rules import MOVES, Need, State

MOVE_NAMES = {
    "refer": gettext_noop("Refer"),
    "accept": gettext_noop("Accept"),
    "return": gettext_noop("Return"),
    "recall": gettext_noop("Take back"),
    "arbitrate": gettext_noop("Decide whose it is"),
    "plan": gettext_noop("Lay down measures"),
    "add_measures": gettext_noop("Add measures"),
    "finish_measure": gettext_noop("Measure done"),
    "drop_measure": gettext_noop("Strike out a measure"),
    "amend_measure": gettext_noop("Amend a measure"),
    "report": gettext_noop("Report fixed"),
    "pass": gettext_noop("Verified: it is fixed"),
    "fail": gettext_noop("Verified: it is not fixed"),
    "ask": gettext_noop("Ask the reporters"),
    "close": gettext_noop("Strike off"),
    "not_solved": gettext_noop("Not solved"),
    "reopen": gettext_noop("Reopen"),
    "merge": gettext_noop("Merge into another"),
    "split": gettext_noop("Take the merge back"),
    "withdraw": gettext_noop("Withdraw the registration"),
    "ask_extension": gettext_noop("Ask for more time"),
    "grant_extension": gettext_noop("Grant more time"),
    "decline_extension": gettext_noop("Decline more time"),
    "point_above": gettext_noop("The root lies higher"),
    "fixed_above": gettext_noop("Fixed above"),
    "correct": gettext_noop("Correct the entry"),
    "comment": gettext_noop("Comment"),
    "assign": gettext_noop("Programme, lead, helpers"),
    "spot": gettext_noop("Fixed on the spot"),
}

# What somebody has done who had a hand in a fix.
DEEDS = {
    "register": gettext_noop("Registered"),
    "accept": gettext_noop("Accepted"),
    "plan": gettext_noop("Measures laid down"),
    "add_measures": gettext_noop("Measures added"),
    "finish_measure": MOVE_NAMES["finish_measure"],
    "drop_measure": gettext_noop("Measure struck out"),
    "amend_measure": gettext_noop("Measure amended"),
    "report": gettext_noop("Reported fixed"),
    "spot": gettext_noop("Fixed on the spot"),
}

SENTENCES = {
    "too_many_files": gettext_noop(
        "This problem has %(most)s files already, which is as many as one may have. Put several "
        "photos into one document, or register what is another matter as a problem of its own."
    ),
    "wrong_state": gettext_noop(
        "“%(move)s” is not possible while the problem is “%(state)s”, only while it is: "
        "%(origins)s."
    ),
    "citizen_only": gettext_noop("Only the citizen who reported it can say so."),
    "not_permitted": gettext_noop("Your post does not allow this move."),
    "not_your_unit": gettext_noop("Another unit is responsible; only it can do this."),
    "own_unit": gettext_noop(
        "Your own unit is responsible for this problem. Somebody of another unit must judge it."
    ),
    "reported_by_same": gettext_noop(
        "You reported this fix yourself. Somebody else must verify it."
    ),
    "hand_in_it": gettext_noop(
        "You or your own unit (%(unit)s) had a hand in this fix: %(moves)s. Somebody of another "
        "unit must check it."
    ),
    "nobody_left_to_check": gettext_noop(
        "If your unit does this in the place of the responsible one, no unit is left that can "
        "check the fix. Let the responsible unit do it itself, or one further up."
    ),
    "registered_by_same": gettext_noop(
        "You registered this problem. Another person must strike it off."
    ),
    "not_above": gettext_noop("More time is granted by a post above the responsible unit."),
    "reason_missing": gettext_noop("Write the reason."),
    "note_missing": gettext_noop("Write down what was found."),
    "unit_missing": gettext_noop("Choose the unit it goes to."),
    "no_such_unit": gettext_noop(
        "There is no unit “%(unit)s” in your area. Search it by name, pinyin or code."
    ),
    "unit_closed": gettext_noop("The unit “%(unit)s” no longer exists. Choose its successor."),
    "deadline_missing": gettext_noop("Give the deadline as a date, e.g. 2019-09-30."),
    "deadline_past": gettext_noop("The deadline %(day)s lies in the past. Choose a later day."),
    "deadline_too_far": gettext_noop(
        "The deadline %(day)s is more than a year away. Choose an earlier day."
    ),
    "deadline_not_later": gettext_noop("The new deadline must be later than %(day)s."),
    "return_is_final": gettext_noop(
        "It was returned before, and the arbiter's word on where it belongs is final."
    ),
    "recall_is_final": gettext_noop(
        "The common superior has decided whose it is; nobody takes it back from that unit."
    ),
    "not_referred_here": gettext_noop(
        "Only the office that handed it to the unit takes it back, or one above that office."
    ),
    "better_unit_missing": gettext_noop(
        "Name the unit that can fix it, by name, pinyin or code; or write why you do not know."
    ),
    "better_unit_own": gettext_noop(
        "“%(unit)s” has it now and gives it back. Name another unit, or write why you know none."
    ),
    "owner_both": gettext_noop(
        "You name “%(unit)s” and also write that it is not known whose it is. Leave one of them."
    ),
    "not_the_arbiter": gettext_noop(
        "It was returned twice. The common superior of the units decides, and nobody else."
    ),
    "above_missing": gettext_noop("Choose the level or unit at which the root lies."),
    "not_above_you": gettext_noop(
        "“%(unit)s” is neither above the responsible unit nor right under one of its superiors."
    ),
    "system_only": gettext_noop("This follows of itself from a fix above; nobody does it by hand."),
    "root_not_proven": gettext_noop("The problem at the root is not verified as fixed."),
    "measures_missing": gettext_noop("Write at least one measure."),
    "measure_text_missing": gettext_noop("Measure %(n)s: write what will be done."),
    "measure_owner_missing": gettext_noop("Measure %(n)s: name the post that answers for it."),
    "no_such_measure": gettext_noop("This problem has no such open measure."),
    "measure_done": gettext_noop("The measure “%(measure)s” is already done."),
    "measure_waits": gettext_noop(
        "“%(measure)s” waits for what is not done yet: %(before)s. Put that down as done first, or "
        "amend the order of the measures."
    ),
    "evidence_missing": gettext_noop("Add a photo or document that shows it."),
    "no_such_file": gettext_noop("File %(file)s was not uploaded for this problem by your unit."),
    "last_measure": gettext_noop(
        "This is the only measure of this round. Add the right one first."
    ),
    "measure_not_done": gettext_noop("The measure “%(measure)s” is not done."),
    "measure_without_evidence": gettext_noop("The measure “%(measure)s” has no evidence."),
    "no_measures": gettext_noop("No measure has been laid down in this round."),
    "not_verified": gettext_noop("Nobody of another unit has verified the fix."),
    "verified_by_own_unit": gettext_noop("It was verified by the responsible unit itself."),
    "reporter_not_asked": gettext_noop("A reporter has not been asked whether it is solved."),
    "not_solved": gettext_noop("A reporter says it is not solved."),
    "answer_outstanding": gettext_noop("A reporter has until %(day)s to answer."),
    "no_reporters": gettext_noop("Nobody reported it from outside: strike it off directly."),
    "not_registered_here": gettext_noop(
        "Only the office that registered it can withdraw the registration."
    ),
    "not_entered_here": gettext_noop(
        "Only the office that registered it corrects its entry, or one above that office."
    ),
    "title_missing": gettext_noop("Give the problem a title."),
    "no_such_category": gettext_noop("There is no category “%(code)s”."),
    "nothing_corrected": gettext_noop(
        "Nothing is different from what stands. Change what was entered wrongly, or write what is "
        "to be read otherwise."
    ),
    "message_behind": gettext_noop(
        "A citizen's message stands behind it, which never vanishes. Merge it into the problem "
        "that it belongs to, or let it be answered."
    ),
    "others_acted": gettext_noop(
        "More has happened to it than its registration, or another office has acted on it: what "
        "was done stands. Merge it, or go on with it."
    ),
    "tied": gettext_noop("Something else stands on it (%(what)s), so its registration stays."),
    "target_missing": gettext_noop("Name the problem it belongs to, by its number."),
    "no_such_problem": gettext_noop("There is no problem “%(number)s” that you can see."),
    "target_not_open": gettext_noop("%(number)s is no longer open. Choose an open problem."),
    "target_itself": gettext_noop("A problem cannot be merged into itself."),
    "extension_already_asked": gettext_noop("More time has been asked for and not yet decided."),
    "extensions_used_up": gettext_noop("More time was granted %(most)s times; that is the limit."),
    "no_extension_asked": gettext_noop("Nobody has asked for more time."),
    "no_such_move": gettext_noop("There is no move “%(move)s”. Possible: %(moves)s."),
    "helping_unit": gettext_noop(
        "Your own unit helps with this problem. Somebody of another unit must judge it."
    ),
    "does_not_fit": gettext_noop(
        "The measures no longer fit: %(days)s working days are lacking until %(day)s. "
        "Shorten them, do some side by side, or ask for more time first."
    ),
    "measure_days_wrong": gettext_noop(
        "Measure %(n)s: give the working days it takes as a whole number from 1 to %(most)s."
    ),
    "no_such_number": gettext_noop(
        "Measure %(n)s comes after measure “%(number)s”, which does not exist: "
        "numbers go from 1 to %(last)s."
    ),
    "measures_circle": gettext_noop(
        "The measures wait for each other in a circle. Let one of them begin without the others."
    ),
    "deadline_too_soon": gettext_noop(
        "Measure %(n)s takes %(days)s working days after those it waits for: it can be done by "
        "%(day)s at the earliest."
    ),
    "deadline_beyond": gettext_noop(
        "%(day)s lies after %(end)s, by which the whole problem is to be solved: choose an earlier "
        "day, or ask for more time first."
    ),
    "no_open_measure": gettext_noop(
        "No measure is open: none has been laid down yet, or each is done and stands as it was."
    ),
    "nothing_above": gettext_noop(
        "Nothing stands above the responsible unit: what is wrong here has its root here."
    ),
    "deadline_farthest": gettext_noop(
        "The deadline %(day)s is a year away already; no later one can be given today."
    ),
    "nothing_amended": gettext_noop(
        "Nothing is different from what stands. Change what is to become another."
    ),
    "no_such_predecessor": gettext_noop(
        "Measure %(n)s can wait only for measures of this problem that stand."
    ),
    "follower_too_soon": gettext_noop(
        "Measure %(n)s “%(measure)s” waits for this one and could then be done by %(day)s at the "
        "earliest, later than its deadline. Amend that one first, or choose an earlier day."
    ),
    "done_missing": gettext_noop("Write what was done on the spot."),
    "owner_missing": gettext_noop("Name the post that did it."),
    "nothing_assigned": gettext_noop("Name a programme, a lead post or helping units."),
    "no_such_programme": gettext_noop(
        "There is no programme “%(programme)s” that binds this problem's unit."
    ),
    "no_such_post": gettext_noop("There is no post “%(post)s” in use within your scope."),
    "partner_own": gettext_noop("“%(unit)s” is responsible itself; it cannot be its own helper."),
    "too_many_partners": gettext_noop("At most %(most)s units can help with one problem."),
    "no_such_mention": gettext_noop(
        "“@%(name)s” names no post that can see this problem, and to be named gives nobody "
        "sight of it. Choose a post from the list that opens after @, or leave the @ out."
    ),
    "too_long": gettext_noop("This is too long: at most %(most)s characters."),
}  # fmt: skip

_FORBIDDEN = {
    "not_permitted",
    "not_your_unit",
    "citizen_only",
    "system_only",
    "not_the_arbiter",
    "not_registered_here",
    "not_entered_here",
    "not_referred_here",
}


# Days in what a need is about, written in its code's form.
_DAYS = frozenset({"day", "end"})


def sentence(need: Need) -> str:
    """The requirement in the reader's language."""
    about = dict(need.about)
    if need.code == "wrong_state":
        origins = sorted(MOVES[about["move"]].origins, key=list(State).index)
        about["origins"] = listed(f"“{STATE_NAMES[one]}”" for one in origins)
        about["move"] = _(MOVE_NAMES[about["move"]])
        about["state"] = str(STATE_NAMES[State(about["state"])])
    if need.code == "no_such_move":
        about["moves"] = ", ".join(MOVES)
    for name in _DAYS & about.keys():
        about[name] = date_format(dt.date.fromisoformat(about[name])) if about[name] else ""
    if need.code == "measure_waits":
        about["before"] = listed(f"“{text}”" for text in about["before"])
    if "moves" in about and need.code == "hand_in_it":
        about["moves"] = listed([_(DEEDS[move]) for move in about["moves"]])
    said = _(SENTENCES[need.code]) % about
    return f"{said}{_left(about['who'])}" if "who" in about else said


def _left(who: Sequence[str]) -> str:
    """Who can check it instead, as a sentence after the refusal."""
    if not who:
        return _(" No unit that sees it has a post left that can: let one be opened further up.")
    return _(" It can be checked at: %(units)s.") % {"units": listed(who)}


def put(need: Need) -> Unmet:
    """The requirement as an answer carries it."""
    return Unmet(need.code, sentence(need), need.field)


def refusal(needs: Sequence[Need]) -> Answer:
    """Forbidden when the actor himself is the obstacle, else refused."""
    unmet = [put(need) for need in needs]
    if any(need.code in _FORBIDDEN for need in needs):
        return Forbidden(unmet)
    return Refused(unmet)
