"""`xiaohao account …`: the first administrator, and a way back in for whoever is locked out."""

from typing import TYPE_CHECKING, Annotated

import typer

from xiaohao.site.terminal import AsJson, answer

if TYPE_CHECKING:
    from xiaohao.units.models import Unit

app = typer.Typer(no_args_is_help=True, help="Open the first account; help somebody back in.")
Username = Annotated[str, typer.Argument(help="The name to log in with.")]


@app.command()
def admin(
    username: Username,
    *,
    unit: Annotated[str, typer.Option(help="Code of the unit to administer.")] = "",
    found: Annotated[str, typer.Option(help="On an empty installation: name of its unit.")] = "",
    as_json: AsJson = False,
) -> None:
    """Open an account with an administrator's post, and print its password, this once.

    An administrator sets up everything else by page. Where there is no unit yet, found the topmost
    one with --found, or import units first.
    """
    from xiaohao.site import boot

    with boot.ready():
        from django.db import transaction

        from xiaohao.kernel.acting import SYSTEM, Role
        from xiaohao.people import actions
        from xiaohao.people.models import Post

        with transaction.atomic():
            place = _unit(unit, found)
            account, password = actions.open_account(by=SYSTEM, username=username)
            code = f"ADMIN-{place.code}"[:40]
            post = Post.objects.filter(code=code, unit=place, is_active=True).first()
            if post is None:
                title = f"{place.shown} · Administrator"
                role = Role.ADMINISTRATOR
                post = actions.open_post(by=SYSTEM, code=code, title=title, unit=place, role=role)
            actions.hold_post(by=SYSTEM, account=account, post=post)
    result = {"username": username, "password": password, "post": code, "unit": place.code}
    answer(result, f"{username}\t{password}", as_json=as_json)


def _unit(code: str, name: str) -> "Unit":
    """The unit to administer: the one named, the only one at the top, or a new one.

    Raises:
        Refused: it is not clear which.
    """
    from xiaohao.kernel.acting import SYSTEM
    from xiaohao.kernel.errors import Refused
    from xiaohao.units.actions import found
    from xiaohao.units.models import Level, Unit
    from xiaohao.units.queries import by_code

    if code:
        return by_code(code)
    tops = list(Unit.objects.filter(parent=None, closed_on=None).order_by("code")[:2])
    if name and not tops:
        return found(by=SYSTEM, code="ROOT", name=name, level=Level.CITY)
    if len(tops) == 1 and not name:
        return tops[0]
    if not tops:
        text = "There is no unit yet. Import units first, or found one: --found NAME."
        raise Refused.because("no_unit", text, "found")
    text = "There are units already. Say which one to administer: --unit CODE."
    raise Refused.because("unit_unclear", text, "unit")


@app.command()
def password(username: Username, *, as_json: AsJson = False) -> None:
    """Give an account a new password, print it, this once, and end its rest after failures."""
    from xiaohao.site import boot

    with boot.ready():
        from axes.utils import reset

        from xiaohao.kernel.acting import SYSTEM
        from xiaohao.people import actions
        from xiaohao.people.queries import find_account

        account = find_account(SYSTEM, username)
        fresh = actions.reset_password(by=SYSTEM, account=account)
        reset(username=username.casefold())
    answer({"username": username, "password": fresh}, f"{username}\t{fresh}", as_json=as_json)
