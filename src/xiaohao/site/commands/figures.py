"""`xiaohao figures …`: what is defined, any figure, the recount, folding."""

from typing import Annotated, Any

import typer

from xiaohao.site.terminal import AsJson, answer

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
    from xiaohao.units.models import Unit
    from xiaohao.units.queries import by_code

    if by not in {"", "child", "category", "channel"}:
        raise Refused.because("bad_split", "--by takes child, category or channel.", "by")
    declared = queries.find_metric(metric)
    place = by_code(unit) if unit else Unit.objects.filter(parent=None).order_by("code").first()
    if place is None:
        raise Refused.because("no_units", "There are no units yet.", "unit")
    moment = queries.read_asof(asof)
    asked = queries.Asked(place, queries.Scope(asof=moment), moment or clock.now(), {"asof": asof})
    parts = asked.parts(metric, by) if by else []
    return {
        "metric": metric,
        "definition": str(declared.definition),
        "unit": place.code,
        "asof": asked.moment.astimezone(clock.ZONE).isoformat(),
        "value": asked.value(metric),
        "rows": [{"key": p.key, "name": p.name, "value": p.value} for p in parts],
    }


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
def fold(*, as_json: AsJson = False) -> None:
    """Move pending changes into cells now; the job worker does it every few seconds."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.figures.actions import fold_all

        folded = fold_all()
    answer({"folded": folded}, f"{folded} changes folded.", as_json=as_json)
