"""Make the calendars anew: `python -m complaint_ledger.calendars [YYYY-MM-DD]`."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path

from complaint_ledger.calendars.nations import SUBDIVISIONS, snapshot


def main() -> None:
    """Write every nation's calendar beside this file, as of today or the day that is given."""
    version = date.fromisoformat(sys.argv[1]) if sys.argv[1:] else datetime.now(UTC).date()
    for nation in SUBDIVISIONS:
        path = Path(__file__).with_name(f"{nation}.toml")
        path.write_text(snapshot(nation, version), encoding="utf-8", newline="\n")
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
