# Everything below makes its own virtual environment; Python 3.10+, git and make are all it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint generate locks bench clean

$(BIN)/gate: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(BIN)/pytest: $(BIN)/gate
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(BIN)/gate  ## the main job on real input: a table and a folder of pictures, which pass, and what does not
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[suites,poisoning]'
	@GATE=$(CURDIR)/$(BIN)/gate sh examples/demo.sh

test: $(BIN)/pytest  ## every test
	$(BIN)/pytest -n auto

lint: $(BIN)/pytest  ## types, style, and generated files that are out of date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy action
	$(BIN)/python tools/generate.py --check

generate: $(BIN)/gate  ## rule pages and packs from the catalogue
	$(BIN)/python tools/generate.py

LOCKED_EXTRAS := weights sign suites poisoning policy remote
locks:  ## the action's requirements with their digests, one file for the core and one for each extra
	$(PYTHON) -m venv build/uv
	build/uv/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
	for name in core $(LOCKED_EXTRAS); do \
	    extra=; [ $$name = core ] || extra="--extra $$name"; \
	    build/uv/bin/uv pip compile --quiet --no-config --universal \
	        --python-version 3.10 --generate-hashes --no-annotate --custom-compile-command "make locks" \
	        -c constraints.txt $$extra pyproject.toml -o action/requirements/$$name.txt || exit 1; \
	done

bench: $(BIN)/pytest  ## speed and memory beside what they are compared with
	$(BIN)/python -m benchmarks.core

clean:
	rm -rf $(VENV) build dist *.egg-info
