# make check is what CI runs (.ci/run calls its steps).
GOLANGCI = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
ASSEMBLY = cdk.out
# Configurations whose templates differ: in resources, properties, Regions and partitions.
LINTED = testdata/air-gapped.yaml testdata/everything.yaml testdata/fleet.yaml testdata/gov.yaml testdata/locks.yaml testdata/pipeline.yaml \
	testdata/prescribed.yaml testdata/vaults.yaml \
	$(patsubst %,config/testdata/good/%.yaml,audit bucket-namespace bucket-settings compliance low-cost-tagged snapshot-rules \
	sovereign-cloud tag-conditions targets)
EXAMPLES = $(wildcard examples/*/backup.yaml)

.PHONY: release release-check release-smoke check test whole foreign workflow lint seaweed emulator report assembly decisions cli golden bench \
	bench-restore bench-smoke

check: test whole foreign workflow lint seaweed emulator report assembly decisions cli release-smoke bench-smoke

test:
	go test ./...

# What go test ./... leaves out because it is slow: the tests of the root with the build tag whole, which stop the app, fill its disk or
# install it elsewhere, pipelines alone and of many workloads, the snapshots of all valid configurations, cdk-nag on more of them, more
# than 300 workloads in the central account, and all values of property tests. restore versions is killed 50 times, and once late in a
# listing of 1,000,000 versions.
WHOLE = $(shell grep -l '^//go:build whole' *_test.go)
LARGER = TestSnapshots|TestCentralPolicies|TestLongPathOfRoles|TestNag
whole:
	go test -tags whole -timeout 30m . -run "^($(LARGER)|$$(sed -n 's/^func \(Test[A-Za-z]*\)(.*/\1/p' $(WHOLE) | paste -s -d '|' -))$$"
	go test -tags whole -timeout 30m ./config/... ./internal/rewind ./lambda/alerts/...
	go test -tags whole ./internal/synth -run TestFunctionInClone

# The tests in a copy with another backup.yaml: that of a user, with a snapshot of its templates. TestSnapshot is the only one that reads
# it; TestSnapshots does the same for every other valid configuration.
FOREIGN = config/testdata/good/alerts.yaml
foreign:
	rm -rf $(ASSEMBLY).foreign
	mkdir $(ASSEMBLY).foreign
	git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C $(ASSEMBLY).foreign
	cp $(FOREIGN) $(ASSEMBLY).foreign/backup.yaml
	cd $(ASSEMBLY).foreign && go test . -run TestSnapshot -update && go test ./...
	rm -rf $(ASSEMBLY).foreign

# The workflows of github-workflow by actionlint, and their scripts in bash, with jq, as GitHub runs them.
ACTIONLINT = github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
workflow:
	go test -tags workflow ./internal/githubactions
	rm -rf $(ASSEMBLY).workflow
	mkdir $(ASSEMBLY).workflow
	cp config/testdata/good/rollout.yaml $(ASSEMBLY).workflow/backup.yaml
	go run ./cmd/backupctl github-workflow --dir $(ASSEMBLY).workflow
	go run $(ACTIONLINT) docs/github/workflows/backup.yml $(ASSEMBLY).workflow/.github/workflows/backup.yml

lint:
	go vet ./...
	go vet -tags whole ./...
	go run $(GOLANGCI) run
	cd bench && go vet ./... && go test ./...

# backupctl restore versions against a real S3 server. The first time builds it, for ten minutes of processor time.
seaweed:
	cd test/seaweed && go vet ./... && go test -count 1 -timeout 20m ./...

# The CDK CLI and the scripts of the workflow deploy to an emulator of AWS, in Python: test/emulator. A run that fails leaves its files in
# $(ASSEMBLY).emulator.
EMULATOR = test/emulator/.venv
emulator: $(EMULATOR)/installed
	npm ci
	rm -rf $(ASSEMBLY).emulator
	mkdir $(ASSEMBLY).emulator
	cd test/emulator && go vet ./... && EMULATOR_PYTHON=$(CURDIR)/$(EMULATOR)/bin/python TMPDIR=$(CURDIR)/$(ASSEMBLY).emulator \
		go test -count 1 -timeout 30m ./...
	rm -rf $(ASSEMBLY).emulator

# Only what Python lacks is installed.
$(EMULATOR)/installed: test/emulator/requirements.txt
	python3 -m venv --clear --system-site-packages $(EMULATOR)
	$(EMULATOR)/bin/pip install --quiet --requirement $<
	touch $@

# report.html in Debian's Chromium, with axe-core: pictures, keyboard, paper, and no JavaScript. It is no part of the product.
report:
	cd test/report && npm ci && go vet ./... && go test -count 1 -timeout 30m ./...

# cfn-lint with its informational rules: the templates of the example, of LINTED and of EXAMPLES, and those of two pipelines, each in the
# Region that it is for, and those of the example in all Regions.
assembly:
	go run . -out $(ASSEMBLY)
	for f in $(LINTED); do go run . -config $$f -out $(ASSEMBLY).$$(basename $$f .yaml) 2>$(ASSEMBLY)/warnings || { cat $(ASSEMBLY)/warnings; exit 1; }; done
	for f in $(EXAMPLES); do go run . -config $$f -out $(ASSEMBLY).$$(basename $$(dirname $$f)) 2>$(ASSEMBLY)/warnings || { cat $(ASSEMBLY)/warnings; exit 1; }; done
	go run . -config testdata/pipelines.yaml -workload pipeline -report=false -out $(ASSEMBLY).pipelines
	go run ./internal/cfnlint $(ASSEMBLY) $(foreach f,$(LINTED),$(ASSEMBLY).$(basename $(notdir $(f)))) $(EXAMPLES:examples/%/backup.yaml=$(ASSEMBLY).%) \
		$(ASSEMBLY).pipelines
	cfn-lint -c I -i I1022 -r ALL_REGIONS -- $(ASSEMBLY)/*.template.json

# Who can do what, by an IAM simulator (docs/who-can.md), and whether operators and the validator may do what they call. It is
# no part of the product.
decisions:
	go run . -config testdata/fleet.yaml -out $(ASSEMBLY).fleet
	go run . -config testdata/many.yaml -workload central -out $(ASSEMBLY).many
	go run . -config testdata/prescribed.yaml -out $(ASSEMBLY).prescribed
	go run . -config testdata/locks.yaml -out $(ASSEMBLY).locks
	go run . -config config/testdata/good/audit.yaml -out $(ASSEMBLY).audit
	go run . -config cmd/backupctl/testdata/restore.yaml -out $(ASSEMBLY).restore
	go run . -config lambda/validate/testdata/backup.yaml -out $(ASSEMBLY).validator
	rm -rf $(ASSEMBLY).policies
	go run ./cmd/backupctl bootstrap-policy --config testdata/fleet.yaml --out $(ASSEMBLY).policies
	cd decisions && npm ci && node decide.mjs ../testdata/decisions.yaml fleet=../$(ASSEMBLY).fleet many=../$(ASSEMBLY).many \
		prescribed=../$(ASSEMBLY).prescribed locks=../$(ASSEMBLY).locks audit=../$(ASSEMBLY).audit \
		github=../docs/github/backup deploy=../$(ASSEMBLY).policies
	cd decisions && node calls.mjs ../cmd/backupctl/testdata/actions.txt,../cmd/backupctl/testdata/actions-preflight.txt ../$(ASSEMBLY).restore \
		111111111111=dummy-operate-central 222222222222=dummy-operate-dummy-dev 444444444444=dummy-operate-dummy-new
	cd decisions && node calls.mjs ../lambda/validate/testdata/actions.txt ../$(ASSEMBLY).validator \
		111111111111=dummy-validator 222222222222=dummy-validate-lake-prod

# The example through the CDK CLI that package.json pins, which must write the same bytes.
cli:
	npm ci
	npx cdk list
	npx cdk synth --quiet --output $(ASSEMBLY).cli
	for t in $(ASSEMBLY)/*.template.json; do cmp $$t $(ASSEMBLY).cli/$$(basename $$t) || exit 1; done
	npx cdk synth --quiet --output $(ASSEMBLY).nag -c nag=true

golden:
	go test ./cmd/backupctl ./config ./constructs ./docs ./lambda/alerts ./lambda/validate/internal/job . -update

# Renews bench/results.md; wants a machine that does nothing else, for ten minutes, and half an hour for listings.
bench:
	cd bench && go run . && go run . -pipelines && go run . -listing

# Renews only the section about backupctl restore versions.
bench-restore:
	cd bench && go run . -restore

bench-smoke:
	cd bench && go run . -smoke

# The binaries of both programs, with their checksums and a bill of materials. Whoever builds the same commit gets the same bytes.
# The bill lists the modules of both programs and of the functions, whose sources the app carries; in it, what only tests import is
# optional. It says nothing of the machine that wrote it.
VERSION = $(shell git describe --tags --always --dirty)
PROGRAMS = central-s3-backup backupctl
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64
DIST = dist
BILL = $(DIST)/central-s3-backup.cdx.json
SBOM = github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
RELEASE_BUILD = CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOTOOLCHAIN=$$(sed -n 's/^toolchain //p' go.mod) GOAMD64=v1 GOARM64=v8.0 \
	GOEXPERIMENT= GOFIPS140=off GOWORK=off go build -trimpath \
	-ldflags "-s -w -buildid= -X $$(go list -m)/internal/cli.release=$(VERSION)"
BILL_FILTER = del(.metadata.tools[].hashes) | .metadata.component.version = $$version | \
	.components[] |= (.scope = if .name | IN($$used[0][], "std") then "required" else "optional" end)
release:
	rm -rf $(DIST)
	mkdir $(DIST)
	for p in $(PLATFORMS); do for program in $(PROGRAMS); do \
		case $$program in backupctl) package=./cmd/backupctl ;; *) package=. ;; esac; \
		GOOS=$${p%/*} GOARCH=$${p#*/} $(RELEASE_BUILD) -o $(DIST)/$$program-$${p%/*}-$${p#*/} $$package || exit 1; \
	done; done
	go run $(SBOM) mod -test -json -std -licenses -noserial -notimestamp -short-purls -output $(BILL).all
	go list -deps -f '{{with .Module}}{{.Path}}{{end}}' . ./cmd/... ./lambda/... | sort -u | jq -Rn '[inputs]' > $(BILL).used
	jq --arg version '$(VERSION)' --slurpfile used $(BILL).used '$(BILL_FILTER)' $(BILL).all > $(BILL)
	rm $(BILL).all $(BILL).used
	touch -t 198001010000 $(DIST)/*
	cd $(DIST) && shasum -a 256 * > SHA256SUMS

# The checksums of a release, whether a build elsewhere gives one of its binaries, and whether the bill has what Go says is in each.
CHECKED = $(firstword $(PLATFORMS))
CHECKED_BINARY = backupctl-$(subst /,-,$(CHECKED))
release-check:
	cd $(DIST) && shasum -a 256 -c SHA256SUMS
	rm -rf $(ASSEMBLY).release
	mkdir $(ASSEMBLY).release
	git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C $(ASSEMBLY).release
	cd $(ASSEMBLY).release && GOOS=$(patsubst %/,%,$(dir $(CHECKED))) GOARCH=$(notdir $(CHECKED)) $(RELEASE_BUILD) -o $(CHECKED_BINARY) ./cmd/backupctl
	cmp $(ASSEMBLY).release/$(CHECKED_BINARY) $(DIST)/$(CHECKED_BINARY)
	jq -r '.components[] | select(.scope == "required") | .name + "@" + .version' $(BILL) | sort > $(ASSEMBLY).release/bill
	for b in $(DIST)/*-*-*64; do \
		go version -m $$b | awk '$$1 == "dep" { print $$2 "@" $$3 }' | sort | comm -23 - $(ASSEMBLY).release/bill | (! grep .) || exit 1; \
	done
	rm -rf $(ASSEMBLY).release

# What CI builds of a release: backupctl for this machine, which must say its version. All eight binaries take a quarter of an hour of
# processor time where nothing is cached, most of it for the CDK in the app.
release-smoke:
	$(MAKE) release release-check DIST=$(ASSEMBLY).dist PROGRAMS=backupctl PLATFORMS=$$(go env GOOS)/$$(go env GOARCH)
	test "$$($(ASSEMBLY).dist/backupctl-$$(go env GOOS)-$$(go env GOARCH) --version)" = "backupctl $(VERSION)"
	rm -rf $(ASSEMBLY).dist
