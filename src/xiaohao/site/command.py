"""The command `xiaohao`. What it can do lies in `site/commands`, one module per word."""

import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

import typer

from xiaohao.kernel.errors import Answer
from xiaohao.kernel.home import Trouble
from xiaohao.site import commands

SETTINGS = "xiaohao.site.settings"
HIDDEN = frozenset({"manage", "rehearse"})


def modules() -> dict[str, str]:
    """Every word that may follow `xiaohao`, in order, and the name of its module.

    A module is named like its word, with `_` for `-` and one more at the end of Python's own words.
    """
    names = sorted(module.name for module in iter_modules(commands.__path__))
    return {name.strip("_").replace("_", "-"): name for name in names}


def build(chosen: Sequence[str]) -> typer.Typer:
    """The command line with only those words in it, so that only their modules are imported.

    A module has either a group of commands named `app`, or one command: the function named like it.
    """
    line = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Take a problem in, have it fixed, strike it off only when the fix is proven.",
    )
    line.callback()(lambda: None)
    for word in chosen:
        name = modules()[word]
        module = import_module(f"{commands.__name__}.{name}")
        if hasattr(module, "app"):
            line.add_typer(module.app, name=word, hidden=word in HIDDEN)
        else:
            options = getattr(module, "OPTIONS", {})
            line.command(word, hidden=word in HIDDEN, **options)(getattr(module, name.strip("_")))
    return line


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `xiaohao` with these arguments (else the process's own) and end the process.

    Exit codes: 0 done, 1 refused or in trouble (said on stderr and, with --json, as `errors`),
    2 wrongly called, 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    known = list(modules())
    chosen = given[:1] if given[:1] and given[0] in known else known
    try:
        build(chosen)(given)
    except Answer as answer:
        _fail([(u.code, str(u.message), u.field) for u in answer.unmet], as_json="--json" in given)
    except Trouble as trouble:
        _fail([("installation", str(trouble), None)], as_json="--json" in given)
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(reasons: list[tuple[str, str, str | None]], *, as_json: bool) -> None:
    for _code, message, _field in reasons:
        sys.stderr.write(f"{message}\n")
    if as_json:
        errors = [{"code": code, "message": text, "field": field} for code, text, field in reasons]
        sys.stdout.write(json.dumps({"errors": errors}, ensure_ascii=False) + "\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
