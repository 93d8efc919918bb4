"""`xiaohao doctor`."""

import sys
from typing import Final

from xiaohao.site.terminal import AsJson, answer, say

SIGNS: Final = {"good": "  ok   ", "warning": "warning", "wrong": " WRONG "}


def doctor(*, as_json: AsJson = False) -> None:
    """Say what is wrong with this installation and what to do; exit 1 when something is."""
    from xiaohao.site import doctor as examiner

    findings = []
    for finding in examiner.examine():
        findings.append(finding)
        say(f"[{SIGNS[finding.state]}] {finding.name}: {finding.found}")
        if finding.advice:
            say(f"          → {finding.advice}")
    wrong = [finding.name for finding in findings if finding.state is examiner.State.WRONG]
    checks = [vars(finding) for finding in findings]
    text = f"Wrong: {', '.join(wrong)}." if wrong else "Nothing is wrong."
    answer({"healthy": not wrong, "checks": checks}, text, as_json=as_json)
    sys.exit(1 if wrong else 0)
