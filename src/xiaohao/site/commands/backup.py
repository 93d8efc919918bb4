"""`xiaohao backup FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from xiaohao.site.terminal import AsJson, answer, say


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, e.g. xiaohao-2026-01-31.tar.")],
    *,
    force: Annotated[bool, typer.Option(help="Replace a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write database, files and secrets into one file; the installation may be running."""
    from xiaohao.site import backup as writer

    say("Dumping the database and collecting the files …")
    manifest = writer.make(file, force=force)
    size = file.stat().st_size
    answer(
        {"file": str(file), "bytes": size, "files": len(manifest.hashes) - 1},
        f"{file}: {size:,} bytes. It can be read by whoever has it: keep it safe.",
        as_json=as_json,
    )
