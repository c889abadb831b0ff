# make run    try Gatehouse on this machine, in front of two demo applications
# make test   every test, from unit tests to a browser
# make lint   formatting, lints, licences
# make bench  throughput and latency beside nginx and a bare pingora
# make bench-directory  what it takes to take an organisation of 100,000 over, beside ldapsearch
# make bench-sign-in  what a sign-in costs beside one hash of argon2, and what others feel of many
#
# Each installs what a fresh Debian with Rust and Node.js lacks.

TOOLS := target/tools
NPM_BROWSER := gateway/tests/browser
NPM_OIDC := admin/tests/oidc
CONSOLE := admin/console
# A domain controller for the tests, started by them.
SAMBA := samba samba-dsdb-modules samba-vfs-modules winbind ldb-tools samba-ad-provision python3-samba python3-ldb \
	python3-cryptography python3-markdown python3-dnspython python3-setproctitle

.PHONY: help run build console test test-rust test-disk test-console test-browser lint fmt openapi bench bench-sign-in bench-directory tools-build tools-test tools-bench tools clean-demo

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -8

run: build
	@examples/quick-start/run.sh

build: tools-build console
	cargo build --package gateway --package examples

# The page in which operators administer; carried inside the program.
console: $(CONSOLE)/dist/index.html

$(CONSOLE)/dist/index.html: $(CONSOLE)/node_modules/.package-lock.json admin/openapi.json $(shell find $(CONSOLE)/src $(CONSOLE)/public $(CONSOLE)/index.html $(CONSOLE)/vite.config.ts -type f -not -name schema.ts)
	cd $(CONSOLE) && npm run build

$(CONSOLE)/node_modules/.package-lock.json: $(CONSOLE)/package-lock.json
	cd $(CONSOLE) && npm ci --no-audit --no-fund

test: test-console test-rust test-browser

test-rust: tools-build tools-test tools
	cargo test --workspace

# As a user who may mount a disk, which is filled.
test-disk: tools-build
	cargo test --package gateway --test main -- --ignored a_full_disk

test-console: console
	cd $(CONSOLE) && npm test && npm run size

test-browser: tools-build tools-test tools console $(NPM_BROWSER)/node_modules/.package-lock.json
	cargo build --package gateway --package examples
	cd $(NPM_BROWSER) && npm test

$(NPM_BROWSER)/node_modules/.package-lock.json: $(NPM_BROWSER)/package-lock.json
	cd $(NPM_BROWSER) && npm ci --no-audit --no-fund

lint: tools-build tools $(CONSOLE)/node_modules/.package-lock.json
	cd $(CONSOLE) && npm run lint
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo fetch --quiet --locked
	PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" cargo deny --offline check bans licenses sources

# Writes the description of the API anew, after a change of it.
openapi:
	RENEW=1 cargo test --package admin --lib the_description_in_the_repository

fmt: $(CONSOLE)/node_modules/.package-lock.json
	cargo fmt --all
	cd $(CONSOLE) && npm run format

bench: tools-build tools-bench
	cargo build --profile dist --workspace --bins
	cargo run --profile dist --package load-tests

bench-sign-in: tools-build tools-bench
	cargo build --profile dist --workspace --bins
	cargo run --profile dist --package load-tests --bin sign-in

bench-directory: tools-build tools-bench tools-test
	cargo build --profile dist --workspace --bins
	cargo run --profile dist --package load-tests --bin directory

tools: $(TOOLS)/.installed

$(TOOLS)/.installed: .ci/tools.txt
	@.ci/packages python3-venv
	python3 -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet --disable-pip-version-check --requirement .ci/tools.txt
	@touch $@

tools-build:
	@.ci/packages build-essential cmake pkg-config libclang-dev libxml2-dev libxmlsec1-dev libxmlsec1-openssl libssl-dev

tools-test: $(NPM_OIDC)/node_modules/.package-lock.json
	@.ci/packages chromium fonts-noto-cjk nginx caddy postgresql slapd ldap-utils xmlsec1 $(SAMBA)

$(NPM_OIDC)/node_modules/.package-lock.json: $(NPM_OIDC)/package-lock.json
	cd $(NPM_OIDC) && npm ci --no-audit --no-fund

tools-bench:
	@.ci/packages nginx wrk nghttp2-client

# Forgets the demo's data: members, sessions, certificates.
clean-demo:
	rm -rf data
