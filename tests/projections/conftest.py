"""Places for facts: a file, and a schema of a real PostgreSQL."""

import pytest

from complaint_ledger.ids import new_id
from complaint_ledger.projections.views import Views
from projections.histories import Council
from servers import with_options


@pytest.fixture
def council():
    return Council()


@pytest.fixture
def postgres_facts(database):
    """The address of facts that nobody made yet, in PostgreSQL."""
    return with_options(database, schema=f"f_{new_id()}")


@pytest.fixture(params=["sqlite", "postgresql"])
def facts(request, tmp_path):
    """Where facts may be made, on each engine."""
    if request.param == "sqlite":
        return str(tmp_path / "council.facts")
    return request.getfixturevalue("postgres_facts")


@pytest.fixture
def views(facts):
    with Views(facts) as views:
        yield views
