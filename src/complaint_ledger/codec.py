"""
Events ↔ stored bytes, under stable names.

A body is UTF-8 JSON: `meta` (who, why, by what), `open` (what stands in clear),
`sealed` (digests of personal values, by path) and `withheld` (paths). It is
written once and never written again.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from complaint_ledger.converter import make_converter, shaped
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import (
    WITHHELD,
    ActorKind,
    Private,
    Role,
    Sealed,
    SubjectId,
    Withheld,
)
from complaint_ledger.errors import BadValue, UnreadableEvent
from complaint_ledger.upcasts import UPCASTS, Form, Upcast, upcast

# The stored names. Append only: a name in someone's ledger is a promise.
EVENT_NAMES: Final[Mapping[type[e.Event], str]] = {
    e.ComplaintReceived: "complaint-received",
    e.ComplaintAcknowledged: "complaint-acknowledged",
    e.ComplaintDefined: "complaint-defined",
    e.HeadAdded: "head-added",
    e.HandlerAssigned: "handler-assigned",
    e.ResponseExtended: "response-extended",
    e.ResponseSignedOff: "response-signed-off",
    e.ResponseSent: "response-sent",
    e.ResponseDelivered: "response-delivered",
    e.ResolvedByAgreement: "resolved-by-agreement",
    e.ComplaintEscalated: "complaint-escalated",
    e.ComplaintRefused: "complaint-refused",
    e.EscalationRefused: "escalation-refused",
    e.ComplaintWithdrawn: "complaint-withdrawn",
    e.ComplaintReopened: "complaint-reopened",
    e.ComplaintClosed: "complaint-closed",
    e.ServiceRequestLinked: "service-request-linked",
    e.ComplaintsLinked: "complaints-linked",
    e.ComplaintTransferred: "complaint-transferred",
    e.RepresentativeAuthorised: "representative-authorised",
    e.AdjustmentRequested: "adjustment-requested",
    e.AdjustmentMade: "adjustment-made",
    e.AdjustmentReviewed: "adjustment-reviewed",
    e.ChildViewsSought: "child-views-sought",
    e.ChildViewsRecorded: "child-views-recorded",
    e.AdvocateRequested: "advocate-requested",
    e.AdvocateAppointed: "advocate-appointed",
    e.InterestDecided: "interest-decided",
    e.StartAgreed: "start-agreed",
    e.WrittenRecordMade: "written-record-made",
    e.DiscussionHeld: "discussion-held",
    e.ResponsePeriodSet: "response-period-set",
    e.UpdateSent: "update-sent",
    e.ProviderInvolved: "provider-involved",
    e.StageSkipAgreed: "stage-skip-agreed",
    e.IndependentPersonAppointed: "independent-person-appointed",
    e.PanelAppointed: "panel-appointed",
    e.PanelHeld: "panel-held",
    e.PanelReported: "panel-reported",
    e.TermsSent: "terms-sent",
    e.ExhaustionNotified: "exhaustion-notified",
    e.ContactLogged: "contact-logged",
    e.DocumentAdded: "document-added",
    e.DocumentWithdrawn: "document-withdrawn",
    e.ContactRestricted: "contact-restricted",
    e.RestrictionReviewed: "restriction-reviewed",
    e.RestrictionLifted: "restriction-lifted",
    e.HandlingCodeRevised: "handling-code-revised",
    e.CauseIdentified: "cause-identified",
    e.RemedyOffered: "remedy-offered",
    e.RemedyAccepted: "remedy-accepted",
    e.RemedyDeclined: "remedy-declined",
    e.RemedyDelivered: "remedy-delivered",
    e.RemedyUndeliverable: "remedy-undeliverable",
    e.LearningAuthorised: "learning-authorised",
    e.LearningCompleted: "learning-completed",
    e.LearningFollowedUp: "learning-followed-up",
    e.LearningShared: "learning-shared",
    e.ReferredToOmbudsman: "referred-to-ombudsman",
    e.ReferralPremature: "referral-premature",
    e.OmbudsmanOutcomeReceived: "ombudsman-outcome-received",
    e.EnquiryReceived: "enquiry-received",
    e.EnquiryAnswered: "enquiry-answered",
    e.DraftReceived: "draft-received",
    e.DraftCommented: "draft-commented",
    e.RecommendationMade: "recommendation-made",
    e.DueDateAmended: "due-date-amended",
    e.EvidenceSent: "evidence-sent",
    e.RecommendationSatisfied: "recommendation-satisfied",
    e.RecommendationNotSatisfied: "recommendation-not-satisfied",
    e.PublicReportReceived: "public-report-received",
    e.PublicReportAnswered: "public-report-answered",
    e.EvidenceBundleExported: "evidence-bundle-exported",
    e.EntryCorrected: "entry-corrected",
    e.EntryRetracted: "entry-retracted",
    e.LedgerOpened: "ledger-opened",
    e.ActorAdded: "actor-added",
    e.ClockAccepted: "clock-accepted",
    e.ImportStarted: "import-started",
    e.ImportFinished: "import-finished",
    e.SealedValuesOpened: "sealed-values-opened",
    e.TextKept: "text-kept",
    e.CodeAdopted: "code-adopted",
    e.LedgerSealed: "ledger-sealed",
    e.KeyRotated: "key-rotated",
    e.TimeStampReceived: "time-stamp-received",
    e.EvidenceBundlePacked: "evidence-bundle-packed",
}
EVENT_TYPES: Final[Mapping[str, type[e.Event]]] = {name: t for t, name in EVENT_NAMES.items()}

# The schema that is written today, where it is not 1.
SCHEMAS: Final[Mapping[str, int]] = {}

SealFunction = Callable[[str, Sealed[str]], str]
"""Takes a path and a clear value, keeps it, and returns its digest."""


@attrs.frozen(kw_only=True)
class Actor:
    """Who recorded: an id that `actors add` issued, what they are, and in which role."""

    id: str
    kind: ActorKind
    role: Role


@attrs.frozen(kw_only=True)
class Source:
    """Where an imported event stood: a claim of the old system, shown as such."""

    import_id: str
    row: int
    recorded: str | None = None


@attrs.frozen(kw_only=True)
class Meta:
    """What stands around an event: who recorded it, for whom, after what, with what."""

    event_id: str
    actor: Actor
    library: str
    on_behalf_of: str | None = None
    correlation: str | None = None
    causation: str | None = None
    source: Source | None = None
    traceparent: str | None = None


def name_of(event: e.Event) -> tuple[str, int]:
    """Return the stored name and schema that *event* is written under."""
    name = EVENT_NAMES[type(event)]
    return name, SCHEMAS.get(name, 1)


def encode(
    event: e.Event, meta: Meta, seal: SealFunction, extra: Mapping[str, Sealed[str]] | None = None
) -> bytes:
    """
    Return the body of *event*.

    Args:
        event: What happened.
        meta: What stands around it.
        seal: Keeps a clear value and returns its digest.
        extra: Further values to seal, by path: the fingerprint of a request.

    Raises:
        BadValue: A text cannot be kept.
    """
    form = _form(event, seal)
    for path, value in (extra or {}).items():
        form.sealed[path] = {"digest": seal(path, value), "subject": value.subject}
    return _dump(
        {
            "meta": _meta_out(meta),
            "open": form.open,
            "sealed": form.sealed,
            "withheld": form.withheld,
        }
    )


def decode(
    name: str, schema: int, body: bytes, steps: Mapping[tuple[str, int], Upcast] = UPCASTS
) -> tuple[e.Event, Meta]:
    """
    Return the event and what stands around it.

    Raises:
        UnreadableEvent: No reader here understands it; the message holds none of its fields.
    """
    content = _load(name, body)
    try:
        meta = _meta_in(content["meta"])
    except (KeyError, TypeError, AttributeError):
        raise UnreadableEvent(f"{name} has no readable meta") from None
    return _read(name, schema, content, steps), meta


def decode_event(name: str, schema: int, body: bytes) -> e.Event:
    """Return the event alone; see `decode`."""
    return _read(name, schema, _load(name, body), UPCASTS)


def _read(
    name: str, schema: int, content: dict[str, Any], steps: Mapping[tuple[str, int], Upcast]
) -> e.Event:
    try:
        form = Form(content["open"], content["sealed"], content["withheld"])
        form.sealed.pop(REQUEST, None)
    except (KeyError, TypeError, AttributeError):
        raise UnreadableEvent(f"{name} has no readable open, sealed and withheld") from None
    return _event(name, schema, form, steps)


REQUEST: Final = "request"
"""The path of the sealed fingerprint of the command, or of the row, behind an event."""


def sealed_paths(body: bytes) -> dict[str, tuple[str, str]]:
    """Return what a body seals: digest → (path, subject), also inside a replacement."""
    return sealed_in(read_body(body))


def sealed_in(content: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return what `sealed_paths` does, of a body that was read."""
    found = {s["digest"]: (path, s["subject"]) for path, s in content["sealed"].items()}
    replacement = content["open"].get("replacement")
    if replacement:
        found |= {s["digest"]: (p, s["subject"]) for p, s in replacement["sealed"].items()}
    return found


def read_body(body: bytes) -> dict[str, Any]:
    """
    Return a body as it stands, whatever event it is of.

    Raises:
        UnreadableEvent: It is no JSON object.
    """
    return _load("body", body)


def sealed_with_paths(body: bytes) -> dict[str, tuple[str, str, str]]:
    """
    Return what a body seals, but for the fingerprint of a request.

    Returns:
        By path: the path that the disclosure names, the digest, the subject. What a
        correction says instead stands behind `replacement/`.
    """
    content = _load("body", body)
    found = {p: (p, s["digest"], s["subject"]) for p, s in content["sealed"].items()}
    found.pop(REQUEST, None)
    replacement = content["open"].get("replacement")
    if replacement:
        inner = replacement["sealed"].items()
        found |= {f"replacement/{p}": (p, s["digest"], s["subject"]) for p, s in inner}
    return found


def carried(event: e.Event) -> dict[str, str]:
    """Return what *event* carries over from an entry that was sealed before: digest → path."""
    form = _form(event, lambda _path, _value: _NOT_YET)
    return {s["digest"]: p for p, s in form.sealed.items() if s["digest"] != _NOT_YET}


_NOT_YET: Final = "not sealed yet"


def request_of(body: bytes) -> str | None:
    """Return the digest of the request's fingerprint, where there is one."""
    found = _load("body", body)["sealed"].get(REQUEST)
    return str(found["digest"]) if found else None


def fields(event: e.Event, show: Callable[[str, Private], str]) -> dict[str, Any]:
    """
    Return what *event* says, as plain values; *show* puts what is private into words.

    A field that says nothing is left out.
    """
    content: dict[str, Any] = _converter.unstructure(event)
    if isinstance(event, e.EntryCorrected):
        content["replacement"] = fields(event.replacement, show)
    _show(content, "", show)
    return {f.name: content[f.name] for f in attrs.fields(type(event)) if f.name in content}


def _show(node: dict[str, Any], path: str, show: Callable[[str, Private], str]) -> None:
    for key, value in node.items():
        if isinstance(value, (Sealed, Withheld)):
            node[key] = show(path + key, value)
        elif isinstance(value, dict):
            _show(value, f"{path}{key}/", show)
        elif isinstance(value, (list, tuple)):
            for member in value:
                if isinstance(member, dict):
                    name = member.get("id") or member["head"]
                    _show(member, f"{path}{key}/{name}/", show)


# --- events and forms ----------------------------------------------------------------------------


def _form(event: e.Event, seal: SealFunction) -> Form:
    try:
        content = _WRITERS[type(event)](event)
    except BadValue as error:
        name = EVENT_NAMES.get(type(event), "event")
        raise BadValue(f"{name}, a {error.field}", error.why) from None
    except Exception:  # noqa: BLE001 - whatever it is, its text may be personal
        raise BadValue("event", "a field does not have its type") from None
    sealed: dict[str, Any] = {}
    withheld: list[str] = []
    if isinstance(event, e.EntryCorrected):
        inner = _form(event.replacement, seal)
        content["name"], content["schema"] = name_of(event.replacement)
        content["replacement"] = attrs.asdict(inner)
    _take_out(content, "", seal, sealed, withheld)
    return Form(content, sealed, withheld)


def _take_out(
    node: Any, path: str, seal: SealFunction, sealed: dict[str, Any], withheld: list[str]
) -> None:
    """Move what is private out of *node*, leaving nothing behind."""
    for key, value in list(node.items()):
        kind = type(value)
        if kind is Sealed:
            where = path + key
            digest = value.digest or seal(where, value)
            if not (isinstance(digest, str) and digest and value.subject):
                raise BadValue(where, "a sealed value has a subject, and a text or a digest")
            sealed[where] = {"digest": digest, "subject": value.subject}
            del node[key]
        elif kind is Withheld:
            withheld.append(path + key)
            del node[key]
        elif kind is dict and key != "replacement":
            _take_out(value, f"{path}{key}/", seal, sealed, withheld)
        elif kind is list or kind is tuple:
            for member in value:
                if type(member) is dict:
                    # A member is named by its id, never by its place.
                    name = member.get("id") or member["head"]
                    _take_out(member, f"{path}{key}/{name}/", seal, sealed, withheld)


def _event(name: str, schema: int, form: Form, steps: Mapping[tuple[str, int], Upcast]) -> e.Event:
    kind = EVENT_TYPES.get(name)
    if kind is None:
        raise UnreadableEvent("no event is stored under this name; use a later version")
    form = upcast(name, schema, form, SCHEMAS.get(name, 1), steps)
    try:
        content = form.open
        for path, value in form.sealed.items():
            _put_in(content, path, Sealed(_SUBJECT(value["subject"], None),
                                          digest=value["digest"]))  # fmt: skip
        for path in form.withheld:
            _put_in(content, path, WITHHELD)
        if kind is e.EntryCorrected:
            inner = content["replacement"]
            content["replacement"] = _event(
                content.pop("name"),
                content.pop("schema"),
                Form(inner["open"], inner["sealed"], inner["withheld"]),
                steps,
            )
        event: e.Event = _READERS[kind](content, kind)
    except UnreadableEvent:
        raise
    except Exception:  # noqa: BLE001 - whatever it is, its text may be personal
        raise UnreadableEvent(f"{name} {schema} does not fit its schema") from None
    return event


def _put_in(content: dict[str, Any], path: str, value: Sealed[str] | Withheld) -> None:
    *steps, last = path.split("/")
    node: Any = content
    for step in steps:
        if isinstance(node, list):
            node = next(m for m in node if (m.get("id") or m.get("head")) == step)
        else:
            node = node[step]
    if last in node:
        raise ValueError(path)
    node[last] = value


# --- meta ----------------------------------------------------------------------------------------


def _meta_out(meta: Meta) -> dict[str, Any]:
    out: dict[str, Any] = {
        "event_id": meta.event_id,
        "actor": {"kind": meta.actor.kind, "id": meta.actor.id, "role": meta.actor.role},
        "library": meta.library,
    }
    for field in ("on_behalf_of", "correlation", "causation", "traceparent"):
        value = getattr(meta, field)
        if value is not None:
            out[field] = value
    if meta.source:
        out["source"] = {"import": meta.source.import_id, "row": meta.source.row}
        if meta.source.recorded:
            out["source"]["recorded"] = meta.source.recorded
    return out


def _meta_in(found: Mapping[str, Any]) -> Meta:
    """Read what is known of *found*; later versions may say more."""
    actor, source = found["actor"], found.get("source")
    return Meta(
        event_id=found["event_id"],
        actor=Actor(kind=actor["kind"], id=actor["id"], role=actor["role"]),
        library=found["library"],
        on_behalf_of=found.get("on_behalf_of"),
        correlation=found.get("correlation"),
        causation=found.get("causation"),
        traceparent=found.get("traceparent"),
        source=Source(
            import_id=source["import"], row=source["row"], recorded=source.get("recorded")
        )
        if source
        else None,
    )


# --- bytes ---------------------------------------------------------------------------------------


# Sorted, so that the form is ours and not a library's; readers never depend on it.
_as_json: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
).encode


def _dump(content: Mapping[str, Any]) -> bytes:
    return _as_json(content).encode("utf-8")


def _no_floats(_: str) -> float:
    raise ValueError


_from_json: Final = json.JSONDecoder(parse_float=_no_floats, parse_constant=_no_floats).raw_decode


def _load(name: str, body: bytes) -> dict[str, Any]:
    try:
        text = body.decode("utf-8")
        content, end = _from_json(text)
        if end != len(text):
            raise ValueError
    except (ValueError, RecursionError):
        raise UnreadableEvent(f"{name} is not readable JSON") from None
    if not isinstance(content, dict):
        raise UnreadableEvent(f"{name} is not a JSON object")
    return content


_converter: Final = make_converter()
_READERS: Final = {kind: _converter.get_structure_hook(kind) for kind in EVENT_NAMES}
_WRITERS: Final = {kind: _converter.get_unstructure_hook(kind) for kind in EVENT_NAMES}
_SUBJECT: Final = shaped(SubjectId)

__all__ = [
    "EVENT_NAMES",
    "EVENT_TYPES",
    "REQUEST",
    "SCHEMAS",
    "Actor",
    "Meta",
    "SealFunction",
    "Source",
    "carried",
    "decode",
    "decode_event",
    "encode",
    "fields",
    "name_of",
    "read_body",
    "request_of",
    "sealed_in",
    "sealed_paths",
    "sealed_with_paths",
]
