# Loyalty Desk. Needs make and Python 3.11 or newer with its venv module; everything else lands in .venv.
#
#   make run              the console on a sandbox, ready to sign in      PORT=9000 make run
#   make test             the tests                                       PYTHON=python3.13 make test
#
# `make help` lists the rest.

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= auto
export PORT

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
HASHED := --require-hashes --only-binary :all:
COMPILE := uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
	--python-version 3.11 --exclude-newer "7 days"
# Stamps say what .venv already holds, so that a second start installs nothing.
RUNTIME := $(VENV)/.installed-runtime
DEVELOPMENT := $(VENV)/.installed-development

# Asked in words that Python 2 understands too, so that an old Python hears what is wrong with it.
define check_python
@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	echo "$(PYTHON) was not found. Install Python 3.11 or newer, or name one: PYTHON=/path/to/python3 make run" >&2; exit 1; }
@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "$(PYTHON) is not Python 3.11 or newer. Name another one: PYTHON=python3.11 make run" >&2; exit 1; }
@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { \
	echo "$(PYTHON) lacks its venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
endef

.DEFAULT_GOAL := help
.PHONY: help run setup test check fix bench soak lock clean anew
.DELETE_ON_ERROR:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

run: $(RUNTIME) ## start the console on a sandbox (Ctrl-C ends both)
	@exec $(PY) -m dashboard demo

setup: $(RUNTIME) ## build .venv, with loyalty-desk in it
	@echo "Ready: $(BIN)/loyalty-desk --help"

test: $(DEVELOPMENT) ## run the tests (PYTEST_ARGS passes more options)
	@exec $(PY) -m pytest -n $(WORKERS) --dist loadscope $(PYTEST_ARGS)

check: $(DEVELOPMENT) ## format, lint, types, import rules, templates
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(BIN)/lint-imports
	$(PY) -m djlint templates --lint --quiet

fix: $(DEVELOPMENT) ## put right what tools can put right
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(DEVELOPMENT) ## measure the console against its bars, in one table
	@exec $(PY) -m tests.bench

soak: $(DEVELOPMENT) ## prove for long that nothing doubles or lies (SOAK_MINUTES=10)
	@exec $(PY) -m tests.soak

lock: ## pin the requirements anew, nothing younger than a week (needs uv)
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) --group build -o requirements-build.txt
	$(COMPILE) pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt

clean: ## remove the state of the demo and everything built, except .venv
	rm -rf var dist build screenshots .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find dashboard tests -name __pycache__ -type d -prune -exec rm -rf {} +

# A .venv whose Python has gone (an upgrade of the system, a moved checkout) is built anew.
ifeq ($(wildcard $(PY)),)
$(RUNTIME) $(DEVELOPMENT): anew
endif

$(RUNTIME): requirements.txt requirements-build.txt pyproject.toml
	$(check_python)
	@$(PY) -m pip --version >/dev/null 2>&1 || { echo "Building .venv (once) ..."; "$(PYTHON)" -m venv --clear $(VENV); }
	@echo "Installing what the console needs ..."
	@$(PIP) install $(HASHED) -r requirements.txt
	@$(PIP) install $(HASHED) -r requirements-build.txt
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo "Installing what tests and checks need ..."
	@$(PIP) install $(HASHED) -r requirements-dev.txt
	@touch $@
