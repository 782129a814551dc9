# The two commands of the README, and what developers of onair need besides.
#
#   make demo           publish the example show to a local folder
#   make test           install what the tests need, where it can, and run them
#   make bench          benchmarks; each prints the peer it is compared with
#   make fuzz           fuzz every reader of untrusted bytes, FUZZTIME=10m each;
#                       new failures are kept in testdata, the corpus in Go's cache
#   make lint fmt       check and fix the formatting
#   make example-audio  speak, encode and draw the example show again
#   make screenshots    pictures of every kind of page, in build/screenshots
#   make docs           the documentation as a website, in build/docs
#   make dist           everything that a release has, in dist, without publishing it
#   make module MODULE=github.com/YOU/onair
#                       change the path of the module and the owner of the releases

GO       ?= go
MODULE_NAME := $(shell sed -n 's/^module //p' go.mod)
FUZZTIME ?= 10m
EXAMPLE  := examples/hello-universe
# The race detector watches everything but pictures and the search index: they only
# compute, and would take most of the time of the tests.
RACE     := $(shell command -v gcc >/dev/null 2>&1 && echo -race $(patsubst %,-gcflags=%=-race=false,image/... $(MODULE_NAME)/internal/raster $(MODULE_NAME)/internal/searchindex... $(MODULE_NAME)/templates/card))
GORELEASER_VERSION := v2.15.1
GORELEASER := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/onair-e2e/goreleaser-$(GORELEASER_VERSION)/goreleaser
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
DEADCODE    := golang.org/x/tools/cmd/deadcode@v0.51.0
# Only tests call these: they are made for tests, or keep generated pages fresh.
TEST_DOUBLES := ^(publish/bucket/(mem|buckettest|internal/faults)|publish/internal/showtest|audio/mpeg/mpegtest|internal/(reference|finding/findingtest))/|SetSettleTime|write(Rule)?Reference|check/elements.go.*Names|tree/document.go.*Read

# Where numbers from files could exceed 32 bits. A release has a program for 32-bit ARM.
NARROW := ./audio/... ./internal/markdown ./internal/raster ./show/pins ./transcripts/words

# The storage library works over HTTP; without gRPC's modules for it the binary
# is a quarter smaller. Tests build what is released.
export GOFLAGS := $(GOFLAGS) -tags=disable_grpc_modules

.PHONY: all demo test unit e2e bench fuzz lint pinned fmt example-audio screenshots docs dist module clean bin/onair
all: bin/onair

bin/onair:
	@CGO_ENABLED=0 $(GO) build -trimpath -o $@ ./cmd/onair

demo: bin/onair
	@bin/onair -C $(EXAMPLE) --to local plan
	@echo
	@bin/onair -C $(EXAMPLE) --to local publish
	@echo "What was published is in $(EXAMPLE)/public."

test: lint unit e2e

# The tests of the command run a thousand of them, and what it does concurrently is in
# packages that are tested with the race detector.
unit:
	$(GO) test $(RACE) -timeout 45m $$($(GO) list ./... | grep -v /cmd/onair)
	$(GO) test -timeout 45m ./cmd/onair
	@if test "$$($(GO) env GOOS GOARCH | xargs)" = "linux amd64"; \
		then CGO_ENABLED=0 GOARCH=386 $(GO) test $(NARROW); \
		else echo "skipped: the tests with 32-bit integers run on linux/amd64"; fi

e2e:
	./e2e/setup
	cd e2e && $(GO) test -count=1 -timeout 3h ./...

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...
	./e2e/setup bench
	cd e2e && $(GO) test -run '^$$' -bench . -benchtime 3x -timeout 60m .

fuzz:
	@set -e; for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
			echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$p; \
		done; \
	done

lint: pinned
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "not formatted: $$out"; exit 1; }
	$(GO) mod tidy -diff
	cd e2e && $(GO) mod tidy -diff
	$(GO) vet ./...
	cd e2e && $(GO) vet ./...
	$(GO) run $(STATICCHECK) -checks all ./...
	cd e2e && $(GO) run $(STATICCHECK) -checks all ./...
	@out=$$($(GO) run $(DEADCODE) ./... | grep -vE '$(TEST_DOUBLES)' || true); \
		test -z "$$out" || { echo "unreachable:"; echo "$$out"; exit 1; }

# The documents write COMMIT for the commit of a release of onair.
pinned:
	@out=$$(git grep -nE '^ *(- )?uses: *[^ {]+@' -- '*.yml' '*.yaml' '*.md' | grep -vE '@([0-9a-f]{40}|COMMIT) # v' || true); \
		test -z "$$out" || { echo "actions not pinned by commit:"; echo "$$out"; exit 1; }

fmt:
	gofmt -w $$(git ls-files '*.go')

example-audio:
	$(GO) run ./$(EXAMPLE)/make

screenshots:
	./e2e/setup
	cd e2e && ONAIR_SCREENSHOTS=$(CURDIR)/build/screenshots $(GO) test -count=1 -run 'TestScreenshots' .

docs:
	$(GO) run ./release env sh -c '$(GO) run ./docs/site -o build/docs -source "$$RELEASE_HOMEPAGE/blob/main"'

dist: $(GORELEASER)
	$(GO) run ./release env $(GORELEASER) release --snapshot --clean --skip=publish,sign,sbom,ko

$(GORELEASER):
	GOFLAGS= GOBIN=$(@D) $(GO) install github.com/goreleaser/goreleaser/v2@$(GORELEASER_VERSION)

module:
	@test -n "$(MODULE)" || { echo "usage: make module MODULE=github.com/YOU/onair"; exit 2; }
	$(GO) run ./release module $(MODULE)
	$(GO) build ./...

clean:
	rm -rf bin dist build $(EXAMPLE)/public
