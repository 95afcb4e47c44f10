# `make demo` and `make test` need Python 3.11+ and npm (installed where that is possible); they set up .venv themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Tests start dozens of processes. Where Python is told to keep no compiled code, each of them compiles torch and all
# else anew, which takes it ten seconds and more.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test coverage npm machine bench docs clean

$(READY): pyproject.toml constraints.txt nps_insights/report/bundle/pin.toml | npm
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version + "; name another with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	bash scripts/install_packages.sh $(BIN)/python
	touch $(READY)

npm:
	bash scripts/install_npm.sh

demo: $(READY)
	$(BIN)/nps-insights sample demo --accounts 2000 --replace
	$(BIN)/nps-insights report demo/survey.csv --accounts demo/accounts.csv --by plan --by region --out demo/report

test:
	# Python's packages and the machine's come at the same time.
	$(MAKE) --jobs 2 $(READY) machine
	$(BIN)/python scripts/fetch_pinned.py tests/axe/pin.toml
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	# Two workers on two cores: further threads of each only wait for one another.
	# Files go out in the order of tests/conftest.py, the longest first.
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# The whole test run once more, followed branch by branch; takes twice as long.
coverage:
	$(MAKE) --jobs 2 $(READY) machine
	$(BIN)/python scripts/fetch_pinned.py tests/axe/pin.toml
	$(BIN)/python -m pip install --quiet --constraint constraints.txt pytest-cov
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=
	$(BIN)/python -m benchmarks.branches

machine: npm
	bash tests/install_browser.sh
	bash tests/install_java.sh

bench: $(READY)
	$(BIN)/python -m benchmarks

docs: $(READY)
	$(BIN)/python -m scripts.build_docs site

# mlflow.db and mlartifacts stay: they are the history of all runs.
clean:
	rm -rf demo dist site .pytest_cache .mypy_cache .ruff_cache
