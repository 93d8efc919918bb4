"""What stands in the way of a programme, as sentences."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from xiaohao.campaigns.rules import LONGEST_ABOUT, LONGEST_NAME
from xiaohao.kernel.errors import Refused, Unmet

SENTENCES = {
    "bad_code": gettext_noop(
        "The code stands in addresses: 3 to 40 small letters, digits and hyphens, e.g. paper-work."
    ),
    "code_taken": gettext_noop("The code “%(code)s” is taken. Choose another one."),
    "name_missing": gettext_noop("Give the programme its name in Chinese."),
    "name_too_long": gettext_noop("This name is too long: at most %(name)s characters."),
    "about_too_long": gettext_noop("This is too long: at most %(about)s characters."),
    "final_missing": gettext_noop("Give the final date as a date, e.g. 2019-11-29."),
    "final_past": gettext_noop("The final date lies in the past. Choose a later day."),
    "final_too_far": gettext_noop("The final date is more than three years away."),
    "bad_origin": gettext_noop("Say whether it is set centrally or locally."),
    "set_higher": gettext_noop(
        "A programme that is set centrally binds everybody: %(top)s sets it up, and it then stands "
        "in your list as well. Choose “set locally” for one of your own."
    ),
    "lead_missing": gettext_noop("Choose the unit that leads it."),
    "no_such_lead": gettext_noop(
        "There is no such unit in your area. Search it by name, pinyin or code."
    ),
    "nothing_changed": gettext_noop("Nothing is different from what stands there."),
}


def refused(reasons: Sequence[tuple[str, str]], code: str = "", top: str = "") -> Refused:
    """A refusal that names every reason at its field; `top` is who sets what is set centrally."""
    about = {"code": code, "top": top, "name": LONGEST_NAME, "about": LONGEST_ABOUT}
    return Refused([Unmet(key, _(SENTENCES[key]) % about, field) for key, field in reasons])
