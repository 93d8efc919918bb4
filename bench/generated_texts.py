"""How like real messages ours are: `python -m bench.generated_texts [FILE.csv COLUMN]`.

Prints quantiles of the length and the share of distinct runs of four characters, of as many
generated messages as the demo has and, beside them, of a sample of the real ones in FILE.
"""

import csv
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from xiaohao.site.demo import city as cities
from xiaohao.site.demo.replay import Size, plan

SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


def told(name: str, texts: Sequence[str]) -> str:
    """One line about some texts."""
    lengths = sorted(len(text) for text in texts)
    quantiles = [lengths[round(share * (len(lengths) - 1))] for share in SHARES]
    runs = [text[i : i + 4] for text in texts for i in range(len(text) - 3)]
    shown = " ".join(f"{length:6}" for length in quantiles)
    return f"{name:12} {len(texts):6} {shown}   {len(set(runs)) / len(runs):.3f}"


def main() -> None:
    """Print both lines."""
    count = Size().received
    drafts = plan(cities.build(cities.divisions())).drafts
    heads = " ".join(f"{share:6.0%}" for share in SHARES)
    lines = [f"{'':12} {'texts':>6} {heads}   distinct runs of 4"]
    lines.append(told("generated", [draft.text for draft in drafts]))
    if len(sys.argv) > 2:  # noqa: PLR2004 (the file and its column)
        with Path(sys.argv[1]).open(encoding="utf-8-sig", newline="") as file:
            real = [row[sys.argv[2]] for row in csv.DictReader(file) if row[sys.argv[2]]]
        lines.append(told("real", random.Random(1).sample(real, min(count, len(real)))))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
