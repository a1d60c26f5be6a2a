# make run    serve the app on this machine
# make serve PROCESSES=2    the same with several processes behind a proxy, ADDRESS=... for a room
# make test   everything that CI checks
# Needs make and Python 3.11 to 3.13 alone; the rest goes into .venv. PYTHON=... chooses another Python, PORT=... a port.

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
CANDIDATES := python3 python3.13 python3.12 python3.11 python
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c '$(SUPPORTED)' 2>/dev/null && echo $$p && break; done)
PORT ?= 8501
PROCESSES ?= 2
ADDRESS ?= 127.0.0.1

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
APP := $(VENV)/.app
DEV := $(VENV)/.dev
NEWEST := .venv-newest
PIP := $(PY) -m pip install --disable-pip-version-check --quiet

QUICK := -m "(unit or app) and not data"
# As many processes as CI has cores: tests wait for browsers and children, but also for one another when there are more.
WORKERS ?= 2
GROUPS := --dist loadgroup --no-loadscope-reorder
PARALLEL := -n $(WORKERS) $(GROUPS)

# Node checks the browser code; the app runs without it. Where it is missing, all else is checked, and that is said.
NODE := const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)
NODE_PACKAGES := $(shell node -e '$(NODE)' >/dev/null 2>&1 && command -v npm >/dev/null && echo node_modules/.package-lock.json)
in_node = $(if $(NODE_PACKAGES),npm run --silent $(1),echo "Node 20.19 or newer and npm were not found: npm run $(1) is left out")

CODE := app.py pages cnnviz
WORDS := cnnviz/ui/i18n

.DEFAULT_GOAL := help
.PHONY: help run serve test every-test check lint format types test-in-node unit app process train browser find-browser newest bench lock upgrade words clean
.DELETE_ON_ERROR:

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 16

run: $(APP)  ## serve the app at http://127.0.0.1:8501
	@exec $(PY) -m streamlit run app.py --server.port $(PORT)

serve: $(APP)  ## serve the app with PROCESSES=2 behind the proxy Caddy, at ADDRESS=127.0.0.1
	@exec $(PY) scripts/serve.py --processes $(PROCESSES) --address $(ADDRESS) --port $(PORT)

test: lint types test-in-node every-test  ## lint, types, and every test with a browser

every-test: find-browser $(NODE_PACKAGES)  # axe-core is one of these
	$(PY) -m pytest $(PARALLEL) --hypothesis-profile=ci

lint: $(DEV) $(NODE_PACKAGES)  ## style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(call in_node,lint)

format: $(DEV) $(NODE_PACKAGES)  ## fix what lint can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@$(call in_node,format)

types: $(DEV)  ## type hints
	$(BIN)/mypy

test-in-node: $(NODE_PACKAGES)
	@$(call in_node,test)

unit: $(DEV) $(NODE_PACKAGES)  ## pure tests, also the browser code's: no browser, no server, no page, no Keras
	@$(call in_node,test)
	$(PY) -m pytest -m "unit and not data" -n 2 $(GROUPS)

app: $(DEV)  ## the pages without a browser
	$(PY) -m pytest -m app $(PARALLEL)

process: $(DEV)  ## servers, executors and children
	$(PY) -m pytest -m process $(PARALLEL)

train: $(DEV)  ## comparisons with Keras, and trainings
	$(PY) -m pytest -m train $(PARALLEL)

browser: find-browser $(NODE_PACKAGES)  ## the tests in a real browser
	$(PY) -m pytest -m browser $(PARALLEL)

find-browser: $(DEV)
	@$(PY) scripts/browser.py --install

newest: | $(PY)  ## the quick tests with the newest packages that the ranges allow, in an environment of their own
	@set -e; rm -rf $(NEWEST); trap 'rm -rf $(NEWEST)' EXIT; $(PY) -m venv $(NEWEST); \
	echo "Installing the newest of all packages; this takes some minutes"; \
	$(NEWEST)/bin/python -m pip install --disable-pip-version-check --quiet -r requirements-dev.txt; \
	$(NEWEST)/bin/python scripts/lock.py --compare; \
	$(NEWEST)/bin/python -m pytest $(QUICK) $(PARALLEL)

bench: find-browser  ## measure speed and memory, JSON in benchmarks/results
	@set -e; for one in $(sort $(wildcard benchmarks/[a-z]*.py)); do echo "== $$one"; $(PY) -m "benchmarks.$$(basename $$one .py)"; done

lock: $(DEV)  ## pin all packages anew in locks/; pins that still fit the ranges stay
	$(PY) scripts/lock.py

upgrade: $(DEV)  ## pin the newest of all packages that the ranges allow
	$(PY) scripts/lock.py --upgrade

words: $(DEV)  ## collect the texts, update and compile the translations; LANG=it begins one
	$(BIN)/pybabel -q extract -k translate -k gettext_noop -k Refusal -k translate_plural:1,2 --no-wrap --sort-by-file --omit-header \
		-o $(WORDS)/cnnviz.pot $(CODE)
	@$(PY) scripts/translations.py $(if $(filter command line,$(origin LANG)),$(LANG))

clean:  ## remove what make and the tools made
	rm -rf $(VENV) $(NEWEST) node_modules .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage htmlcov test-results

# The environment is made once; a lock that changed is installed again. Hashes are checked, because every pin has some.
$(PY):
	@test -n "$(PYTHON)" || { echo "cnnviz needs Python 3.11, 3.12 or 3.13, and none was found." \
		"Install one, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c '$(SUPPORTED)' || { echo "cnnviz needs Python 3.11, 3.12 or 3.13. Received:" \
		"$$($(PYTHON) --version 2>&1). Name another: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make virtual environments." \
		"On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(APP): locks/app.txt | $(PY)
	@echo "Installing what the app needs; the first time takes some minutes"
	@$(PIP) -r locks/app.txt
	@touch $@

$(DEV): locks/dev.txt | $(PY)
	@echo "Installing what the app and its tests need; the first time takes some minutes"
	@$(PIP) -r locks/dev.txt
	@touch $(APP) $@

node_modules/.package-lock.json: package.json package-lock.json
	@echo "Installing what checks the browser code"
	@npm ci --ignore-scripts --silent
