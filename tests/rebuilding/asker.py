"""Asks a trend again and again, and notes how long each answer took and what it was of."""

import json
import signal
import time
from pathlib import Path

from complaint_ledger.projections.trends import answer, trend
from complaint_ledger.projections.views import Views


def ask(facts, notes):
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))

    with Views(facts) as views, Path(notes).open("w") as file:
        while not ended:
            begun = time.perf_counter()
            try:
                with views.reading() as connection:
                    position = views.position(connection)
                    answer(trend("overturn"), connection, "service")
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told
                line = {"failed": repr(error)}
            else:
                line = {"position": position}
            line["seconds"] = time.perf_counter() - begun
            file.write(json.dumps(line) + "\n")
            file.flush()
            time.sleep(0.05)
