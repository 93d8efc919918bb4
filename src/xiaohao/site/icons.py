"""The icons pages may use, and the sprite made of them.

The drawings are Tabler's (MIT), read from the npm package at install; only those named here go
into the sprite, so that a browser loads some ten kilobytes instead of two megabytes.
"""

import re
import sys
from pathlib import Path

NAMES = frozenset({
    "activity", "adjustments-horizontal", "alarm", "alert-triangle", "arrow-back-up", "arrow-down",
    "arrow-left", "arrow-right", "arrow-up", "arrows-join", "arrows-sort", "arrows-split", "ban",
    "bell", "bolt", "book", "brain", "building", "building-community", "calendar", "calendar-due",
    "camera", "chart-bar", "chart-dots", "check", "checklist", "chevron-down", "chevron-left",
    "chevron-right", "chevron-up", "circle-check", "circle-dashed", "clipboard-check",
    "clipboard-list", "clock", "clock-exclamation", "clock-pause", "copy", "corner-up-left",
    "device-tv", "dots", "dots-vertical", "download", "edit", "external-link", "eye", "eye-off",
    "file", "file-check", "file-import", "file-spreadsheet", "filter", "fingerprint", "flag",
    "folder", "hand-stop", "headset", "help-circle", "history", "home", "hourglass", "id", "inbox",
    "info-circle", "key", "keyboard", "language", "layout-grid", "link", "list", "list-check",
    "list-details", "loader", "lock", "lock-open", "login", "logout", "mail", "map-pin", "menu-2",
    "message", "message-2-question", "message-circle", "message-plus", "message-report", "minus",
    "mood-happy", "mood-neutral", "mood-sad", "news", "paperclip", "pencil", "phone", "photo",
    "photo-plus", "player-play", "plus", "printer", "progress-check", "qrcode", "receipt",
    "refresh", "rotate-clockwise", "route", "scale", "search", "send", "settings", "shield-check",
    "shield-lock", "sitemap", "sort-ascending", "sort-descending", "speakerphone", "star",
    "switch-horizontal", "tag", "target", "tools", "trash", "trending-down", "trending-up",
    "upload", "user", "user-check", "user-circle", "users", "x",
})  # fmt: skip

_SVG = re.compile(r"<svg[^>]*>(?P<inner>.*)</svg>", re.DOTALL)
_BOX = re.compile(r'<path stroke="none"[^>]*/>')


def build_sprite(drawings: Path, target: Path) -> int:
    """Write every named icon of the folder `drawings` as a symbol into `target`.

    Returns:
        How many icons the sprite holds.

    Raises:
        FileNotFoundError: when the folder lacks a named icon.
    """
    symbols = [_symbol(name, (drawings / f"{name}.svg").read_text()) for name in sorted(NAMES)]
    target.parent.mkdir(parents=True, exist_ok=True)
    body = "\n".join(symbols)
    target.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n')
    return len(symbols)


def _symbol(name: str, drawing: str) -> str:
    found = _SVG.search(drawing)
    if found is None:
        raise ValueError(f"{name}.svg is not an SVG drawing")
    inner = " ".join(_BOX.sub("", found["inner"]).split())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>'


if __name__ == "__main__":
    source, goal = map(Path, sys.argv[1:3])
    sys.stdout.write(f"{build_sprite(source, goal)} icons in {goal}\n")
