"""
A service that records: `writer.py URL ACTOR NUMBER LOG`.

It goes on with the first command that its log does not hold, under the same key: what a
writer killed in between may have recorded is there once. Each line of the log is one
command, written when it was acknowledged. It says `ready`, begins when it is told until when to go on
(seconds since 1970), and ends then.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path

from complaint_ledger import Refused, commands, events, open_ledger
from complaint_ledger.errors import StoreUnreadable, StreamMoved

SHARED = 8
"""How many complaints all writers write to."""

DAY = date(2026, 4, 1)
OF_ONE = (
    commands.Acknowledge(occurred_on=DAY),
    commands.Respond(occurred_on=DAY, outcome="upheld"),
    commands.Close(occurred_on=DAY),
)


def told(number, i):
    """Return command *i* of writer *number*, and the complaint it is about."""
    mine = f"W{number}-{i - i % 5}"
    match i % 5:
        case 0:
            return commands.Receive(occurred_on=DAY, reference=mine), None
        case 4:
            head = events.Head(id=f"w{number}-{i}")
            return commands.AddHead(head=head), f"S-{i // 5 % SHARED}"
        case step:
            return OF_ONE[step - 1], mine


def record(ledger, actor, number, i):
    """Record command *i* until it is acknowledged; return its line of the log."""
    command, complaint = told(number, i)
    tries = 0
    while True:
        tries += 1
        try:
            recorded = ledger.record(
                command, complaint=complaint, actor=actor, idempotency_key=f"{number}/{i}"
            )
        except (StoreUnreadable, StreamMoved) as error:
            if tries == 100:
                raise
            print(f"writer {number}, command {i}: {error}", file=sys.stderr, flush=True)
            time.sleep(0.2)
        except Refused as refused:
            return {"i": i, "refused": refused.rule}
        else:
            ids = [fact.id for fact in recorded.events]
            return {"i": i, "ids": ids, "there": recorded.already_there}


def main(url, actor, number, log):
    file = Path(log)
    whole = [line for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")]
    file.write_text("".join(whole))  # a line cut short was never acknowledged to anybody
    i = len(whole)
    with open_ledger(url) as ledger, file.open("a") as out:
        print("ready", flush=True)
        until = float(sys.stdin.readline())
        while time.time() < until:
            print(json.dumps(record(ledger, actor, number, i)), file=out, flush=True)
            i += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
