"""An error says on which line it is, however the TOML is laid out."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.codes import code_ids, load_code
from complaint_ledger.codes.lines import line_of, lines_of

TEXT = '''# a comment with = and [brackets]
id = "x # no comment"  # a comment
"quoted key" = 'literal "string"'
long = """
first = "not a key"
[nor.a.table]
"""
dotted.key = 2026-01-01
other = \'\'\'
x\'\'\'
list = [
  1, # one
  [2, "]", { a = 1, b.c = 2 }],
]

[table]
a = true

[[parts]]
id = 1
inline = { x = { y = [ { z = 1 } ] } }
[parts.sub]
deep = 1
[[parts.members]]
m = 1
[[parts.members]]
m = 2

[[parts]]
id = 2
[[parts.members]]
m = 3
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("id",), 2),
        (("quoted key",), 3),
        (("long",), 4),
        (("dotted", "key"), 8),
        (("other",), 9),
        (("list",), 11),
        (("list", 0), 12),
        (("list", 1), 13),
        (("list", 1, 2, "b", "c"), 13),
        (("table", "a"), 17),
        (("parts", 0, "id"), 20),
        (("parts", 0, "inline", "x", "y", 0, "z"), 21),
        (("parts", 0, "sub", "deep"), 23),
        (("parts", 0, "members", 1), 26),
        (("parts", 0, "members", 1, "m"), 27),
        (("parts", 1), 29),
        (("parts", 1, "members", 0, "m"), 32),
        (("parts", 1, "missing", "deeper"), 29),
        (("missing",), None),
        ((), None),
    ],
)
def test_each_key_stands_on_its_line(path, line):
    assert line_of(lines_of(TEXT), path) == line


def walk(value, path=()):
    """Yield the path of every key and list member of what tomllib reads."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (*path, key)
        if isinstance(inner, (dict, list)):
            yield from walk(inner, (*path, key))


def holds(lines, path):
    """Whether the path, or one that goes on from it (a dotted key), has a line."""
    return any(known[: len(path)] == path for known in lines)


@pytest.mark.parametrize("name", code_ids())
def test_every_key_of_the_editions_is_found(name):
    text = load_code(name).text
    lines = lines_of(text)
    assert all(holds(lines, path) for path in walk(tomllib.loads(text)))
    rows = text.split("\n")
    assert all(
        str(path[-1]) in rows[line - 1] for path, line in lines.items() if str(path[-1]).isalpha()
    )


def basic(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


STRINGS = st.text(alphabet="ab#[]{}=,.\"'\\\n ", max_size=8)
LEAVES = st.one_of(st.integers(0, 99).map(str), STRINGS.map(basic), st.just("true"))


VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: "[\n" + ",\n".join(parts) + "]"),
        st.dictionaries(st.sampled_from("pqr"), inner, max_size=3).map(
            lambda table: "{ " + ", ".join(f"{k} = {v}" for k, v in table.items()) + " }"
        ),
    ),
    max_leaves=8,
)


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_whatever_stands_before_it_a_key_is_found_on_its_line(values):
    text = "".join(f"key{n} = {value} # note\n" for n, value in enumerate(values))
    lines = lines_of(text)
    for number in range(len(values)):
        assert text.split("\n")[lines[f"key{number}",] - 1].startswith(f"key{number} = ")
    assert all(path in lines for path in walk(tomllib.loads(text)))
