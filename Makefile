# `make demo` and `make test` need Python 3.11+ and npm (installed where that is possible); they set up .venv themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check bench clean

$(READY): pyproject.toml constraints.txt nps_insights/report/bundle/pin.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version + "; name another with: make PYTHON=python3.12 ...")'
	bash scripts/install_npm.sh
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[offline,multilingual,notify,spark,dev]'
	touch $(READY)

demo: $(READY)
	$(BIN)/nps-insights sample demo --accounts 2000 --replace
	$(BIN)/nps-insights report demo/survey.csv --accounts demo/accounts.csv --by plan --by region --out demo/report

test: $(READY)
	bash tests/install_browser.sh
	bash tests/install_java.sh
	$(BIN)/python scripts/fetch_pinned.py tests/axe/pin.toml
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	# Two workers on two cores: further threads of each only wait for one another.
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile

bench: $(READY)
	$(BIN)/python -m benchmarks

# mlflow.db and mlartifacts stay: they are the history of all runs.
clean:
	rm -rf demo dist .pytest_cache .mypy_cache .ruff_cache
