"""`xiaohao lookback …`: rounds, laying and drawing them, and repeating a draw."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from xiaohao.site.terminal import AsJson, answer

app = typer.Typer(no_args_is_help=True, help="Draw closed problems for re-checks; repeat a draw.")

NOT_YET = 3  # the exit code of a draw that cannot be repeated yet

UnitCode = Annotated[str, typer.Option("--unit", help="Code of the unit; the top one without.")]
Wave = Annotated[int, typer.Option(help="Days after closing: 7, 30 or 90.")]
Size = Annotated[int, typer.Option(help="How many to draw.")]
Source = Annotated[str, typer.Option(help="A public source of chance, named beforehand.")]
Value = Annotated[str, typer.Option("--value", help="The value that the public source gave.")]
FrameFile = Annotated[
    Path | None, typer.Option("--frame", help="The frame file; beside the proof without.")
]


@app.command()
def rounds(*, as_json: AsJson = False) -> None:
    """Every round with its stage, its hashes and its re-checks."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.lookback.models import Round

        rows = Round.objects.select_related("unit").order_by("id")
        items = [_told(row) for row in rows]
    lines = [
        f"{one['round']}  {one['stage']:9} {one['unit']:12} {one['wave']:3} days  "
        f"{one['count']:>9} in the frame, {one['done']} of {one['size']} checked, "
        f"{one['not_fixed']} not fixed"
        for one in items
    ]
    answer({"items": items}, "\n".join(lines) or "No round yet.", as_json=as_json)


def _told(row: Any) -> dict[str, Any]:
    done = row.rechecks.exclude(result="").count()
    return {
        "round": row.number,
        "unit": row.unit.code,
        "wave": row.wave,
        "stage": row.stage.value,
        "count": row.count,
        "size": row.size,
        "done": done,
        "not_fixed": row.rechecks.filter(result="not_fixed").count(),
        "frame_sha256": row.frame_sha256,
        "commitment": row.commitment,
        "seed": row.seed,
    }


@app.command()
def lay(
    *,
    wave: Wave = 30,
    size: Size = 30,
    unit: UnitCode = "",
    source: Source = "",
    as_json: AsJson = False,
) -> None:
    """Lay the frame of the next round and commit to a secret."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.kernel.acting import SYSTEM
        from xiaohao.kernel.errors import Refused
        from xiaohao.lookback import actions
        from xiaohao.units.models import Unit
        from xiaohao.units.queries import by_code

        top = Unit.objects.filter(parent=None).order_by("code").first()
        place = by_code(unit) if unit else top
        if place is None:
            raise Refused.because("no_units", "There are no units yet.", "unit")
        made = actions.lay(unit=place, by=SYSTEM, wave=wave, size=size, source=source)
        found = _told(made)
    text = (
        f"{found['round']}: {found['count']} closed problems in the frame, {found['size']} to be "
        f"drawn.\nframe      {found['frame_sha256']}\ncommitment {found['commitment']}"
    )
    answer(found, text, as_json=as_json)


@app.command()
def draw(number: str, *, value: Value = "", as_json: AsJson = False) -> None:
    """Draw a round that is laid, once the day of its laying is sealed."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.kernel.acting import SYSTEM
        from xiaohao.lookback import actions

        round_ = _round(number)
        rows = actions.draw(round_=round_, by=SYSTEM, public_value=value)
        found = _told(round_) | {
            "public_value": round_.public_value,
            "unassigned": sum(row.post_id is None and not row.result for row in rows),
        }
    text = f"{found['round']}: {len(rows)} drawn, {found['unassigned']} without a post."
    answer(found, text, as_json=as_json)


def _round(number: str) -> Any:
    from xiaohao.kernel.errors import NotFound, Unmet
    from xiaohao.lookback.models import Round

    rows = Round.objects.select_related("unit")
    found = rows.filter(pk=Round.id_of(number) or 0).first()
    if found is None:
        raise NotFound([Unmet("not_found", f"There is no round “{number}”.", "number")])
    return found


@app.command()
def replay(what: str, *, frame: FrameFile = None, as_json: AsJson = False) -> None:
    """Repeat a draw: of a proof file, without any database, or of a round held here.

    Exit code 1 when anything does not agree; 3 when it cannot be repeated yet, because it is not
    drawn or its secret is not published, and all that can be checked till then agrees.
    """
    from xiaohao.site.spoken import spoken

    file = Path(what)
    if not file.is_file() and file.suffix != ".json":
        given, text = _of_round(what)
        with spoken():
            _tell(given, text, as_json=as_json, names=(what, what))
        return
    with spoken():
        if not file.is_file():
            raise _trouble("no_file", what)
        given, text = _of_file(file, frame)
        names = (what, _beside(file, frame))
        _tell(given, text, as_json=as_json, names=names, seals=_seals(file))


def _tell(
    given: dict[str, Any],
    frame: bytes,
    *,
    as_json: bool,
    names: tuple[object, object],
    seals: list[Any] | None = None,
) -> None:
    """Say what repeating came to, or what can be checked already."""
    from xiaohao.lookback import repeating, rules

    try:
        ahead = rules.look_ahead(given, frame)
        if ahead.waits_for:
            lines = list(repeating.so_far(ahead, given))
            faults, sample = ahead.faults, None
        else:
            done = rules.replay(given, frame)
            lines, faults, sample = list(repeating.outcome(done)), done.faults, list(done.sample)
        seal = rules.sealed(given, seals)
    except (ValueError, TypeError, KeyError) as error:
        raise _trouble("unread", *names, error) from error
    lines += repeating.of_seal(seal)
    faults = [*faults, *seal.faults]
    agrees = False if faults else None if ahead.waits_for else True
    result = {"agrees": agrees, "waits_for": list(ahead.waits_for), "sample": sample}
    seen = {"faults": faults, "sealed": dataclasses.asdict(seal)}
    answer({**result, **seen}, "\n".join(lines), as_json=as_json)
    if agrees is not True:
        raise typer.Exit(1 if faults else NOT_YET)


def _trouble(sentence: str, *about: object) -> Exception:
    from xiaohao.kernel.home import Trouble
    from xiaohao.lookback import repeating

    return Trouble(getattr(repeating, sentence)(*about))


def _beside(file: Path, frame: Path | None) -> Path:
    name = file.name.removesuffix(".json").removesuffix("-proof")
    return frame or file.with_name(f"{name}-frame.txt")


def _seals(file: Path) -> list[Any] | None:
    """The published seals, where their file lies beside the proof."""
    beside = file.with_name("seals.json")
    if not beside.is_file():
        return None
    try:
        return list(json.loads(beside.read_text(encoding="utf-8"))["seals"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _trouble("unread", file, beside, error) from error


def _of_file(file: Path, frame: Path | None) -> tuple[dict[str, Any], bytes]:
    try:
        proof = json.loads(file.read_text(encoding="utf-8"))
        return dict(proof), _beside(file, frame).read_bytes()
    except (OSError, ValueError, TypeError) as error:
        raise _trouble("unread", file, _beside(file, frame), error) from error


def _of_round(number: str) -> tuple[dict[str, Any], bytes]:
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.lookback.queries import frame_text, whole_proof

        found = _round(number)
        return whole_proof(found), frame_text(found)
