# Everything a newcomer needs: `make try` and `make test`. Both do their own set-up in .venv.
PYTHON ?= python3
KILLS ?= 1000
LOAD ?= 30
LOADED := $(addprefix tests/,test_process.py git/test_fetch.py sources/test_mirror.py scenarios/test_killed.py \
	scenarios/test_interrupted.py scenarios/test_template_code.py scenarios/test_undo.py scenarios/test_bounds.py)
VENV := .venv
BIN := $(VENV)/bin
# Twice as many as most machines of continuous integration have cores: a test often waits for a process or a terminal.
PYTEST := $(BIN)/pytest -n 4 --dist worksteal
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: try try-fleet test test-golden test-long test-forge test-load test-laws test-storm test-rollout-storm quick format docs bundle snapshots bench bench-authoring bench-check bench-fleet bench-rollout bench-merge clean

try: $(VENV)/.run  ## Stamp a service, work in it, release a new blueprint, update the service.
	@$(BIN)/python tests/journey.py build/try

try-fleet: $(VENV)/.run  ## Stamp twenty services, let their teams work, release, plan an update of all of them, roll it out, and report.
	@$(BIN)/python -m tests.fleet_story build/try-fleet

test: $(VENV)/.test  ## Every gate: format, lint, types, tests, docs.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) -m "not toolchain and not long and not forge"
	$(BIN)/mkdocs build --quiet --strict --site-dir build/site

test-golden: $(VENV)/.test  ## Stamped services under their own gates, with their language's tools, and the wheel.
	$(PYTEST) -m toolchain

test-long: $(VENV)/.long  ## Tests that try every case there is: each instant to be killed at, rollouts in a storm, all that a template can reach, pages in a browser (apt-get install chromium).
	$(PYTEST) -m "long and not toolchain and not forge"

test-rollout-storm: $(VENV)/.test  ## Of the long tests the storm alone: rollouts killed at every record and at random moments, at a forge in trouble (SEED=N for other ones).
	$(PYTEST) -m long tests/fleet/campaign/test_storm.py

test-forge: $(VENV)/.referees  ## The adapters at a real Gitea, built once (some minutes), and referees of other hands at the forges of the tests.
	@nice $(BIN)/python -m tests.forges.gitea_build
	nice $(BIN)/pytest -n 2 --dist worksteal -m forge

test-load: $(VENV)/.test  ## The tests with signals, locks, servers and kills, on a machine with LOAD other processes at work.
	$(BIN)/python -m tests.loaded $(LOAD) $(PYTEST) -m "not toolchain and not long and not forge" $(LOADED)

test-laws: $(VENV)/.test  ## The laws once more, with examples by chance, TIMES=10 of them; what fails prints how to repeat it.
	LAWS_TIMES=$(or $(TIMES),1) $(PYTEST) -m hypothesis --hypothesis-profile=chance

test-storm: $(VENV)/.test  ## Kill every writing command at random moments, KILLS of them (SEED=N repeats a run).
	$(BIN)/python -m tests.scenarios.storm --kills $(KILLS) $(if $(SEED),--seed $(SEED))

quick: $(VENV)/.test  ## The tests that start no toolchain and no long scenario.
	$(PYTEST) -m "not slow and not toolchain and not long and not forge"

format: $(VENV)/.test  ## Format, mend what can be mended, and write the generated pages again.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python docs/generate.py

docs: $(VENV)/.test  ## The documentation, built into build/site.
	$(BIN)/mkdocs build --strict --site-dir build/site

bundle: $(VENV)/.run  ## Keep the built-in releases that blueprints/releases.bundle lacks, for updates from them.
	@$(BIN)/python -c 'from pathlib import Path; from scaffold.authoring.bundle import keep_releases; \
		print(*keep_releases(Path(".").resolve()) or ["every release is kept already"])'

snapshots: $(VENV)/.run  ## Take what the cases of the built-in blueprints render to as their snapshots.
	@for one in blueprints/*/; do $(BIN)/scaffold blueprint test $$(basename $$one) --accept || exit; done

bench: $(VENV)/.test  ## Compare with Copier in one run, and write docs/reference/benchmarks.md.
	$(BIN)/python benchmarks/compare.py

bench-authoring: $(VENV)/.test  ## Print what an author waits for: lint, a matrix of cases, the test on each save.
	@$(BIN)/python -m benchmarks.authoring

bench-check: $(VENV)/.test  ## Check a thousand services out of bare repositories, and write docs/reference/benchmark-check.md.
	@$(BIN)/python benchmarks/guardrails.py

bench-fleet: $(VENV)/.long  ## Plan for a thousand repositories beside Copier, and write docs/reference/benchmark-fleet.md.
	@$(BIN)/python benchmarks/fleet.py

bench-rollout: $(VENV)/.test  ## Roll out to a thousand repositories at a forge on loopback, and write docs/reference/benchmark-rollout.md.
	@$(BIN)/python -m benchmarks.rollout

bench-merge: $(VENV)/.test  ## Score merges that people made, CASES="FILE ...", and write docs/reference/merge-cases.md.
	@$(BIN)/python benchmarks/merge_cases.py $(CASES)

clean:
	rm -rf build dist $(VENV)

$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.exit("scaffold needs Python 3.11 or newer: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml tests/constraints.txt
	@echo "Installing scaffold into $(VENV)"
	$(PIP) install --constraint tests/constraints.txt --editable .
	@$(BIN)/python -m compileall -q scaffold  # as pip does for what is not editable
	touch $@

$(VENV)/.test: $(VENV)/.made pyproject.toml tests/constraints.txt  # in one go, with what .run would install
	@echo "Installing scaffold and the test tools into $(VENV)"
	$(PIP) install --constraint tests/constraints.txt --editable '.[test,docs]'
	@$(BIN)/python -m compileall -q scaffold
	touch $(VENV)/.run $@

$(VENV)/.long: $(VENV)/.test  # a real cluster, and a browser's driver, which only long tests ask for
	$(PIP) install --constraint tests/constraints.txt --editable '.[dask,browser]'
	touch $@

$(VENV)/.referees: $(VENV)/.test  # clients of forges that others wrote, which only tests of the forge ask for
	$(PIP) install --constraint tests/constraints.txt --editable '.[referees]'
	touch $@
