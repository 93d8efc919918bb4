"""`xiaohao tenants …`: who shares this installation."""

import json
import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from xiaohao.site.terminal import AsJson, answer, say

app = typer.Typer(no_args_is_help=True, help="Provinces or cities that share this installation.")

Slug = Annotated[str, typer.Argument(help="The short name: small letters, digits and _.")]
Name = Annotated[str, typer.Option("--name", help="The name for people, e.g. 广东省.")]
Url = Annotated[str, typer.Option("--url", help="Its address, e.g. https://gd.example.cn.")]
Hosts = Annotated[list[str] | None, typer.Option("--host", help="A further host it answers to.")]
To = Annotated[Path | None, typer.Option("--to", help="Write the signed document there instead.")]
File = Annotated[Path, typer.Argument(help="A document that “xiaohao tenants publish --to” wrote.")]
Stop = Annotated[bool, typer.Option("--stop", help="Take it back.")]
Key = Annotated[str, typer.Option("--key", help="Their key: xiaohao tenants key, at theirs.")]
Confirm = Annotated[str, typer.Option("--confirm", help="Repeat the short name to mean it.")]


@app.command()
def create(
    slug: Slug, *, name: Name, url: Url, host: Hosts = None, as_json: AsJson = False
) -> None:
    """Make a tenant: its schema, its tables, its folder. The first one divides the installation."""
    from xiaohao.site import dividing

    made, applied, spread = dividing.create(slug, name=name, url=url, hosts=host or [])
    text = f"{made.name} ({made.slug}) answers at {made.url}; {applied} migrations applied."
    if spread:
        text += " Its schema was given to a node by Citus."
    answer({**_told(made), "applied": applied, "spread": spread}, text, as_json=as_json)


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """Every tenant."""
    from xiaohao.site import dividing

    items = [_told(entry) for entry in dividing.entries()]
    lines = [f"{one['slug']:20} {one['name']}  {one['url']}" for one in items]
    text = "\n".join(lines) or "No tenant: this installation is one whole."
    answer({"items": items}, text, as_json=as_json)


@app.command()
def show(slug: Slug, *, as_json: AsJson = False) -> None:
    """One tenant: its hosts, its size, and what is still to be migrated."""
    from xiaohao.site import dividing

    entry, size, unapplied = dividing.look(slug)
    told = {**_told(entry), "bytes": size, "unapplied": unapplied}
    lines = [
        f"{entry.name} ({entry.slug}), made {entry.created_at:%Y-%m-%d}",
        f"  address  {entry.url}",
        f"  hosts    {', '.join(entry.hosts)}",
        f"  schema   {entry.tenant.schema}, {size / 2**20:,.1f} MiB",
        f"  tables   {f'{len(unapplied)} migrations to apply' if unapplied else 'up to date'}",
    ]
    answer(told, "\n".join(lines), as_json=as_json)


@app.command()
def migrate(*, as_json: AsJson = False) -> None:
    """Bring the tables of every tenant up to date."""
    from xiaohao.site.commands import migrate as whole

    whole.migrate(as_json=as_json)


@app.command()
def drop(slug: Slug, *, confirm: Confirm = "", as_json: AsJson = False) -> None:
    """Take a tenant away with all it has. Nothing but a backup brings it back."""
    from xiaohao.kernel.errors import Refused
    from xiaohao.kernel.home import dropped
    from xiaohao.site import dividing

    entry, size, _unapplied = dividing.look(slug)
    if confirm != slug:
        text = (
            f"This would destroy {entry.name}: {size / 2**20:,.1f} MiB in the database and its "
            f"files. Write a backup first (xiaohao backup FILE); then add --confirm {slug}."
        )
        raise Refused.because("not_confirmed", text, "confirm")
    folder = dividing.drop(slug)
    say(f"The schema is gone; removing {folder} …")
    # Moved first, in one step: whoever works for it and is not told yet writes nothing there now.
    gone = dropped(slug)
    if folder.exists():
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
    gone.mkdir(exist_ok=True)
    answer({"dropped": slug}, f"{entry.name} ({slug}) is gone.", as_json=as_json)


@app.command()
def publish(*, to: To = None, as_json: AsJson = False) -> None:
    """Publish figures of the top unit and one level below, signed; a job does so by itself."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.kernel.acting import SYSTEM
        from xiaohao.tenants import actions

        if to is None:
            made = actions.publish(by=SYSTEM)
        else:
            document, made = actions.publish_to_file(by=SYSTEM)
            to.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    result = {"at": made.at.isoformat(), "hash": made.hash.hex(), "bytes": len(made.body.encode())}
    answer(result, f"Published as of {result['at']}: {result['hash']}", as_json=as_json)


@app.command()
def key(*, as_json: AsJson = False) -> None:
    """Say the key with which others check what is published from here."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.tenants import actions

        found = actions.own_key()
    answer({"key": found}, found, as_json=as_json)


@app.command()
def oversee(slug: Slug, *, stop: Stop = False, as_json: AsJson = False) -> None:
    """Let those who read figures at a tenant's top see what all others publish, added up."""
    from xiaohao.site import dividing

    entry = dividing.appoint(slug, oversees=not stop)
    text = f"{entry.name} oversees the others: {entry.url}/nation/"
    text = f"{entry.name} oversees nobody." if stop else text
    answer(_told(entry), text, as_json=as_json)


@app.command()
def trust(slug: Slug, *, name: Name, url: Url, key: Key, as_json: AsJson = False) -> None:
    """Take from now on what an installation elsewhere publishes, signed with that key."""
    from xiaohao.site import boot

    with boot.ready(whole=True, migrated=False):
        from xiaohao.tenants import actions

        made = actions.trust(slug=slug, name=name, url=url, key=key)
    result = {"slug": made.slug, "name": made.name, "url": made.url, "key": made.key.hex()}
    answer(result, f"What {made.name} signs is taken from now on.", as_json=as_json)


@app.command()
def distrust(slug: Slug, *, as_json: AsJson = False) -> None:
    """Forget the key of somebody who publishes, and what he has published."""
    from xiaohao.site import boot

    with boot.ready(whole=True, migrated=False):
        from xiaohao.tenants import actions

        actions.distrust(slug=slug)
    answer({"distrusted": slug}, f"Nothing is taken from {slug} any more.", as_json=as_json)


@app.command()
def collect(file: File, *, as_json: AsJson = False) -> None:
    """Take in a publication from elsewhere; a changed, a strange, or an old one is refused."""
    from xiaohao.kernel.errors import Refused
    from xiaohao.site import boot

    try:
        content = file.read_bytes()
    except OSError as trouble:
        raise Refused.because("no_file", f"{file} cannot be read: {trouble}.", "file") from None
    with boot.ready(whole=True, migrated=False):
        from xiaohao.kernel.acting import SYSTEM
        from xiaohao.tenants import actions

        publisher, made = actions.collect(content=content, by=SYSTEM)
    result = {"publisher": publisher.slug, "at": made.at.isoformat(), "hash": made.hash.hex()}
    answer(result, f"{publisher.name} as of {result['at']}: {result['hash']}", as_json=as_json)


def _told(entry: Any) -> dict[str, Any]:
    return {
        "slug": entry.slug,
        "name": entry.name,
        "url": entry.url,
        "hosts": list(entry.hosts),
        "schema": entry.tenant.schema,
        "ready": entry.ready,
        "oversees": entry.oversees,
        "created_at": entry.created_at.isoformat(),
    }
