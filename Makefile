# Two commands do all the set-up: `make serve` and `make test`. Python 3.11 or newer, git and make are all they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OUT ?= public
SITE ?= .
PORT ?= 8000
ENTRIES ?= 10000
RUNS ?= 3
EDITS ?= 30
BENCH ?=

.PHONY: help serve build test check accept compare soak bench bench-live docs clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed / 需要 Python 3.11 或更新的版本: $$($(PYTHON) --version)"; exit 1; }
	@echo "Preparing the environment, a minute or two / 正在准备环境，请等一两分钟"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

serve: $(READY) ## build, serve at http://127.0.0.1:8000/ and follow edits
	$(BIN)/portal serve --site $(SITE) --port $(PORT)

build: $(READY) ## build the portal into public/
	$(BIN)/portal build --site $(SITE) --out $(OUT)

test: $(READY) ## all tests, on all cores; those in a browser are skipped where there is no Chromium
	$(BIN)/python -m pytest -m "not forks" --numprocesses auto --dist worksteal
	$(BIN)/python -m pytest -m forks

check: $(READY) ## format, lint, strict types, tests
	$(BIN)/ruff format --check generator tests
	$(BIN)/ruff check generator tests
	$(BIN)/mypy
	@$(MAKE) --no-print-directory test

accept: $(READY) ## rewrite the expected texts of golden tests, to be reviewed as a diff
	ACCEPT=1 $(BIN)/python -m pytest tests/test_broken.py tests/test_markdown.py tests/test_docs.py

compare: $(READY) ## build with another revision and show what changes: make compare REV=main~1
	@test -n "$(REV)" || { echo "say which revision: make compare REV=main~1"; exit 2; }
	$(BIN)/python tests/compare.py "$(REV)"

soak: $(READY) ## the long runs: 5,000 random edits, 3,000 mutations of every source
	PORTAL_EDITS=5000 PORTAL_FUZZ=3000 $(BIN)/python -m pytest tests/test_incremental.py tests/test_fuzz.py --timeout 0

$(VENV)/.bench: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@touch $@

bench: $(VENV)/.bench ## measure builds beside Hugo: make bench ENTRIES=10000 RUNS=3
	$(BIN)/python -m tests.bench --entries $(ENTRIES) --runs $(RUNS) $(BENCH)

bench-live: $(VENV)/.bench ## measure the live preview in a browser beside Hugo: make bench-live ENTRIES=10000 EDITS=30
	$(BIN)/python -m tests.bench.live --entries $(ENTRIES) --edits $(EDITS) $(BENCH)

docs: $(READY) ## write docs/diagnostics.md and docs/fields.md again from the code
	ACCEPT=1 $(BIN)/python -m pytest tests/test_docs.py

clean: ## remove what was built, and the environment
	rm -rf $(VENV) public .portal
