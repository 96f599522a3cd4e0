# Everything a contributor or a CI runs. Go and a C compiler (for -race) are
# enough for all but `make interop`, which drives peers from Debian.

SHELL    := bash
.SHELLFLAGS := -eu -o pipefail -c
GO       ?= go
BUILD    := build
FORMAT   ?= pkgname
FUZZTIME ?= 10s
BENCH    ?= .
# Packages of the house; ci/interop has a build tag and a target of its own.
PACKAGES ?= ./...

GOTESTSUM := $(GO) tool gotestsum --format $(FORMAT) --format-hide-empty-pkg

.PHONY: help
help: ## Show this.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: test
test: check unit ## gofmt, vet, staticcheck, all tests with -race; JUnit in build/.

.PHONY: check
check: ## gofmt, vet, staticcheck, and what "make lint-scenarios" checks.
	@files=$$(git ls-files -co --exclude-standard '*.go' | while read -r f; do if [ -f "$$f" ]; then echo "$$f"; fi; done | xargs gofmt -l); \
	if [ -n "$$files" ]; then echo "gofmt wants to change:"; echo "$$files"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) vet -tags interop ./ci/...
	@$(MAKE) --no-print-directory lint-scenarios

.PHONY: unit
unit: ## All tests with -race.
	@mkdir -p $(BUILD)
	$(GOTESTSUM) --junitfile $(BUILD)/test.xml -- -race $(TESTFLAGS) $(PACKAGES)

.PHONY: interop
interop: ## Debian's SMB and NFS clients against crosswire serve.
	ci/install-peers.sh --check
	@mkdir -p $(BUILD)
	$(GOTESTSUM) --junitfile $(BUILD)/interop.xml -- -tags interop -count=1 -timeout 20m $(TESTFLAGS) ./ci/interop/...

.PHONY: run
run: ## The suite against the reference server; JUnit in build/.
	$(GO) run ./cmd/crosswire run --junit $(BUILD)/scenarios.xml

.PHONY: lint-scenarios
lint-scenarios: ## Check every scenario and its format.
	$(GO) run ./cmd/crosswire lint
	$(GO) run ./cmd/crosswire fmt -d

.PHONY: generate
generate: ## Generate, and fail if that changes anything.
	$(GO) generate ./...
	@if [ -n "$$(git status --porcelain -- '*.go' '*.json')" ]; then git status --short -- '*.go' '*.json'; git diff -- '*.go' '*.json'; exit 1; fi

.PHONY: fuzz
fuzz: ## Every fuzz target for FUZZTIME (10s).
	@$(GO) list -f '{{.Dir}}' ./... | while read -r dir; do \
		cat "$$dir"/*_test.go 2>/dev/null | sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(f \*testing\.F).*/\1/p' | while read -r target; do \
			echo "== $$dir $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$dir" </dev/null; \
		done; \
	done

.PHONY: bench
bench: ## Every benchmark whose name matches BENCH.
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

.PHONY: clean
clean: ## Remove what make made.
	rm -rf $(BUILD)
