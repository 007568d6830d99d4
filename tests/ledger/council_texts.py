"""Codes and calendars of an invented council, as it would write them into files."""

from complaint_ledger.calendars import read_calendar

CODE = """
id = "northborough-2026"
version = "{version}"
title = "Northborough procedure"
calendar = "england-and-wales"
stages = [{{ id = "stage-1", label = "Stage 1" }}]

[[clocks]]
id = "stage-1-respond"
stage = "stage-1"
limits = [{{ starts = ["received"], length = {days}, unit = "working-days", counting = "after" }}]
met_by = ["stage-1-responded"]
rule = "NORTHBOROUGH-01"
paragraph = "paragraph 3.2"
source = "primary"
"""

POLICY = """
id = "{id}"
version = "{version}"
title = "Northborough policy"
extends = "{extends}"
in_force_from = 2026-04-01
closures = {{ {closures} }}

[[clocks]]
id = "stage-1-acknowledge"
limits = [{{ starts = ["received"], length = {days}, unit = "working-days", counting = "after" }}]
paragraph = "paragraph 2.1"
source = "secondary"
"""

OVERLAY = """
id = "{id}"
version = "{version}"
extends = "{extends}"
works = [{works}]
closures = {{ {closures} }}
"""


def write(folder, name, text):
    """Write *text* into *folder* and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def code(folder, *, days=8, version="1", name="northborough-2026.toml"):
    return write(folder, name, CODE.format(days=days, version=version))


def policy(
    folder, *, id_="northborough", extends="lgsco-2024", days=3, version="1", closures="", name=None
):
    text = POLICY.format(id=id_, extends=extends, days=days, version=version, closures=closures)
    return write(folder, name or f"{id_}.toml", text)


def overlay(
    folder, *, id_="northborough", extends="scotland", version="1", works="", closures="", name=None
):
    text = OVERLAY.format(id=id_, extends=extends, version=version, works=works, closures=closures)
    return write(folder, name or f"{id_}-calendar.toml", text)


def scotland(folder, *, version, without=""):
    """Write the Scottish calendar as a council's own, *without* one holiday."""
    lines = read_calendar("scotland").text.splitlines()
    kept = [line for line in lines[2:] if not (without and line.startswith(without))]
    own = ['id = "northshire"', f'version = "{version}"', *kept]
    return write(folder, f"northshire-{version}.toml", "\n".join(own) + "\n")
