"""`xiaohao manage …`: Django's own commands, over a database that answers."""

import typer

OPTIONS = {
    "context_settings": {"allow_extra_args": True, "ignore_unknown_options": True},
    "add_help_option": False,
}


def manage(context: typer.Context) -> None:
    """Run one of Django's management commands, e.g. `xiaohao manage shell`."""
    from django.core.management import execute_from_command_line

    from xiaohao.kernel import postgres

    with postgres.running():
        execute_from_command_line(["xiaohao manage", *context.args])
