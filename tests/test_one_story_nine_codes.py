"""One story told under nine codes; the page in the docs is what the code says today."""

import runpy
from pathlib import Path

HERE = Path(__file__).parent.parent
EXAMPLE = runpy.run_path(str(HERE / "examples" / "one_story_nine_codes.py"))
PAGE = HERE / "docs" / "explanation" / "one-story-nine-codes.md"


def test_the_page_is_what_the_codes_make_of_the_story():
    mend = "run: .venv/bin/python examples/one_story_nine_codes.py > " + str(PAGE.relative_to(HERE))
    assert PAGE.read_text(encoding="utf-8") == EXAMPLE["page"](), mend


def test_nine_codes_each_say_what_is_owed_and_no_two_the_same():
    agendas = {
        code.id: {deadline.id: deadline.due_on for deadline in owed}
        for code, owed in EXAMPLE["told"]()
    }
    assert len(agendas) == 9
    assert all(agendas.values())
    assert len({tuple(sorted(owed.items())) for owed in agendas.values()}) == 9


def test_every_date_has_a_column_and_a_reason():
    named = {name for name, _ in EXAMPLE["STEPS"]}
    for _, owed in EXAMPLE["told"]():
        for deadline in owed:
            assert deadline.id in named
            assert deadline.because[0]
            assert deadline.rule in deadline.because[-2]
