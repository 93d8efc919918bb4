"""`xiaohao restore FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from xiaohao.site.terminal import AsJson, answer, say


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `xiaohao backup` wrote.")],
    *,
    force: Annotated[bool, typer.Option(help="Replace an installation that is in use.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of this installation, all or nothing; it must not be running."""
    from xiaohao.site import restore as reader

    say("Checking the backup and loading it beside what is there …")
    restored = reader.restore(file, force=force)
    answer(
        {"restored": True, "files": restored.files, "made_at": restored.made_at},
        f"Restored, with {restored.files} files. Check it with: xiaohao trail verify",
        as_json=as_json,
    )
