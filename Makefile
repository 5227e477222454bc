# make demo    a true audit of made-up institutions on this machine, from nothing to a written report
# make test    every gate and every test, real servers too; sets everything up on a fresh Debian machine
# make check   the gates and tests that take seconds
# make bench   speed and size
# make lies    break everything for real once more, write docs/lies.md
# make lock    write the locks again from pyproject.toml (UPGRADE=--upgrade takes newer versions)
# make setup   the virtual environment alone, in .venv
# make clean   take away whatever these made

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := check
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/.venv/.cache/hypothesis
# Without bytecode each of the thousand processes that the tests start would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH PYTHONHOME MAKELEVEL MAKEFLAGS MFLAGS

bin := .venv/bin
say := @printf '\n== %s\n'

.PHONY: demo test check lies bench lock setup servers gates clean

demo:
	@tools/setup run
	@$(bin)/haechi demo $(DEMO)

test: setup servers gates
	$(say) 'pytest: what reckons with time, one after the other'
	@$(bin)/pytest -m alone $(PYTEST)
	$(say) 'pytest: what mostly waits, six at once'
	@$(bin)/pytest -m waiting -n 6 --maxschedchunk 1 tests/real $(PYTEST)
	$(say) 'pytest: everything else but the benchmarks and the labs, four files at once'
	@$(bin)/pytest -n 4 --dist loadfile --no-loadscope-reorder -m 'not bench and not lab and not alone and not waiting' $(PYTEST)
	$(say) 'pytest: the labs, each a technology made for real, six at once'
	@$(bin)/pytest -m lab -n 6 --dist loadgroup --no-loadscope-reorder tests/real $(PYTEST)

check: setup gates
	$(say) 'pytest: without real servers'
	@$(bin)/pytest -m 'not real and not bench' $(PYTEST)

lies: setup servers
	$(say) 'pytest: what the tools say of broken backups, written into docs/lies.md'
	@HAECHI_WRITE_LIES=1 $(bin)/pytest -n 6 --dist loadgroup tests/real/test_lies.py -k test_is_not_fooled $(PYTEST)
	@$(bin)/python -m tests.real.test_lies

bench: setup servers
	$(say) 'pytest: speed and size'
	@$(bin)/pytest -m bench -s tests/bench $(PYTEST)

gates:
	$(say) 'ruff check'
	@$(bin)/ruff check .
	$(say) 'ruff format --check'
	@$(bin)/ruff format --check .
	$(say) 'mypy --strict'
	@$(bin)/mypy --strict audit checks reports tests
	$(say) 'import contracts'
	@$(bin)/lint-imports --no-logo --cache-dir .venv/.cache/imports

setup:
	@tools/setup dev

servers:
	@tools/servers

lock: setup
	@tools/lock $(UPGRADE)
	@tools/setup dev

clean:
	@rm -rf .venv .venv.lock build dist .hypothesis .benchmarks
	@find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
