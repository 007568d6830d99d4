"""Whether the bytes of an event are a body, and this event's."""

from collections.abc import Mapping
from typing import Any

from complaint_ledger import codec
from complaint_ledger.errors import UnreadableEvent
from complaint_ledger.store import RecordedEvent

_PARTS = (("meta", dict), ("open", dict), ("sealed", dict), ("withheld", list))


def content_of(recorded: RecordedEvent) -> dict[str, Any]:
    """
    Return the body of *recorded* as it stands.

    Raises:
        UnreadableEvent: It is none, or that of another event; the message says why.
    """
    content = codec.read_body(recorded.body)
    try:
        if (
            content["meta"]["event_id"] == recorded.id
            and type(content["open"]) is dict
            and type(content["sealed"]) is dict
            and type(content["withheld"]) is list
        ):
            return content
    except (KeyError, TypeError):
        pass
    for part, kind in _PARTS:
        if type(content.get(part)) is not kind:
            raise UnreadableEvent(f"its body has no readable {part}")
    raise UnreadableEvent("its id is not the one in its body")


def claimed_in(name: str, content: Mapping[str, Any]) -> str | None:
    """Return the reference that an event gives its complaint, if it gives one."""
    said: Any = content["open"]
    if name == "entry-corrected":
        if said.get("name") != "complaint-received":
            return None
        replacement = said.get("replacement")
        said = replacement.get("open", {}) if isinstance(replacement, dict) else {}
    reference = said.get("reference") if isinstance(said, dict) else None
    return reference if isinstance(reference, str) else None
