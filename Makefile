# Allclear is built, tested and checked from here. `make demo` needs Go 1.26, Node 20 and make, `make test` also gcc; they
# install or build everything else by themselves.

VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
FUZZTIME ?= 8s
GO       ?= go
GOFILES   = $(shell git ls-files --cached --others --exclude-standard '*.go' 2>/dev/null || find . -name '*.go')

.NOTPARALLEL:
.PHONY: build assets test demo play pictures scan thunderbird check fuzz clean
.PHONY: sbom check-format check-vet check-fix check-static check-race check-readme vulncheck

build: assets ## bin/allclear, the one binary
	CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o bin/allclear ./cmd/allclear

assets: internal/web/static/allclear.css ## the look of the pages, when its sources are newer

internal/web/static/allclear.css: web/node_modules/.package-lock.json $(wildcard web/src/*) $(wildcard tools/assets/*.go) tools/go.mod
	$(GO) -C tools run ./assets

# npm writes this file; touched, it is newer than what it was made from.
web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not installed: the pages' style sheet needs Node 20 to build" >&2; exit 1; }
	npm --prefix web ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# In tests garbage is collected less often, which takes a quarter of the processor's time off them.
SPARSELY = GOGC=400 GOMEMLIMIT=2GiB
test: assets ## every test, after installing what they need
	@scripts/need-tools
	$(SPARSELY) $(GO) test ./...

demo: build ## a county in miniature, with phones and stories in the browser
	bin/allclear demo

play: build ## a weekend from outside at 240 times the speed, told as it happens
	$(GO) run ./e2e/play

pictures: build ## docs/pictures, taken anew from a demo
	$(GO) run ./e2e/pictures

scan: build ## wapiti and sqlmap let loose on the signed-in pages and the API, on both databases: some hours
	scripts/scan

# The README's own command comes last, so that its lines close the run.
thunderbird: build ## a visit booked, answered, moved and cancelled by Thunderbird on a screen nobody sees
	$(GO) run ./e2e/thunderbird

check: build check-format check-vet check-fix check-static fuzz check-race check-readme ## all that CI runs

check-format:
	@files=$$(gofmt -l $(GOFILES)); [ -z "$$files" ] || { echo "gofmt -w these:"; echo "$$files"; exit 1; }

check-vet:
	$(GO) vet ./...
	$(GO) -C tools vet ./...

check-fix:
	@out=$$($(GO) fix -diff ./... 2>&1); [ -z "$$out" ] || { echo "$$out"; echo "run: go fix ./..."; exit 1; }

# What gosec finds is mended, or excused beside the line by its rule and a reason: a test holds that. It says nothing when all is well.
check-static:
	$(GO) tool -modfile=tools/go.mod staticcheck ./...
	$(GO) tool -modfile=tools/go.mod gosec -quiet ./...

# What starts the program as a process of its own is left out: the detector sees nothing of another process, and all that runs
# at once in this one has its tests beside it. So are the packages in which nothing runs at once (the pure ones may not, arch_test.go sees to
# it). SQLite and the C library it stands on, both translated from C, are left as they are: what the detector would look at there is others' code,
# at several times the cost of all ours. The driver between them and us is looked at. It needs a C compiler; without one the tests still run, in
# check-readme.
ALONE = watch nameless wording plan docx picture incident nearest rota calendar buddy/written
RACED = $$($(GO) list ./... | grep -v -e /e2e -e /cmd/allclear $(ALONE:%=-e /internal/%$$))
TRANSLATED = -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc/...=-race=false
check-race: assets
	@scripts/need-tools
	@if command -v gcc >/dev/null; then echo "$(GO) test -race, but for e2e and cmd"; CGO_ENABLED=1 $(SPARSELY) $(GO) test -race $(TRANSLATED) -vet=off -timeout 20m $(RACED); \
	else echo "gcc is not installed: the tests run without the race detector"; fi

# What the README tells a newcomer to type is typed here, word for word.
check-readme:
	@command=$$(scripts/readme-test-command) && echo "$$command" && sh -c "$$command"

fuzz: ## every FuzzXxx for FUZZTIME each: make fuzz FUZZTIME=10m
	@GO='$(GO)' scripts/fuzz $(FUZZTIME)

# Needs the public vulnerability database, so it is no part of check. Where that is not reached, VULNDB=file:///FOLDER names a copy of it.
VULNDB ?=
vulncheck: ## what is known to be wrong with what we depend on
	$(GO) tool -modfile=tools/go.mod govulncheck $(if $(VULNDB),-db $(VULNDB)) ./...

sbom: build ## build/allclear.cdx.json, what the binary is made of
	@mkdir -p build
	bin/allclear version --sbom > build/allclear.cdx.json

clean:
	rm -rf bin build web/node_modules
	rm -f internal/web/static/*.css internal/web/static/*.js internal/web/static/*.svg internal/web/static/*.gz
