# Two commands matter: make demo, make test. Everything lands in .venv; nothing else is touched.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Each module is compiled once, also where the machine says otherwise: tests start many processes.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test e2e bench lint types translations screenshots clean

demo: $(VENV)/run.stamp
	$(BIN)/qse-audit demo

test: $(VENV)/test.stamp lint types
	$(BIN)/pytest -q -n auto -m "not e2e"

# Needs Debian’s chromium: apt-get install chromium
e2e: $(VENV)/test.stamp
	$(BIN)/pytest -q -n auto -m e2e --db sqlite

bench: $(VENV)/test.stamp
	$(BIN)/python -m tests.bench

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/test.stamp
	$(BIN)/mypy

# After new texts: gather them, then fill what is empty in messages.po.
translations: $(VENV)/test.stamp
	$(BIN)/pybabel -q extract -F pyproject.toml -k N_ -k _l -k lazy_gettext --no-location --sort-output --ignore-dirs=".*" \
		--project qse-audit -o $(VENV)/messages.pot .
	$(BIN)/pybabel -q update -i $(VENV)/messages.pot -d qse_audit/translations -l en \
		--no-fuzzy-matching --ignore-obsolete --no-wrap
	$(BIN)/pybabel -q compile -d qse_audit/translations

screenshots: $(VENV)/test.stamp
	$(BIN)/python -m tests.e2e.screenshots docs/img

$(VENV)/run.stamp: pyproject.toml hatch_build.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check -e .
	@touch $@

$(VENV)/test.stamp: pyproject.toml hatch_build.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check -e ".[test]"
	@touch $@ $(VENV)/run.stamp

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
