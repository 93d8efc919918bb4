"""`xiaohao train`: learn from what the office has confirmed."""

from typing import Annotated

import typer

from xiaohao.site.terminal import AsJson, answer, progress

Kind = Annotated[str, typer.Option(help="What to learn: category or urgency.")]


def train(*, kind: Kind = "category", as_json: AsJson = False) -> None:
    """Train a model on confirmed cases and say what it is worth on cases it had not seen."""
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.kernel.acting import SYSTEM
        from xiaohao.kernel.errors import Refused
        from xiaohao.triage import actions
        from xiaohao.triage.models import Kind as Kinds

        if kind not in set(Kinds):
            raise Refused.because("bad_kind", "--kind takes category or urgency.", "kind")
        with progress() as bar:
            task = bar.add_task("train", total=None)
            row = actions.train(
                by=SYSTEM,
                kind=kind,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        result = {
            "id": row.pk,
            "kind": row.kind,
            "n": row.n,
            "accuracy": row.accuracy,
            "macro_f1": row.macro_f1,
            "sure_share": row.sure_share,
            "sure_accuracy": row.sure_accuracy,
            "per_category": row.per_category,
            "curve": row.curve,
            "seconds": row.seconds,
            "sha256": row.sha256,
            "verdict": row.verdict,
            "active": row.active,
        }
    worth = (
        f"{row.n:,} confirmed cases, {row.seconds:.0f} s. Held out: accuracy {row.accuracy:.3f}, "
        f"macro-F1 {row.macro_f1:.3f}; {row.sure_share:.0%} filled in, {row.sure_accuracy:.1%} of "
        f"those right. {'In use' if row.active else 'Left out'}: {row.verdict}."
    )
    lines = [
        f"  {code:24} precision {one['precision']:.3f}  recall {one['recall']:.3f}  "
        f"f1 {one['f1']:.3f}  {one['support']:.0f} cases"
        for code, one in row.per_category.items()
    ]
    answer(result, "\n".join([worth, *lines]), as_json=as_json)
