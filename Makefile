# make demo | test | lint | bench: each sets everything up on a fresh machine (needs Python >= 3.11 and a package index).
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint bench style format clean

demo: .venv/installed
	$(BIN)/hueman demo --out demo-output

test: .venv/installed-dev
# One thread for each of the two test processes: more would wait for each other.
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal

# How fast hueman is here: everything in turn with its baseline, some ten minutes.
bench: .venv/installed-dev
	$(BIN)/python -m benchmarks.speed --out bench.json

lint: style .venv/installed-dev
	$(BIN)/pyright

style: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/installed: .venv/bin/python pyproject.toml
	@echo "Installing hueman into .venv (a minute or two the first time)"
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv demo-output build dist .pytest_cache .ruff_cache
