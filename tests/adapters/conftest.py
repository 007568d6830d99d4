from contextlib import ExitStack, closing

import pytest

from complaint_ledger.store import adapter, parse_url, system_clock


@pytest.fixture
def closed():
    """Close what a test opens."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def open_at(closed):
    """Return what opens the store at an address."""

    def open_at(address):
        url = parse_url(address)
        return closed.enter_context(closing(adapter(url.scheme).open(url, system_clock)))

    return open_at
