"""The bank holidays of each nation as the `holidays` package has them (development only)."""

from collections.abc import Mapping
from datetime import date
from importlib.metadata import version as package_version
from types import MappingProxyType
from typing import Final

from complaint_ledger.domain.working_days import WorkingDayCalendar, in_words

FIRST_YEAR: Final = 2012
# GOV.UK publishes no further than this; later years would be a prediction.
LAST_YEAR: Final = 2028

# Without its subdivision the package gives only the days that all nations share.
SUBDIVISIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"england-and-wales": "ENG", "scotland": "SCT", "northern-ireland": "NIR"}
)


def bank_holidays(nation: str) -> dict[date, str]:
    """Return the nation's bank holidays with their names, those at weekends among them."""
    from holidays import country_holidays

    named = country_holidays(
        "GB",
        subdiv=SUBDIVISIONS[nation],
        years=range(FIRST_YEAR, LAST_YEAR + 1),
        language="en_GB",
    )
    return {
        day: name.replace("(observed)", "(substitute day)").replace("; ", " and ")
        for day, name in named.items()
    }


def snapshot(nation: str, version: date) -> str:
    """Return the text of the nation's calendar as of *version*."""
    package = f"holidays {package_version('holidays')}"
    lines = [
        f'id = "{nation}"',
        f'version = "{version}"',
        f"first = {FIRST_YEAR}-01-01",
        f"last = {LAST_YEAR}-12-31",
        f'source = "Python package {package}, GB subdivision {SUBDIVISIONS[nation]}"',
        "",
        "[holidays]",
    ]
    lines += [f'{day} = "{name}"' for day, name in sorted(bank_holidays(nation).items())]
    return "\n".join(lines) + "\n"


def differences(calendar: WorkingDayCalendar, named: Mapping[date, str]) -> list[str]:
    """Return where *calendar* and *named* disagree on a weekday, in words."""
    ours = {day for day in calendar.holidays if day.weekday() not in calendar.weekend}
    theirs = {
        day
        for day in named
        if day.weekday() not in calendar.weekend and calendar.first <= day <= calendar.last
    }
    return [
        f"{in_words(day)} ({calendar.holidays[day]}) is a holiday only in the calendar"
        if day in ours
        else f"{in_words(day)} ({named[day]}) is missing from the calendar"
        for day in sorted(ours ^ theirs)
    ]
