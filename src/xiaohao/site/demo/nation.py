"""Two provinces and the nation above them, to look at the national view; a third is not in.

Each is a tenant with a site of its own. Their figures are generated (`site.synth`), a district's
worth each, so that all is there in a minute or two; what they publish is signed and added up as in
life.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xiaohao.kernel import postgres, tenancy
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.home import Trouble, folder, write_private
from xiaohao.site import boot, dividing
from xiaohao.tenants.registry import Entry


@dataclass(frozen=True, slots=True)
class Member:
    """A tenant of it: short name, name, code of its divisions ("" for the nation), problems."""

    slug: str
    name: str
    prefix: str = ""
    problems: int = 0


NATION: Final = Member("cn", "全国")
PROVINCES: Final = (Member("tj", "天津市", "120103", 600), Member("he", "河北省", "130102", 900))
ABSENT: Final = ("hi", "海南省", "https://hi.example.org")  # its key is known; nothing has come


@dataclass(frozen=True, slots=True)
class Site:
    """A tenant as it is told: its name, its address, and who may log in."""

    name: str
    address: str
    username: str
    password: str


def load(port: int, show: Callable[[str, int, int], None]) -> list[Site]:
    """Make what is not there yet; the nation's site first.

    Raises:
        Refused: `not_empty`, where the installation is in use undivided.
        Trouble: an earlier load was cut off in a tenant; says what to do.
    """
    members = (NATION, *PROVINCES)
    with postgres.running():
        found = {entry.slug: entry for entry in dividing.entries()}
        sites = []
        for number, member in enumerate(members):
            show("tenants", number, len(members))
            url = f"http://{member.slug}.localhost:{port}"
            entry = found.get(member.slug)
            if entry is None or not entry.ready:
                entry, _applied, _spread = dividing.create(
                    member.slug, name=member.name, url=url, hosts=[]
                )
            sites.append(_site(member, entry, url, show))
        dividing.appoint(NATION.slug, oversees=True)
        _await_the_absent()
        for member in PROVINCES:
            _publish(member, found)
        show("tenants", len(members), len(members))
    return sites


def _site(member: Member, entry: Entry, url: str, show: Callable[[str, int, int], None]) -> Site:
    with tenancy.on(entry.tenant), boot.ready(migrated=False):
        told = folder("demo") / "log-in.json"
        if not told.exists():
            _fill(member, told, show)
        known: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
    return Site(member.name, f"{url}/", known["username"], known["password"])


def _fill(member: Member, told: Path, show: Callable[[str, int, int], None]) -> None:
    from xiaohao.kernel.acting import Role  # noqa: PLC0415 (Django is there only now)
    from xiaohao.people.actions import open_post  # noqa: PLC0415
    from xiaohao.site.demo.city import divisions  # noqa: PLC0415
    from xiaohao.site.demo.founding import log_in  # noqa: PLC0415
    from xiaohao.site.synth.loading import Scale  # noqa: PLC0415
    from xiaohao.site.synth.loading import load as generate  # noqa: PLC0415
    from xiaohao.units.actions import found  # noqa: PLC0415
    from xiaohao.units.models import Unit  # noqa: PLC0415

    if Unit.objects.exists():
        raise Trouble(
            f"Loading {member.name} was cut off before its end. Take it away and start again: "
            f"xiaohao tenants drop {member.slug} --confirm {member.slug}"
        )
    if member.prefix:
        generate(Scale(member.prefix, member.problems), divisions(), show)
    else:
        found(by=SYSTEM, code="CN", name=member.name, level="central")
    top = Unit.objects.get(parent=None)
    title = f"{member.name}领导小组办公室"
    open_post(by=SYSTEM, code="OFFICE", title=title, unit=top, role=Role.OFFICE)
    write_private(told, json.dumps(log_in("office", "OFFICE").as_json()).encode())


def _await_the_absent() -> None:
    """Somebody whose key was entered and who has sent nothing: the page says so."""
    slug, name, url = ABSENT
    with boot.ready(whole=True, migrated=False):
        from django.db import connection  # noqa: PLC0415 (Django is there only now)

        from xiaohao.tenants import shelf  # noqa: PLC0415
        from xiaohao.tenants.actions import trust  # noqa: PLC0415

        with connection.cursor() as cursor:
            known = {one.slug for one in shelf.publishers(cursor)}
        if slug not in known:
            trust(slug=slug, name=name, url=url, key=secrets.token_hex(32))


def _publish(member: Member, found: dict[str, Entry]) -> None:
    """At once for the first time; afterwards each tenant's job does so every five minutes."""
    if member.slug in found and found[member.slug].ready:
        return
    with tenancy.on(tenancy.Tenant(member.slug)), boot.ready(migrated=False):
        from xiaohao.tenants.actions import publish  # noqa: PLC0415 (Django is there only now)

        publish(by=SYSTEM)
