# Baton's front door. `make help` lists what can be asked for.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

# What the server embeds is in target/site, so everything is built there. Flags from outside would
# replace those in .cargo/config.toml, and the server and the WASM would no longer agree.
export CARGO_TARGET_DIR := $(CURDIR)/target
unexport RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS LEPTOS_OUTPUT_NAME

STAMPS := target/stamps
SITE := target/site
WASM_BUILT := target/wasm32-unknown-unknown/wasm-release/islands.wasm
WASM_CRATE := -p islands --lib --features hydrate --target wasm32-unknown-unknown --profile wasm-release
WASM_OPT := -Oz --enable-bulk-memory --enable-bulk-memory-opt --enable-multivalue --enable-mutable-globals \
	--enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext --strip-debug --strip-producers --strip-target-features

say = printf '\n\033[1m== %s\033[0m\n'

# Everything but `help` wants a compiler; the choice is made once and kept in a file.
ifneq ($(filter-out help clean-data,$(MAKECMDGOALS)),)
include target/toolchain.mk
endif

target/toolchain.mk: tools/toolchain.sh
	@tools/toolchain.sh $@

##@ Using it

.PHONY: help
help: ## List what can be asked for
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: target/release/server ## Build what changed and serve on http://127.0.0.1:3000 with demonstration data (ARGS="--addr …" for more)
	@exec target/release/server serve --demo $(ARGS)

.PHONY: build
build: target/release/server ## Build the one program, target/release/server, with everything embedded

.PHONY: clean-data
clean-data: ## Delete the demonstration database, data/baton.db; the next run fills a new one
	rm -f data/baton.db data/baton.db-wal data/baton.db-shm

##@ Changing it

.PHONY: test
test: tools fmt lint unit site e2e drill-short ## Everything that has to pass: format, lints, unit, store, whole-app and browser tests, and short drills
	@$(say) "All checks passed."

.PHONY: fmt
fmt: | cargo-tools ## Check the format of the Rust sources (cargo fmt mends it)
	@$(say) "Format"
	cargo fmt --all --check

.PHONY: lint
lint: | cargo-tools $(SITE) ## Lint the server's side and the browser's side, warnings denied
	@$(say) "Lints, server's side (the first time compiles every dependency: minutes)"
	cargo clippy --locked --workspace --all-targets -- -D warnings
ifeq ($(WASM),yes)
	@$(say) "Lints, browser's side"
	$(WASM_CARGO) cargo clippy --locked $(WASM_STD) $(WASM_CRATE) -- -D warnings
endif
	@$(MAKE) docs tree

.PHONY: docs
docs: | $(SITE)
	@$(say) "Documentation of the code"
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --workspace

.PHONY: tree
tree:
	@$(say) "Licences and sources of the crates, and those that nothing uses"
	@if cargo deny --version >/dev/null 2>&1; then \
		set -x; cargo deny --offline --log-level error check licenses bans sources; \
	else \
		echo "cargo-deny is not installed, so licences and sources are not checked (cargo install cargo-deny --locked)."; \
	fi
	@if cargo machete --version >/dev/null 2>&1; then \
		set -x; cargo machete; \
	else \
		echo "cargo-machete is not installed, so unused crates are not looked for (cargo install cargo-machete --locked)."; \
	fi

.PHONY: unit
unit: | $(SITE) ## Run the unit, store and whole-app tests
	@$(say) "Unit, store and whole-app tests (the first time compiles every dependency: minutes)"
	@if cargo nextest --version >/dev/null 2>&1; then \
		set -x; cargo nextest run --locked $(ARGS); \
	else \
		set -x; cargo test --locked --lib --bins --tests $(ARGS); \
	fi
	@# What must not compile: nextest runs no examples of the documentation.
	cargo test --locked --doc

.PHONY: e2e
e2e: site target/debug/server $(STAMPS)/end2end ## Run the browser tests (ARGS="…" goes to Playwright)
	@$(say) "Browser tests, with and without JavaScript"
	@chromium=$$(tools/chromium.sh) && cd end2end && CHROMIUM="$$chromium" npx --no-install playwright test $(ARGS)

.PHONY: screenshots
screenshots: ## Make the README's screenshots anew, from the browser tests
	@SCREENSHOTS=1 $(MAKE) e2e ARGS="--project=with-javascript --grep @screenshot"

.PHONY: vectors
vectors: | $(SITE) ## Hold the chart engine's answers against those of the reference tools (SPC_VECTORS="folder:folder" for others)
	@$(say) "Charts: the reference tools' cases"
	@said=target/vectors.txt; status=0; \
		SPC_TABLE="$$(if [ -z "$$SPC_VECTORS" ] && [ -d ../shared/spc/reference ]; then echo "$(CURDIR)/app/spc/checked.json"; fi)" \
		cargo test --locked --release --quiet -p spc --test vectors -- --nocapture >$$said || status=$$?; \
		grep -v '^vectors:\|^test result\|^running\|^\.*$$' $$said; grep '^vectors:' $$said || status=1; exit $$status

.PHONY: bench
bench: target/release/server ## Measure the served pages with wrk (ARGS=--national for 150 trusts)
	@$(say) "Filling a store, serving it and loading its pages"
	@node tools/bench.mjs $(ARGS)

.PHONY: bench-similar
bench-similar: | cargo-tools ## Measure how well look-alike projects are found (SIMILAR_SET=titles.jsonl, PAIRS_SET=pairs.jsonl for others)
	@$(say) "Look-alikes: each part of the ranking, on labelled titles"
	@SIMILAR_SET="$(SIMILAR_SET)" PAIRS_SET="$(PAIRS_SET)" cargo run --locked --release --quiet -p similarity --example bench

# Optimised, and quicker to build than what is released.
.PHONY: simulate
simulate: | $(SITE) ## Live through five years of a trust day by day, and look for a project that nobody sees (SEED=n, DAYS=n, FAULTS=1)
	@$(say) "Simulation (the first time compiles every dependency: minutes)"
	@said=target/simulation.txt; status=0; \
		SEED="$(SEED)" DAYS="$(DAYS)" FAULTS="$(FAULTS)" cargo test --locked --profile simulation --quiet -p server \
			--test simulation simulate -- --ignored --nocapture >$$said || status=$$?; \
		grep -v '^simulate:\|^test \|^running\|^\.*$$' $$said; grep '^simulate:' $$said; exit $$status

.PHONY: drill
drill: target/release/server ## Kill, flood, slow down, fill up and stop a server of its own, and see that what was promised holds
	@$(say) "Drills, on loopback (about two minutes)"
	@node tools/drill.mjs $(ARGS)

.PHONY: packaging
packaging: target/release/server ## Try the systemd unit, the example proxy, and the program alone in a read-only root
	@$(say) "Packaging"
	@tools/packaging.sh $<

.PHONY: drill-short
drill-short: target/debug/server
	@$(say) "Drills, short"
	@node tools/drill.mjs --short --server target/debug/server $(ARGS)

##@ Its parts

.PHONY: site
site: $(STAMPS)/style wasm ## Build style sheet, scripts and WASM into target/site

.PHONY: toolchain
toolchain: ## Decide again which compiler is used
	@tools/toolchain.sh target/toolchain.mk

.PHONY: tools
tools:
	@missing=0; \
	for tool in node npm cc; do \
		command -v $$tool >/dev/null || { missing=1; case $$tool in \
			cc) echo "A C compiler is missing (SQLite is compiled from source): on Debian, apt-get install build-essential." ;; \
			*) echo "$$tool is missing: get Node.js 20 or newer, which brings npm, from your system's packages or https://nodejs.org." ;; \
		esac; }; \
	done; exit $$missing

.PHONY: cargo-tools
cargo-tools:
	@for tool in fmt clippy; do \
		cargo $$tool --version >/dev/null 2>&1 || rustup component add rustfmt clippy >/dev/null 2>&1 || { \
			echo "cargo $$tool is missing: get it with \`rustup component add rustfmt clippy\`."; exit 1; }; \
	done

$(SITE) $(STAMPS):
	@mkdir -p $@

$(STAMPS)/style-packages: style/package.json style/package-lock.json | tools $(STAMPS)
	@$(say) "Getting the NHS design system and the tools of its build"
	cd style && npm ci --ignore-scripts --omit=optional
	@touch $@

$(STAMPS)/end2end: end2end/package.json end2end/package-lock.json | tools $(STAMPS)
	@$(say) "Getting the browser tests' packages"
	cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --ignore-scripts --omit=optional
	@touch $@

$(STAMPS)/style: $(STAMPS)/style-packages $(wildcard style/*.scss style/*.mjs style/*.svg app/spc/*.css) | $(SITE)
	@$(say) "Style sheet"
	node style/build.mjs
	@touch $@

.PHONY: wasm
ifeq ($(WASM),yes)
wasm: $(SITE)/pkg/baton_bg.wasm
else
# What an earlier compiler left there would not agree with this one's pages.
wasm:
	@rm -rf $(SITE)/pkg
endif

$(SITE)/pkg/baton_bg.wasm: $(WASM_BUILT) style/build.mjs | $(STAMPS)/style-packages
	@$(say) "Binding and shrinking the WASM"
	cargo build --locked --quiet -p bindgen
	@rm -rf target/bound && mkdir -p target/bound $(SITE)/pkg
	target/debug/bindgen $(WASM_BUILT) target/bound
	node style/node_modules/binaryen/bin/wasm-opt $(WASM_OPT) target/bound/baton_bg.wasm -o target/bound/small.wasm
	@cp target/bound/baton.js $(SITE)/pkg/baton.js
	@mv target/bound/small.wasm $@
	@node style/build.mjs compress

# cargo decides whether anything has to be done; a file that it leaves alone makes nothing after it run.
$(WASM_BUILT): FORCE
	@test -e $@ || $(say) "WASM: what runs in the browser (the first time: about two minutes)"
	@$(WASM_CARGO) cargo build --locked $(WASM_STD) $(WASM_CRATE)

target/release/server: tools site FORCE
	@test -e $@ || $(say) "Server, release (the first time: about five minutes)"
	@cargo build --locked --release -p server

target/debug/server: FORCE | $(SITE)
	@$(say) "Server for the browser tests"
	cargo build --locked --bins --tests

FORCE:
