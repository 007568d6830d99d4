"""
Old stored forms → today's, one function per step.

A step takes the `open`, `sealed` and `withheld` of one schema and returns those
of the next. What is stored never changes; it is read anew each time.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from complaint_ledger.errors import UnreadableEvent


@attrs.frozen
class Form:
    """What an event's body says, between its bytes and its class."""

    open: dict[str, Any]
    sealed: dict[str, Any]
    withheld: list[str]


Upcast = Callable[[Form], Form]

UPCASTS: Final[Mapping[tuple[str, int], Upcast]] = {}
"""The step from (stored name, schema) to the next schema."""


def upcast(
    name: str,
    schema: int,
    form: Form,
    latest: int,
    steps: Mapping[tuple[str, int], Upcast] = UPCASTS,
) -> Form:
    """
    Return *form* in the *latest* schema of *name*.

    Raises:
        UnreadableEvent: The schema is a later one, or a step is missing.
    """
    if schema == latest:
        return form
    for step in range(schema, latest):
        if (name, step) not in steps:
            raise UnreadableEvent(f"nothing reads {name} of schema {step}")
        form = steps[name, step](form)
    if not 1 <= schema <= latest:
        raise UnreadableEvent(
            f"{name} has schema {schema}; this version reads up to {latest}: use a later version"
        )
    return form
