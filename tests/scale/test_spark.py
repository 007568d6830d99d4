"""Spark over the exports of many councils answers as the other engines do."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from complaint_ledger.projections.engines.spark import InSpark
from complaint_ledger.projections.export.manifest import exports
from projections.on_engines import ASKED, answers, council, councils, export_of, in_python
from projections.test_in_python import SOME, a_council


@pytest.fixture(scope="module")
def spark():
    """One session for all: it takes ten seconds to start."""
    with tempfile.TemporaryDirectory() as folder:
        export_of(council(1, []), folder)
        with InSpark(exports(Path(folder))) as asks:
            yield asks._session


def at_the_command_line(engine, folder, **environment):
    command = Path(sys.executable).with_name("complaint-ledger")
    return subprocess.run(
        [command, "trends", "overturn", "--by", "service", "--on", engine, "--facts", folder],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )


def by_spark(spark, some, asked=ASKED):
    with tempfile.TemporaryDirectory() as folder:
        for one in some:
            export_of(one, folder)
        with InSpark(exports(Path(folder)), spark) as asks:
            return answers(asks, asked)


@settings(max_examples=10)
@given(councils(max_councils=2), SOME)
def test_it_agrees_with_python_on_any_ledgers(spark, some, asked):
    assert answers(in_python(some), asked) == by_spark(spark, some, asked)


def test_they_agree_on_every_trend_by_everything_that_it_can_be_grouped_by(spark):
    some = [a_council(number, 12 * number) for number in (1, 2)]

    assert answers(in_python(some)) == by_spark(spark, some)


def test_of_no_complaints_at_all_nothing_is_counted_and_nothing_fails(spark):
    some, asked = [council(1, [])], ["overturn by council", "outcomes by stage"]

    assert answers(in_python(some), asked) == by_spark(spark, some, asked)


def test_a_folder_whose_name_would_stand_for_others_is_read_as_it_is(spark, tmp_path):
    there = tmp_path / "a[12]{x,y}*'? \\"
    export_of(a_council(), there)

    with InSpark(exports(there), spark) as asks:
        assert answers(in_python([a_council()]), ASKED[:1]) == answers(asks, ASKED[:1])


def test_at_the_command_line_it_starts_and_ends_by_itself_and_says_nothing_of_it(tmp_path):
    export_of(a_council(), tmp_path)

    def ask(engine):
        done = at_the_command_line(engine, tmp_path)
        assert done.returncode == 0
        return done.stdout, done.stderr

    assert ask("duckdb") == ask("spark")


def test_without_java_it_says_so(tmp_path):
    export_of(council(1, []), tmp_path)

    done = at_the_command_line("spark", tmp_path, JAVA_HOME=str(tmp_path))

    assert done.returncode == 3
    assert "needs Java, 17 or later" in done.stderr
    assert "Traceback" not in done.stderr
