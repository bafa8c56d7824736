# `make` lists what there is. Builds go to CARGO_TARGET_DIR (default: a folder under ~/.cache/winback, which all clones
# share, so that a second clone compiles our own code only). What runs is copied here, to target/winback and target/site.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help

CACHE := $(or $(WINBACK_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/winback)
# The user's database is theirs: no build, check or test sees it.
IN := . "$(CACHE)/env.sh"; unset DATABASE_URL;
SERVER_ENV := LEPTOS_OUTPUT_NAME=winback LEPTOS_SITE_ROOT="$(CURDIR)/target/site" LEPTOS_SITE_PKG_DIR=pkg LEPTOS_ENV=PROD
# Folders too: a file that was removed changes its folder only.
INPUTS := $(shell find Cargo.toml Cargo.lock build.rs src crates style public locales migrations .sqlx \
	-not -path '*/target/*' 2>/dev/null)

.PHONY: help run build test fmt lint fmt-check unit browser bench bench-board bench-filter bench-import bench-size sqlx toolchain

help: ## what there is (this list)
	@echo "winback: make <target>"; echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: target/winback ## build what changed, start winback with its own database, print the address
	@if [ -z "$${DATABASE_URL:-}" ]; then scripts/toolchain database; fi
	@$(SERVER_ENV) exec target/winback serve --demo

build: target/winback ## only build: the release binary target/winback and target/site

target/winback: $(INPUTS)
	@scripts/toolchain build
	@echo "  Building winback (the first time takes minutes)"
	@$(IN) RUST_BACKTRACE=0 LEPTOS_SITE_ROOT=target/site cargo leptos build --release --split; \
	release="$$CARGO_TARGET_DIR/release"; mkdir -p target; \
	if [ -f "$$release/hash.txt" ]; then cp "$$release/hash.txt" target/; fi; \
	cp "$$release/winback" target/winback.new; mv target/winback.new target/winback

test: ## everything that must hold: format, lints, queries, unit, property, database and browser tests
	@scripts/toolchain test
	@$(MAKE) --no-print-directory fmt-check
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory build
	@$(MAKE) --no-print-directory browser

unit: toolchain ## unit, property and database tests
	@echo "== unit, property and database tests"
	@$(IN) cargo test --workspace --features ssr

browser: target/winback ## the tests in a browser, on the release build (one of them: make browser ONLY=board)
	@scripts/toolchain test
	@echo "== browser tests"
	@$(IN) cd end2end; $(SERVER_ENV) WINBACK_BIN="$(CURDIR)/target/winback" npx playwright test $(ONLY)

bench: bench-import bench-board bench-filter bench-size ## every measurement, each beside its reference; figures go to target/bench

bench-import: toolchain ## the import of the real leads beside a bare COPY of the same rows
	@scripts/toolchain database
	@echo "== import"
	@$(IN) cargo bench --quiet --features ssr --bench import

bench-board: target/winback ## the board: moves beside pgbench, pages at a million leads, dragging beside a plain windowed board
	@scripts/toolchain test
	@echo "== board"
	@$(IN) $(SERVER_ENV) WINBACK_BIN="$(CURDIR)/target/winback" cargo bench --quiet --features ssr --bench board

bench-filter: toolchain ## filters in a browser: the engine beside crossfilter2 and a plain scan
	@scripts/toolchain test
	@echo "== filters"
	@$(IN) node benches/filter/run.mjs

bench-size: target/winback ## what a browser loads: the first page, and each part that comes later
	@echo "== sizes"
	@$(IN) node benches/size.mjs

fmt: toolchain ## format the code
	@$(IN) cargo fmt --all

fmt-check: toolchain
	@echo "== format"
	@$(IN) cargo fmt --all --check

lint: toolchain ## clippy on the server and on the browser's half, warnings are errors; .sqlx is what it should be
	@scripts/toolchain database
	@node scripts/pseudo-locale.mjs --check
	@echo "== lints and queries: server"
	@$(IN) scripts/queries --lint
	@echo "== lints: browser"
	@$(IN) cargo clippy --lib --features hydrate --target wasm32-unknown-unknown -- -D warnings

sqlx: toolchain ## write .sqlx anew, from an empty database with our migrations
	@scripts/toolchain database
	@$(IN) scripts/queries

toolchain: ## prepare what builds need (scripts/toolchain --help)
	@scripts/toolchain build
