"""`xiaohao trail …`: check the trail against the records, or seal it."""

import typer

from xiaohao.site.terminal import AsJson, answer, say

app = typer.Typer(no_args_is_help=True, help="Check the trail, or seal it.")


@app.command()
def verify(*, as_json: AsJson = False) -> None:
    """Name every record changed, deleted or put in behind the application; exit code 1 if any."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.trail.queries import Checked, faults, one_moment

        checked = Checked()
        with one_moment():
            found = list(faults(checked))
    for fault in found:
        say(f"{fault.code}: {fault.thing}: {fault.detail}")
    result = {
        "clean": not found,
        "events": checked.events,
        "rows": checked.rows,
        "seals": checked.seals,
        "faults": [{"code": f.code, "thing": f.thing, "detail": f.detail} for f in found],
    }
    looked = f"{checked.events} events, {checked.rows} records, {checked.seals} seals"
    text = f"{looked}: {len(found)} faults." if found else f"{looked}: clean."
    answer(result, text, as_json=as_json)
    if found:
        raise typer.Exit(1)


@app.command()
def seal(*, as_json: AsJson = False) -> None:
    """Seal every event that no seal covers yet."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.trail.actions import seal_day

        made = seal_day()
    if made is None:
        answer({"sealed": False}, "There is nothing to seal.", as_json=as_json)
        return
    result = {
        "sealed": True,
        "day": made.day.isoformat(),
        "count": made.count,
        "root": made.root_hex,
        "hash": made.hash_hex,
    }
    answer(result, f"{made.day}: {made.count} events, root {result['root']}", as_json=as_json)
