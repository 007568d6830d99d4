"""
The types of events ↔ JSON's: what cattrs is told.

Strict both ways: an id has its shape, a number is a number, a text is sealed, and
nothing is left over. What is written in clear can never be taken back, and what
cannot be read again would close the whole ledger.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import SHAPES, Private, Sealed, Withheld
from complaint_ledger.errors import BadValue
from complaint_ledger.evidence.entries import instant


def _strictly(kind: type) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _: Any) -> Any:
        if type(value) is not kind:
            raise BadValue("value", f"it is not {kind.__name__}")
        return value

    return structure


@lru_cache(maxsize=4096)
def _date(value: Any, _: Any) -> date:
    found = date.fromisoformat(value)
    if found.isoformat() != value:
        raise BadValue("date", "it is not YYYY-MM-DD")
    return found


def _datetime(value: Any, _: Any) -> datetime:
    found = datetime.fromisoformat(value).astimezone(UTC)
    if instant(found) != value:
        raise BadValue("instant", "it is not in UTC with microseconds")
    return found


def _private(value: Any, _: Any) -> Any:
    if not isinstance(value, (Sealed, Withheld)):
        raise BadValue("value", "it is not sealed")
    return value


def _is(kind: Any) -> Callable[[Any], bool]:
    return lambda other: other is kind


def shaped(kind: Any) -> Callable[[Any, Any], Any]:
    pattern, longest, mend = SHAPES[kind]
    fits, field, why = pattern.fullmatch, kind.__name__, f"it {mend}"

    def structure(value: Any, _: Any) -> Any:
        if type(value) is not str or len(value) > longest or fits(value) is None:
            raise BadValue(field, why)
        return value

    return lru_cache(maxsize=4096)(structure)


def _optional(kind: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    (inner,) = (member for member in get_args(kind) if member is not type(None))
    read_inner = converter.get_structure_hook(inner)

    def structure(value: Any, _: Any) -> Any:
        return None if value is None else read_inner(value, inner)

    return structure


def _many(kind: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    inner = get_args(kind)[0]
    read_inner = converter.get_structure_hook(inner)

    def structure(value: Any, _: Any) -> Any:
        return tuple([read_inner(member, inner) for member in value])

    return structure


def _is_optional(kind: Any) -> bool:
    members = get_args(kind)
    return get_origin(kind) in {Union, UnionType} and len(members) == 2 and type(None) in members


def _is_many(kind: Any) -> bool:
    return get_origin(kind) is tuple and get_args(kind)[1:] == (...,)


def _one_way(read_shape: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    return lambda value: read_shape(value, None)


def _same_kind(kind: type) -> Callable[[Any], Any]:
    strictly = _strictly(kind)
    return lambda value: strictly(value, None)


def _date_out(value: Any) -> str:
    if type(value) is not date:
        raise BadValue("date", "it is not a date")
    return value.isoformat()


def _private_out(value: Any) -> Any:
    if value is not None and not isinstance(value, Sealed | Withheld):
        raise BadValue("text", "hand it over with seal(…), else it would stand in clear")
    return value


def _literal_out(kind: Any) -> Callable[[Any], Any]:
    known = frozenset(get_args(kind))

    def out(value: Any) -> Any:
        if value not in known:
            raise BadValue("value", f"it is one of {', '.join(sorted(known))}")
        return value

    return out


def _optional_out(kind: Any, converter: cattrs.Converter) -> Callable[[Any], Any]:
    (inner,) = (member for member in get_args(kind) if member is not type(None))
    write_inner = converter.get_unstructure_hook(inner)
    return lambda value: None if value is None else write_inner(value)


def _many_out(kind: Any, converter: cattrs.Converter) -> Callable[[Any], Any]:
    write_inner = converter.get_unstructure_hook(get_args(kind)[0])

    def out(value: Any) -> list[Any]:
        if type(value) is not tuple:
            raise BadValue("value", "several of one kind come as a tuple")
        return [write_inner(member) for member in value]

    return out


def make_converter() -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=False, forbid_extra_keys=True)
    structure = converter.register_structure_hook_func
    unstructure = converter.register_unstructure_hook_func
    structure(_is(date), _date)
    unstructure(_is(date), _date_out)
    structure(_is(datetime), _datetime)
    unstructure(_is(datetime), instant)
    for kind in (int, bool, str):
        structure(_is(kind), _strictly(kind))
        unstructure(_is(kind), _same_kind(kind))
    for shape in SHAPES:
        read_shape = shaped(shape)
        structure(_is(shape), read_shape)
        unstructure(_is(shape), _one_way(read_shape))
    converter.register_structure_hook_factory(_is_optional, _optional)
    converter.register_structure_hook_factory(_is_many, _many)
    structure(_is_private, _private)
    unstructure(_is_private, _private_out)
    converter.register_unstructure_hook_factory(_is_literal, _literal_out)
    converter.register_unstructure_hook_factory(_is_optional, _optional_out)
    converter.register_unstructure_hook_factory(_is_many, _many_out)

    # The replacement in a correction is an event in its own form: `_form` and `_event` see to it.
    apart: Mapping[Any, tuple[str, ...]] = {e.EntryCorrected: ("replacement",)}

    def out(cls: type) -> Callable[[Any], dict[str, Any]]:
        overrides: dict[str, Any] = {name: override(omit=True) for name in apart.get(cls, ())}
        return make_dict_unstructure_fn(cls, converter, _cattrs_omit_if_default=True, **overrides)

    def back(cls: type) -> Callable[[Any, Any], Any]:
        overrides: dict[str, Any] = {
            name: override(struct_hook=lambda value, _: value) for name in apart.get(cls, ())
        }
        return make_dict_structure_fn(
            cls,
            converter,
            _cattrs_forbid_extra_keys=True,
            _cattrs_detailed_validation=False,
            **overrides,
        )

    converter.register_unstructure_hook_factory(attrs.has, out)
    converter.register_structure_hook_factory(attrs.has, back)
    return converter


def _is_literal(kind: Any) -> bool:
    origin: Any = get_origin(kind)
    return origin is Literal


def _is_private(kind: Any) -> bool:
    return kind == Private or set(get_args(kind)) == set(get_args(Private))
