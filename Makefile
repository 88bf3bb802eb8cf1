# News Triage: `make run` starts it, `make test` checks it. All of it lives in .venv and, once it runs, in data/.

PYTHON ?= python3
DATA ?= data
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-slow check chromium bench screenshots clean
.DEFAULT_GOAL := run

run: $(VENV)/installed  ## start the app on http://127.0.0.1:7860
	$(BIN)/python app.py serve --data $(DATA)

# Two processes with one thread each: small models gain nothing from more threads, and tests of one file share their models.
test: check chromium  ## lint and all fast tests, the browser ones among them
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

test-slow: $(VENV)/installed-dev chromium  ## the long tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m slow --numprocesses 2 --dist loadfile

check: $(VENV)/installed-dev  ## lint
	$(BIN)/ruff check .

chromium: $(VENV)/installed-dev  ## find a Chromium for the browser tests, install one where that is possible
	$(BIN)/python -m tests.browser.chromium

bench: $(VENV)/installed-dev chromium  ## measure all that has a bar into benchmarks/RESULTS.md, then a first start and the pages
	$(BIN)/python -m benchmarks.bench
	$(BIN)/python benchmarks/first_start.py
	$(BIN)/python -m benchmarks.pages

screenshots: $(VENV)/installed-dev chromium  ## photograph every page into data/screenshots; --readme makes the README's
	$(BIN)/python -m benchmarks.screenshots

clean:  ## remove what was installed, never what was labelled
	rm -rf $(VENV) .pytest_cache .ruff_cache

# The stamp files are newer than the requirements: nothing is installed twice, and a change of a pin is.
$(VENV)/installed: requirements.txt | $(BIN)/pip
	$(BIN)/pip install --requirement requirements.txt
	touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(BIN)/pip install --requirement requirements-dev.txt
	touch $@

# pip is what a half-made environment lacks, so its presence says that the environment is whole.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("News Triage needs Python 3.11 or newer, this is %d.%d. Name another one: make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
