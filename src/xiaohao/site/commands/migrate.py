"""`xiaohao migrate`: bring the tables up to date."""

from xiaohao.site.terminal import AsJson, answer


def migrate(*, as_json: AsJson = False) -> None:
    """Bring the database's tables up to date."""
    from xiaohao.site import boot

    with boot.ready(migrated=False, whole=True):
        applied = boot.migrate()
    text = f"{len(applied)} migrations applied." if applied else "Up to date."
    answer({"applied": applied}, text, as_json=as_json)
