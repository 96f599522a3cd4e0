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
	$(GO) vet -tags interop ./...
	$(GO) tool staticcheck -tags interop ./...
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
	@mkdir -p $(BUILD)
	@git ls-files -co --exclude-standard -z | xargs -0 sha256sum >$(BUILD)/before.sum
	$(GO) generate ./...
	@git ls-files -co --exclude-standard -z | xargs -0 sha256sum | diff $(BUILD)/before.sum - \
		|| { echo "go generate changes these files: commit what it makes"; exit 1; }

.PHONY: fuzz
fuzz: ## Every fuzz target for FUZZTIME (10s).
	@for file in $$(git grep -l '^func Fuzz.*testing\.F)' -- '*_test.go'); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*testing\.F).*/\1/p' "$$file"); do \
			echo "== $$(dirname "$$file") $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "./$$(dirname "$$file")"; \
		done; \
	done

.PHONY: bench
bench: ## Every benchmark whose name matches BENCH.
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

.PHONY: clean
clean: ## Remove what make made.
	rm -rf $(BUILD)
