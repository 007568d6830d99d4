"""A council's ledger in a file, and an administrator who may write anything into it."""

from datetime import date
from hashlib import sha256

import attrs

import behind
from complaint_ledger import open_ledger
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.evidence import merkle, notes
from complaint_ledger.evidence.audit import audit
from complaint_ledger.evidence.checkpointing import time_stamp_name
from complaint_ledger.evidence.checkpoints import Checkpoint
from complaint_ledger.evidence.seals import Head, heads_root
from complaint_ledger.ids import new_actor
from complaint_ledger.store import LEDGER_STREAM
from evidence.council import Council

STAMP = b"the reply of an authority"


def make(folder):
    """Return the file of a ledger with everything in it that an audit looks at."""
    file = folder / "council.db"
    council = Council(f"sqlite:///{file}")
    ledger = council.ledger
    by = ledger.actor(council.actor)
    for _ in range(245):  # so many that a hash is kept of the first 256
        added = e.ActorAdded(actor=new_actor("officer"), kind="officer", role="handler")
        ledger.record_own(added, by)
    council.tell_everything()
    size = council.checkpoint().size
    stamped = e.TimeStampReceived(checkpoint=size, sha256=sha256(STAMP).hexdigest())
    position = ledger.append_own(stamped, by).last
    ledger.store.keep(time_stamp_name(position), STAMP)
    council.checkpoint(witnessed=False)
    ledger.close()
    return file


def plain(folder):
    """Return the file of a ledger of one complaint and one checkpoint."""
    file = folder / "council.db"
    council = Council(f"sqlite:///{file}")
    on = date(2026, 4, 1)
    council.record(c.Receive(occurred_on=on, reference="C-2026-000123"))
    council.record(c.Acknowledge(occurred_on=on))
    council.checkpoint(witnessed=False)
    council.ledger.close()
    return file


class Tampered:
    """A copy of a ledger, with somebody who has the right to write the file."""

    def __init__(self, original, folder):
        folder.mkdir(exist_ok=True)
        self.file = folder / "council.db"
        behind.copy(original, self.file)
        self.url = f"sqlite:///{self.file}"

    def rows(self, statement, *values):
        return behind.rows(self.file, statement, *values)

    def one(self, statement, *values):
        ((found,),) = self.rows(statement, *values)
        return found

    def position(self, name, nth=0):
        """Return where the *nth* entry of that name is."""
        return self.rows("SELECT position FROM events WHERE name = ? ORDER BY position", name)[nth][
            0
        ]

    def do(self, *statements):
        """Take the triggers away, as an administrator can, and do all of *statements*."""
        behind.do(self.file, *statements)
        return self

    def audit(self, **asked):
        with open_ledger(self.url) as ledger:
            return audit(ledger, **asked)

    def checkpoint(self, size=None):
        """Return the bytes of the checkpoint of that size, or of the last one."""
        kept = self.rows("SELECT data FROM kept WHERE name LIKE 'checkpoint/%' ORDER BY name")
        if size is None:
            return kept[-1][0]
        return self.one("SELECT data FROM kept WHERE name = ?", f"checkpoint/{size:012}")

    def rewrite(self, at, old, new):
        """
        Change one entry, and all that follows from it, and sign every checkpoint again.

        The council itself can do that, or whoever has its files with the signing key.
        """
        events = self._changed(at, old, new)
        leaves = [one.leaf(self.one("SELECT ledger FROM head")) for one in events]
        heads = {one.stream: leaf for one, leaf in zip(events, leaves, strict=True)}
        with open_ledger(self.url) as ledger:
            kept = [self._signed(ledger, name, leaves) for name, _ in ledger.store.kept("ch")]
        self.do(
            *(("UPDATE events SET prev = ?, body = ? WHERE position = ?",
               (one.prev, one.body, one.position)) for one in events),
            *(("UPDATE streams SET leaf = ? WHERE stream = ?", (leaf, stream))
              for stream, leaf in heads.items()),
            *(("UPDATE kept SET data = ? WHERE name = ?", (data, name)) for name, data in kept),
        )  # fmt: skip

    def _changed(self, at, old, new):
        with open_ledger(self.url) as ledger:
            store, heads, made = ledger.store, {}, []
            for one in store.tail(limit=10_000):
                body = one.body.replace(old, new) if one.position == at else one.body
                if one.name == "ledger-sealed":
                    sealed = [head for stream, head in heads.items() if stream != LEDGER_STREAM]
                    start = body.index(b'"heads_root":"') + 14
                    root = heads_root(sealed).hex().encode()
                    body = body[:start] + root + body[start + 64 :]
                before = heads.get(one.stream)
                first = before.first if before else one.position
                made.append(attrs.evolve(one, body=body, prev=before and before.leaf))
                leaf = made[-1].leaf(store.ledger)
                heads[one.stream] = Head(first, one.stream, one.version, leaf)
        return made

    def _signed(self, ledger, name, leaves):
        size = int(name[-12:])
        text = Checkpoint(ledger.origin, size, merkle.root_of(leaves[:size])).text
        return name, bytes(notes.Note(text, [notes.sign(text, ledger.signing.current())]))
