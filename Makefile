# A thin cover over `python -m haochaping …` (the whole interface where there is no make).
# Nothing given on the command line is ever expanded by make or by the shell: values reach the
# program through the environment, as they were typed.
override Q := $(value Q)
override DATA := $(value DATA)
override OUTPUT := $(value OUTPUT)
override FILE := $(value FILE)
override FROM := $(value FROM)
override TO := $(value TO)
override J := $(value J)
override BY := $(value BY)
override DIR := $(value DIR)
override CITY := $(value CITY)
export Q DATA OUTPUT FILE FROM TO J BY DIR CITY

# These two count only when given on the command line: containers and Windows have variables of the same names.
BUNDLE_PLATFORM := $(if $(filter command,$(origin PLATFORM)),$(value PLATFORM))
BUNDLE_PYTHON := $(if $(filter command,$(origin PYTHON_VERSION)),$(value PYTHON_VERSION))
override PLATFORM := $(value PLATFORM)
override PYTHON_VERSION := $(value PYTHON_VERSION)
export BUNDLE_PLATFORM BUNDLE_PYTHON

# A mistyped name would otherwise be ignored, and the command would do something else than it was asked.
UNKNOWN := $(strip $(foreach name,$(filter-out PYTHON PY MAKEFLAGS MAKEOVERRIDES -*-command-variables-*-,$(.VARIABLES)),$(if $(filter command,$(origin $(name))),$(name))))
ifneq ($(UNKNOWN),)
$(error 不认识的变量 $(UNKNOWN)；可用的是 Q DATA OUTPUT FILE FROM TO J BY DIR CITY PLATFORM PYTHON_VERSION PYTHON)
endif

PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PY := $(BIN)/python
NAMED = $${BY:+--by="$$BY"}
ROOTS = --data="$${DATA:-data}" --output="$${OUTPUT:-output}"

.DEFAULT_GOAL := help
.PHONY: help quarter quarters verify verify-all new adopt tidy check collect lab test test-fast lint lock setup setup-records setup-engines clean bench-run faults profile bench-checks bench-forms bench-adopt bench-page bench-records bench-load fuzz pictures proof index pdf audit doctor bundle

help:  ## 列出可用命令
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

quarter: .venv/.installed  ## 生成一个季度（或月份等）的简报：make quarter Q=2022Q4（月份 2022M08、半年 2022H1、年度 2022Y）
	@"$(PY)" -m haochaping quarter $(ROOTS) $(NAMED) -- "$$Q"

quarters: .venv/.installed  ## 生成多个季度（或月份等）：make quarters [FROM=2022Q1 TO=2022Q4] [J=2]
	@test -z "$$Q" || { echo "多个季度用 FROM= 和 TO= 指定，不用 Q=" >&2; exit 2; }
	@"$(PY)" -m haochaping quarters $(ROOTS) $(NAMED) --jobs "$${J:-2}" -- "$$FROM" "$$TO"

verify: .venv/.installed  ## 重新生成一遍，与已有的输出逐字节比较：make verify Q=2022Q4
	@"$(PY)" -m haochaping verify $(ROOTS) -- "$$Q"

verify-all: .venv/.installed  ## 各期整理后的数据和简报，与校验值、资料核对一遍（不重新生成）
	@"$(PY)" -m haochaping verify --all $(ROOTS)

new: .venv/.installed  ## 建立一个季度（或月份等）的文件夹，内有待填的附件表格：make new Q=2023Q1
	@"$(PY)" -m haochaping new $(ROOTS) -- "$$Q"

adopt: .venv/.installed  ## 另一个城市：由通报起草登记：make adopt FILE=通报.docx CITY=某某市 DATA=文件夹（几份通报用空格隔开，文件名不含空格）
	@test -n "$$DATA" || { echo "请用 DATA= 指定资料写到哪个文件夹，如 DATA=试点" >&2; exit 2; }
	@set -f; "$(PY)" -m haochaping adopt --data="$$DATA" --city="$$CITY" -- $$FILE

tidy: .venv/.installed  ## 读入原始资料，写 data/tidy/<季度>/：make tidy Q=2022Q4
	@"$(PY)" -m haochaping tidy $(ROOTS) -- "$$Q"

check: .venv/.installed  ## 只核对，不出简报：make check Q=2022Q4
	@"$(PY)" -m haochaping check $(ROOTS) -- "$$Q"

collect: .venv/.installed  ## 把各单位寄回的核实单汇总到 review.xlsx：make collect Q=2022Q4
	@"$(PY)" -m haochaping collect $(ROOTS) -- "$$Q"

pdf: .venv/.installed  ## 把简报网页打印成 PDF（需 Chromium、Chrome 或 Edge）：make pdf Q=2022Q4
	@"$(PY)" -m haochaping pdf $(ROOTS) -- "$$Q"

index: .venv/.installed  ## 更新目录页 output/index.html：各季度的结论、关键数和走势
	@"$(PY)" -m haochaping index $(ROOTS)

proof: .venv/.installed  ## 校对在 Word 中修改过的通报：make proof Q=2022Q4 FILE=修改稿.docx
	@"$(PY)" -m haochaping proof $(ROOTS) -- "$$Q" "$$FILE"

doctor: .venv/.installed  ## 自检：Python、软件包、内核、字体、文件夹、可选程序，各有什么问题、怎么办
	@"$(PY)" -m haochaping doctor $(ROOTS)

bundle: .venv/.installed-dev  ## 制作不联网安装包（另可加 PYTHON_VERSION=3.12）：make bundle PLATFORM=win_amd64
	@"$(PY)" -m haochaping_dev.bundle --platform "$$BUNDLE_PLATFORM" --python "$$BUNDLE_PYTHON" --output "$${OUTPUT:-output}"

lab: .venv/.installed  ## 打开 JupyterLab 自由分析（notebooks/explore.ipynb）：make lab [DATA=另一个城市的资料]
	@if [ -n "$$DATA" ]; then HAOCHAPING_DATA="$$(cd "$$DATA" && pwd)" || exit 2; export HAOCHAPING_DATA; fi; \
	JUPYTER_CONFIG_PATH="$(CURDIR)/notebooks/.jupyter" "$(BIN)/jupyter" lab $$(test "$$(id -u)" != 0 || echo --allow-root) --LabApp.default_url=/lab/tree/notebooks/explore.ipynb

# A file's tests stay together, for they share what is made for them; the longest files begin (tests/conftest.py).
WORKERS = -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test: .venv/.installed-dev  ## 运行全部测试
	@"$(PY)" -m pytest $(WORKERS)

test-fast: .venv/.installed-dev  ## 一分钟之内的测试：不含生成简报、浏览器、LibreOffice 等费时的
	@"$(PY)" -m pytest $(WORKERS) -m "not slow"

lint: .venv/.installed-dev  ## 代码规范、类型与引用方向检查（含笔记本）
	@"$(BIN)/ruff" check . && "$(BIN)/ruff" format --check . && "$(BIN)/mypy" && "$(BIN)/lint-imports" --no-logo --no-cache

lock: .venv/.installed-dev  ## 由 pyproject.toml 重新生成四份锁定文件
	@"$(BIN)/uv" pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --upgrade -q -o requirements.txt
	@"$(BIN)/uv" pip compile pyproject.toml --extra records -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-header --upgrade -q -o requirements-records.txt
	@"$(BIN)/uv" pip compile pyproject.toml --extra records --extra engines -c requirements-records.txt --universal --python-version 3.11 --generate-hashes --no-header --upgrade -q -o requirements-engines.txt
	@"$(BIN)/uv" pip compile --group dev -c requirements-engines.txt --universal --python-version 3.11 --generate-hashes --no-header --upgrade -q -o requirements-dev.txt

audit: .venv/.installed-dev  ## 查询锁定的依赖包有无已知漏洞（须能连到漏洞库；查不全时以 3 退出）
	@"$(PY)" .ci/audit.py

bench-run: .venv/.installed  ## 测量一次运行的用时，并与原样使用工具的两种办法比较（docs/performance.md）
	@"$(PY)" -m haochaping_dev.bench.bench_run

profile: .venv/.installed  ## 看一次运行的时间用在哪里：make profile Q=2022Q4
	@"$(PY)" -m haochaping_dev.bench.profile_run "$$Q"

faults: .venv/.installed-dev  ## 反复打断运行，检查已生成的输出是否完好（docs/reliability.md；需 Linux）
	@"$(PY)" -m haochaping_dev.faults.faults && "$(PY)" -m haochaping_dev.faults.strikes

bench-checks: .venv/.installed  ## 测量核对规则能发现多少差错（docs/checks.md）
	@"$(PY)" -m haochaping_dev.bench.bench_checks

bench-forms: .venv/.installed  ## 读入并核对其他城市的表，与真实各格比较：make bench-forms DIR=文件夹
	@"$(PY)" -m haochaping_dev.bench.bench_forms "$$DIR"

bench-adopt: .venv/.installed  ## 由三十份虚构的通报起草登记，看关系找到多少、写错多少、差错指出多少（docs/checks.md）
	@"$(PY)" -m haochaping_dev.bench.bench_adopt

bench-page: .venv/.installed-dev  ## 测量网页的大小、打开用时、键盘停留数（需 Chromium）
	@"$(PY)" -m haochaping_dev.bench.bench_page

bench-records: .venv/.installed-dev .venv/.installed-engines  ## 测量汇总单件记录的用时和内存，与别的做法比较（docs/performance.md；约一小时）
	@"$(PY)" -m haochaping_dev.bench.records.bench_records --picture docs/pictures/records.png

bench-load: .venv/.installed quarter  ## 测量 hcp.load、import 的处理器用时，与 pandas 读同样的 CSV 比较：make bench-load Q=2022Q4
	@"$(PY)" -m haochaping_dev.bench.bench_load "$$Q"

fuzz: .venv/.installed  ## 用十万份改动、损坏的资料考验读入（docs/reliability.md；约一小时）
	@"$(PY)" -m haochaping_dev.fuzz.fuzz

pictures: .venv/.installed-dev quarter  ## 文档中的图（需 Chromium、LibreOffice、poppler-utils）：make pictures Q=2022Q4
	@"$(PY)" docs/pictures/make.py "$$Q" 2023Q1

setup: .venv/.installed  ## 建立 .venv 并安装（其他命令首次运行时会自动执行）

setup-records: .venv/.installed-records  ## 另装读取单件记录的程序包（资料中有 records/ 文件夹的，只做一次）

setup-engines: .venv/.installed-engines  ## 另装读取数据库（PostgreSQL、Spark）中单件记录的程序包（只做一次，约 600 MB）

clean:  ## 删除 .venv 与缓存（data/、output/ 不动）
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@echo "output/ 没有删除：其中可能有改动过的通报和填写过的答复" >&2

# --- set-up: once, and again only when a lock file or pyproject.toml changed -------------------
# pip refuses an editable install under hashes, so the locked packages come first and this package
# after them, built by the locked build backend (no isolation, nothing fetched).
ifneq ($(shell command -v uv 2>/dev/null),)
VENV = uv venv --quiet --allow-existing --python "$(PYTHON)" .venv
INSTALL = uv pip install --quiet --compile-bytecode --python "$(PY)"
else
VENV = "$(PYTHON)" -m venv .venv
INSTALL = "$(PY)" -m pip install --quiet --disable-pip-version-check
endif

.venv/.installed: requirements.txt pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本；可用 make PYTHON=python3.12 … 指定" >&2; exit 1; }
	@echo "首次使用：正在建立 .venv 并安装依赖（约一分钟，只做一次）…" >&2
	@$(VENV)
	@$(INSTALL) --require-hashes -r requirements.txt
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.installed-records: requirements-records.txt .venv/.installed
	@$(INSTALL) --require-hashes -r requirements-records.txt
	@touch $@

.venv/.installed-engines: requirements-engines.txt .venv/.installed-records
	@$(INSTALL) --require-hashes -r requirements-engines.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed-records
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@
