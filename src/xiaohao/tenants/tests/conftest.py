"""Several tenants in a database that is not divided: their registry and publications alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from xiaohao.kernel import clock
from xiaohao.ledger.tests.make import DAY
from xiaohao.tenants import registry
from xiaohao.tenants.tests import make


@pytest.fixture
def nation(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tenants `gd`, `hn` and `zj`, and `cn` that oversees them; secrets in a home of their own."""
    monkeypatch.setenv("XIAOHAO_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(registry, "is_undivided", lambda _cursor: False)
    for slug in ("gd", "hn", "zj"):
        make.entered(slug)
        (tmp_path / "home" / "tenants" / slug).mkdir(parents=True, exist_ok=True)
    make.entered("cn", oversees=True)
    with clock.at(DAY):
        yield
