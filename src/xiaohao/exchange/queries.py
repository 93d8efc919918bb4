"""Looking into a file before it is imported, and at what was imported before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.models import Batch, Draft, Line
from xiaohao.exchange.rules.messages import Entry, Sheet, read_sheet
from xiaohao.exchange.rules.tables import Table, tables
from xiaohao.exchange.rules.workbooks import Unreadable
from xiaohao.exchange.wording import SENTENCES, placed, sentence
from xiaohao.files.queries import judge
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.ledger.queries import Gathered

TEXT = "text/"
_OF_PROBLEMS = frozenset({"row_changed", "row_differs", "row_withdrawn"})


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that stood in the way, as scripts and people get it.

    Attributes:
        row: as the sheet numbers its rows; None when it is about the sheet or the file.
        column: its head as written; empty for the whole row.
        code: stable, a key of `wording.SENTENCES`.
        value: what its sentence names.
        sheet: where it stands, when there are several.
        text: the sentence itself, where it is not one of this room's.
    """

    row: int | None
    column: str
    code: str
    value: str = ""
    sheet: str = ""
    text: str = ""

    @property
    def problem(self) -> str:
        """The number of the problem on record that the row is about; empty for none."""
        return self.value if self.code in _OF_PROBLEMS else ""

    @property
    def message(self) -> str:
        """What was wrong, where, and what to do, in the reader's language."""
        if self.text:
            return placed(self.text, self.sheet)
        return sentence(self.code, self.value, self.sheet)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was understood; nothing is written yet.

    Attributes:
        sheets: those with messages in them, in the order of the file.
        remarks: each refused row, and each sheet that was left out.
    """

    sheets: Sequence[Sheet]
    remarks: Sequence[Remark]

    @property
    def entries(self) -> list[Entry]:
        """Every message that can be taken."""
        return [entry for sheet in self.sheets for entry in sheet.entries]

    @property
    def refused(self) -> int:
        """Rows that cannot be taken."""
        return sum(sheet.refused for sheet in self.sheets)

    @property
    def repeated(self) -> int:
        """Rows that repeat a message further up in the same sheet."""
        return sum(len(sheet.repeated) for sheet in self.sheets)


def opened(content: bytes, name: str, field: str | None = None) -> list[Table]:
    """The sheets of a file, each as its name and rows.

    Raises:
        Refused: what `files.queries.judge` says of it; `workbook_unreadable`,
            `workbook_too_large`, `encoding_unknown`.
    """
    kind = judge(content, name, "workbook", field)
    try:
        return tables(content, is_text=kind.media_type.startswith(TEXT))
    except Unreadable as fault:
        raise Refused([Unmet(fault.code, SENTENCES[fault.code], field)]) from fault


def read(content: bytes, name: str, field: str | None = None) -> Reading:
    """Understand a file of messages: .xlsx, .xls, or text with separators.

    Raises:
        Refused: as `opened`; `nothing_to_read` when no sheet holds messages, `no_rows` when nothing
            stands below its heads.
    """
    found = opened(content, name, field)
    today = clock.today()
    sheets = [read_sheet(title, rows, today) for title, rows in found]
    held = [sheet for sheet in sheets if sheet.layout is not None]
    if not held:
        raise Refused([Unmet("nothing_to_read", SENTENCES["nothing_to_read"], field)])
    if not any(sheet.entries or sheet.faults for sheet in held):
        raise Refused([Unmet("no_rows", SENTENCES["no_rows"], field)])
    return Reading(held, list(_remarks(sheets)))


def _remarks(sheets: Sequence[Sheet]) -> Iterator[Remark]:
    several = sum(sheet.rows > 0 for sheet in sheets) > 1
    for sheet in sheets:
        if sheet.layout is None and sheet.rows:
            yield Remark(None, "", "sheet_without_messages", sheet.name)
        where = sheet.name if several else ""
        for fault in sheet.faults:
            yield Remark(fault.row, fault.column, fault.code, fault.value, where)


def draft(actor: Actor, key: str | UUID) -> Draft:
    """The file that this actor uploaded.

    Raises:
        NotFound: it is another one's, or was imported or given up.
    """
    found = Draft.objects.filter(pk=key, post_id=actor.post_id, account=actor.account_id).first()
    if found is None:
        text = _("This file is not here any more: it was imported or given up. Send it again.")
        raise NotFound([Unmet("not_found", text)])
    return found


def waiting(actor: Actor, holds: str) -> QuerySet[Draft]:
    """The actor's own files that wait for his yes, the newest first; their bytes stay sealed."""
    rows = Draft.objects.filter(post_id=actor.post_id, account=actor.account_id, holds=holds)
    return rows.defer("sealed").order_by("-made_at", "key")


def remarks_of(batch: Batch) -> list[Remark]:
    """What stayed out of an import, and why."""
    return [Remark(**kept) for kept in batch.errors]


def batches(actor: Actor) -> QuerySet[Batch]:
    """Imports that the actor may know of; of lists his own post's, and of those that he may read.

    What stayed out of an import is told with what stands on record, as only the list itself tells.
    """
    closed = [page for page, what in LISTS.items() if not what.may(actor)]
    theirs = Q(listing__in=closed) & ~Q(post_id=actor.post_id)
    return Batch.objects.visible_to(actor).exclude(theirs)


def batch_of(actor: Actor, upload: str | UUID) -> Batch | None:
    """What an upload became; None while it has not been imported."""
    return batches(actor).filter(upload=upload).first()


def batch(actor: Actor, key: int) -> Batch:
    """One import.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    found = batches(actor).select_related("post__unit").filter(pk=key).first()
    if found is None:
        raise NotFound([Unmet("not_found", _("There is no such import."))])
    return found


def brought(actor: Actor, key: str) -> Gathered:
    """The problems that an import of a ledger brought, for the ledger's own list.

    Raises:
        NotFound: there is none of that number, or not for this actor.
    """
    fits = key.isascii() and key.isdecimal() and len(key) < 18  # noqa: PLR2004 (bigint)
    found = batch(actor, int(key) if fits else 0)
    return Gathered(Line.objects.filter(batch=found).order_by().values("problem_id"), found.name)
