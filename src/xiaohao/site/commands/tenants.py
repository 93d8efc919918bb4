"""`xiaohao tenants …`: who shares this installation."""

import shutil
from typing import Annotated, Any

import typer

from xiaohao.site.terminal import AsJson, answer, say

app = typer.Typer(no_args_is_help=True, help="Provinces or cities that share this installation.")

Slug = Annotated[str, typer.Argument(help="The short name: small letters, digits and _.")]
Name = Annotated[str, typer.Option("--name", help="The name for people, e.g. 广东省.")]
Url = Annotated[str, typer.Option("--url", help="Its address, e.g. https://gd.example.cn.")]
Hosts = Annotated[list[str] | None, typer.Option("--host", help="A further host it answers to.")]
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
    shutil.rmtree(folder, ignore_errors=True)
    answer({"dropped": slug}, f"{entry.name} ({slug}) is gone.", as_json=as_json)


def _told(entry: Any) -> dict[str, Any]:
    return {
        "slug": entry.slug,
        "name": entry.name,
        "url": entry.url,
        "hosts": list(entry.hosts),
        "schema": entry.tenant.schema,
        "ready": entry.ready,
        "created_at": entry.created_at.isoformat(),
    }
