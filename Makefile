# Everything from a clean clone: Python 3.12, git and make are all that must be there.

PYTHON ?= python3.12
VENV := .venv
BIN := $(VENV)/bin
# the tests start Python many times: let it keep its bytecode even where the environment says not to
PYTEST := PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2
# integration tests of under half a minute each
QUICK := tests/integration/test_color_maze.py tests/integration/test_limited_view.py tests/integration/test_history.py

.PHONY: install demo docs lint check test-fast test

demo: install
	$(BIN)/python scripts/demo.py

# the pages as a site; it needs no network, neither to build nor to read: where the packages of its page in the browser
# were not fetched before and cannot be now, the site says so in that page's place
docs: install
	OMP_NUM_THREADS=1 $(BIN)/python -m sphinx --fail-on-warning --keep-going --nitpicky --quiet docs docs/_build
	@echo "docs/_build/index.html"

# before each commit: under two minutes
check: lint
	$(PYTEST) --dist worksteal -m "not integration" tests/unit

# check, and the simulator where it is quick
test-fast: lint
	$(PYTEST) --dist loadfile tests/unit $(QUICK)

# everything, the long files of the simulator first, so that no process waits for another at the end; last it says what
# took longest
test: lint
	$(PYTEST) --dist loadfile --no-loadscope-reorder --durations 60

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ty check --python $(VENV)
	git ls-files -z | xargs -0 $(BIN)/codespell  # not what the demo and trainings leave

install: $(VENV)/.installed

# uv installs several times faster than pip; it shows a bar, or without a terminal a line for each large package
$(VENV)/.installed: requirements.lock pyproject.toml
	@echo "1/3 virtual environment $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@echo "2/3 $$(wc -l < requirements.lock) packages, 7.5 GB once installed"
	$(BIN)/uv pip install --python $(BIN)/python --requirement requirements.lock
	@# apart, for a test: where Isaac Lab finds LEAPP, each of its processes starts two seconds later
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --target $(VENV)/leapp leapp==0.7.2 fast-sugiyama==0.5.3
	@# apart, for a test: of it only the model of a robot is read, MuJoCo Menagerie's Go1 (BSD-3-Clause)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --target $(VENV)/mjlab mjlab==1.6.0
	@echo "3/3 this project"
	$(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
