"""`xiaohao figures …`: what is defined, any figure, the recount, folding."""

from typing import Annotated, Any

import typer

from xiaohao.site.terminal import AsJson, answer, progress

app = typer.Typer(no_args_is_help=True, help="Read figures, recount them, fold them.")

UnitCode = Annotated[str, typer.Option("--unit", help="Code of the unit; the whole tree without.")]
AsOf = Annotated[str, typer.Option("--asof", help="A moment or a day in ISO form; now without.")]
By = Annotated[str, typer.Option("--by", help="child, category or channel.")]


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """Every figure that is defined, with its definition."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.figures import queries

        items = [
            {"key": m.key, "name": str(m.name), "kind": m.kind.value,
             "definition": str(m.definition)}
            for m in queries.registry()
        ]  # fmt: skip
        text = "\n".join(f"{i['key']:32} {i['name']}: {i['definition']}" for i in items)
        answer({"items": items}, text, as_json=as_json)


@app.command()
def value(
    metric: str, *, unit: UnitCode = "", asof: AsOf = "", by: By = "", as_json: AsJson = False
) -> None:
    """One figure at a unit and everything below it, now or as of a moment."""
    from xiaohao.site import boot

    with boot.ready():
        found = _value(metric, unit, asof, by)
        lines = [f"{found['value']}", *(f"{r['key']:24} {r['value']}" for r in found["rows"])]
        answer(found, "\n".join(lines), as_json=as_json)


def _value(metric: str, unit: str, asof: str, by: str) -> dict[str, Any]:
    from xiaohao.figures import queries
    from xiaohao.kernel import clock
    from xiaohao.kernel.errors import Refused

    if by not in {"", "child", "category", "channel"}:
        raise Refused.because("bad_split", "--by takes child, category or channel.", "by")
    declared = queries.find_metric(metric)
    asked = _asked(unit, asof)
    parts = asked.parts(metric, by) if by else []
    return {
        "metric": metric,
        "definition": str(declared.definition),
        "unit": asked.unit.code,
        "asof": asked.moment.astimezone(clock.ZONE).isoformat(),
        "value": asked.value(metric),
        "rows": [{"key": p.key, "name": p.name, "value": p.value} for p in parts],
    }


def _asked(unit: str, asof: str) -> Any:
    """A unit, the root without a code, as of a moment."""
    from xiaohao.figures import queries
    from xiaohao.kernel import clock
    from xiaohao.kernel.errors import Refused
    from xiaohao.units.models import Unit
    from xiaohao.units.queries import by_code

    place = by_code(unit) if unit else Unit.objects.filter(parent=None).order_by("code").first()
    if place is None:
        raise Refused.because("no_units", "There are no units yet.", "unit")
    moment = queries.read_asof(asof)
    return queries.Asked(place, queries.Scope(asof=moment), moment or clock.now(), {"asof": asof})


@app.command()
def check(
    *,
    all_: Annotated[bool, typer.Option("--all", help="Everything, not a sample.")] = False,
    sample: Annotated[int, typer.Option(help="How many units to draw.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Recount figures from their records; exit code 1 when anything differs."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.figures import queries

        report = queries.check(None if all_ else sample)
        found: dict[str, Any] = {
            "checked": report.checked,
            "differences": report.differences,
            "examples": queries.named(report.examples),
            "unchecked": list(report.unchecked),
        }
    lines = [f"{report.checked} places recounted, {report.differences} differences."]
    lines += [
        f"{e['metric']} at {e['unit']} {e['what']}: kept {e['kept']}, {e['against']} say "
        f"{e['counted']}"
        for e in found["examples"]
    ]
    answer(found, "\n".join(lines), as_json=as_json)
    if report.differences:
        raise typer.Exit(1)


@app.command()
def backfill(
    metric: Annotated[str, typer.Argument(help="Key of a metric that is new.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Give a new metric the history of records that were there before it; then recount it.

    May run while people work, and again after it was stopped. Exit code 1 when the recount differs.
    """
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.figures import actions, queries

        queries.find_metric(metric)
        with progress() as bar:
            task = bar.add_task(metric, total=None)
            written = actions.backfill(
                metric=metric, progress=lambda done: bar.update(task, completed=done)
            )
        report = queries.check(only=metric)
        found = {
            "metric": metric,
            "written": written,
            "checked": report.checked,
            "differences": report.differences,
            "examples": queries.named(report.examples),
        }
    text = "{written:,} changes written; {checked:,} places recounted, {differences} differences."
    answer(found, text.format(**found), as_json=as_json)
    if report.differences:
        raise typer.Exit(1)


@app.command()
def freeze(
    metric: str,
    *,
    stated: Annotated[str, typer.Option("--stated", help="Where the figure is stated.")],
    unit: UnitCode = "",
    asof: AsOf = "",
    as_json: AsJson = False,
) -> None:
    """Write a figure down as it is stated: definition, moment, value, records; for good."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.figures import actions, queries
        from xiaohao.kernel.acting import SYSTEM

        queries.find_metric(metric)
        frozen = actions.freeze(metric=metric, asked=_asked(unit, asof), stated=stated, by=SYSTEM)
        result = {
            "number": frozen.number,
            "value": frozen.value,
            "asof": frozen.moment.isoformat(),
            "lots": frozen.lots,
        }
    answer(result, f"{frozen.number}: {frozen.value}", as_json=as_json)


@app.command()
def frozen(*, as_json: AsJson = False) -> None:
    """Every frozen figure, the last first."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.figures.models import Frozen

        items = [
            {"number": one.number, "metric": one.metric, "unit": one.unit.code,
             "asof": one.moment.isoformat(), "value": one.value, "stated": one.stated}
            for one in Frozen.objects.select_related("unit").order_by("-id")
        ]  # fmt: skip
    text = "\n".join("{number} {metric} {unit} {value} {stated}".format(**one) for one in items)
    answer({"items": items}, text, as_json=as_json)


@app.command()
def verify(
    number: Annotated[str, typer.Argument(help="Number of a frozen figure, e.g. F000012.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Check a frozen figure against its records; exit code 1 when it does not hold."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.figures import queries
        from xiaohao.figures.models import Frozen
        from xiaohao.kernel.errors import Refused

        frozen = Frozen.objects.filter(pk=Frozen.id_of(number) or 0).first()
        if frozen is None:
            raise Refused.because("not_found", f"No frozen figure is called {number}.", "number")
        found = queries.told(queries.verify(frozen))
    word = "holds" if found["holds"] else "DOES NOT HOLD"
    head = "{number} {word}: stated {stated}, read again {value}, by now {now} "
    head += "({came} came, {went} went)."
    lines = [head.format(word=word, **found)]
    lines += [
        f"{one['at'].isoformat()} {one['metric']} record {one['thing']} {one['amount']:+d}: "
        f"{one['why']}"
        for one in found["later"]
    ]
    answer(found, "\n".join(lines), as_json=as_json)
    if not found["holds"]:
        raise typer.Exit(1)


@app.command()
def fold(*, as_json: AsJson = False) -> None:
    """Move pending changes into cells now; the job worker does it every few seconds."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.figures.actions import fold_all

        folded = fold_all()
    answer({"folded": folded}, f"{folded} changes folded.", as_json=as_json)
