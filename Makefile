# Two commands: `make demo` and `make test`. Both set everything up first.
PYTHON ?= python3
UV := PYTHONPATH=.tools $(PYTHON) -m uv
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy
# Hundreds of tests start a process, and none should have to compile what it imports.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test test-postgresql test-scale bench check lock mutants forge soak clean

setup: .venv/.ready

# uv is put in .tools, so that neither a system package manager nor python3-venv is touched.
.tools/uv/__init__.py:
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --upgrade --target .tools uv

.venv/.ready: pyproject.toml requirements.lock | .tools/uv/__init__.py
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch .venv/.ready

demo: setup
	$(BIN)/complaint-ledger demo --dir demo-ledger

# MORE takes further words for pytest.
test: setup
	$(BIN)/python -m pytest -n auto --dist loadgroup $(MORE)

# The tests of the spine, the codes and the evidence once more, with PostgreSQL behind them.
test-postgresql: setup
	$(BIN)/python -m pytest -n auto --dist loadgroup --store postgresql tests

# Trends over a million complaints on every engine, and rebuilds of a million events. Needs Java.
test-scale: setup
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements-scale.lock
	$(BIN)/python -m pytest tests/scale
	$(BIN)/python -m tests.rebuilding
	$(BIN)/python -m tests.rebuilding --on postgresql

bench: setup
	$(BIN)/python -m benchmarks

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports

# From nothing each time, since the verdicts that mutmut keeps outlive a change of the tests.
mutants: setup
	rm -rf mutants
	$(BIN)/mutmut run
	$(BIN)/mutmut results
	$(BIN)/python -m tests.evidence.dropped_checks

# Every single bit of a bundle, changed in every way, before both verifiers.
forge: setup
	$(BIN)/python -m tests.evidence.forging

# Sixteen writers and a reader for a minute, in peace, under kills, and under restarts.
soak: setup
	$(BIN)/python -m tests.many_writers
	$(BIN)/python -m tests.many_writers --kill
	$(BIN)/python -m tests.many_writers --restart
	$(BIN)/python -m tests.many_writers --on sqlite --writers 4
	$(BIN)/python -m tests.many_writers --on sqlite --writers 4 --kill

EXPORT := $(UV) export --quiet --no-header --no-annotate --no-emit-project --all-extras --group dev --format requirements-txt

lock: | .tools/uv/__init__.py
	$(UV) lock --quiet --upgrade
	$(EXPORT) --no-extra spark --output-file requirements.lock
	$(EXPORT) --output-file requirements-scale.lock

clean:
	rm -rf .venv .tools demo-ledger
