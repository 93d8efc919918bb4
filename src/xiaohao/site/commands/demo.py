"""`xiaohao demo`: a city to look at."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer

from xiaohao.site.terminal import AsJson, answer, progress, say

NoServe = Annotated[bool, typer.Option("--no-serve", help="Load it and end.")]
Nation = Annotated[
    bool, typer.Option("--nation", help="Two provinces and the nation above them instead.")
]
WORDS = {
    "tenants": "Provinces and the nation",
    "problems": "Their problems",
    "plan": "Planning a month",
    "units": "Units of the city",
    "posts": "Posts and duties",
    "replay": "Replaying a month of work",
    "ready": "Figures and proposals",
}


def demo(*, no_serve: NoServe = False, nation: Nation = False, as_json: AsJson = False) -> None:
    """Load the demo once and serve it until interrupted.

    A city with its real divisions and a generated month: 427 messages received, 157 struck off.
    """
    from xiaohao.site import boot, supervisor

    if nation:
        _nation(no_serve=no_serve, as_json=as_json)
        return
    with boot.ready():
        from xiaohao.site.demo.loading import load

        with _shown() as show:
            loaded = load(show)
    address = supervisor.Address.from_environment().url
    rows = [log_in.as_json() for log_in in loaded.log_ins]
    result = {"address": address, "loaded": loaded.fresh, "log_ins": rows}

    def told() -> None:
        answer(result, _told(address, rows), as_json=as_json)

    _serve(told, no_serve=no_serve)


def _serve(told: Callable[[], None], *, no_serve: bool) -> None:
    from xiaohao.site import supervisor

    if no_serve:
        told()
    else:
        supervisor.up(say, told)  # an address is told when it answers


@contextmanager
def _shown() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each part of the load, full at its end."""
    with progress() as bar:
        tasks: dict[str, Any] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(WORDS.get(what, what), total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield show
        for task in tasks.values():
            bar.update(task, completed=bar.tasks[task].total)


def _nation(*, no_serve: bool, as_json: bool) -> None:
    from xiaohao.site import supervisor
    from xiaohao.site.demo.nation import ABSENT, load

    address = supervisor.Address.from_environment()
    with _shown() as show:
        sites = load(address.port, show)
    rows = [asdict(site) for site in sites]
    head = f"The national view is at {sites[0].address}nation/; log in at {sites[0].address}login/"
    lines = [f"  {one.address:32} {one.username} {one.password:14} {one.name}" for one in sites]
    text = "\n".join([
        head,
        f"{ABSENT[1]} is awaited and has published nothing: the page says so.",
        "",
        "Each has a site and a log-in of its own (address, name, password):",
        *lines,
        "",
    ])  # fmt: skip
    result = {"address": f"{sites[0].address}nation/", "sites": rows}
    _serve(lambda: answer(result, text, as_json=as_json), no_serve=no_serve)


def _told(address: str, rows: list[dict[str, str]]) -> str:
    lines = [f"  {one['username']:14} {one['password']:14} {one['title']}" for one in rows]
    return "\n".join([
        f"The demo is at {address} (the citizens' board); offices log in at {address}login/",
        "Its month ends on 30 September 2019 at 16:20, and its clock goes on from there.",
        "",
        "One log-in per role (name, password, post):",
        *lines,
        "",
    ])  # fmt: skip
