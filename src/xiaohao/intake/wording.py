"""Sentences of this room: what is wrong with an input, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from xiaohao.intake.rules.limits import Fault

# What happened to a message, for somebody who decided about it at the same time.
HAPPENED: Mapping[str, Any] = {
    "decided": _("A decision was made"),
    "undone": _("A decision was taken back"),
    "given_back": _("Given back: the decision could not be carried out"),
    "joined": _("Joined to a problem"),
    "parted": _("Put back into triage"),
    "referred": _("Registered and referred"),
    "suggestion": _("Taken as a suggestion"),
    "reply": _("Answered"),
    "share_photos": _("Photos were shared"),
}

SENTENCES: dict[str, Any] = {
    "text_missing": _("Write what it is about: when, where, and what happened."),
    "text_too_short": _(
        "This is too short to be understood. Write when, where, and what happened."
    ),
    "text_too_long": _(
        "The text is too long: at most %(limit)d characters. Keep what matters most; the rest can "
        "follow in a second message."
    ),
    "title_too_long": _("The title is too long: at most %(limit)d characters."),
    "place_too_long": _("The place is too long: at most %(limit)d characters."),
    "name_too_long": _("The name is too long: at most %(limit)d characters."),
    "phone_too_long": _("The telephone number is too long: at most %(limit)d characters."),
    "email_too_long": _("The e-mail address is too long: at most %(limit)d characters."),
    "phone_unreadable": _(
        "This is not a telephone number. Write it like 139… (11 digits) or 022-… (with the area "
        "code), or leave it empty."
    ),
    "email_unreadable": _("This is not an e-mail address. Correct it or leave it empty."),
}


def sentence(fault: Fault) -> str:
    """What is wrong and what to do."""
    return str(SENTENCES[fault.code]) % {"limit": fault.limit}


# What the sender reads of each event, in plain words. Kinds that are not here stay inside.
STEPS: dict[str, Any] = {
    "received": _("We have received your message. The office reads it the same working day."),
    "reply": _("The office has answered you."),
    "suggestion": _("The office takes it as a suggestion: it is studied and reported up."),
    "studied": _("Your suggestion has been studied."),
    "reported_up": _("Your suggestion has been reported to those who decide."),
    "joined": _("Others have reported the same. Your message now stands with theirs."),
    "parted": _("The office looks at your message once more on its own."),
    "refer": _("Handed to %(unit)s, to be fixed by %(deadline)s."),
    "accept": _("%(unit)s has taken it on."),
    "return": _("%(unit)s is not responsible for it. The office finds the unit that is."),
    "recall": _("The office has taken it back from %(unit)s, and finds the responsible unit."),
    "plan": _("%(unit)s has laid down what will be done: %(measures)s"),
    "report": _("%(unit)s says that it is fixed. Somebody from another unit now checks this."),
    "fail": _("The check found that it is not fixed. %(unit)s must go on."),
    "pass": _("Somebody from another unit has checked it and found it fixed."),
    "ask": _("Now it is your turn: is it truly solved?"),
    "answer": _("You answered: %(answer)s"),
    "close": _("Struck off the list."),
    "reopen": _("Reopened: it proved not to be fixed. %(unit)s must go on."),
    "not_solved": _("Reopened, because somebody who reported it said that it is not solved."),
    "merge": _("The problem was put together with another one about the same thing."),
    "split": _("The problem stands for itself again."),
    "grant_extension": _("More time was given, until %(deadline)s."),
}
ANSWERS: dict[str, Any] = {
    "solved": _("solved"),
    "partly": _("partly solved"),
    "not": _("not solved"),
}


def told(kind: str, data: Mapping[str, Any], unit: str) -> str:
    """One step as the sender reads it; `unit` is the name of the unit that had it then."""
    measures = [str(measure["text"]) for measure in data.get("measures") or ()]
    words = {
        "unit": unit or str(_("The unit")),
        "deadline": _day(data.get("deadline")),
        "measures": "；".join(measures),
        "answer": ANSWERS.get(str(data.get("answer")), ""),
    }
    return str(STEPS[kind]) % words


def _day(written: Any) -> str:
    """A day that an event holds in ISO form, as people read it."""
    day = parse_date(str(written)) if written else None
    return date_format(day) if day else ""
