"""A small council to be moved, and all that stands in its ledger, to be compared."""

from datetime import date
from pathlib import Path

import behind
from complaint_ledger import commands, create_ledger, events, open_ledger, seal
from complaint_ledger.codec import sealed_paths
from complaint_ledger.moving.copying import digests_of
from complaint_ledger.testing import check_whole, everything

NAME = "Rowan Ashdown"
STORY = "The bin was missed on three Mondays."


def reference(number):
    return f"C-2026-{number:06}"


def receive(number):
    return commands.Receive(
        occurred_on=date(2026, 4, 1),
        reference=reference(number),
        heads=(events.Head(id="h1", description=seal(STORY)),),
        complainant=events.Person(id="p1", name=seal(f"{NAME} {number}")),
    )


def record(ledger, actor, numbers):
    """Record a complaint for each of *numbers*, received and answered: two events each."""
    for number in numbers:
        ledger.record(receive(number), actor=actor)
        answer = commands.Respond(occurred_on=date(2026, 4, 20), outcome="upheld")
        ledger.record(answer, complaint=reference(number), actor=actor)


def found(url, complaints=6, **options):
    """Found a ledger with some complaints and things kept; return who may record in it."""
    ledger, actor = create_ledger(url, council="Northborough Council", fictional=True, **options)
    with ledger:
        record(ledger, actor, range(complaints))
        ledger.store.keep("checkpoint/3", b"the tree over three entries")
        ledger.store.keep("tree/0/0", bytes(range(256)))
    return actor


def all_of(url, keys=None):
    """Return everything that stands in the ledger at *url* and in its key store."""
    with open_ledger(url, keys=keys) as ledger:
        return all_in(ledger)


def all_in(ledger):
    store = ledger.store
    check_whole(store)
    told = list(everything(store))
    return {
        "ledger": store.ledger,
        "events": told,
        "head": store.head(),
        "streams": list(store.streams()),
        "claims": list(store.claims()),
        "kept": list(store.kept()),
        "sealed": store.sealed([digest for event in told for digest in digests_of(event)]),
        "keys": dict(ledger.keys.everything()),
    }


def erase(ledger, number):
    """Take out what was sealed of a complaint, with its key; return the ciphertexts."""
    stream = ledger.store.claimed_by(f"reference/{reference(number)}")
    digests = [digest for event in ledger.store.read(stream) for digest in digests_of(event)]
    gone = [row.ciphertext for row in ledger.store.sealed(digests).values()]
    assert ledger.store.erase_sealed(digests) == len(gone) > 0
    assert ledger.keys.destroy([(stream, "p1")]) == 1
    return gone


def bytes_in(folder):
    files = (file for file in sorted(Path(folder).rglob("*")) if file.is_file())
    return b"".join(behind.bytes_of(file) for file in files)


def opened_values(url, keys=None):
    """Return every personal value that the ledger's keys open."""
    with open_ledger(url, keys=keys) as ledger:
        wanted = {
            digest: path
            for event in everything(ledger.store)
            for digest, (path, _) in sealed_paths(event.body).items()
        }
        return sorted(disclosure.value for disclosure in ledger.vault.open(wanted).values())
