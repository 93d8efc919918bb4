"""`xiaohao demo`: a city to look at."""

from typing import Annotated, Any

import typer

from xiaohao.site.terminal import AsJson, answer, progress, say

NoServe = Annotated[bool, typer.Option("--no-serve", help="Load it and end.")]
WORDS = {
    "plan": "Planning a month",
    "units": "Units of the city",
    "posts": "Posts and duties",
    "replay": "Replaying a month of work",
    "ready": "Figures and proposals",
}


def demo(*, no_serve: NoServe = False, as_json: AsJson = False) -> None:
    """Load the demo once and serve it until interrupted.

    A city with its real divisions and a generated month: 427 messages received, 157 struck off.
    """
    from xiaohao.site import boot, supervisor

    with boot.ready():
        from xiaohao.site.demo.loading import load

        with progress() as bar:
            tasks: dict[str, Any] = {}

            def show(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bar.add_task(WORDS.get(what, what), total=total)
                bar.update(tasks[what], completed=done, total=total)

            loaded = load(show)
            for task in tasks.values():
                bar.update(task, completed=bar.tasks[task].total)
    address = supervisor.Address.from_environment().url
    rows = [log_in.as_json() for log_in in loaded.log_ins]
    result = {"address": address, "loaded": loaded.fresh, "log_ins": rows}

    def told() -> None:
        answer(result, _told(address, rows), as_json=as_json)

    if no_serve:
        told()
    else:
        supervisor.up(say, told)  # an address is told when it answers


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
