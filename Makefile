# 医链采供. Set-up is done once: the stamps in .venv remember which pinned lists are installed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
PEER ?= ../shared/bench/tryton/bench.py
PEER_PYTHON ?= python3
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run demo test lint bench bench-peer faults fuzz screenshots locale build licences clean

help:                 ## what can be made here
	@sed -n 's/^\([a-z-]*\): .*## /\1\t/p' Makefile | expand -t 14

$(VENV)/.run: requirements/run.txt requirements/build.txt scripts/setup.sh scripts/system_parts.sh
	PYTHON="$(PYTHON)" sh scripts/setup.sh run

$(VENV)/.dev: requirements/dev.txt requirements/build.txt scripts/setup.sh scripts/system_parts.sh
	PYTHON="$(PYTHON)" sh scripts/setup.sh dev

run: $(VENV)/.run     ## open the program on the demo group
	@sh scripts/run.sh

demo: $(VENV)/.run    ## run the main job in the terminal; papers, labels and Excel land in out/demo
	@YILIAN_HOME="$(CURDIR)/out/home" $(BIN)/yilian demo --out out/demo

test: $(VENV)/.dev    ## every check and every test, PostgreSQL included
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -q --ignore=tests/packaging

lint: $(VENV)/.dev    ## style, types, import contracts, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/i18n.py check

bench: $(VENV)/.dev   ## measure; results are kept as text beside the benchmarks
	$(BIN)/python -m benchmarks $(ARGS)

faults: $(VENV)/.dev  ## kills, restarts, cuts, full disks on both databases; again: SEED=7
	$(BIN)/python -m tests.faults --seed $(or $(SEED),0) $(ARGS)

bench-peer: $(VENV)/.dev ## the same work on the peer in turn: PEER_PYTHON=…/bin/python that has it
	$(BIN)/python -m benchmarks.peer --script "$(PEER)" --python "$(PEER_PYTHON)" $(ARGS)

fuzz: $(VENV)/.dev    ## whatever comes in from outside, by coverage (atheris) or by hypothesis: ARGS="--runs 20000"
	@test -d $(VENV)/fuzz || $(BIN)/python -m pip install -q --disable-pip-version-check \
	  --target $(VENV)/fuzz -r requirements/fuzz.txt || echo "no atheris here: hypothesis"
	PYTHONPATH=$(VENV)/fuzz $(BIN)/python -m tests.hostile.fuzz $(ARGS)

screenshots: $(VENV)/.dev ## the nine pictures of the README anew, into docs/screenshots
	QT_QPA_PLATFORM=offscreen $(BIN)/python scripts/screenshots.py --readme

locale: $(VENV)/.dev  ## collect texts, refresh both catalogues, compile
	$(BIN)/python scripts/i18n.py update
	$(BIN)/python scripts/i18n.py compile

licences: $(VENV)/.dev ## write THIRD-PARTY.md anew
	$(BIN)/python scripts/licences.py

build: $(VENV)/.dev   ## a folder that runs without Python: dist/yilian
	$(BIN)/pyinstaller --noconfirm --log-level WARN pyinstaller.spec

clean:                ## remove what can be made again (not the environment)
	rm -rf build dist out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
