# Thin: each target is one line of the project's own programs. `make doctor` says what the machine lacks.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
ENVS := .haihe/envs
HAIHE := $(ENVS)/jobs/bin/python -m jobs.cli
PYTEST := $(ENVS)/dev/bin/python -m pytest
# The files of a part run on both cores; those of the Spark part share one session a core.
ON_BOTH_CORES := -n 2 --dist loadfile
PARTS := unit spark system

.DEFAULT_GOAL := help
.PHONY: help doctor setup setup-dev run city-day up down test $(PARTS:%=test-%) lint catalogue bench cluster-test chaos fuzz lock clean

help:  ## this list
	@sed -nE 's/^([a-z-]+):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

doctor:  ## say what this machine lacks, and what to do
	@$(PYTHON) bin/doctor.py

setup:  ## environments, jars and the embedded store; nothing twice
	@$(PYTHON) bin/set_up.py jobs airflow

setup-dev:
	@$(PYTHON) bin/set_up.py jobs airflow dev

run: setup  ## the sample city from its drops to its receipts, through the real Airflow
	@$(HAIHE) run

city-day: setup  ## a day of the city: about 500 drops in waves, late and wrong ones among them, through Airflow
	@HAIHE_HOME=$${HAIHE_HOME:-.haihe/city-day} $(HAIHE) city-day

up: setup  ## start store and Airflow and leave them running
	@$(HAIHE) up

down:  ## stop exactly those
	@if [ -d $(ENVS)/jobs ]; then $(HAIHE) down; fi

test: $(PARTS:%=test-%)  ## every test, the quick parts first

# A part without tests yet (pytest's exit code 5, or no folder) does not fail; .ci/run sees to it that some test ran.
$(PARTS:%=test-%): test-%: setup-dev
	@if [ -d tests/$* ]; then $(PYTEST) tests/$* $(ON_BOTH_CORES) --junitxml=out/tests/$*.xml; code=$$?; [ $$code -eq 5 ] || exit $$code; fi

lint: setup-dev  ## ruff, its formatter, mypy
	@$(ENVS)/dev/bin/ruff check .
	@$(ENVS)/dev/bin/ruff format --check .
	@$(ENVS)/dev/bin/mypy

catalogue: setup  ## check contracts, suites and lists
	@$(HAIHE) catalogue check

bench: setup-dev  ## the figures, as a table and as out/bench.json
	@$(ENVS)/dev/bin/python -m benchmarks

cluster-test: setup-dev  ## the main job and the first bench row on a standalone master with two workers
	@$(PYTEST) tests/system -m cluster
	@$(ENVS)/dev/bin/python -m benchmarks --only cluster

chaos: setup-dev  ## SIGKILL after every object and commit of a pass
	@$(PYTEST) tests/system -m chaos

fuzz: setup-dev  ## property tests, with many more examples
	@HYPOTHESIS_PROFILE=fuzz $(PYTEST) tests/unit -m fuzz

lock: setup  ## lock files anew from requirements/*.in
	@for name in tools go jobs airflow dev; do $(ENVS)/tool/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean: down  ## remove what was run and built here; environments, secrets and the cache stay
	@rm -rf out build dist jars/target .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
