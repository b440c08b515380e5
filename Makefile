# Two commands matter: `make demo` and `make test`. Both work on a fresh clone with nothing set.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint bench lock clean

demo: .venv/runtime
	@$(BIN)/python manage.py demo

test: .venv/development
	@$(BIN)/python -m tests $(ARGS)

lint: .venv/development
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@git ls-files 'templates/*.html' | xargs $(BIN)/djade --target-version 5.2 --check
	@$(BIN)/mypy
	@MONITOR_VAR=.venv/lint $(BIN)/python manage.py makemigrations --check
	@MONITOR_VAR=.venv/lint MONITOR_HOSTS=monitor.example MONITOR_SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: .venv/development
	@$(BIN)/python -m tests.bench

# Only to change a dependency: needs uv. Hashes keep what is installed the same everywhere; no address is kept.
lock:
	uv pip compile pyproject.toml --quiet --generate-hashes --universal --no-annotate --no-header --no-emit-index-url --output-file requirements.txt
	uv pip compile pyproject.toml --quiet --generate-hashes --universal --no-annotate --no-header --no-emit-index-url --group dev --output-file requirements-dev.txt

clean:
	rm -rf .venv var

# uv installs faster where there is one; plain venv and pip do the same from the same lock.
INSTALL = if command -v uv >/dev/null; then uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1); \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); fi

.venv/bin/python:
	@echo "Making .venv …"
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing: on Debian, apt-get install python3-venv."; exit 1; }

.venv/runtime: requirements.txt | .venv/bin/python
	@echo "Installing what the site needs …"
	@$(call INSTALL,requirements.txt)
	@touch $@

.venv/development: requirements-dev.txt | .venv/bin/python
	@echo "Installing what the tests need …"
	@$(call INSTALL,requirements-dev.txt)
	@touch .venv/runtime $@
