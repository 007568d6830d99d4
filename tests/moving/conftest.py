"""A council's ledger, and pages so small that a few complaints fill several."""

import pytest

from complaint_ledger.moving import comparing, copying
from moving import council


@pytest.fixture
def small_pages(monkeypatch):
    for module in (copying, comparing):
        monkeypatch.setattr(module, "PAGE", 4)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/council.db"


@pytest.fixture
def to(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    return f"sqlite:///{tmp_path}/elsewhere/copy.db"


@pytest.fixture
def actor(url):
    """Who may record in the ledger at *url*."""
    return council.found(url)
