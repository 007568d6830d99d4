"""What whoever has the database, and the council's keys, can do to a ledger."""

import json

import attrs

import behind
from complaint_ledger.evidence import notes
from complaint_ledger.evidence.checkpointing import (
    checkpoint_name,
    cosignature_name,
    kept_checkpoints,
    witness_name,
)
from complaint_ledger.evidence.checkpoints import Checkpoint, cosign
from complaint_ledger.evidence.notes import Note
from complaint_ledger.evidence.seals import heads_at, heads_root
from complaint_ledger.evidence.tree import KeptTree
from complaint_ledger.ledger import Ledger
from complaint_ledger.moving.copying import digests_of
from complaint_ledger_adapters.memory import MemoryStore


def forged(ledger, store):
    """Return *ledger* with another store behind it, and all its keys."""
    return Ledger(store, lambda: ledger.keys, ledger.now, lambda _: ledger.signing)


def everything(store):
    """Return all events of *store*."""
    return list(store.tail(after=0, limit=10**6))


def _sealed(store):
    return store.sealed(d for event in everything(store) for d in digests_of(event))


def edited(event, find, put):
    """Return *event* with other bytes in its body."""
    return attrs.evolve(event, body=event.body.replace(find, put))


def laid_down(ledger, events, *, kept=None, heads=None):
    """
    Return a ledger that holds just these rows, whatever is wrong with them.

    The table of heads is made to fit, unless it is given.
    """
    store = MemoryStore(ledger.store.ledger, ledger.now)
    for event in events:
        store._events.append(event)
        store._streams.setdefault(event.stream, []).append(event)
        store._leaves[event.stream] = event.leaf(store.ledger)
        store._ids[event.id] = event
    store._leaves.update(heads or {})
    store._claims.update(dict(ledger.store.claims()))
    store._sealed.update(_sealed(ledger.store))
    store._kept.update(dict(ledger.store.kept()) if kept is None else kept)
    return forged(ledger, behind.laid_down(store))


def rewritten(ledger, events, *, witnesses=()):
    """Return a ledger in which *events* are chained, sealed and signed anew, by the council."""
    store = MemoryStore(ledger.store.ledger, ledger.now)
    for place, event in enumerate(events, 1):
        stream = store._streams.setdefault(event.stream, [])
        body = event.body
        if event.name == "ledger-sealed":
            content = json.loads(body)
            heads = heads_at(store, place - 1)
            content["open"] |= {
                "upto": place - 1,
                "heads_size": len(heads),
                "heads_root": heads_root(heads).hex(),
            }
            body = json.dumps(
                content, ensure_ascii=False, separators=(",", ":"), sort_keys=True
            ).encode()
        written = attrs.evolve(
            event,
            position=place,
            version=len(stream) + 1,
            prev=store._leaves.get(event.stream),
            body=body,
        )
        store._events.append(written)
        stream.append(written)
        store._leaves[event.stream] = written.leaf(store.ledger)
        store._ids[event.id] = written
    store._claims.update(dict(ledger.store.claims()))
    store._sealed.update(_sealed(ledger.store))
    tree = KeptTree(store)
    signer = ledger.signing.current()
    for one in kept_checkpoints(ledger.store):
        if one.size <= len(events):
            checkpoint = Checkpoint(ledger.origin, one.size, tree.root(one.size))
            note = Note(checkpoint.text, [notes.sign(checkpoint.text, signer)])
            store.keep(checkpoint_name(one.size), bytes(note))
            for witness, at in witnesses:
                signature = cosign(checkpoint.text, at, witness.signer)
                store.keep(cosignature_name(one.size, signature), f"{signature}\n".encode())
                store.keep(witness_name(signature.key_id), str(witness.signer.key).encode())
    return forged(ledger, behind.laid_down(store))
