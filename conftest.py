"""The examples in the README and in the pages are tests."""

from doc_examples import pages

pytest_collect_file = pages().pytest()
