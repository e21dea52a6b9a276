# Plain `make` lists what can be made. `make demo` and `make test` start from nothing but Python, make and git.

PYTHON ?= python3
ARGS ?=
# Tests that run side by side.
JOBS ?= 2

BIN := .venv/bin
VENV := .venv/.installed
PEERS := tests/peers/smsc
NODE := $(PEERS)/node_modules/.installed
EMULATOR := tests/peers/telegram
TELEGRAM := $(EMULATOR)/.venv/.installed
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
INSTALL := PYTHON=$(PYTHON) sh tests/peers/install.sh

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check bench faults lock format clean venv node telegram system

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV) ## Serve demo data on 127.0.0.1:8080, with a phone simulator; needs no account
	@$(BIN)/barta demo

test: $(VENV) $(NODE) $(TELEGRAM) ## Install what tests need (Kannel, PostgreSQL, Chromium …) and run them; ARGS="-k name" picks
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile $(ARGS)

check: $(VENV) ## Format, lint, types, imports and catalogues
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m bot.catalogues

bench: $(VENV) $(NODE) ## Measure throughput and latency on this machine
	@$(INSTALL) bench
	@$(BIN)/python -m benchmarks $(ARGS)

faults: $(VENV) $(NODE) ## Kill the program some hundred times and look for lost or doubled messages
	@BARTA_KILLS=200 BARTA_COUNTRY_DAYS=90 $(BIN)/python -m pytest tests/faults tests/scheduler/test_country.py $(ARGS)

format: $(VENV) ## Format the code and fix what can be fixed by itself
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: $(VENV) ## Choose versions anew and write requirements.lock, here and for the emulator of Telegram
	$(LOCK) pyproject.toml --group dev -o requirements.lock
	$(LOCK) $(EMULATOR)/requirements.in -o $(EMULATOR)/requirements.lock

clean: ## Remove what was built or downloaded; var/ is left alone
	rm -rf .venv $(PEERS)/node_modules $(EMULATOR)/.venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
	find bot tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

venv: $(VENV)
node: $(NODE)
telegram: $(TELEGRAM)
system:
	@$(INSTALL) test

# The build backend is locked like everything else, so the project itself is installed without asking the index.
$(VENV): requirements.lock pyproject.toml
	@$(INSTALL) venv
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(NODE): $(PEERS)/package.json $(PEERS)/package-lock.json | system
	@npm ci --prefix $(PEERS) --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

# The emulator of Telegram has dependencies that the project does not have, and so an environment of its own.
$(TELEGRAM): $(EMULATOR)/requirements.lock
	@$(INSTALL) venv
	@test -x $(EMULATOR)/.venv/bin/pip || $(PYTHON) -m venv --clear $(EMULATOR)/.venv
	@$(EMULATOR)/.venv/bin/pip install --quiet --require-hashes -r $<
	@touch $@
