"""Several services record at once, and some are killed: each entry is there, once, in its place."""

from many_writers.trial import Trial
from servers import postgres_server


def test_postgresql_loses_and_doubles_nothing_while_writers_and_server_die(tmp_path):
    with postgres_server() as server:
        url = f"{server.conninfo('postgres')}?keys={tmp_path / 'council.keys'}"
        told = Trial(url, tmp_path, writers=4, seconds=4, kill=True, restart=server).run()

    assert told.kills
    assert told.restarts


def test_sqlite_loses_and_doubles_nothing_while_writers_die(tmp_path):
    url = f"sqlite:///{tmp_path / 'council.db'}"

    assert Trial(url, tmp_path, writers=3, seconds=3, kill=True).run().kills
