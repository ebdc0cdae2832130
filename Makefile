# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
TEMPLATES = $(shell find linli -name '*.html' | sort)
DEMO_FLAGS := $(if $(ONCE),--once) $(if $(PORT),--port $(PORT)) $(if $(CASES),--cases $(CASES)) $(if $(AGAIN),--again)

.DEFAULT_GOAL := help
.PHONY: help demo test smoke check journeys screenshots soak fix messages docs bundle bundle-try constraints stop clean

help: ## Show this list
	@echo "Linli (邻里): make demo shows it, make test proves it."
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: .venv/demo ## A living demo city on http://127.0.0.1:8350 (AGAIN=1 makes a new one of today)
	@$(BIN)/linli demo $(DEMO_FLAGS)

test: .venv/dev ## The whole test suite but the browser
	@# The demo is loaded into a database that no other test has swollen: there it takes seconds, else minutes.
	@$(BIN)/pytest -q tests/site/test_demo.py
	@$(BIN)/pytest -q -n 2 --dist loadfile --ignore=tests/site/test_demo.py

smoke: .venv/dev ## The quickest tests
	@$(BIN)/pytest -q -x tests/kernel tests/methods

# Every step runs, also after one has failed, so that one run shows all there is to mend.
check: .venv/dev ## Style, types, floors, templates, migrations, translations, generated documents
	@failed=; \
	step() { name=$$1; shift; printf '· %s\n' "$$name"; "$$@" || failed="$$failed $$name,"; }; \
	step "style" $(BIN)/ruff check -q .; \
	step "format" $(BIN)/ruff format --check -q .; \
	step "template format" $(BIN)/djade --check --target-version 5.2 $(TEMPLATES); \
	step "template faults" $(BIN)/djlint --lint --quiet linli; \
	step "types" $(BIN)/mypy --no-error-summary; \
	step "floors" sh -c '$(BIN)/lint-imports --no-logo > .venv/floors.log || { cat .venv/floors.log; exit 1; }'; \
	step "migrations" $(BIN)/linli makemigrations --check --dry-run -v 0; \
	step "translations" $(BIN)/python tools/messages.py --check; \
	step "generated documents" $(BIN)/python tools/docs.py --check; \
	if [ -n "$$failed" ]; then echo "Failed:$${failed%,}. What a tool can mend: make fix"; exit 1; fi; \
	echo "All checks pass."

journeys: .venv/dev ## Stories in a real browser (Debian: chromium, fonts-noto-cjk)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  echo "Chromium is missing. Debian: apt-get install chromium fonts-noto-cjk"; exit 1; }
	@$(BIN)/pytest -q -m journey tests

screenshots: .venv/dev ## The same stories, keeping the pictures of docs/screenshots
	@LINLI_SCREENSHOTS=1 $(BIN)/pytest -q -m journey tests/journeys

soak: .venv/dev ## Twenty rounds of kill -9 under load (about twenty minutes)
	@$(BIN)/pytest -q -s -m soak tests

fix: .venv/dev ## Put style and order right where a tool can
	-@$(BIN)/ruff check --fix -q .
	@$(BIN)/ruff format -q .
	-@$(BIN)/djade --target-version 5.2 $(TEMPLATES)

messages: .venv/dev ## Collect texts to translate, compile translations
	@$(BIN)/python tools/messages.py

docs: .venv/dev ## Write the documents that are made from code
	@$(BIN)/python tools/docs.py

bundle: .venv/dev ## Wheels, checksums, list of parts and install.sh for a machine without network, in dist/
	@$(BIN)/python tools/bundle.py

bundle-try: bundle ## Install the bundle where there is no network, and start the demo from it
	@tools/try_bundle.sh "$$(ls -t dist/linli-*.tar.gz | head -1)"

constraints: .venv/dev ## Pin what is installed now
	@$(BIN)/python tools/constraints.py

stop: ## Stop the embedded database
	@$(BIN)/linli db stop

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing. Install Python 3.11 or newer (Debian: apt-get install python3 python3-venv python3-pip)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Linli needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) -V`. Name another one: make PYTHON=python3.11 …"; exit 1; }
	@echo "Making the environment in .venv …"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is missing. Debian: apt-get install python3-venv"; exit 1; }

.venv/demo: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing what Linli runs on (about 200 MB, a minute or two) …"
	@$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[embedded,calendar,analysis]' || { echo "pip could not install. Is a package index within reach (pip config list)? Then run the command again."; exit 1; }
	@touch $@

.venv/dev: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing what Linli runs on and is tested with (about 400 MB, two or three minutes) …"
	@$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[embedded,calendar,analysis,dev]' || { echo "pip could not install. Is a package index within reach (pip config list)? Then run the command again."; exit 1; }
	@touch .venv/demo $@

clean: ## Remove environment and caches; the database stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
