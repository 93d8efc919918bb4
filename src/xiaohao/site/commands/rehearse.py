"""`xiaohao rehearse`: a scripted office works the queue off, to try an installation out."""

from typing import Annotated, Any

import typer

from xiaohao.site.terminal import AsJson, answer, progress

Limit = Annotated[int, typer.Option(min=0, help="At most so many messages; 0 for all.")]
Seed = Annotated[int, typer.Option(help="The same seed decides the same.")]


def rehearse(*, limit: Limit = 0, seed: Seed = 1, as_json: AsJson = False) -> None:
    """Let a scripted office triage, fix, check, ask and close what waits. Not for real offices.

    It writes real records through the same actions as the pages: use it on an installation that
    was set up for trying out.
    """
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.site.demo.rehearsal import Office

        with progress() as bar:
            tasks: dict[str, Any] = {}

            def tell(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bar.add_task(what, total=total)
                bar.update(tasks[what], completed=done, total=total)

            tally = Office(seed, tell).run(limit or None)
    found = tally.as_json()
    lines = [f"  {name:24} {count:,}" for name, count in found["done"].items()]
    lines += [f"  refused: {code:15} {count:,}" for code, count in found["refused"].items()]
    answer(found, "\n".join(lines), as_json=as_json)
