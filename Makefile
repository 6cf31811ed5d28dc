# make demo: install, then the main job on the embedded default.  make test: install, then every test.
PY ?= python3.11
VENV := .venv
NADIR := $(VENV)/bin/nadir
DEMO ?= nadir-demo
WORKERS ?= 2

# Install without an index: make install OFFLINE=wheelhouse, the folder that `make wheelhouse` filled elsewhere.
OFFLINE ?=
WHEELHOUSE ?= wheelhouse

.PHONY: demo test suite nightly hapi lint bench clean install wheelhouse

.uv/bin/uv:
	$(PY) -m venv .uv
	.uv/bin/pip install --quiet "uv>=0.9"

$(VENV)/.installed: pyproject.toml uv.lock .uv/bin/uv
	.uv/bin/uv sync --frozen --extra dev --compile-bytecode --python $(PY)
	touch $@

ifeq ($(OFFLINE),)
install: .uv/bin/uv
	.uv/bin/uv sync --frozen --compile-bytecode --python $(PY)
else
install:
	$(PY) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --no-index --find-links $(OFFLINE) --no-deps --requirement $(OFFLINE)/requirements.txt
	$(VENV)/bin/pip install --quiet --no-index --find-links $(OFFLINE) --no-deps nadir
endif

wheelhouse: .uv/bin/uv
	mkdir -p $(WHEELHOUSE)
	.uv/bin/uv export --quiet --frozen --no-dev --no-emit-project --output-file $(WHEELHOUSE)/requirements.txt
	.uv/bin/pip wheel --quiet --no-deps --requirement $(WHEELHOUSE)/requirements.txt --wheel-dir $(WHEELHOUSE)
	.uv/bin/pip wheel --quiet --no-deps --wheel-dir $(WHEELHOUSE) .

demo: $(VENV)/.installed
	$(NADIR) demo --folder $(DEMO)

# The linters beside the tests: mypy leaves a core idle.
test: $(VENV)/.installed
	$(MAKE) --no-print-directory -j 2 lint suite

# In the order of the folders: the demo begins early, and no worker waits for it at the end.
suite: $(VENV)/.installed
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not nightly and not hapi"

nightly: $(VENV)/.installed
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist loadfile -m "nightly and not hapi"

# A real HAPI server, built by Maven (the first time with a download); skipped with the reason where no JDK or Maven is.
hapi: $(VENV)/.installed
	$(VENV)/bin/python tests/servers/hapi/hapi_server.py
	$(VENV)/bin/python -m pytest -m hapi tests/servers/hapi

lint: $(VENV)/.installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/sqlfluff lint --processes $(WORKERS) --disable-progress-bar --nocolor warehouse/sql

bench: $(VENV)/.installed
	$(VENV)/bin/python bench/pull.py
	$(VENV)/bin/python bench/load.py
	$(VENV)/bin/python bench/flatten.py

clean:
	rm -rf $(VENV) .uv build dist
