# Tongda 通达. `make help` lists what there is.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
JARS := build/kafka/.fetched
SIDE_BY_SIDE := -n 2 --dist worksteal
SERVERS := live or browser or torture or process
BY_FILE := -n 3 --dist loadfile# three brokers at most, for these tests wait half of their time; the tests of a file share one

# Bytecode is kept whatever the environment says: without it, every run compiles and rewrites all tests anew (4 s of CPU).
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help up down unit test check format formatted lint types imports bench measures torture hostile deaths planted install jars

help:                ## 列出目标 list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

up: install jars     ## 启动全部 start everything; Ctrl-C stops it; TONGDA_PORT=8090 for another port
	@$(BIN)/tongda up

down: install        ## 停止 stop what `tongda up --detach` started
	@$(BIN)/tongda down

unit: install        ## 单元测试 the pure tests, in half a minute on two idle cores: no services, no browser, no child processes
	@QUICK_PROPERTIES=1 $(BIN)/pytest -m unit $(SIDE_BY_SIDE)

test: install jars   ## 全部测试 all tests, on a broker and a database of their own
	@.ci/need chromium chromium fonts-noto-cjk
	@$(BIN)/pytest -m "not ($(SERVERS))" $(SIDE_BY_SIDE)
	@$(BIN)/pytest -m "$(SERVERS)" $(BY_FILE)

check: formatted lint types imports test   ## 检查 format, lint, types, imports, then all tests

format: install      ## 排版 write every file as the formatter would have it
	@$(BIN)/ruff check --quiet --select I --fix .
	@$(BIN)/ruff format --quiet .

formatted: install
	@$(BIN)/ruff format --check --quiet . || { echo "some files are not formatted · 有文件未排版: make format"; exit 1; }

lint: install        ## 代码规范 ruff
	@$(BIN)/ruff check .

types: install       ## 类型 mypy
	@$(BIN)/mypy

imports: install     ## 依赖方向 import-linter
	@$(BIN)/lint-imports

bench: install jars  ## 性能 throughput and latency, into bench.json
	@$(BIN)/python -m tests.bench

measures: install jars   ## 度量 figures of quality, into measures.json
	@$(BIN)/python -m tests.measures

hostile: install jars    ## 敌意 every platform misbehaves at random, three seeds, then verify
	@$(BIN)/python -m tests.hostile

torture: install jars    ## 折磨 kill every process in turn, then verify, into torture.json
	@.ci/need cc gcc libc6-dev
	@$(BIN)/python -m tests.torture

deaths: install jars     ## 死亡点 die at every named step of every process, one by one; nothing may be lost or doubled
	@$(BIN)/python -m tests.live

planted: install jars    ## 植入错误 plant known bugs one by one; the tests must notice each
	@$(BIN)/python -m tests.planted

install: $(INSTALLED)    ## 安装 the virtual environment, from the lock file with hashes
jars: $(JARS)            ## 取包 Kafka's jars, once

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11+ is needed · 需要 Python 3.11 以上: PYTHON=python3.11 make up"; exit 3; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip -q
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(JARS): ops/embedded/pom.xml | $(INSTALLED)
	@$(BIN)/python -m ops.embedded
	@mkdir -p $(@D) && touch $@
