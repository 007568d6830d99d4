"""The examples in the README and in the pages are tests."""

import pytest

from doc_examples import pages

pytest_collect_file = pages().pytest()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--store",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="Where the tests keep their ledgers; see tests/in_postgres/elsewhere.py.",
    )
