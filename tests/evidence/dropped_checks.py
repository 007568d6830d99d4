"""
Drop each check of the two verifiers, one at a time, and see whether a test notices.

    python -m tests.evidence.dropped_checks          prints those that nobody misses

A verifier fails by what it does not look at. So every call of `need` is taken out in
turn, in a copy of the tree, and the verifier's own tests have to fail.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parents[2]
EVIDENCE = Path("src/complaint_ledger/evidence")
LIBRARY = ("tests/evidence/test_verification.py", "tests/cli/test_verify.py")
STANDALONE = ("tests/evidence/test_standalone.py", LIBRARY[0])
CHECK = re.compile(r"(?<!def )\bneed\(")
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "demo-ledger", "mutants")


def checks():
    """Yield each check: the file, the place of its call, and the tests that should miss it."""
    library = sorted((ROOT / EVIDENCE / "verify").glob("*.py"))
    files = [*((file, LIBRARY) for file in library)]
    files.append((ROOT / EVIDENCE / "standalone" / "verify_evidence.py", STANDALONE))
    for file, tests in files:
        for found in CHECK.finditer(file.read_text("utf-8")):
            yield file.relative_to(ROOT), found.start(), tests


def missed(tree, file, at, tests):
    """Return whether the tests fail when the check at *at* is dropped in *tree*."""
    place = tree / file
    text = place.read_text("utf-8")
    dropped = f"{text[:at]}(lambda *_, **__: None){text[at + len('need') :]}"
    place.write_text(dropped, "utf-8")
    try:
        here = [test for test in tests if (tree / test).exists()]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *here],
            cwd=tree,
            env={
                **os.environ,
                "PYTHONPATH": f"{tree / 'src'}:{tree / 'adapters'}",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            check=False,
            capture_output=True,
        )
    finally:
        place.write_text(text, "utf-8")
    return done.returncode != 0


def main():
    """Print every check that no test misses."""
    workers = os.cpu_count() or 1
    trees = SimpleQueue()
    with tempfile.TemporaryDirectory() as at, ThreadPoolExecutor(workers) as pool:
        for number in range(workers):
            tree = Path(at) / str(number)
            shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
            trees.put(tree)

        def one(check):
            tree = trees.get()
            try:
                return check, missed(tree, *check)
            finally:
                trees.put(tree)

        tried = alive = 0
        for (file, place, _), noticed in pool.map(one, checks()):
            tried += 1
            if not noticed:
                alive += 1
                text = (ROOT / file).read_text("utf-8")
                line = text.count("\n", 0, place)
                print(f"{file}:{line + 1}: {text.splitlines()[line].strip()}", flush=True)
        print(f"{tried} checks dropped, {alive} of them missed by nobody", flush=True)
    return alive


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
