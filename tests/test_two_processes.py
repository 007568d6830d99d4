"""
Acknowledged means stored: with two processes at once, and when one is killed.

This file is also the other process: `test_two_processes.py MODE URL ACTOR NUMBER`.
"""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from itertools import count

from complaint_ledger import Refused, commands, create_ledger, events, open_ledger

COMMANDS = 1000
SHARED = 10
KILLS = 50
PATIENCE = 120  # seconds
DAY = date(2026, 4, 1)


# --- the other process ---------------------------------------------------------------------------


def together(number, i):
    """Return command *i* of process *number*; every other one is on a shared complaint."""
    if i % 4 == 0:  # both processes want every one of these heads
        return commands.AddHead(head=events.Head(id=f"x{i // 40}")), f"S-{i // 4 % SHARED}"
    if i % 4 == 2:
        case = commands.Refer(body="lgsco", reference=f"R{number}-{i}")
        return case, f"S-{i // 4 % SHARED}"
    return alone(number, i // 2)


def alone(number, i):
    """Return command *i* of a process that begins a complaint with every fifth command."""
    reference = f"P{number}-{i - i % 5}"
    if i % 5 == 0:
        return commands.Receive(occurred_on=DAY, reference=reference), None
    return commands.AddHead(head=events.Head(id=f"x{i}")), reference


def record(ledger, actor, tell, number, i):
    """Record command *i* under its key; return what came of it, as one line."""
    command, complaint = tell(number, i)
    try:
        recorded = ledger.record(
            command, complaint=complaint, actor=actor, idempotency_key=f"{number}/{i}"
        )
    except Refused as refused:
        return f"{i} refused {refused.rule}"
    (fact,) = recorded.events
    return f"{i} {'there' if recorded.already_there else 'stored'} {fact.id}"


def main(mode, url, actor, number):
    tell, numbers = (together, range(COMMANDS)) if mode == "together" else (alone, count())
    with open_ledger(url) as ledger:
        print("ready", flush=True)
        sys.stdin.readline()
        print("recording", flush=True)
        for i in numbers:
            print(record(ledger, actor, tell, number, i), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.exit()


# --- the tests -----------------------------------------------------------------------------------


@contextmanager
def process(mode, url, actor, number):
    """Start another process; it waits for a line before it records."""
    with subprocess.Popen(
        [sys.executable, __file__, mode, url, actor, str(number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def begin(*children):
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        assert child.stdout.readline() == "recording\n"


def told(child):
    """Return what *child* said came of its commands: (number, outcome, id or rule)."""
    return [line.split() for line in child.communicate(timeout=PATIENCE)[0].splitlines()]


def ids_in(ledger):
    from complaint_ledger.testing import everything

    return [event.id for event in everything(ledger.store)]


def test_two_processes_record_a_thousand_commands_each(tmp_path):
    from complaint_ledger.testing import check_whole

    url = f"sqlite:///{tmp_path}/council.db"
    ledger, actor = create_ledger(url, council="Ambridge Council", fictional=True)
    with ledger:
        for n in range(SHARED):
            command = commands.Receive(occurred_on=DAY, reference=f"S-{n}")
            ledger.record(command, actor=actor)
        before = ids_in(ledger)

        with process("together", url, actor, 1) as one, process("together", url, actor, 2) as two:
            begin(one, two)
            # Each is read to its end; a pipe holds less than a thousand lines.
            lines = [*_both(one, two)]

        outcomes = Counter(
            (outcome, what) if outcome == "refused" else (outcome,) for _, outcome, what in lines
        )
        stored = [what for _, outcome, what in lines if outcome == "stored"]
        assert len(lines) == 2 * COMMANDS  # each was acknowledged or refused
        assert sorted(ids_in(ledger)) == sorted(before + stored)
        assert check_whole(ledger.store) == len(before) + len(stored)
        # Of two that want the same head one is refused, by the rule that says so.
        assert outcomes == {
            ("stored",): 2 * COMMANDS - COMMANDS // 4,
            ("refused", "head-known"): COMMANDS // 4,
        }
    print(
        f"\nTwo processes recorded {COMMANDS} commands each, half of them on the same {SHARED}"
        f" complaints: {len(stored)} were acknowledged and are stored,"
        f" {outcomes['refused', 'head-known']} were refused by head-known, and none was lost."
    )


def _both(one, two):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as threads:
        for lines in threads.map(told, (one, two)):
            yield from lines


def one_after_another(url, actor):
    """Yield processes that are ready; the next one starts while one records."""
    with ExitStack() as started:
        children = [started.enter_context(process("alone", url, actor, 0))]
        for number in range(1, KILLS + 1):
            if number < KILLS:
                children.append(started.enter_context(process("alone", url, actor, number)))
            yield children[number - 1]


def test_a_process_killed_at_any_moment_loses_and_doubles_nothing(tmp_path):
    from complaint_ledger.testing import check_whole

    url = f"sqlite:///{tmp_path}/council.db"
    chance = random.Random(7)
    ledger, actor = create_ledger(url, council="Ambridge Council", fictional=True)
    with ledger:
        stored, unheard = set(ids_in(ledger)), 0
        for number, child in enumerate(one_after_another(url, actor)):
            begin(child)
            with suppress(subprocess.TimeoutExpired):
                child.wait(chance.uniform(0.05, 0.3))
            os.kill(child.pid, signal.SIGKILL)
            lines = told(child)
            assert child.returncode == -signal.SIGKILL
            acknowledged = [what for _, outcome, what in lines if outcome == "stored"]
            assert len(acknowledged) == len(lines)
            there = set(ids_in(ledger))
            assert set(acknowledged) <= there
            unheard += len(there - stored) - len(acknowledged)

            for i in range(max(0, len(lines) - 5), len(lines)):  # who asks again is told the same
                again = record(ledger, actor, alone, number, i).split()
                assert again == [str(i), "there", acknowledged[i]]
            in_flight = record(ledger, actor, alone, number, len(lines)).split()[2]
            assert set(ids_in(ledger)) == there | {in_flight}
            stored = there | {in_flight}

        assert check_whole(ledger.store) == len(stored)
    print(
        f"\n{KILLS} processes were killed while they recorded: each of {len(stored) - 2 - KILLS}"
        f" acknowledged commands is stored once; {unheard} commands were stored though nobody"
        " heard so, and asking again under the same key did not double one."
    )
