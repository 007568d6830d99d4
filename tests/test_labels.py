"""What an ombudsman's own label means, by a table with a version."""

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main
from complaint_ledger.errors import BadValue, UnknownName
from complaint_ledger.labels import bodies, labels_of


@pytest.mark.parametrize(
    ("body", "label", "finding"),
    [
        ("lgsco", "Upheld: fault and injustice", "upheld"),
        ("lgsco", "  UPHELD.  ", "upheld"),
        ("lgsco", "Closed after initial enquiries", "not-investigated"),
        ("spso", "Some upheld, recommendations", "partly-upheld"),
        ("housing-ombudsman", "Service failure", "upheld"),
        ("housing-ombudsman", "Redress", "upheld-already-remedied"),
    ],
)
def test_a_label_is_normalised_by_the_table_of_its_body(body, label, finding):
    assert labels_of(body).finding(label) == finding


def test_a_label_that_the_table_does_not_hold_is_not_guessed():
    with pytest.raises(BadValue) as refused:
        labels_of("lgsco").finding("Mrs Ashdown was right")
    assert "Ashdown" not in str(refused.value)


def test_a_body_without_a_table_needs_the_finding_said():
    with pytest.raises(UnknownName, match="lgsco"):
        labels_of("judge-1")


@pytest.mark.parametrize("body", bodies())
def test_every_table_is_readable_and_versioned(body):
    labels = labels_of(body)
    assert labels.findings
    assert labels.table.version


def test_the_outcome_says_which_table_read_the_label(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLAINT_LEDGER_URL", "sqlite:///council.db")

    def run(*arguments):
        return CliRunner().invoke(main, list(arguments), catch_exceptions=False)

    actor = run("init", "--council", "Northborough").stdout.strip()
    monkeypatch.setenv("COMPLAINT_LEDGER_ACTOR", actor)
    run("record", "receive", "--reference", "C-1", "--on", "2026-01-12")
    told = ("record", "ombudsman-outcome", "C-1", "--on", "2026-06-01", "--body", "lgsco",
            "--reference", "26 001 002")  # fmt: skip
    assert run(*told, "--label", "Not a label of theirs").exit_code == 2
    assert run(*told, "--label", "Upheld: fault and injustice").exit_code == 0
    history = run("history", "C-1", "--format", "json").stdout
    assert '"lgsco-labels"' in history
    assert '"finding": "upheld"' in history
    by_hand = (*told, "--label", "Not a label of theirs", "--finding", "not-upheld")
    assert run(*by_hand).exit_code == 0


def test_the_samples_of_published_decisions_are_all_in_the_tables(real_data):
    import csv

    for file, body, column in (
        ("lgsco_decisions_sample.csv", "lgsco", "decision"),
        ("spso_decisions_sample.csv", "spso", "outcome"),
        ("gateshead_hos_2024_25.csv", "housing-ombudsman", "finding"),
    ):
        with (real_data / "uk_published" / file).open(encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                assert labels_of(body).finding(row[column])
