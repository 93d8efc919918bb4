"""What is wrong with this installation, and what to do about it.

Each check looks at one thing and says how it stands. A check that cannot run because an earlier one
failed is left out, so that one fault gives one remark.
"""

import datetime as dt
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import psycopg
from django.db import Error, connections

from xiaohao.kernel import calendar, clock, months, postgres, tenancy
from xiaohao.kernel.home import Trouble, home
from xiaohao.site import boot, browser_assets, supervisor, translations
from xiaohao.site import replica as following

OLDEST_PYTHON: Final = (3, 11)
SCARCE: Final = 5 * 2**30  # bytes free on the disk: warn below this
TOO_LITTLE: Final = 2**29  # bytes: the database stops soon
MANY_WAITING: Final = 1000  # jobs
FAR_BEHIND: Final = 2**26  # bytes of the log
SILENT: Final = dt.timedelta(seconds=60)  # a worker gives a sign of life every ten seconds
# Others may pass through a folder (x), not list or change it.
_TOO_OPEN: Final = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH


class State(StrEnum):
    """How a thing stands."""

    GOOD = "good"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        name: of the check; stable, for scripts.
        state: how it stands.
        found: what was seen.
        advice: what to do; empty when all is well.
    """

    name: str
    state: State
    found: str
    advice: str = ""


def examine() -> Iterator[Finding]:
    """All checks in order; starts an own database for the time of the checks if none runs."""
    yield python()
    yield home_folder()
    yield secrets()
    yield disk()
    yield assets()
    yield compiled_translations()
    served = supervisor.is_ours(supervisor.Address.from_environment())
    yield port(served=served)
    try:
        with boot.ready(migrated=False, whole=True):
            yield from database()
            if following.ALIAS in connections:
                yield replica()
            tables = migrations()
            yield tables
            if tables.state is State.GOOD:
                for tenant in boot.tenants():
                    with tenancy.on(tenant):
                        findings = list(work(served=served))
                    yield from findings
    except Trouble as trouble:
        yield Finding("database", State.WRONG, "It cannot be used.", str(trouble))
    yield official_calendar()


def work(*, served: bool) -> Iterator[Finding]:
    """All checks of what is worked with; a tenant's bear its name."""
    whose = f"{tenancy.slug()}: " if tenancy.slug() else ""
    for finding in (worker(served=served), jobs(), seal(), cut(), stored_files(), mail(), posts()):
        yield replace(finding, name=whose + finding.name)


def python() -> Finding:
    """Whether Python is new enough."""
    version = sys.version.split()[0]
    if sys.version_info >= OLDEST_PYTHON:
        return Finding("python", State.GOOD, f"Python {version}")
    return Finding("python", State.WRONG, f"Python {version}", "Install Python 3.11 or newer.")


def home_folder() -> Finding:
    """Whether the home folder can be written to and nobody else can read it."""
    place = home()
    try:
        probe = place / ".doctor"
        probe.write_text("")
        probe.unlink()
    except OSError as trouble:
        advice = f"Let the user who runs Xiaohao write to {place}."
        return Finding("home", State.WRONG, f"{place}: {trouble.strerror}", advice)
    if stat.S_IMODE(place.stat().st_mode) & _TOO_OPEN:
        advice = f"Run: chmod go-rw {place}"
        return Finding("home", State.WARNING, f"{place} can be read by others.", advice)
    return Finding("home", State.GOOD, str(place))


def secrets() -> Finding:
    """Whether every secret is readable by its owner alone."""
    files = sorted((home() / "secrets").glob("*"))
    exposed = [file.name for file in files if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if exposed:
        advice = f"Run: chmod 600 {home() / 'secrets'}/*  — and think about who has read them."
        found = f"Others may read: {', '.join(exposed)}"
        return Finding("secrets", State.WRONG, found, advice)
    return Finding("secrets", State.GOOD, f"{len(files)} secrets, all private")


def disk() -> Finding:
    """Whether there is room on the disk of the home folder."""
    free = shutil.disk_usage(home()).free
    found = f"{free / 2**30:.1f} GiB free"
    if free >= SCARCE:
        return Finding("disk", State.GOOD, found)
    state = State.WARNING if free >= TOO_LITTLE else State.WRONG
    return Finding("disk", state, found, f"Make room on the disk of {home()}.")


def assets() -> Finding:
    """Whether everything browsers load is there."""
    lacking = browser_assets.missing()
    if lacking:
        found = f"Missing: {', '.join(lacking)}"
        return Finding("assets", State.WRONG, found, "Run `make install` again.")
    return Finding("assets", State.GOOD, "All browser assets are there.")


def compiled_translations() -> Finding:
    """Whether the Chinese texts in use are those of the code."""
    stale = [po.parents[3].name for po in translations.uncompiled()]
    if stale:
        found = f"Not compiled: {', '.join(stale)}"
        return Finding("translations", State.WRONG, found, "Run `make install` again.")
    return Finding("translations", State.GOOD, "Translations are compiled.")


def port(*, served: bool) -> Finding:
    """Whether the web server's port is ours or free."""
    address = supervisor.Address.from_environment()
    if served:
        return Finding("port", State.GOOD, f"Serving at {address.url}")
    try:
        supervisor.check_port(address)
    except supervisor.PortTaken as taken:
        return Finding("port", State.WRONG, f"Port {address.port} is not free.", str(taken))
    return Finding("port", State.GOOD, f"Port {address.port} is free.")


def database() -> Iterator[Finding]:
    """Whether the server is new enough and has the extensions."""
    with psycopg.connect(postgres.database_url()) as connection:
        number = connection.info.server_version
        known = connection.execute("SELECT extname FROM pg_extension").fetchall()
    version = f"PostgreSQL {number // 10000}.{number % 10000}"
    if number // 10000 < postgres.OLDEST_SERVER:
        advice = f"Move to PostgreSQL {postgres.OLDEST_SERVER} or newer."
        yield Finding("database", State.WRONG, version, advice)
    else:
        whose = "DATABASE_URL" if postgres.is_external() else "our own"
        yield Finding("database", State.GOOD, f"{version} ({whose})")
    missing = sorted(set(postgres.EXTENSIONS) - {name for (name,) in known})
    if missing:
        orders = "; ".join(f"CREATE EXTENSION {name}" for name in missing)
        advice = f"Let the database's administrator run: {orders}"
        yield Finding("extensions", State.WRONG, f"Missing: {', '.join(missing)}", advice)
    else:
        yield Finding("extensions", State.GOOD, ", ".join(postgres.EXTENSIONS))


def migrations() -> Finding:
    """Whether the tables are those of the code."""
    todo = boot.unapplied()
    if todo:
        found = f"{len(todo)} to apply, first {todo[0]}"
        return Finding("migrations", State.WRONG, found, "Run `xiaohao migrate`.")
    return Finding("migrations", State.GOOD, "The tables are up to date.")


def worker(*, served: bool) -> Finding:
    """Whether a job worker gives signs of life."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT now() - max(last_heartbeat) FROM procrastinate_workers")
        row = cursor.fetchone()
    silence = row[0] if row else None
    if silence is not None and silence < SILENT:
        return Finding("worker", State.GOOD, f"Last sign of life {silence.seconds} s ago.")
    if not served:
        return Finding("worker", State.WARNING, "Nothing runs now.", "Start it: xiaohao up")
    advice = "Look at what `xiaohao up` wrote, then stop it and start it again."
    return Finding("worker", State.WRONG, "No worker gives signs of life.", advice)


def jobs() -> Finding:
    """Whether jobs fail or pile up."""
    query = (
        "SELECT count(*) FILTER (WHERE status = 'failed'), count(*) FILTER (WHERE status = 'todo')"
        " FROM procrastinate_jobs"
    )
    with connections["default"].cursor() as cursor:
        cursor.execute(query)
        failed, waiting = cursor.fetchone() or (0, 0)
    found = f"{waiting} waiting, {failed} failed"
    if failed or waiting > MANY_WAITING:
        advice = "Look at what `xiaohao up` wrote; `xiaohao manage procrastinate shell` lists them."
        return Finding("jobs", State.WARNING, found, advice)
    return Finding("jobs", State.GOOD, found)


def seal() -> Finding:
    """Whether the trail up to the end of yesterday is sealed."""
    from xiaohao.trail.models import Event  # noqa: PLC0415 (models load after Django)
    from xiaohao.trail.queries import last_seal  # noqa: PLC0415 (the same)

    last = last_seal()
    today = clock.start_of(clock.today())
    covered = last.last_event if last else 0
    if Event.objects.filter(id__gt=covered, at__lt=today).exists():
        found = f"Last seal: {last.day}" if last else "Nothing is sealed yet."
        return Finding("seal", State.WARNING, found, "Run `xiaohao trail seal`.")
    return Finding("seal", State.GOOD, f"Sealed up to {last.day}" if last else "Nothing to seal.")


def replica() -> Finding:
    """Whether the replica follows this database, and how far it is behind."""
    try:
        behind = following.behind()
    except Error as trouble:
        connections[following.ALIAS].close()
        said = str(trouble).strip().split("\n", 1)[0]
        advice = "Pages are read from the primary meanwhile. Bring its server up again."
        return Finding("replica", State.WRONG, f"It does not answer: {said}", advice)
    if behind is None:
        found = "XIAOHAO_REPLICA_URL names no replica of this database, so it is not read."
        return Finding("replica", State.WRONG, found, "Follow docs/beyond-one-machine.md.")
    found = f"{behind:,} bytes behind"
    if behind > FAR_BEHIND:
        advice = "Pages that may not be that old are read from the primary. Look at its log."
        return Finding("replica", State.WARNING, found, advice)
    return Finding("replica", State.GOOD, found)


def cut() -> Finding:
    """Whether what was written in large tables lies in the months into which they are cut."""
    tables, today = months.tables(), clock.today()
    held = {table: months.rest(table) for table in tables}
    late = [t for t, days in held.items() if days and days[0] < today - dt.timedelta(days=1)]
    if late:
        found = f"Rows wait for their month in {', '.join(f'{table}_rest' for table in late)}."
        advice = "Let `xiaohao up` run over midnight: trail.months and figures.months move them."
        return Finding("months", State.WARNING, found, advice)
    return Finding("months", State.GOOD, f"{len(tables)} tables cut into months")


def stored_files() -> Finding:
    """Whether every stored file is there and is what its hash says."""
    from xiaohao.files.models import File  # noqa: PLC0415 (only once Django is set up)
    from xiaohao.files.queries import damaged  # noqa: PLC0415

    bad = list(damaged())
    if bad:
        named = ", ".join(f"{one.path.name[:12]}… {one.code}" for one in bad[:5])
        advice = f"Put these files back from a backup, under {bad[0].path.parent.parent}."
        return Finding("files", State.WRONG, f"{len(bad)} damaged: {named}", advice)
    return Finding("files", State.GOOD, f"{File.objects.count():,} files, all whole")


def mail() -> Finding:
    """Whether mail can be sent, and what became of it."""
    from xiaohao.notices.queries import mail_is_set_up, mail_state  # noqa: PLC0415 (the same)

    if not mail_is_set_up():
        advice = "For digests by e-mail set XIAOHAO_SMTP_URL, XIAOHAO_MAIL_FROM and XIAOHAO_URL."
        return Finding("mail", State.WARNING, "Mail is not set up.", advice)
    counts = mail_state()
    found = ", ".join(f"{number} {word}" for word, number in counts.items())
    if counts["failed"] or counts["unclear"]:
        advice = "Look at the mail server: “unclear” ones were being sent when the worker died."
        return Finding("mail", State.WARNING, found, advice)
    return Finding("mail", State.GOOD, found)


def posts() -> Finding:
    """Whether open problems lie with units where nobody holds a post."""
    from xiaohao.ledger.queries import unattended  # noqa: PLC0415 (only once Django is set up)

    empty = unattended()
    if not empty:
        return Finding("posts", State.GOOD, "Somebody is in post wherever problems are open.")
    named = ", ".join(f"{one.code} {one.name} ({one.problems:,})" for one in empty[:5])
    lying = sum(one.problems for one in empty)
    found = f"{lying:,} open problems at {len(empty)} units with nobody in post: {named}"
    advice = "Give somebody a post there (People), so that they are seen and reminded of."
    return Finding("posts", State.WARNING, found, advice)


def official_calendar() -> Finding:
    """Whether the official holidays of this year are known, and in December those of the next."""
    today = clock.today()
    years = {today.year, (today + dt.timedelta(days=31)).year}
    unknown = sorted(year for year in years if not calendar.is_announced(year))
    if not unknown:
        return Finding("calendar", State.GOOD, f"Holidays of {max(years)} are known.")
    found = f"Holidays of {unknown[0]} are not known; Monday to Friday count as working days."
    advice = "Install a newer `chinesecalendar` once the year's holidays are announced."
    return Finding("calendar", State.WARNING, found, advice)
