# The two commands of the README, and what builders of onair need besides.
#
#   make demo           publish the example show to a local folder
#   make test           install what the tests need, where it can, and run them
#   make bench          benchmarks; each prints the peer it is compared with
#   make fuzz           fuzz every reader of foreign bytes, FUZZTIME=10m each;
#                       what it finds stays in testdata, what it learns in Go's cache
#   make lint fmt       check and mend the formatting
#   make example-audio  speak, encode and draw the example show again
#   make dist           static binaries for linux, darwin and windows

GO       ?= go
FUZZTIME ?= 10m
EXAMPLE  := examples/hello-universe
RACE     := $(shell command -v gcc >/dev/null 2>&1 && echo -race)
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

.PHONY: all demo test unit e2e bench fuzz lint fmt example-audio dist clean bin/onair
all: bin/onair

bin/onair:
	@CGO_ENABLED=0 $(GO) build -trimpath -o $@ ./cmd/onair

demo: bin/onair
	@bin/onair -C $(EXAMPLE) --to local plan
	@echo
	@bin/onair -C $(EXAMPLE) --to local publish

test: unit e2e

unit:
	$(GO) vet ./...
	$(GO) test $(RACE) ./...

e2e:
	./e2e/setup
	cd e2e && $(GO) vet ./... && $(GO) test -count=1 -timeout 60m ./...

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

lint:
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "not formatted: $$out"; exit 1; }
	$(GO) vet ./...
	cd e2e && $(GO) vet ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
	cd e2e && $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

fmt:
	gofmt -w $$(git ls-files '*.go')

example-audio:
	$(GO) run ./$(EXAMPLE)/make

dist:
	@for p in $(PLATFORMS); do \
		out=dist/onair-$${p%/*}-$${p#*/}; test $${p%/*} = windows && out=$$out.exe; \
		echo $$out; CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -trimpath -ldflags '-s -w' -o $$out ./cmd/onair || exit 1; \
	done

clean:
	rm -rf bin dist $(EXAMPLE)/public
