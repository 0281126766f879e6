# Everything from a clean clone: Python 3.12, git and make are all that must be there.

# uv installs the 7.5 GB of packages several times faster than pip
PYTHON ?= python3.12
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint install

demo: install
	$(BIN)/python scripts/demo.py

# the tests start Python many times: let it keep its bytecode even where the environment says not to
test: install lint
	PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

install: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip install --quiet --python $(BIN)/python --requirement requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@
