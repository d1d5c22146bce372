# make demo | test | lint | bench | sbom: each sets everything up on a fresh machine (needs Python >= 3.11 and a package index).
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint bench sbom style format clean

demo: .venv/installed
	$(BIN)/hueman demo --out demo-output

test: .venv/installed-dev
# One thread for each of the two test processes: more would wait for each other.
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal

# How fast hueman is here: everything in turn with its baseline, some ten minutes.
bench: .venv/installed-dev
	$(BIN)/python -m benchmarks.speed --out bench.json

# The bill of materials of an installation of this version, for a release: build/sbom.json (CycloneDX).
# It depends on the platform, so it is not kept here. With extras: make sbom WHAT='.[studio,export]'
WHAT ?= .
sbom: .venv/installed-dev
	$(PYTHON) -m venv --clear build/sbom-environment
	build/sbom-environment/bin/python -m pip install --quiet '$(WHAT)'
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --validate \
		--output-format JSON --output-file build/sbom.json build/sbom-environment
	rm -rf build/sbom-environment

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
