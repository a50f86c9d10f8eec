# hitl: `make run` sets up and starts everything, `make test` sets up and runs every test.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PIP = .venv/bin/python -m pip --disable-pip-version-check --quiet
ARGS ?=

.PHONY: run sign-in doctor test check bench codemirror clean
.DEFAULT_GOAL = run

run: .venv/for-running
	@exec .venv/bin/python -m hitl.up $(ARGS)

# A fresh one-click link for the first owner, while `make run` is running.
sign-in: .venv/for-running
	@exec .venv/bin/python -m hitl.up.sign_in

# Looks at everything that hitl needs and says what to do: make doctor ARGS="--mail you@example.com"
doctor: .venv/for-running
	@exec .venv/bin/python -m hitl.up.doctor $(ARGS)

test: .venv/for-testing
	@exec .venv/bin/python -m tests $(ARGS)

check: .venv/for-testing
	@.venv/bin/python -m ruff check . && .venv/bin/python -m ruff format --check . && \
		HITL_VAR=.mypy_cache/var .venv/bin/python -m mypy

bench: .venv/for-testing
	@exec .venv/bin/python -m bench $(ARGS)

# The script editor's CodeMirror, made again from the versions in its lock file. The only thing here that needs Node.
codemirror:
	cd tools/codemirror && npm ci --ignore-scripts && npm run build

# Everything that was made, except what people made: var/ holds the database and the mails.
clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
	@echo "Data is kept in var/; delete that folder yourself to begin anew."

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "hitl needs Python 3.11 or later; none was found. Install it (Debian, Ubuntu: apt install python3) and run make again." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing. Install it (Debian, Ubuntu: apt install python3-venv) and run make again." >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(PIP) install --upgrade pip || true  # the one that Python brought may take twice as long to read an index

.venv/for-running: requirements.txt | .venv/bin/python
	@echo "Installing what hitl runs on (once) ..."
	@$(PIP) install -r requirements.txt
	@touch $@

.venv/for-testing: requirements-dev.txt .venv/for-running
	@echo "Installing what the tests need (once) ..."
	@$(PIP) install --no-compile -r requirements-dev.txt  # most of it is never imported
	@touch $@
