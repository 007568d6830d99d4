"""Print the schema of handling codes: `python -m complaint_ledger.codes`."""

import json
import sys

from complaint_ledger.codes.schema import schema


def main() -> None:
    """Write the schema, as it stands in `docs/reference/handling-code.schema.json`."""
    sys.stdout.write(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
