"""Events, seals, and the base of every row whose writes are on the trail."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from xiaohao.kernel.hashing import Outline, Said, canonical, digest, said
from xiaohao.trail.chaining import each_is_next, moved_by_events


def never_changed() -> pgtrigger.Trigger:
    """Rows are put in once: the database refuses update and delete."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def never_deleted() -> pgtrigger.Trigger:
    """Rows may change, but the database refuses to delete one."""
    return pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)


def never_renumbered() -> pgtrigger.Trigger:
    """The database refuses to give a row another id."""
    return pgtrigger.ReadOnly(name="never_renumbered", fields=["id"])


def refers_to(**tables: str) -> pgtrigger.Trigger:
    """New rows refer to rows that stand, as foreign keys would have it (ADR 14).

    For tables whose rows are never deleted, emptied or renumbered. Each value is looked up once in
    a statement, and no row is locked. Columns that are written again have `refers_anew` beside it.

    Args:
        tables: for each column the table that its ids are of.
    """
    return pgtrigger.Trigger(
        name="refers",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="fresh"),  # type: ignore[no-untyped-call]
        declare=[("wrong", "bigint")],
        func="\n".join(_LOOKED_UP.format(column=c, table=t) for c, t in tables.items())
        + "\nRETURN NULL;",
    )


def refers_anew(**tables: str) -> pgtrigger.Trigger:
    """Rows that change refer to rows that stand, as what `refers_to` looks up does when they begin.

    Args:
        tables: for each column the table that its ids are of.
    """
    return pgtrigger.Trigger(
        name="refers_anew",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in tables)
        ),
        func="\n".join(_STANDS.format(column=c, table=t) for c, t in tables.items())
        + "\nRETURN NULL;",
    )


# Asked by key, value by value: the plan is made once for one row and for ten thousand, and must
# not come to read the whole table.
_LOOKED_UP = """
SELECT given.id INTO wrong FROM (SELECT DISTINCT {column} AS id FROM fresh) given
WHERE given.id IS NOT NULL AND (SELECT true FROM {table} t WHERE t.id = given.id) IS NULL LIMIT 1;
IF FOUND THEN
    RAISE EXCEPTION 'xiaohao: there is no % %', '{table}', wrong
        USING ERRCODE = 'foreign_key_violation';
END IF;"""
_STANDS = """
IF NEW.{column} IS DISTINCT FROM OLD.{column} AND NEW.{column} IS NOT NULL
        AND NOT EXISTS (SELECT FROM {table} t WHERE t.id = NEW.{column}) THEN
    RAISE EXCEPTION 'xiaohao: there is no % %', '{table}', NEW.{column}
        USING ERRCODE = 'foreign_key_violation';
END IF;"""


def never_emptied() -> pgtrigger.Trigger:
    """The database refuses TRUNCATE."""
    return pgtrigger.Trigger(
        name="never_emptied",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'xiaohao: this table is never emptied';",
    )


class Event(models.Model):
    """One write to one thing. Never changed, never deleted.

    `label` and `thing_id` name the thing without a foreign key, so that the trail knows no room.
    Events lie in the month of `at`; that `seq` is unique for a thing its head sees to, since no key
    reaches over months.
    """

    label = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    row = models.BinaryField(max_length=32, null=True)
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("event")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["label", "thing_id", "seq"], name="trail_event_chain"),
        ]
        triggers: ClassVar = [never_changed(), never_emptied(), each_is_next()]

    def __str__(self) -> str:
        return f"{self.label}/{self.thing_id}#{self.seq} {self.kind}"

    def body(self) -> dict[str, Any]:
        """What the hash covers."""
        return {
            "label": self.label,
            "thing_id": self.thing_id,
            "seq": self.seq,
            "kind": self.kind,
            "at": self.at,
            "by": self.by,
            "data": self.data,
            "row": self.row,
        }


class Head(models.Model):
    """The newest event of a thing: the one to which the next is chained.

    Written by the database when an event is put in, so that of two who chain to the same one the
    second is refused. `began` and `latest` are the earliest and the latest moment of its events.
    """

    pk = models.CompositePrimaryKey("label", "thing_id")
    label = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    hash = models.BinaryField(max_length=32)
    began = models.DateTimeField()
    latest = models.DateTimeField()

    class Meta:
        verbose_name = _("head")
        ordering: ClassVar = ["label", "thing_id"]
        triggers: ClassVar = [moved_by_events(), never_deleted(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.label}/{self.thing_id}#{self.seq}"


class Seal(models.Model):
    """The root over all events up to `last_event` that no earlier seal covers."""

    day = models.DateField(unique=True)
    first_event = models.BigIntegerField()
    last_event = models.BigIntegerField()
    count = models.PositiveBigIntegerField()
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("seal")
        ordering: ClassVar = ["day"]
        triggers: ClassVar = [never_changed(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.day} {bytes(self.root).hex()[:16]}"

    @property
    def root_hex(self) -> str:
        """The root, as people write it down."""
        return bytes(self.root).hex()

    @property
    def hash_hex(self) -> str:
        """The seal's own hash, as people write it down."""
        return bytes(self.hash).hex()


class Witnessed(models.Model):
    """Base of rows whose every write has its event: the row's `version` is its last event's `seq`.

    Write such rows only by `trail.actions.create` and `trail.actions.change`; the event then holds
    a digest of the row, and `xiaohao trail verify` finds a row changed behind the application.
    """

    version = models.PositiveIntegerField(default=0, editable=False)

    # Columns that follow from others (search vectors, paths kept by triggers) are left out.
    trail_ignores: ClassVar[Sequence[str]] = ()
    # Columns that came after rows had been written, with the value that those rows then held: left
    # out of the digest while they stand at it, so that older events still answer for their rows.
    trail_later: ClassVar[Mapping[str, Any]] = {}

    class Meta:
        abstract = True

    @classmethod
    def trail_label(cls) -> str:
        """The thing's name on the trail, e.g. `ledger.problem`."""
        return f"{cls._meta.app_label}.{cls._meta.model_name}"

    @classmethod
    def trail_fields(cls) -> list[str]:
        """Columns that the digest covers, `version` among them."""
        return [
            field.attname
            for field in cls._meta.concrete_fields
            if field.name not in cls.trail_ignores
        ]

    def trail_digest(self) -> bytes:
        """SHA-256 over this row's covered columns, 32 bytes."""
        values = {name: getattr(self, name) for name in self.trail_fields()}
        for name, first in self.trail_later.items():
            if values[name] == first:
                del values[name]
        return digest(values)


class Digests:
    """Digests of many rows that differ from one of them in a few columns, as `trail_digest`."""

    def __init__(self, base: Witnessed, varying: Sequence[str]) -> None:
        """Take a row with what they have in common, and the columns (`attname`) that differ."""
        self.varying = tuple(varying)
        later = base.trail_later
        self.later = [
            (n, canonical(later[v]).decode()) for n, v in enumerate(varying) if v in later
        ]
        self.fixed = {
            name: getattr(base, name)
            for name in base.trail_fields()
            if name not in varying and (name not in later or getattr(base, name) != later[name])
        }

    def of(self, *columns: Sequence[Any]) -> list[bytes]:
        """The digest of each row, 32 bytes; for each column that differs the values of all rows."""
        told = [said(column) for column in columns]
        if not self.later:
            return Outline(self.fixed, self.varying).digests(*told)
        found = [b""] * len(told[0])
        silent = zip(*([one == first for one in told[n]] for n, first in self.later), strict=True)
        groups: dict[tuple[bool, ...], list[int]] = {}
        for place, which in enumerate(silent):
            groups.setdefault(which, []).append(place)
        for which, places in groups.items():
            for place, one in zip(places, self._alike(which, places, told), strict=True):
                found[place] = one
        return found

    def _alike(
        self, which: Sequence[bool], places: Sequence[int], told: Sequence[Said]
    ) -> list[bytes]:
        """Digests of the rows in these places, which leave out the same columns."""
        left = {n for (n, _first), is_left in zip(self.later, which, strict=True) if is_left}
        kept = [n for n in range(len(told)) if n not in left]
        outline = Outline(self.fixed, [self.varying[n] for n in kept])
        return outline.digests(*(Said([told[n][place] for place in places]) for n in kept))


def witnessed_models() -> list[type[Witnessed]]:
    """Every concrete model whose rows the trail answers for."""
    found = []
    waiting = list(Witnessed.__subclasses__())
    while waiting:
        model = waiting.pop()
        waiting.extend(model.__subclasses__())
        if not model._meta.abstract:
            found.append(model)
    return sorted(found, key=lambda model: model.trail_label())
