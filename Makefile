# svdir: one directory is one service. `make help` lists the targets.

VERSION = 0.1.0
PREFIX  = /usr/local
BINDIR  = $(PREFIX)/bin
MANDIR  = $(PREFIX)/share/man
BIN     = bin

PROGRAMS = svscan supervise svctl svlog svexec svwatch svprobe

# Every name that a program answers to, its own first: design and manual say
# what each name changes.
svscan_names    = svscan runsvdir s6-svscan
supervise_names = supervise runsv s6-supervise
svctl_names     = svctl svc svstat svok sv s6-svc s6-svstat s6-svwait s6-svok s6-svdt svwait
svlog_names     = svlog multilog tai64n tai64nlocal readproctitle svlogd s6-log
svexec_names    = svexec chpst setuidgid envuidgid envdir softlimit setlock pgrphack fghack \
                  s6-setuidgid s6-softlimit s6-envdir s6-setlock s6-notifyoncheck
svwatch_names   = svwatch
svprobe_names   = svprobe

PAGES       = find . -name .git -prune -o -name '*.[158]' -print
STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
REPORT      = 2>&1 | awk -f tests/report.awk
FUZZTIME    = 10s
KILLS       = 300
SEED        = 0
SOAKTIME    = 30m
BENCH       =

# Those that tell most of svscan -dense, in half a minute.
SAMPLE = Adopt|AdoptFinish|TakeOver|Reexec|Killed|Pace|LastRequestWins|DownWins|TimeoutKill|KillScope|KillTreeCrash|Daemonizes|CatchAllKilled|SplitStderr|RunDirectory|BoundKilled|FullDisk|NoDescriptors|RemovedAsDjbSays|LockFD|Orphans|Verdict|Nested|FirstStops|Notify|Alive

# The older marker of Go's collector, where the toolchain still has it: a
# resident takes 36 kB less.
GOEXPERIMENT := $(shell GOEXPERIMENT=nogreenteagc go version >/dev/null 2>&1 && echo nogreenteagc)

all: ## build the programs, static, into bin/
	CGO_ENABLED=0 GOEXPERIMENT=$(GOEXPERIMENT) go build -trimpath -ldflags '-s -w' -o $(BIN)/ $(PROGRAMS:%=./cmd/%)

compat: all ## link every name that the programs answer to into bin/compat/
	mkdir -p $(BIN)/compat
	$(foreach p,$(PROGRAMS),$(foreach n,$($p_names),ln -sf ../$p $(BIN)/compat/$n &&)) :

demo: all ## start an example tree, show it live; ^C ends it in order
	examples/demo/demo $(abspath $(BIN))

check: packages lint ## install what the tests need, then run everything
	go test -count=1 -v -p=1 -parallel=6 -timeout=14m ./... $(REPORT)
	SVDIR_DENSE=1 go test -count=1 -v -short -parallel=6 -run='^Test($(SAMPLE))$$' ./tests $(REPORT)

packages: ## install what the tests need (as root, from Debian's packages)
	tests/packages

lint: ## gofmt, vet, staticcheck, and every manual page through groff
	test -z "$$(gofmt -l . | tee /dev/stderr)"
	go vet ./...
	$(STATICCHECK) ./...
	test -z "$$($(PAGES) | xargs -rn1 groff -mdoc -ww -z -Tutf8 2>&1 | tee /dev/stderr)"

test: ## unit tests, with the race detector
	go test -race -count=1 $$(go list ./... | grep -v /tests)

script: ## the scripts in tests/script
	go test -count=1 -v -run=TestScript ./tests $(REPORT)

peer: ## real clients on our supervise, ours on theirs, theirs on theirs
	go test -count=1 -v -run=TestPeer -parallel=8 ./tests $(REPORT)

footprint: ## memory, threads and wake-ups of an idle supervise, memory of an idle svlog
	go test -count=1 -v -run=TestFootprint ./tests $(REPORT)

kill-points: ## supervise killed at every system call of a start, a stop, ...
	KILL_POINTS=all go test -count=1 -v -run=TestKillPoints -timeout=2h ./tests $(REPORT)

dense: ## the tests of whole trees, with every svscan -dense
	SVDIR_DENSE=1 go test -count=1 -v -short -parallel=6 -timeout=14m ./tests $(REPORT)

served: ## the tests of svlog, with a log that is served as one of many
	SVLOG_SERVED=1 go test -count=1 -v -timeout=14m ./logger $(REPORT)

flood: ## a GB of lines through an svlog that is killed every 50 ms, and through one that supervise starts again
	go test -count=1 -v -run='TestKilledInFlood$$' -timeout=1h ./logger -args -flood=1000 $(REPORT)
	go test -count=1 -v -run=TestPipeKilled -timeout=1h ./tests -args -flood=1000 $(REPORT)

stress: ## the suite 20 times in a row on a busy machine
	sh -c 'while :; do :; done' & busy=$$!; trap "kill $$busy" EXIT; go test -count=20 -parallel=8 -timeout=4h ./...

fuzz: ## every fuzz target for FUZZTIME
	grep -rHo '^func Fuzz[A-Za-z0-9]*' --include='*_test.go' . | sed 's|/[^/]*:func | |' | while read -r dir name; do \
		go test -run='^$$' -fuzz="^$$name$$" -fuzztime=$(FUZZTIME) "$$dir" || exit; done

chaos: ## random blows to every process of ours, KILLS of them deadly; SEED replays
	go test -count=1 -v -timeout=24h -run=TestChaos ./tests/chaos -args -limit=0 -kills=$(KILLS) -seed=$(SEED)

soak: ## svscan -dense at 100 restarts a second for SOAKTIME: it must not grow
	SOAK=$(SOAKTIME) go test -count=1 -v -run=TestSoak -timeout=0 ./tests $(REPORT)

bench: all ## ours beside daemontools, runit and s6: medians and ratios, in markdown
	go run ./tests/bench $(BENCH)

bench-check: all ## the same, and what came of each goal: fails where one is missed by far
	go run ./tests/bench -check $(BENCH)

install: all ## install programs and pages (DESTDIR, PREFIX)
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man8
	install $(PROGRAMS:%=$(BIN)/%) $(DESTDIR)$(BINDIR)
	$(PAGES) | while read -r page; do install -m 644 "$$page" $(DESTDIR)$(MANDIR)/man"$${page##*.}"; done

install-compat: install ## install the names of daemontools, runit and s6 too
	$(foreach p,$(PROGRAMS),$(foreach n,$(filter-out $p,$($p_names)),ln -sf $p $(DESTDIR)$(BINDIR)/$n &&)) :

dist: ## a reproducible source archive of the last commit
	git archive --format=tar.gz --prefix=svdir-$(VERSION)/ -o svdir-$(VERSION).tar.gz HEAD

clean: ## remove what was built
	rm -rf $(BIN) svdir-*.tar.gz

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s%s\n", $$1, $$2 }' Makefile

.PHONY: all compat demo check packages lint test script peer footprint kill-points dense served flood stress fuzz chaos soak bench bench-check install install-compat dist clean help
