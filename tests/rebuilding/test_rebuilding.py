"""A rebuild disturbs nobody: not who records, not who asks, and a worker that dies is replaced."""

import pytest

from rebuilding.ledgers import large_ledger
from rebuilding.trial import Trial
from servers import with_options


@pytest.mark.parametrize("on", ["sqlite", "postgresql"])
def test_while_it_is_rebuilt_every_question_is_answered_and_nothing_is_lost(tmp_path, on, request):
    url = f"sqlite:///{tmp_path / 'council.db'}"
    large_ledger(url, 4_000)
    facts = f"{tmp_path / 'council.facts'}"
    if on == "postgresql":
        facts = with_options(request.getfixturevalue("database"), schema="rebuilding")
    told = Trial(url=url, facts=facts, folder=tmp_path, questions=3, kill_at=0).run()

    assert told.complaints >= 500
