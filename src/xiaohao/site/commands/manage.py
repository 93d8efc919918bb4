"""`xiaohao manage …`: Django's own commands, over a database that answers."""

import sys

OPTIONS = {
    "context_settings": {"allow_extra_args": True, "ignore_unknown_options": True},
    "add_help_option": False,
}


def manage() -> None:
    """Run one of Django's management commands, e.g. `xiaohao manage shell`."""
    from django.core.management import execute_from_command_line

    from xiaohao.kernel import postgres

    words = sys.argv[sys.argv.index("manage") + 1 :]  # as given: typer would take a `--` away
    with postgres.running():
        execute_from_command_line(["xiaohao manage", *words])
