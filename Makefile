# What one types. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

demo: $(VENV)/run.stamp ## start everything with a sample world (PORT=8000, DATA_DIR=./data, EVENTS=3000000)
	@exec $(BIN)/insighthub demo $(if $(EVENTS),--events $(EVENTS))

up: $(VENV)/run.stamp ## start everything on this machine, empty
	@exec $(BIN)/insighthub up

test: $(VENV)/dev.stamp ## everything that the tests need, then all of them
	@$(BIN)/python -m tests.browser
	@$(BIN)/python -m pytest -n $(or $(WORKERS),2) $(ARGS)

lint: $(VENV)/dev.stamp ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/dev.stamp ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: $(VENV)/dev.stamp ## bring the translations up to date, and list what is missing
	@$(BIN)/python -m tenancy.messages

bench: $(VENV)/dev.stamp ## measure against the budgets (ARGS=--events=100000000 for the large run)
	$(BIN)/python -m benchmarks $(ARGS)

tracker: ## build the script (needs Node 20)
	cd tracker && npm ci --no-audit --no-fund && node build.mjs

lock: $(VENV)/dev.stamp ## write the lock files anew: names, versions and hashes, no addresses
	$(BIN)/uv pip compile pyproject.toml --extra embedded $(LOCK_FLAGS) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra embedded --group dev $(LOCK_FLAGS) -o requirements-dev.lock

LOCK_FLAGS := --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --python-version 3.11

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	@echo "Creating the virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "The virtual environment could not be made."; exit 1; }

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what InsightHub needs (about 400 MB, once) ..."
	@$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements.lock || { $(NOT_INSTALLED); }
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what InsightHub and its tests need (once) ..."
	@$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-dev.lock || { $(NOT_INSTALLED); }
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/run.stamp

NOT_INSTALLED = echo "The packages could not be installed: see above. It needs the network and 2 GB of disk."; exit 1

.PHONY: help demo up test lint format messages bench tracker lock
