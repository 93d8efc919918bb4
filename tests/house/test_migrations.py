"""The way the tables came to be is one line per room, and ends at the models."""

import io

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from tree import rooms

OURS = {room.name for room in rooms()}


def test_each_room_has_one_line_of_migrations() -> None:
    graph = MigrationLoader(None).graph
    branches = []
    for app, migration in graph.nodes:
        if app not in OURS:
            continue
        node = graph.node_map[(app, migration)]
        followers = sorted(child.key[1] for child in node.children if child.key[0] == app)
        if len(followers) > 1:
            branches.append(f"{app}.{migration} is followed by {' and '.join(followers)}")
    assert branches == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    said = io.StringIO()
    labels = sorted(config.label for config in apps.get_app_configs() if config.label in OURS)
    try:
        call_command("makemigrations", *labels, check=True, dry_run=True, stdout=said)
    except SystemExit:
        pytest.fail(f"Run `xiaohao manage makemigrations`:\n{said.getvalue()}")
