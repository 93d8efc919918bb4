"""`xiaohao lookback …`: rounds, laying and drawing them, and repeating a draw."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from xiaohao.site.terminal import AsJson, answer

app = typer.Typer(no_args_is_help=True, help="Draw closed problems for re-checks; repeat a draw.")

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

    Exit code 1 when anything does not agree.
    """
    file = Path(what)
    done = _of_file(file, frame) if file.is_file() else _of_round(what)
    agreed = not done.faults
    result = {"agrees": agreed, "sample": list(done.sample), "faults": list(done.faults)}
    lines = [f"{len(done.sample)} drawn: the same as stated." if agreed else "It does not agree."]
    answer(result, "\n".join([*lines, *done.faults]), as_json=as_json)
    if not agreed:
        raise typer.Exit(1)


def _of_file(file: Path, frame: Path | None) -> Any:
    from xiaohao.kernel.home import Trouble
    from xiaohao.lookback.rules.replaying import replay as repeat

    beside = frame or file.with_name(file.name.replace("-proof.json", "-frame.txt"))
    try:
        proof = json.loads(file.read_text(encoding="utf-8"))
        return repeat(proof, beside.read_bytes())
    except (OSError, ValueError, AttributeError) as error:
        raise Trouble(f"This draw cannot be repeated from {file} and {beside}: {error}") from error


def _of_round(number: str) -> Any:
    from xiaohao.kernel.home import Trouble
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.lookback.queries import replayed

        try:
            return replayed(_round(number))
        except ValueError as error:
            raise Trouble(f"{number} cannot be repeated: {error}") from error
