# make demo: install, then the main job on the embedded default.  make test: install, then every test.
PY ?= python3.11
VENV := .venv
NADIR := $(VENV)/bin/nadir
DEMO ?= nadir-demo
WORKERS ?= 2
HAPI := tests/servers/hapi

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

# Once, beside the install: the HAPI server of `make hapi` (230 MB from Maven). Where it cannot be had, that is said and
# nothing fails; after it no test needs a network.
$(HAPI)/server/target/tried: $(HAPI)/server/pom.xml
	@mkdir -p $(@D)
	-@$(PY) $(HAPI)/hapi_server.py
	@touch $@

# The linters beside the tests: mypy leaves a core idle.
test: .uv/bin/uv
	$(MAKE) --no-print-directory -j 2 $(VENV)/.installed $(HAPI)/server/target/tried
	$(MAKE) --no-print-directory -j 2 lint suite

# In the order of tests/conftest.py: the demo begins at once, and no worker waits for it or for the other at the end.
suite: $(VENV)/.installed
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not nightly and not hapi"

nightly: $(VENV)/.installed
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist loadfile -m "nightly and not hapi"

# The tests on a real HAPI server; its start alone takes 20 CPU seconds. Skipped with the reason where it cannot be built.
hapi: $(VENV)/.installed
	$(VENV)/bin/python $(HAPI)/hapi_server.py
	$(VENV)/bin/python -m pytest -m hapi $(HAPI)

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
	rm -rf $(VENV) .uv build dist $(HAPI)/server/target
