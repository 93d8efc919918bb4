"""Copy what browsers load from npm's packages into `site/assets`; run by `make install`.

`python -m xiaohao.site.browser_assets NODE_MODULES`. Nothing is bundled or changed: whole files as
their makers publish them, their licences beside them, each also compressed for sending.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from whitenoise.compress import Compressor

from xiaohao.site.icons import build_sprite

TARGET: Final = Path(__file__).parent / "assets"
COPIES: Final = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "@tabler/icons/LICENSE": "icons/LICENSE",
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
}
SPRITE: Final = "icons/sprite.svg"


def assemble(packages: Path, target: Path = TARGET) -> list[Path]:
    """Put every asset under `target/vendor`, replacing what was there only when all is complete.

    Args:
        packages: npm's folder `node_modules`.
        target: a folder Django finds static files in.

    Returns:
        The files, compressed copies not counted.

    Raises:
        FileNotFoundError: a package lacks a file.
    """
    target.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".vendor-", dir=target))
    try:
        for source, name in COPIES.items():
            (draft / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(packages / source, draft / name)
        build_sprite(packages / "@tabler/icons/icons/outline", draft / SPRITE)
        _compress(draft)
        draft.chmod(0o755)
        shutil.rmtree(target / "vendor", ignore_errors=True)
        draft.rename(target / "vendor")
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return [target / "vendor" / name for name in (*COPIES.values(), SPRITE)]


def missing(target: Path = TARGET) -> list[str]:
    """Assets that are not there, as paths under `target/vendor`."""
    return [name for name in (*COPIES.values(), SPRITE) if not (target / "vendor" / name).exists()]


def _compress(place: Path) -> None:
    compressor = Compressor(use_brotli=False, quiet=True)
    for file in place.rglob("*"):
        if file.suffix in {".css", ".js", ".svg"}:
            compressor.compress(str(file))


if __name__ == "__main__":
    sys.stdout.write(f"{len(assemble(Path(sys.argv[1])))} browser assets in {TARGET}\n")
