# The project's verbs. `make` alone lists them.
#
# Everything is installed from the hashed locks in requirements/, the build backend too: nothing unlocked is fetched.
# Stamp files make a second `make` quick; they are renewed when a lock or pyproject.toml changes.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
BIN := $(VENV)/bin

# A name on PATH need not run (pyenv's shims), so each candidate is asked for its version.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

# Two steps, because one dependency (PGPy) is published as source only: the locked build backend comes first,
# and then builds it without isolation. With isolation pip would fetch an unlocked setuptools.
PIP_INSTALL = $(BIN)/python -m pip install --no-input --disable-pip-version-check --quiet
LOCKED = --require-hashes --no-build-isolation -r
HERE = --no-deps --no-build-isolation --editable .

PYTEST = $(BIN)/python -m pytest -n auto --dist worksteal
SOURCES = edi834 delivery cli.py

.PHONY: help demo test laws faults fuzz differential bench lint format types imports check lock wheel test-all-pythons clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

demo: $(VENV)/.runtime ## the whole story in under a minute, no set-up
	$(BIN)/edi834 demo

test: $(VENV)/.dev ## every test, in parallel
	$(PYTEST)

laws: $(VENV)/.dev ## the laws of the design, with many more examples
	EDI834_HYPOTHESIS_PROFILE=laws $(PYTEST) -m laws --timeout 3600

FUZZ ?= 100000
fuzz: $(VENV)/.dev ## any bytes at all, over every core: a verdict, never a traceback (FUZZ=100000)
	EDI834_FUZZ=$(FUZZ) $(PYTEST) tests/fuzz

MUTANTS ?= 4000
differential: $(VENV)/.dev ## our check against pyx12 on mutants of right files (MUTANTS=4000), and on CORPUS=PATH
	EDI834_MUTANTS=$(MUTANTS) EDI834_CORPUS=$(CORPUS) $(PYTEST) tests/differential

FAULTS ?= 5000
faults: $(VENV)/.dev ## random faults of lines, disks and runs while a file is sent (FAULTS=5000)
	EDI834_FAULT_SCENARIOS=$(FAULTS) $(PYTEST) tests/faults/test_random_faults.py --timeout 3600

lint: $(VENV)/.dev ## style, and whether the formatter would change anything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev ## let the formatter and the safe fixes change the files
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev ## mypy --strict over everything that ships
	$(BIN)/mypy --strict $(SOURCES)

imports: $(VENV)/.dev ## the import contract
	$(BIN)/lint-imports

bench: $(VENV)/.dev ## what is fast, as ratios measured in one run
	$(BIN)/python -m bench.delivery
	$(BIN)/python -m bench.check

check: lint types imports test ## what continuous integration asks for

# UPGRADE=1 takes the newest versions; without it only what pyproject.toml and the .in files force is moved.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

lock: ## renew requirements/*.txt
	test -x $(BIN)/uv || $(MAKE) $(VENV)/.dev
	$(LOCK) requirements/build.in -o requirements/build.txt
	$(LOCK) pyproject.toml -c requirements/build.txt requirements/build.in -o requirements/runtime.txt
	$(LOCK) pyproject.toml --extra postgres -c requirements/runtime.txt requirements/build.in requirements/dev.in \
		-o requirements/dev.txt

wheel: $(VENV)/.runtime ## dist/*.whl
	$(BIN)/python -m pip wheel --no-input --disable-pip-version-check --quiet --no-deps --no-build-isolation -w dist .

test-all-pythons: $(VENV)/.dev ## the tests on every supported Python found; elsewhere, whether the lock installs
	UV=$(BIN)/uv tools/test-all-pythons

clean: ## remove what the targets above made
	rm -rf $(VENV) .venvs dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/.build: requirements/build.txt
	test -n '$(PYTHON)' || { echo 'No Python 3.11 or newer was found: make PYTHON=/path/to/python3 ...' >&2; exit 1; }
	test -x $(BIN)/python || '$(PYTHON)' -m venv $(VENV)
	$(PIP_INSTALL) $(LOCKED) requirements/build.txt
	touch $@

$(VENV)/.runtime: $(VENV)/.build requirements/runtime.txt pyproject.toml
	$(PIP_INSTALL) $(LOCKED) requirements/runtime.txt
	$(PIP_INSTALL) $(HERE)
	touch $@

# The development lock holds the runtime lock's every pin, so this serves the runtime targets too.
$(VENV)/.dev: $(VENV)/.build requirements/dev.txt requirements/runtime.txt pyproject.toml
	$(PIP_INSTALL) $(LOCKED) requirements/dev.txt
	$(PIP_INSTALL) $(HERE)
	touch $(VENV)/.runtime $@
