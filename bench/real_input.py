"""The main job on real input: `python -m bench.real_input FOLDER [--limit N] [--seed S] [--json]`.

FOLDER holds sheets of messages that citizens really wrote (.csv, .xlsx). They are imported as they
are, a model is trained on the labelled ones and measured on parts held out, triage proposes, a
scripted office takes what waits to its closing, and the trail and the figures are checked. The
tree is the demo's: the real places are masked in such files, so referrals go to city departments.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STEPS = (0.9, 0.8, 0.7, 0.6, 0.0)
POSTS = ("OFFICE", "OPERATOR", "VERIFIER")
Found = dict[str, Any]


@contextmanager
def timed(found: Found, name: str) -> Iterator[None]:
    """Note in `found` how many seconds the block took."""
    start = time.perf_counter()
    sys.stderr.write(f"{name} …\n")
    yield
    found.setdefault("seconds", {})[name] = round(time.perf_counter() - start, 1)


def job(folder: Path, limit: int | None, seed: int) -> Found:
    """Everything, over an installation that is ready and empty."""
    found: Found = {}
    with timed(found, "found"):
        _found()
    with timed(found, "import"):
        found["files"] = _import(folder)
    with timed(found, "train"):
        found["model"] = _train()
    with timed(found, "propose"):
        found["proposals"] = _propose()
    with timed(found, "office"):
        found["office"] = _office(limit, seed)
    with timed(found, "check"):
        found["check"] = _check()
    return found


def _found() -> None:
    from xiaohao.site.demo import city as cities  # noqa: PLC0415 (the environment comes first)
    from xiaohao.site.demo import founding  # noqa: PLC0415 (the same)

    city = cities.build(cities.divisions())
    founding.found_units(city, lambda _done: None)
    founding.open_posts(POSTS, city)
    founding.set_duties(city)


def _import(folder: Path) -> list[Found]:
    from xiaohao.exchange.actions import import_messages  # noqa: PLC0415 (the same)
    from xiaohao.people.queries import post_by_code  # noqa: PLC0415 (the same)

    by, told = post_by_code("OFFICE").actor(), []
    for file in sorted(folder.iterdir()):
        report = import_messages(by=by, source=file).as_data()
        errors = report.pop("errors")
        codes = Counter(error["code"] for error in errors)
        report["listed"] = [f"{e['row']}: {e['column']}: {e['message']}" for e in errors[:12]]
        told.append({"file": file.name, **report, "reasons": dict(codes)})
    return told


def _train() -> Found:
    from xiaohao.kernel.acting import SYSTEM  # noqa: PLC0415 (the same)
    from xiaohao.triage.actions import train  # noqa: PLC0415 (the same)

    row = train(by=SYSTEM)
    return {
        "lessons": row.n,
        "held_out": row.held_out,
        "accuracy": round(row.accuracy, 4),
        "macro_f1": round(row.macro_f1, 4),
        "curve": row.curve,
        "per_category": row.per_category,
        "seconds": row.seconds,
    }


def _propose() -> Found:
    """How sure triage is of what waits, for texts that it had not learnt from."""
    from xiaohao.intake.actions import propose_waiting  # noqa: PLC0415 (the same)
    from xiaohao.intake.models import Message  # noqa: PLC0415 (the same)
    from xiaohao.triage.proposals import Proposal  # noqa: PLC0415 (the same)

    while propose_waiting():
        pass
    category: Counter[float] = Counter()
    unit: Counter[float] = Counter()
    likes: Counter[str] = Counter()
    rows = Message.objects.waiting().exclude(proposal=None).order_by("pk")
    unlearnt = 0
    for message in rows.iterator(chunk_size=500):
        proposal = Proposal.from_json(message.proposal or {})
        grades = {like.grade.value for like in proposal.lookalikes}
        likes["same" if "same" in grades else "look" if grades else "none"] += 1
        if message.labels.get("category"):
            continue
        unlearnt += 1
        category[_band(proposal.category.confidence if proposal.category else 0.0)] += 1
        unit[_band(proposal.unit.confidence if proposal.unit else 0.0)] += 1
    return {
        "waiting": sum(likes.values()),
        "lookalikes": dict(likes),
        "unlabelled": unlearnt,
        "category_share_from": _shares(category, unlearnt),
        "unit_share_from": _shares(unit, unlearnt),
    }


def _band(confidence: float) -> float:
    return next(step for step in STEPS if confidence >= step)


def _shares(bands: Counter[float], whole: int) -> dict[str, float]:
    """For each confidence, the share of messages proposed with at least that."""
    shares, so_far = {}, 0
    for step in STEPS[:-1]:
        so_far += bands[step]
        shares[str(step)] = round(so_far / max(whole, 1), 4)
    return shares


def _office(limit: int | None, seed: int) -> Found:
    from xiaohao.ledger.models import Problem  # noqa: PLC0415 (the same)
    from xiaohao.site.demo.rehearsal import Office  # noqa: PLC0415 (the same)

    def tell(what: str, done: int, total: int) -> None:
        if done in {40, total} or not done % 400:
            sys.stderr.write(f"  {what} {done}/{total}\n")

    tally = Office(seed, tell).run(limit).as_json()
    states = Counter(Problem.objects.order_by().values_list("state", flat=True))
    return {**tally, "problems": dict(states), "of_messages": limit or "all"}


def _check() -> Found:
    from xiaohao.figures.queries import check  # noqa: PLC0415 (the same)
    from xiaohao.trail.actions import seal_day  # noqa: PLC0415 (the same)
    from xiaohao.trail.queries import Checked, faults  # noqa: PLC0415 (the same)

    seal_day()
    checked = Checked()
    bad = [str(fault) for fault in faults(checked)]
    figures = check()
    return {
        "trail_clean": not bad,
        "faults": bad[:20],
        "events": checked.events,
        "rows": checked.rows,
        "figures_checked": figures.checked,
        "figures_differing": figures.differences,
    }


def show(found: Found) -> str:
    """The report for people."""
    lines = []
    for file in found["files"]:
        lines.append(
            "{file}: {imported:,} in, {refused:,} refused, {already:,} already".format(**file)
        )
        lines += [f"    {code}: {count}" for code, count in file["reasons"].items()]
        lines += [f"    row {said}" for said in file["listed"]]
    model, proposals = found["model"], found["proposals"]
    lines.append("model: {lessons:,} lessons, held out {held_out:,}: accuracy {accuracy}, "
                 "macro-F1 {macro_f1}".format(**model))  # fmt: skip
    lines += [
        f"    surest {p['coverage']:.0%} (confidence ≥ {p['confidence']:.2f}): {p['accuracy']:.4f}"
        for p in model["curve"]
    ]
    for what in ("category", "unit"):
        shares = proposals[f"{what}_share_from"].items()
        told = ", ".join(f"≥ {step}: {share:.1%}" for step, share in shares)
        lines.append(f"{what} proposed for {proposals['unlabelled']:,} unlabelled: {told}")
    lines.append(f"look-alikes among {proposals['waiting']:,}: {proposals['lookalikes']}")
    lines.append(f"office: {json.dumps(found['office'], ensure_ascii=False)}")
    lines.append(f"check: {json.dumps(found['check'], ensure_ascii=False)}")
    lines.append(f"seconds: {found['seconds']}")
    return "\n".join(lines)


def main() -> None:
    """Run it over an installation made for it, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="messages for the office; 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="xiaohao-bench-"))
    os.environ["XIAOHAO_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    from xiaohao.site import boot  # noqa: PLC0415 (the environment comes first)

    try:
        with boot.ready():
            found = job(given.folder, given.limit or None, given.seed)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    sys.stdout.write(json.dumps(found, ensure_ascii=False) if given.json else show(found))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
