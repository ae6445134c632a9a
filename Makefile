# Everything from a fresh machine with python3 (>= 3.11) and pip: `make demo` and `make test`.
UV_VERSION := 0.13.9
TOOLS := $(CURDIR)/.tools
UV := PYTHONPATH=$(TOOLS) UV_SYSTEM_CERTS=1 $(TOOLS)/bin/uv
RUN := $(UV) run --no-sync
PORT ?= 8000
ARGS ?=
# Containers often forbid Python to keep what it compiles, and then every
# process compiles all its libraries anew; the tests and checks start dozens.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup demo test check bench serve clean lint format types contracts drift lengths conformance suites

setup: .venv/.synced

$(TOOLS)/bin/uv:
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target $(TOOLS) uv==$(UV_VERSION)

.venv/.synced: $(TOOLS)/bin/uv pyproject.toml uv.lock
	$(UV) sync --locked --quiet
	touch $@

demo: setup
	PORT=$(PORT) $(RUN) touchline demo $(ARGS)

serve: setup
	PORT=$(PORT) $(RUN) touchline serve $(ARGS)

# In two processes, each with a cluster of its own (WORKERS=0: in one, as --pdb needs it). A file stays in one process.
WORKERS ?= 2

test: setup
	$(RUN) pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

bench: setup
	$(RUN) python -m tests.benchmarks $(ARGS)

check: lint types contracts lengths test drift conformance

# Suites that others wrote, against the real service: those of PyPI in every check, with npm's all of them. Schemathesis's
# coverage phase, 20,000 requests that take five minutes, is left to `make suites`.
conformance: setup
	$(RUN) python -m tests.suites --pypi --examples 10 --phases examples,fuzzing,stateful --jobs 2

suites: setup
	$(RUN) python -m tests.suites $(ARGS)

lint: setup
	$(RUN) ruff format --check .
	$(RUN) ruff check .

format: setup
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

types: setup
	$(RUN) mypy

contracts: setup
	$(RUN) lint-imports

# Migration drift, and the migrations' own rules, are tests (tests/contracts); these are the generated files.
drift: setup
	$(RUN) touchline openapi --check
	$(RUN) touchline sdl --check
	$(RUN) touchline configuration --check
	$(RUN) touchline permissions --check

lengths:
	@git ls-files '*.py' | xargs wc -l | awk '$$2 != "total" && $$1 > 300 { print "above 300 lines: " $$2; found = 1 } END { exit found }'

# A pid file may be stale and its number another's by now, so only a process named postgres is stopped; data is
# removed only once its server has ended.
clean:
	@find .touchline -name postmaster.pid 2>/dev/null | while read -r file; do \
		pid=$$(head -n 1 "$$file"); \
		running() { ps -p "$$pid" -o comm= 2>/dev/null | grep -q postgres; }; \
		running || continue; \
		kill -INT "$$pid"; \
		for _ in $$(seq 60); do running || break; sleep 0.5; done; \
		if running; then echo "PostgreSQL ($$pid) still runs on $${file%/*}: stop it first" >&2; exit 1; fi; \
	done
	rm -rf .venv .tools .touchline .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
