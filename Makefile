# Each target builds the environment it needs: .venv, from the hash-locked files in requirements/.

export DAGSTER_DISABLE_TELEMETRY := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Else every process would compile what it imports anew.
unexport PYTHONDONTWRITEBYTECODE

# Nothing is compiled: wheels only, and bytecode only for what is really imported.
PIP_INSTALL := .venv/bin/python -m pip install -qq --no-compile
PIP_LOCKED := $(PIP_INSTALL) --require-hashes --only-binary :all:

UV ?= uv
UV_LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --custom-compile-command "make lock" $(UPGRADE)

CHECKED_FOLDERS := $(wildcard pipelines tests benchmarks dashboards)
ARGS ?=
PORT ?= 3000
SIZE ?= 1m
SCHEDULES ?= 200
MINUTES ?= 5

.DEFAULT_GOAL := help
.PHONY: help demo test check bench faults crash fuzz dev lock clean

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s%s\n", $$1, $$2 }' Makefile

demo: .venv/runtime.stamp  ## build a synthetic tenant, run the whole pipeline on it, print what it found
	.venv/bin/whoseagent demo $(ARGS)

test: .venv/dev.stamp .venv/node.stamp .venv/chromium.stamp  ## run the tests (ARGS="-k name" picks some)
	.venv/bin/python -m pytest --numprocesses=auto --dist=worksteal $(ARGS)

check: .venv/dev.stamp  ## lint, formatting, types, SQL style, generated documents, locked versions
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy $(CHECKED_FOLDERS)
	.venv/bin/sqlfluff lint --disable-progress-bar sql
	.venv/bin/whoseagent dictionary --check
	.venv/bin/python -m pip check

bench: .venv/bench.stamp  ## measure a tenant's day against plain DuckDB and what else one would write (SIZE=1m, 5m, 20m)
	.venv/bin/python -m benchmarks --size $(SIZE) $(ARGS)

faults: .venv/dev.stamp .venv/node.stamp  ## collect a tenant through faults and kills, many times (SCHEDULES=200)
	.venv/bin/python -m tests.faults --schedules $(SCHEDULES) $(ARGS)

crash: .venv/dev.stamp .venv/node.stamp  ## kill every step at every kind of change of the data folder (ARGS=--all: every change)
	.venv/bin/python -m tests.crash $(ARGS)

fuzz: .venv/dev.stamp  ## feed every parser and guard with hostile input for a while (MINUTES=5)
	.venv/bin/python -m tests.fuzz --minutes $(MINUTES) $(ARGS)

dev: .venv/runtime.stamp  ## open the Dagster UI on this machine (PORT=3000, WHOSEAGENT_DATA=data)
	@umask 077 && mkdir -p "$${WHOSEAGENT_DATA:-data}/dagster" && \
	WHOSEAGENT_DATA=$$(cd "$${WHOSEAGENT_DATA:-data}" && pwd) && DAGSTER_HOME="$$WHOSEAGENT_DATA/dagster" && \
	export WHOSEAGENT_DATA DAGSTER_HOME && \
	{ [ -e "$$DAGSTER_HOME/dagster.yaml" ] || printf 'telemetry:\n  enabled: false\n' > "$$DAGSTER_HOME/dagster.yaml"; } && \
	exec .venv/bin/dagster dev --workspace workspace.yaml --host 127.0.0.1 --port $(PORT)

lock:  ## pin the versions anew after a change in pyproject.toml (needs uv; UPGRADE=--upgrade takes the newest)
	$(UV_LOCK) --group checkout --output-file requirements/runtime.txt pyproject.toml
	$(UV_LOCK) --group dev --constraint requirements/runtime.txt --output-file requirements/dev.txt
	$(UV_LOCK) --group bench --constraint requirements/runtime.txt --output-file requirements/bench.txt

clean:  ## remove the environment, caches and built files; the data folder stays
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# Python 3.13 comes first: there every locked package has a wheel for Linux and macOS, Intel and ARM.
.venv/created.stamp:
	@for python in python3.13 python3.14 python3.12 python3.11 python3; do \
		"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2> /dev/null || continue; \
		"$$python" -c 'import ensurepip, venv' 2> /dev/null || { without_venv=$$python; continue; }; \
		echo "Building .venv with $$("$$python" --version); the first time this takes a minute."; \
		"$$python" -m venv --clear .venv && touch $@; exit; \
	done; \
	if [ -n "$$without_venv" ]; then \
		echo "$$without_venv has no venv module: install it (on Debian and Ubuntu: apt install $$without_venv-venv)." >&2; \
	else \
		echo "Python 3.11 to 3.14 is needed, and none was found: install one of them, then run make again." >&2; \
	fi; exit 1

.venv/runtime.stamp: requirements/runtime.txt pyproject.toml .venv/created.stamp
	$(PIP_LOCKED) -r requirements/runtime.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/runtime.stamp
	$(PIP_LOCKED) -r requirements/dev.txt
	@touch $@

.venv/bench.stamp: requirements/bench.txt .venv/dev.stamp
	$(PIP_LOCKED) -r requirements/bench.txt
	@touch $@

# The storage emulator and axe, which looks for what keeps people out of a page; without npm the tests that need them
# are skipped, and say so.
.venv/node.stamp: tests/node/package-lock.json tests/node/package.json .venv/created.stamp
	@if command -v npm > /dev/null; then \
		mkdir -p .venv/node && cp tests/node/package.json tests/node/package-lock.json .venv/node/ && \
		npm ci --prefix .venv/node --ignore-scripts --no-audit --no-fund --loglevel error > /dev/null && touch $@ || \
		{ rm -rf .venv/node; echo "npm could not fetch the storage emulator and axe: their tests are skipped." >&2; } \
	fi

# The browser in which the dashboard is tested: the machine's own.
.venv/chromium.stamp: .venv/created.stamp
	@if command -v chromium > /dev/null || command -v google-chrome > /dev/null; then touch $@; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && apt-get -qq update && \
		apt-get -qq install --yes --no-install-recommends chromium > /dev/null; then touch $@; \
	else echo "There is no Chromium (on Debian: apt install chromium): the tests of the dashboard are skipped." >&2; fi
