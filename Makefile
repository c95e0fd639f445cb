# `make` lists what there is. Each target sets up what it needs; a second call finds it done.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# What may be set on the command line: make run PORT=9000. HOST is taken from there alone: some shells export one.
PORT ?= 8501
HOST := 127.0.0.1
ARGS :=
WORKERS := logical
VENV := .venv
PIP_FLAGS ?=
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell command -v $(name) 2>/dev/null)))

BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
CODE := $(wildcard app.py setup.py pages lstm_viz tests)

# A server that the whole room can reach is reached by names that nobody here can know.
LOCAL := $(filter 127.0.0.1 localhost ::1,$(HOST))
HOSTS_FLAG = $(if $(LOCAL),,--server.allowedHosts '*')

.PHONY: help run test check format bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN_READY) ## serve the app at localhost:8501 (PORT=, HOST=0.0.0.0 for a whole room, ARGS= for streamlit)
	$(BIN)/python -m streamlit run app.py --server.port $(PORT) --server.address $(HOST) $(HOSTS_FLAG) $(ARGS)

test: $(DEV_READY) ## run every test (ARGS= for pytest, WORKERS= processes, at most 4)
	$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 4 $(ARGS)

check: $(DEV_READY) ## format, lint, types, import contract, Dockerfile, security
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/hadolint --failure-threshold info Dockerfile
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive app.py pages lstm_viz
	$(BIN)/python -m tests.audit

format: $(DEV_READY) ## write the formatter's and the linter's corrections
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

bench: $(DEV_READY) ## measure, and compare with the figures to reach
	$(BIN)/python -m tests.benchmarks $(ARGS)

clean: ## remove the environment and every cache
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python found. LSTM Shapes needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("$(PYTHON) is Python %d.%d; LSTM Shapes needs 3.11 or newer: make PYTHON=/path/to/python3.11" % v[:2])'
	@echo "Setting up $(VENV), once: a minute or two"
	@$(PYTHON) -m venv $(VENV)

$(RUN_READY): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_FLAGS) -r requirements.txt
	@touch $@

$(DEV_READY): requirements-dev.txt $(RUN_READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_FLAGS) -r requirements-dev.txt
	@touch $@
