# Every target's `##` sentence is its help.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
JS := tests/e2e/js
WEB := tests/web
TYPES := types
PEERS := .peers

.DEFAULT_GOAL := help
.PHONY: help install dev run worker migrate test soak check fmt bench peers vendor types llamaindex lock clean

help: ## Print this help
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements.txt setup.cfg
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; name yours with: make PYTHON=python3 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked requirements into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-virtualenv -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing the locked development requirements into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-virtualenv -r requirements-dev.txt
	@touch $@

install: $(VENV)/.installed ## Make .venv with the locked requirements

# npm's own copy of the lock; without npm there is none, and its tests say why they are skipped
%/node_modules/.package-lock.json: %/package-lock.json
	@if command -v npm >/dev/null; then \
		echo "Installing the locked JavaScript packages into $*/node_modules ..."; \
		npm ci --prefix $* --no-audit --no-fund --silent && touch $@ || \
		echo "npm could not install them: see the JavaScript tests"; \
	else \
		echo "npm is not installed: the JavaScript tests will be skipped"; \
	fi

dev: $(VENV)/.dev $(JS)/node_modules/.package-lock.json $(WEB)/node_modules/.package-lock.json $(TYPES)/node_modules/.package-lock.json ## The same, with what the tests and checks need

run: install ## Serve on HOST:PORT (127.0.0.1:8083), migrated and with the user guide indexed
	@exec $(BIN)/ragproxy serve

worker: install ## Index files for web processes that have REDIS_URL and CHROMA_URL
	@exec $(BIN)/ragproxy worker

migrate: install ## Bring the database to the current schema
	@$(BIN)/ragproxy migrate

# without bytecode, each of them compiles every test
test: export PYTHONDONTWRITEBYTECODE =
test: dev ## Run the whole test suite; its four processes wait more than they compute
	$(BIN)/python -m pytest --numprocesses 4 --dist loadgroup

check: dev ## Format, lint and types, as the continuous integration does
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

soak: dev ## Run the tests that take minutes
	$(BIN)/python -m pytest -m soak --timeout=3600

bench: dev ## Measure what the gateway adds and what retrieval costs; on an idle machine
	$(BIN)/python -m tests.bench

peers: $(PEERS)/litellm/.installed $(PEERS)/portkey/node_modules/.package-lock.json ## Install the gateways that `make bench` measures beside ours

$(PEERS)/litellm/.installed: tests/bench/litellm.txt
	@test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	@echo "Installing LiteLLM's proxy into $(@D) ..."
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-virtualenv -r $<
	@touch $@

$(PEERS)/portkey/node_modules/.package-lock.json: tests/bench/portkey/package-lock.json
	@mkdir -p $(PEERS)/portkey
	@cp tests/bench/portkey/package.json tests/bench/portkey/package-lock.json tests/bench/portkey/.npmrc $(PEERS)/portkey
	@if command -v npm >/dev/null; then \
		echo "Installing Portkey's gateway into $(PEERS)/portkey ..."; \
		npm ci --prefix $(PEERS)/portkey --no-audit --no-fund --silent && touch $@; \
	else \
		echo "npm is not installed: Portkey's gateway will be absent"; \
	fi

llamaindex: $(PEERS)/llamaindex/.installed ## Install LlamaIndex's clients, whose part of the guide the tests run then

$(PEERS)/llamaindex/.installed: tests/e2e/llamaindex.txt
	@test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	@echo "Installing LlamaIndex's clients into $(@D) ..."
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-virtualenv -r $<
	@touch $@

fmt: dev ## Format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

vendor: dev ## Copy the pages' JavaScript libraries from the locked npm packages
	$(BIN)/python -m tests.web.vendor

types: dev ## Make the TypeScript types anew from the API's reference
	$(BIN)/python -m tests.typescript.generate

lock: dev ## Write requirements*.txt anew from setup.cfg and requirements-dev.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --custom-compile-command 'make lock' --extra postgres --extra redis --extra s3 --extra otel setup.cfg -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --custom-compile-command 'make lock' requirements-dev.in -o requirements-dev.txt

clean: ## Remove what was built, never your data
	rm -rf $(VENV) $(JS)/node_modules $(WEB)/node_modules $(TYPES)/node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
