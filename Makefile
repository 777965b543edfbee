# Every target sets up what it needs: Python 3.11 or newer and a shell are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATABASE := both
HALVES := 1
SIDE_BY_SIDE := 3
HOST := 127.0.0.1
PREFIX ?= /opt/hotline
PORT ?= 8000
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help install dist up talk test trials pictures chaos bench fuzz learn lint types audit words lock clean

help:  ## show these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

install: dist  ## what a hotline in earnest needs, into PREFIX=/opt/hotline (docs/installing.md)
	@$(PYTHON) -m venv --clear $(PREFIX)
	@$(PREFIX)/bin/python -m pip install --quiet --require-hashes -r requirements-run.lock
	@$(PREFIX)/bin/python -m pip install --quiet --no-deps dist/hotline-*.whl
	@echo "hotline is in $(PREFIX)/bin"

dist: $(VENV)/ready  ## build the wheel and the sdist, into dist/
	@rm -rf dist
	$(BIN)/python -m hatchling build

up: $(VENV)/ready  ## the whole hotline on this machine, with phones to try it; no account needed
	$(BIN)/hotline up --host $(HOST) --port $(PORT)

talk: $(VENV)/ready  ## text as anybody of the rehearsal neighborhood, in this terminal
	$(BIN)/hotline talk

test: $(VENV)/ready-dev  ## all tests but the trials, SIDE_BY_SIDE=3; says what it leaves out where redis-server, PostgreSQL, Chromium or Caddy is missing
	$(BIN)/python -m pytest -n $(SIDE_BY_SIDE) --dist worksteal -m "not trial"

trials: $(VENV)/ready-dev  ## what wants a quiet machine: faults, guards taken out, a short run of each benchmark; about ten minutes
	$(BIN)/python -m pytest -m trial

pictures: $(VENV)/ready-dev  ## take the pictures in docs/pictures anew, with a Chromium
	$(BIN)/python -m pytest -q tests/test_page_in_browser.py tests/test_board_in_browser.py --pictures

chaos: $(VENV)/ready-dev  ## break everything on purpose and count what is lost; MINUTES=5 SEED=… DATABASE=both HALVES=1
	$(BIN)/python -m chaos.run --minutes $(or $(MINUTES),5) --database $(DATABASE) --halves $(HALVES) $(if $(SEED),--seed $(SEED))

bench: $(VENV)/ready-dev  ## how fast and how light it is, each figure beside its floor; about twenty minutes
	$(BIN)/python -m bench.run --json bench/results.json

fuzz: $(VENV)/ready-fuzz  ## any text, read and answered, for MINUTES=1; what breaks is kept in .fuzz
	$(BIN)/python fuzz/run.py --minutes $(or $(MINUTES),1)

learn: $(VENV)/ready-learn  ## learn anew what words tell, from learning/texts, tests/heard and tests/told (docs/hearing.md)
	$(BIN)/python learning/learn.py

lint: $(VENV)/ready-dev  ## style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready-dev  ## mypy, strictly
	$(BIN)/mypy
	MYPYPATH=queue:fuzz $(BIN)/mypy fuzz/*.py

audit: $(BIN)/python  ## whether a library that we pin has a known hole (asks the package index)
	PYTHON=$(BIN)/python .ci/audit

words: $(VENV)/ready-dev  ## bring the catalogues up to the sentences in the code
	$(BIN)/pybabel --quiet extract --no-location --sort-output --omit-header -k N_ -o hotline/catalogues/messages.pot hotline/words.py hotline/prompts.py
	$(BIN)/pybabel --quiet update --no-fuzzy-matching --omit-header -i hotline/catalogues/messages.pot -d hotline/catalogues -D messages
	$(BIN)/pybabel --quiet extract --no-location --sort-output --omit-header -k N_ -F board/babel.ini -o board/catalogues/board.pot board
	$(BIN)/pybabel --quiet update --no-fuzzy-matching --omit-header -i board/catalogues/board.pot -d board/catalogues -D board

lock:  ## choose and pin the newest libraries that fit together (needs uv)
	uv pip compile pyproject.toml --extra rehearsal --extra s3 --group build --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o requirements.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --constraint requirements.lock \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o requirements-run.lock
	uv pip compile pyproject.toml --extra rehearsal --extra s3 --group build --group dev --universal --python-version 3.11 \
	  --constraint requirements.lock \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o requirements-dev.lock
	uv pip compile --group fuzz --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o requirements-fuzz.lock
	uv pip compile --group learn --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o requirements-learn.lock

clean:  ## throw away what these targets made, but never ./hotline-data
	rm -rf $(VENV) .venv-audit dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .fuzz

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "hotline needs Python 3.11 or newer; set PYTHON=/path/to/it"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Could not make $(VENV): on Debian and Ubuntu, install python3-venv first"; rm -rf $(VENV); exit 1; }

$(VENV)/ready: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the libraries into $(VENV) (once, about a minute)"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing the libraries and the tools into $(VENV) (once, about a minute)"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/ready

$(VENV)/ready-learn: requirements-learn.lock | $(VENV)/ready-dev
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements-learn.lock
	@touch $@

# Wheels alone: building it takes a compiler of its own.
$(VENV)/ready-fuzz: requirements-fuzz.lock | $(VENV)/ready-dev
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements-fuzz.lock
	@touch $@
