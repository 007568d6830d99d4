"""The chronology shows every value, says what is kept back, and lets nothing through as HTML."""

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.evidence.bundle.chronology import Event, Record, render
from complaint_ledger.evidence.bundle.wording import day, moment, said

AT = datetime(2025, 4, 1, 8, 30, 5, 123456, tzinfo=UTC)
RECEIVED, EXPORTED = "a" * 32, "b" * 32

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
markup = st.sampled_from(["<script>", "</td>", '" onload="', "&amp;", "'", "<!--", "]]>"])
words = st.one_of(texts, markup, st.tuples(texts, markup, texts).map("".join))


def body(opened=None, *, id_=RECEIVED, sealed=(), withheld=(), **meta):
    actor = {"id": "officer-7k2m9q", "kind": "officer", "role": "handler"}
    return {
        "meta": {"event_id": id_, "actor": actor, **meta},
        "open": {"occurred_on": "2025-03-31"} if opened is None else opened,
        "sealed": {path: {"digest": "d" * 43, "subject": "p1"} for path in sealed},
        "withheld": list(withheld),
    }


def record(*bodies, names=(), **more):
    names = (*names, *["complaint-received"] * len(bodies))
    events = [
        Event(version=number, name=name, recorded_at=AT, body=each)
        for number, (name, each) in enumerate(zip(names, bodies, strict=False), start=1)
    ]
    given_ = {
        "stream": "2" * 32,
        "opened": {"council": "northborough-council", "ledger": "1" * 32},
        "disclosed": {},
        "documents": {},
        "witnesses": (),
        "size": 9,
    }
    return Record(events=tuple(events), **{**given_, **more})


class Reader(HTMLParser):
    """Reads a page as a browser does: its tags, and the text between."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts, self.cells = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_endtag(self, tag):
        if tag == "tr":
            self.cells.append(None)

    def handle_data(self, data):
        self.texts.append(data)
        if self.cells and self.cells[-1] is not None:
            self.cells[-1] += data

    def rows(self):
        cells = [cell for cell in self.cells if cell is not None]
        return list(zip(cells[::2], cells[1::2], strict=True))


def rows(page):
    return Reader(page[page.index("<section") :]).rows()


@given(words, words, words, words)
def test_no_text_adds_or_ends_a_tag(one, two, three, four):
    plain, wild = (
        render(
            record(
                body(
                    {"occurred_on": None, "note": a, "heads": [{"id": b, "x": a}]}, on_behalf_of=c
                ),
                body({"reference": b, "reason": c, "omitted": []}, id_=EXPORTED, sealed=["p"]),
                disclosed={(2, "p"): d},
                witnesses=(c,),
                opened={"council": d, "ledger": "1" * 32},
            )
        )
        for a, b, c, d in (("w", "x", "y", "z"), (one, two, three, four))
    )
    assert [tag for tag, _ in Reader(plain).tags] == [tag for tag, _ in Reader(wild).tags]
    assert [sorted(a) for _, a in Reader(plain).tags] == [sorted(a) for _, a in Reader(wild).tags]
    assert four in "".join(Reader(wild).texts)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{2,9}(/[a-z0-9]{1,4}){0,2}", fullmatch=True), words, min_size=1
    )
)
def test_every_sealed_text_that_is_there_is_shown_under_its_path(values):
    found = render(
        record(
            body({}, sealed=values),
            disclosed={(1, path): text for path, text in values.items()},
        )
    )
    expected = [(path.replace("/", " › "), values[path]) for path in sorted(values)]
    assert expected == rows(found)


scalars = st.one_of(
    st.booleans(), st.none(), st.integers(), texts.filter(lambda text: len(text) < 10)
)


@given(
    st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.from_regex("[a-z]{1,5}", fullmatch=True), inner, max_size=3)
        ),
    )
)
def test_every_open_value_is_shown_whatever_its_shape(value):
    page = "\n".join(text for _, text in rows(render(record(body({"field": value})))))

    def leaves(one):
        if isinstance(one, dict):
            for each in one.values():
                yield from leaves(each)
        elif isinstance(one, list):
            for each in one:
                yield from leaves(each)
        else:
            yield said(one, {})

    for leaf in leaves(value):
        assert leaf in page


@pytest.mark.parametrize(
    ("value", "reads"),
    [
        ("2025-04-01", "1 April 2025"),
        ("2025-12-31", "31 December 2025"),
        ("2025-04-01T08:30:05.123456Z", "1 April 2025 at 08:30:05 UTC"),
        ("2025-02-30", "2025-02-30"),
        ("2025-04-01T08:30:05Z", "2025-04-01T08:30:05Z"),
        ("2025-04-01T24:30:05.000000Z", "2025-04-01T24:30:05.000000Z"),
        ("on 2025-04-01", "on 2025-04-01"),
        ("２０２５-04-01", "２０２５-04-01"),
        (RECEIVED, "entry 1"),
        ("c" * 32, "c" * 32),
        (True, "yes"),
        (False, "no"),
        (None, "not known"),
        (0, "0"),
        (-12345, "-12345"),
        ([], "none"),
        (["2025-04-01", RECEIVED, 3, True], "1 April 2025, entry 1, 3, yes"),
        (["x", "4" * 64], "x"),
        ("4" * 64, None),
        (["4" * 64], None),
    ],
)
def test_a_value_reads_as_people_say_it(value, reads):
    assert reads == said(value, {RECEIVED: 1})


def test_a_hash_has_no_row():
    assert rows(render(record(body({"a": "4" * 64, "b": 1})))) == [("b", "1")]


def test_members_of_a_list_are_named_by_id_head_entry_or_place():
    opened = {
        "codes": [{"id": "lgsco-2024", "heads": ["h1", "h2"]}],
        "outcomes": [{"head": "h1", "outcome": "upheld"}],
        "omitted": [{"id": "v1", "entry": RECEIVED, "how": "erased", "path": "a/b"}],
        "members": [{"role": "chair"}, {"role": "clerk"}],
    }
    assert rows(render(record(body(opened)))) == [
        ("codes", "lgsco-2024"),
        ("codes › lgsco-2024 › heads", "h1, h2"),
        ("members", "1, 2"),
        ("members › 1 › role", "chair"),
        ("members › 2 › role", "clerk"),
        ("omitted", "v1"),
        ("omitted › v1 › entry", "entry 1"),
        ("omitted › v1 › how", "erased"),
        ("omitted › v1 › path", "a/b"),
        ("outcomes", "h1"),
        ("outcomes › h1 › outcome", "upheld"),
    ]


@pytest.mark.parametrize(
    ("opened", "happened"),
    [
        ({"occurred_on": "2025-04-01"}, "1 April 2025"),
        ({"occurred_on": "2025-04-01", "precision": "day"}, "1 April 2025"),
        ({"occurred_on": "2025-04-01", "precision": "month"}, "April 2025"),
        ({"occurred_on": "2025-04-01", "precision": "year"}, "2025"),
        ({"occurred_on": "2025-04-01", "precision": "unknown"}, "on a day that is not known"),
        ({"occurred_on": None}, "on a day that is not known"),
        ({}, "on a day that is not known"),
    ],
)
def test_a_day_is_told_as_far_as_it_is_known(opened, happened):
    page = render(record(body(opened)))
    assert f"<p>Happened: {happened}. Recorded: 1 April 2025 at 08:30:05 UTC, by" in page
    assert rows(page) == []
    assert "<table>\n</table>" not in page[page.index("<section") :]


def test_what_is_kept_back_is_marked_at_its_place_and_counted_at_the_head():
    omitted = [
        {"id": f"v{number}", "entry": RECEIVED, "path": path, "how": how}
        for number, (path, how) in enumerate(
            {"contact": "withheld", "name": "replaced", "reasons": "erased"}.items()
        )
    ]
    page = render(
        record(
            body({}, sealed=["contact", "name", "reasons", "request"], withheld=["outcome_sought"]),
            body(
                {"omitted": omitted, "reason": "third-party"},
                id_=EXPORTED,
                sealed=["omitted/v1/text"],
            ),
            disclosed={(2, "omitted/v1/text"): "Mr <X>"},
        )
    )
    assert rows(page)[:4] == [
        ("contact", "WITHHELD from this copy"),
        ("name", "REDACTED in this copy: Mr <X>"),
        ("outcome sought", "the person declined to say"),
        ("reasons", "ERASED from the ledger"),
    ]
    kept = "1 withheld, 1 redacted, 1 erased; reason: third-party"
    assert f"<tr><th>kept back from this copy</th><td>{kept}</td></tr>" in page


def test_where_nothing_is_kept_back_it_says_so():
    page = render(record(body({"reason": "complex"})))
    assert "<tr><th>kept back from this copy</th><td>nothing</td></tr>" in page


def test_a_document_is_a_link_to_its_file():
    page = render(record(body({}, sealed=["content"]), documents={1: "documents/0001.pdf"}))
    link = '<td><a href="documents/0001.pdf">documents/0001.pdf</a></td>'
    assert f"<tr><th>content</th>{link}</tr>" in page


def test_a_replacement_shows_all_that_it_says_even_when_it_happened():
    replacement = {
        "open": {"occurred_on": "2025-03-30", "precision": "month", "stage": "stage-1"},
        "sealed": {"name": {}},
        "withheld": ["contact"],
    }
    opened = {"corrects": RECEIVED, "occurred_on": "2025-04-02", "replacement": replacement}
    page = render(
        record(
            body(),
            body(opened, id_=EXPORTED),
            names=["complaint-received", "entry-corrected"],
            disclosed={(2, "replacement/name"): "Ada"},
        )
    )
    assert rows(page) == [
        ("corrects", "entry 1"),
        ("replacement › contact", "the person declined to say"),
        ("replacement › name", "Ada"),
        ("replacement › occurred on", "30 March 2025"),
        ("replacement › precision", "month"),
        ("replacement › stage", "stage-1"),
    ]
    assert '<p class="notice">Corrected by entry 2.</p>' in page


def test_an_entry_says_by_which_it_was_corrected_and_taken_back_in_order():
    page = render(
        record(
            body(),
            body({"retracts": RECEIVED}, id_="c" * 32),
            body({"corrects": RECEIVED}, id_=EXPORTED),
            names=["complaint-received", "entry-retracted", "entry-corrected"],
        )
    )
    back, corrected = (
        page.index(f'<p class="notice">{what}.</p>\n')
        for what in ("Taken back by entry 2", "Corrected by entry 3")
    )
    assert back < corrected < page.index('id="entry-2"')


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ({"row": 17}, "row 17."),
        (
            {"row": 17, "recorded": "2011-03-04"},
            "row 17; it says that it recorded this 4 March 2011.",
        ),
        ({"row": 17, "recorded": "4/3"}, "row 17; it says that it recorded this 4/3."),
    ],
)
def test_an_imported_entry_says_so(source, line):
    page = render(record(body({}, source=source)))
    assert f"<p>Imported from an older system, {line}</p>\n" in page


def test_the_head_names_the_council_the_complaint_and_the_witnesses():
    page = render(record(body({"reference": "C-1"}), witnesses=("a.example", "b.example")))
    head = Reader(page[: page.index("<section")]).rows()
    instant = "1 April 2025 at 08:30:05 UTC"
    assert [
        ("council", "northborough council"),
        ("complaint", "C-1"),
        ("entries", "1"),
        ("recorded", f"{instant} to {instant}"),
        ("kept back from this copy", "nothing"),
        ("seen by witnesses outside the council", "a.example, b.example"),
    ] == head
    assert "<title>Complaint C-1: what is on record</title>" in page
    assert "FICTIONAL" not in page


def test_a_ledger_without_witnesses_and_reference_says_so():
    opened = {"council": "c", "ledger": "1" * 32, "fictional": True}
    page = render(record(body({}), opened=opened))
    assert "NOT WITNESSED: only the council itself vouches for the times below" in page
    assert f'<h1>Complaint {"2" * 32}: what is on record</h1>\n<p class="notice">FICTIONAL' in page


def test_the_page_is_lines_and_runs_nothing():
    page = render(record(body()))
    assert page.startswith("<!DOCTYPE html>\n")
    assert page.endswith(f"<p>Ledger {'1' * 32}, checkpoint of 9 entries.</p>\n</body>\n</html>\n")
    assert "\r" not in page
    assert not {"script", "img", "link", "iframe", "form"} & {tag for tag, _ in Reader(page).tags}


@given(st.dates())
def test_a_day_is_read_from_its_form(on):
    assert f"{on.day} {on:%B} {on.year}" == day(on.isoformat())
    assert moment(f"{on.isoformat()}T08:30:05.123456Z").endswith(" at 08:30:05 UTC")
