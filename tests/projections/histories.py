"""Histories to test with: said by hand, or of any kind."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from complaint_ledger import create_ledger
from complaint_ledger.domain import events as e
from complaint_ledger.domain.history import Fact
from complaint_ledger.ids import new_id
from complaint_ledger.projections.facts import TABLES, metadata
from complaint_ledger.projections.journey import journey
from complaint_ledger.recording import Around, Part, Told

RECEIVED_ON = date(2025, 4, 7)
DECIDED_ON = date(2025, 5, 6)
OMBUDSMAN_ON = date(2026, 2, 3)


# --- by hand -------------------------------------------------------------------------------------


def received(*heads, on=RECEIVED_ON, **fields):
    return e.ComplaintReceived(
        occurred_on=on, heads=tuple(e.Head(id=head) for head in heads or ("h1",)), **fields
    )


def responded(on=DECIDED_ON, *, stage="stage-1", attempt=1, body=None, detail=None, **outcomes):
    return e.ResponseSent(
        occurred_on=on,
        stage=stage,
        attempt=attempt,
        body=body,
        outcomes=tuple(
            e.HeadOutcome(head=head, outcome=outcome.replace("_", "-"), detail=detail)
            for head, outcome in outcomes.items()
        ),
    )


def found(on=OMBUDSMAN_ON, *, body="lgsco", decided_on=None, **findings):
    return e.OmbudsmanOutcomeReceived(
        occurred_on=on,
        body=body,
        decided_on=decided_on,
        findings=tuple(
            e.HeadFinding(head=head, finding=finding.replace("_", "-"))
            for head, finding in findings.items()
        ),
    )


def facts(*events):
    """Events as facts, in the order in which they were recorded."""
    start = datetime(2026, 9, 1, tzinfo=UTC)
    return [
        Fact(
            id=f"{n:032x}",
            position=n + 2,
            version=n,
            recorded_at=start + timedelta(minutes=n),
            event=event,
        )
        for n, event in enumerate(events, 1)
    ]


def rows_of(*events):
    return journey(facts(*events))


def heads_of(*events):
    return {row["head"]: row for row in rows_of(*events)["heads"]}


class Council:
    """A ledger in memory whose clock moves a minute with every recording."""

    def __init__(self, url=None):
        self.now = datetime(2026, 9, 1, tzinfo=UTC)
        url = url or f"memory:///{new_id()}"
        self.ledger, actor = create_ledger(url, council="Testham", clock=self._tick)
        self.around = Around(actor=self.ledger.actor(actor))
        self.store = self.ledger.store

    def _tick(self):
        self.now += timedelta(minutes=1)
        return self.now

    def tell(self, stream, *events):
        """Record *events* for the complaint *stream*, a number or an id; return their ids."""
        stream = f"{stream:032x}" if isinstance(stream, int) else stream
        told = [Told(new_id(), event) for event in events]
        version = len(self.store.read(stream))
        self.ledger.recorder.append(
            [Part(stream=stream, version=version, events=told)], self.around
        )
        return [one.id for one in told]


def contents(views):
    """Everything that *views* hold, by table."""
    with views.reading() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(table.select())), key=str)
            for table in TABLES
        }


def columns(name):
    """The columns that a row of the table *name* fills."""
    return {column.name for column in metadata.tables[name].columns} - {"stream", "council"}


# --- of any kind ---------------------------------------------------------------------------------

HEADS = st.sampled_from(["h1", "h2", "h3"])
STAGES = st.sampled_from(["stage-1", "stage-2"])
BODIES = st.sampled_from(["lgsco", "housing-ombudsman"])
OUTCOMES = st.sampled_from(["upheld", "not-upheld", "partly-upheld", "resolved", "noted"])
FINDINGS = st.sampled_from(
    [
        "not-investigated",
        "not-upheld",
        "upheld",
        "upheld-already-remedied",
        "partly-upheld",
        "resolved",
        "withdrawn",
    ]
)
WHEN = {
    "occurred_on": st.none() | st.dates(),
    "precision": st.sampled_from(["day", "month", "year", "unknown"]),
}


def some(strategy):
    return st.lists(strategy, max_size=3).map(tuple)


A_HEAD = st.builds(
    e.Head,
    id=HEADS,
    category=st.sampled_from([None, "delay"]),
    service=st.sampled_from([None, "waste"]),
)
DAY = st.none() | st.dates()
STORIES = st.one_of(
    st.builds(e.ComplaintReceived, **WHEN, heads=some(A_HEAD), presumed=st.booleans()),
    st.builds(e.ComplaintAcknowledged, **WHEN, stage=STAGES),
    st.builds(e.ComplaintDefined, **WHEN, heads=some(A_HEAD)),
    st.builds(e.HeadAdded, **WHEN, head=A_HEAD),
    st.builds(e.HandlerAssigned, **WHEN, handler=st.just("officer-7k2m"), service=st.just("waste")),
    st.builds(
        e.ResponseExtended,
        **WHEN,
        stage=STAGES,
        extends=st.just("stage-1-respond"),
        until=st.dates(),
        reason=st.just("complex"),
    ),
    st.builds(e.ResponseSignedOff, **WHEN, stage=STAGES, signed_off_by=st.just("officer-7k2m")),
    st.builds(
        e.ResponseSent,
        **WHEN,
        stage=STAGES,
        attempt=st.integers(1, 3),
        body=st.none() | st.just("contractor"),
        outcomes=some(st.builds(e.HeadOutcome, head=HEADS, outcome=OUTCOMES)),
    ),
    st.builds(e.ResolvedByAgreement, **WHEN, stage=STAGES, heads=some(HEADS)),
    st.builds(e.ComplaintEscalated, **WHEN, stage=STAGES),
    st.builds(e.ComplaintRefused, **WHEN, reason=st.just("too-late")),
    st.builds(e.EscalationRefused, **WHEN, stage=STAGES, reason=st.just("too-late")),
    st.builds(e.ComplaintWithdrawn, **WHEN),
    st.builds(
        e.ComplaintReopened, **WHEN, stage=STAGES, attempt=st.integers(1, 3), reason=st.just("new")
    ),
    st.builds(e.ComplaintClosed, **WHEN, reason=st.just("answered")),
    st.builds(e.ReferredToOmbudsman, **WHEN, body=BODIES),
    st.builds(e.ReferralPremature, **WHEN, body=BODIES),
    st.builds(
        e.OmbudsmanOutcomeReceived,
        **WHEN,
        body=BODIES,
        decided_on=DAY,
        findings=some(st.builds(e.HeadFinding, head=HEADS, finding=FINDINGS)),
    ),
)


@st.composite
def histories(draw, *, max_size=12):
    """Facts of one complaint, in any order, with corrections and retractions of any of them."""
    events = draw(st.lists(STORIES, max_size=max_size))
    told = []
    for n, event in enumerate(events, 1):
        told.append(event)
        whose = draw(st.integers(0, 3 * n))
        if 1 <= whose <= n:
            entry = f"{whose:032x}"
            same_kind = [x for x in events if type(x) is type(events[whose - 1])]
            told.append(
                draw(
                    st.one_of(
                        st.just(e.EntryRetracted(retracts=entry, reason="wrong")),
                        st.sampled_from(same_kind).map(
                            lambda x, entry=entry: e.EntryCorrected(
                                corrects=entry, replacement=x, reason="wrong"
                            )
                        ),
                    )
                )
            )
    return facts(*told)
