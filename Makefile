# `make help` lists what there is. Everything runs in .venv; nothing needs root but the installation of test packages.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST := $(BIN)/pytest -n 2 --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: help setup run test test-local check bench pins clean

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

setup: $(VENV)/installed ## Make the environment with everything the service needs

run: setup ## Start everything on http://localhost:8000 (more: make run ARGS="--port 8080")
	@exec $(BIN)/rusuban run $(ARGS)

test: $(VENV)/installed-dev ## Run all tests, the database ones also against PostgreSQL 15
	@scripts/test_needs.sh
	@$(PYTEST) --postgres15 $(ARGS)

test-local: $(VENV)/installed-dev ## Run the tests that need no packages of Debian's
	@$(PYTEST) --ignore=tests/servers --ignore=tests/browser $(ARGS)

check: $(VENV)/installed-dev ## Format, lint, types, imports, translations, house rules
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/check_translations.py
	@$(BIN)/pytest -q -p no:cacheprovider tests/test_house.py

bench: $(VENV)/installed-dev ## Measure calls a second and the cost of a webhook
	@$(BIN)/python -m bench $(ARGS)

pins: ## Pin all dependencies anew (newer versions: make pins ARGS=--upgrade)
	@$(PYTHON) -m venv build/pins
	@build/pins/bin/pip --disable-pip-version-check --quiet install uv
	@for needs in run dev; do \
		UV_CUSTOM_COMPILE_COMMAND="make pins" build/pins/bin/uv pip compile --quiet --universal \
			--python-version 3.11 --generate-hashes $(ARGS) requirements/$$needs.in -o requirements/$$needs.txt \
			|| exit 1; \
	done

clean: ## Stop the embedded database and remove all that was made, the data under var/ included
	@if [ -x $(BIN)/python ] && $(BIN)/python -c 'import coworking.kit.postgres' 2>/dev/null; then \
		$(BIN)/python -m coworking.kit.postgres remove var/postgres; \
	elif [ -e var/postgres ]; then \
		echo "var/postgres may still be served: run 'make setup' first, then 'make clean' again." >&2; exit 2; \
	fi
	@rm -rf var build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache $(VENV)
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps make an installed environment cost nothing; they are older than what asks for another installation.
$(VENV)/installed: requirements/run.txt pyproject.toml packages/coworking/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed: make setup PYTHON=python3.12 (or another one you have)." >&2; exit 2; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV) >/dev/null || { \
		echo "$(PYTHON) cannot make an environment: install its venv module (Debian: python3-venv)." >&2; exit 2; }
	@echo "Installing into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e packages/coworking -e .
	@touch $@

$(VENV)/installed-dev: requirements/dev.txt $(VENV)/installed
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@
