"""Sentences of this room: what is wrong with an input, in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from xiaohao.intake.rules.limits import Fault

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
    "phone_unreadable": _("This is not a telephone number. Correct it or leave it empty."),
    "email_unreadable": _("This is not an e-mail address. Correct it or leave it empty."),
}


def sentence(fault: Fault) -> str:
    """What is wrong and what to do."""
    return str(SENTENCES[fault.code]) % {"limit": fault.limit}
