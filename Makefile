# make demo | test | lint | bench | clean. Needs make and Python 3.11 or newer, nothing else.

# The first of these that is new enough and can make a virtual environment.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	if $$name -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$name; break; fi; done)
BIN := .venv/bin

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test lint bench clean

demo: .venv/installed
	$(BIN)/leadline demo demo

test: .venv/installed-dev
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.hubspot
	$(BIN)/python -m benchmarks.salesforce
	$(BIN)/python -m benchmarks.serve
	$(BIN)/python -m benchmarks.webhooks

clean:
	rm -rf .venv demo dist .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "leadline needs Python 3.11 or newer, with venv. Install it," \
		"or say where it is: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv

# Installed once, and again when pyproject.toml changes.
.venv/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch .venv/installed $@
