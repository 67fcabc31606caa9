# Hemvist. Two commands do everything on a fresh machine: make demo, make test.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
PORT ?= 8000

.PHONY: help demo test check bench serve messages lock clean

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.runtime: requirements.lock pyproject.toml scripts/install.sh
	scripts/install.sh runtime "$(PYTHON)" "$(VENV)"

$(VENV)/.dev: requirements-dev.lock pyproject.toml scripts/install.sh
	scripts/install.sh dev "$(PYTHON)" "$(VENV)"

# The product and what it is measured against, which is no dependency of it.
$(BENCH)/.bench: requirements-bench.lock pyproject.toml scripts/install.sh
	scripts/install.sh bench "$(PYTHON)" "$(BENCH)"

# Third-party stylesheets and fonts, and the translation catalogue.
var/.assets: package-lock.json scripts/assets.py $(wildcard src/hemvist/locale/*/LC_MESSAGES/django.po) | $(VENV)/.runtime
	$(BIN)/python scripts/assets.py
	$(BIN)/pybabel -q compile -D django -d src/hemvist/locale
	@mkdir -p var && touch $@

demo: $(VENV)/.runtime var/.assets ## Make a demo database with synthetic Enköping (first time) and serve it
	$(BIN)/hemvist demo --bind 127.0.0.1:$(PORT)

serve: $(VENV)/.runtime var/.assets ## Serve the database that is there
	$(BIN)/hemvist serve --bind 127.0.0.1:$(PORT)

check: $(VENV)/.dev var/.assets ## Lint, types, import contract, law and municipality data, fast tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet src
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hemvist law check
	$(BIN)/hemvist municipality check municipalities/enkoping
	$(BIN)/hemvist municipality check municipalities/exempelby
	$(BIN)/python -m pytest -q -n auto -m "not browser and not slow"

test: $(VENV)/.dev var/.assets ## Everything that CI runs: check, all tests on SQLite, PostgreSQL and in a browser
	scripts/test.sh

bench: $(BENCH)/.bench var/.assets ## Measure speed against named alternatives, in one run
	$(BENCH)/bin/python -m bench

messages: $(VENV)/.dev ## Collect source strings into the English catalogue
	$(BIN)/python scripts/messages.py

lock: ## Renew the lock files (needs uv)
	uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 -q -o requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 -q -o requirements-dev.lock
	uv pip compile pyproject.toml --extra bench -c requirements.lock --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 -q -o requirements-bench.lock

clean: ## Remove the environment, the demo and everything built
	rm -rf $(VENV) $(BENCH) .venv-node var node_modules src/hemvist/web/static/vendor
