"""Lines of business: which there are. Which units belong to one is said unit by unit."""

import re
from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.kernel import locks
from xiaohao.kernel.access import By, require_at
from xiaohao.kernel.errors import Refused, Unmet
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import note
from xiaohao.units.actions.checks import MANAGE
from xiaohao.units.models import Line, Unit

LABEL = "units.line"
LONGEST = 80
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def set_up_line(*, by: By, code: str, name: str, name_en: str = "") -> Line:
    """Set up a line. It crosses the whole tree, so whoever does manages the units from the top.

    Raises:
        Refused: `missing`, `too_long`, `bad_code`, `code_taken`.
        Forbidden, NotFound: the actor does not manage the whole tree.
    """
    _from_the_top(by)
    line = Line(code=clean(code).lower(), name=clean(name), name_en=clean(name_en))
    with transaction.atomic():
        locks.hold("lines")
        unmet = [*_ill_told(line)]
        if Line.objects.filter(code=line.code).exists():
            unmet.append(Unmet("code_taken", _("Another line has this code."), "code"))
        if unmet:
            raise Refused(unmet)
        line.save(force_insert=True)
        told = {"code": line.code, "name": line.name, "name_en": line.name_en}
        note(label=LABEL, thing_id=line.pk, by=by, kind="set_up", data=told)
    return line


def rename_line(*, by: By, line: Line, name: str, name_en: str = "") -> Line:
    """Call a line otherwise; its code stays, addresses and saved views name it.

    Raises:
        Refused: `missing`, `too_long`.
        Forbidden, NotFound: the actor does not manage the whole tree.
    """
    _from_the_top(by)
    with transaction.atomic():
        locks.hold("lines")
        fresh = Line.objects.get(pk=line.pk)
        before = {"name": fresh.name, "name_en": fresh.name_en}
        fresh.name, fresh.name_en = clean(name), clean(name_en)
        if unmet := [*_ill_told(fresh)]:
            raise Refused(unmet)
        fresh.save(update_fields=["name", "name_en"])
        after = {"name": fresh.name, "name_en": fresh.name_en}
        note(label=LABEL, thing_id=fresh.pk, by=by, kind="renamed",
             data={"before": before, "after": after})  # fmt: skip
    return fresh


def _from_the_top(by: By) -> None:
    for top in Unit.objects.filter(parent=None).order_by("code"):
        require_at(by, MANAGE, top.path)


def _ill_told(line: Line) -> Iterator[Unmet]:
    for field, value in (("code", line.code), ("name", line.name), ("name_en", line.name_en)):
        if not value and field != "name_en":
            yield Unmet("missing", _("This is needed."), field)
        most = 40 if field == "code" else LONGEST
        if len(value) > most:
            text = _("At most %(most)s characters.") % {"most": most}
            yield Unmet("too_long", text, field)
    if line.code and not _CODE.fullmatch(line.code):
        text = _("A line's code is made of small letters, digits, dashes and underlines.")
        yield Unmet("bad_code", text, "code")
