# `make` prints this file's commands; CONTRIBUTING.md says more.
.DEFAULT_GOAL := help
.SUFFIXES:

PYTHON ?= python3
PORT ?= 8080
DATA_DIR ?= var
DATABASE_URL ?=
TESTS ?= tests
HISTORIES ?= 300
export DATABASE_URL

BIN := .venv/bin
CHECKED := referral_api config wsgi.py

.PHONY: help run test sure format lint types floors properties drill lock advisories bench venv venv-dev

help: ## Print this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  make run PORT=8123 DATA_DIR=/somewhere DATABASE_URL=postgresql://user@host/name"

# The recipe ends in exec, so that a signal to make reaches the supervisor, which ends every process.
run: venv ## Serve an invented world on http://127.0.0.1:8080 until Ctrl-C
	@exec ./referral demo run --port "$(PORT)" --dir "$(DATA_DIR)"

test: venv-dev ## Run the tests, two at a time (TESTS=tests/cli for some)
	@exec $(BIN)/python -m pytest -n 2 $(TESTS)

sure: format lint types floors test ## Everything that must hold before a change goes in: what CI runs

format: venv-dev
	$(BIN)/ruff format --check .

lint: venv-dev
	$(BIN)/ruff check .

types: venv-dev
	$(BIN)/mypy

floors: venv-dev
	$(BIN)/lint-imports

properties: venv-dev ## Play many random histories against the model of who reads what (HISTORIES=300)
	@PROPERTY_HISTORIES=$(HISTORIES) exec $(BIN)/python -m pytest -q -n 2 tests/properties

drill: venv-dev ## Watch a database administrator forge the log, with its stolen key, and be found out
	@exec $(BIN)/python -m pytest -q -s -p no:cacheprovider tests/audit/test_drill.py

lock: ## Pin and hash the libraries again, from requirements*.in (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.txt

advisories: ## Compare the pinned libraries with published faults (needs uv, and the network)
	uvx --from pip-audit==2.10.1 pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements.txt -r requirements-dev.txt

bench: venv-dev ## Measure (benchmarks/)
	@exec $(BIN)/python -m benchmarks

venv:
	@$(PYTHON) .ci/venv requirements.txt

venv-dev:
	@$(PYTHON) .ci/venv requirements.txt requirements-dev.txt
