# Athena Gateway. `make` lists what there is to make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Debian's names, which are Ubuntu's too. sslscan asks a server for all that it offers in TLS, with an
# OpenSSL of its own, since the system's knows no SSLv3 and no weak ciphers any more. iproute2 and
# util-linux make the networks in which the tests have AWS's own addresses. jq, nginx and Chromium are what the
# README's recipes need, and prometheus has promtool; Ubuntu has no package of Chromium, and its tests are skipped there.
RUN_PACKAGES := libcurl4-openssl-dev libssl-dev pkg-config python3
TEST_PACKAGES := $(RUN_PACKAGES) python3-venv curl openssl strace faketime sslscan iproute2 util-linux \
  jq nginx prometheus $(shell . /etc/os-release && [ "$$ID" != debian ] || echo chromium)
FIGURES_PACKAGES := $(TEST_PACKAGES) slowhttptest
# binutils has strip: valgrind can't read what Swift tells debuggers.
CHECK_PACKAGES := $(RUN_PACKAGES) binutils gcc libc6-dev nginx strace valgrind
BENCH_PACKAGES := $(CHECK_PACKAGES) openssl python3-venv wrk
MICRO_PACKAGES := $(RUN_PACKAGES) binutils valgrind
# prometheus is there for promtool, and to ask it what the dashboard asks.
DEPLOY_PACKAGES := $(TEST_PACKAGES) buildah debian-archive-keyring mmdebstrap prometheus systemd
# Spark 3.5 runs on Java 8, 11 and 17.
SPARK_PACKAGES := $(TEST_PACKAGES) openjdk-17-jre-headless

BINARY := .build/release/athena-gateway
# One file that needs no Swift on the machine where it runs. lld, since Debian's default linker warns of
# functions in Foundation that are never called.
RELEASE := swift build -c release --static-swift-stdlib -Xswiftc -use-ld=lld --product athena-gateway
REPORTS := .build/reports
VENV := .build/venv
PYTEST := $(VENV)/bin/python -m pytest
SPARK := .build/spark
# The local Athena's sessions have Spark where this is on their path.
WITH_SPARK := PYTHONPATH=$(CURDIR)/$(SPARK)$${PYTHONPATH:+:$$PYTHONPATH}

# How long `make fuzz` (each target) and `make soak` run, and what `make soak` does.
SECONDS := 60
SEED := 1

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: release ## Start the gateway on 127.0.0.1:8080 with a local Athena
	exec env $(if $(wildcard $(SPARK)/.installed),$(WITH_SPARK)) $(BINARY) serve --local

.PHONY: release
release: run-packages ## Build the release binary, .build/release/athena-gateway
	$(RELEASE)

.PHONY: test
test: test-packages $(VENV)/.installed ## Run every test; the last line says how many passed and failed
	rm -rf $(REPORTS) && mkdir -p $(REPORTS)
	STRICT_BUILD=1 swift build --build-tests
	$(RELEASE)
	$(VENV)/bin/python Tests/Conformance/shared_files.py $(REPORTS)/shared-files.json
	SHARED_FILES=$(REPORTS)/shared-files.json STRICT_BUILD=1 \
	  swift test --skip-build --xunit-output $(REPORTS)/swift.xml \
	  | { grep --line-buffered -v '^◇' || true; } || true
	$(PYTEST) Tests/Conformance --junitxml $(REPORTS)/conformance.xml || true
	python3 Tests/summary.py $(REPORTS)

.PHONY: spark
spark: spark-packages release $(VENV)/.installed $(SPARK)/.installed ## Run jobs on a real Spark, which `make run` has from then on
	$(WITH_SPARK) $(PYTEST) Tests/Spark
	$(WITH_SPARK) $(PYTEST) Tests/Conformance/test_engine.py -k spark

# The images are built from nothing but Debian's packages and the installed toolchain, in .build/deploy: some minutes.
.PHONY: deploy-test
deploy-test: deploy-packages release $(VENV)/.deploy-installed ## Build and run the images of deploy/, and check all else that it has
	$(PYTEST) Tests/Deploy

# A sanitizer's report is a failure as much as a test's is; each build has its own folder. One test at a time:
# everything is slow here, and what waits for a deadline must not wait for other tests.
.PHONY: sanitize
sanitize: test-packages ## Run the Swift tests under the thread and the address sanitizer
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/thread-sanitizer.txt \
	  swift test --disable-xctest --no-parallel --quiet --sanitize thread --scratch-path .build/thread \
	  -Xswiftc -use-ld=lld
	LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/leak-sanitizer.txt:print_suppressions=0 \
	ASAN_OPTIONS=detect_leaks=1 \
	  swift test --disable-xctest --no-parallel --quiet --sanitize address --scratch-path .build/address \
	  -Xswiftc -use-ld=lld

FUZZ_TARGETS := request-parser answer-reader chunked-decoder json-reader problem-writer
FUZZ := .build/fuzz/release/fuzz

# What is found is kept as .build/fuzz/TARGET-crash-…; what the fuzzer learns, for the next run, in
# .build/fuzz/corpus. lld, since Debian's default linker fails on libFuzzer. What is filtered out is the
# words that libFuzzer recommends for a dictionary.
.PHONY: fuzz
fuzz: run-packages ## Fuzz what reads hostile bytes, each for SECONDS (60)
	FUZZ_BUILD=1 swift build -c release --product fuzz --scratch-path .build/fuzz \
	  -Xswiftc -enable-testing -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld
	for target in $(FUZZ_TARGETS); do \
	  echo "fuzzing the $$target for $(SECONDS) seconds"; \
	  mkdir -p .build/fuzz/corpus/$$target; \
	  SWIFT_BACKTRACE=enable=no $(FUZZ) $$target -max_total_time=$(SECONDS) -timeout=10 \
	    -verbosity=0 -print_final_stats=1 -dict=Tests/Fuzz/Dictionaries/$$target \
	    -artifact_prefix=.build/fuzz/$$target- .build/fuzz/corpus/$$target Tests/Fuzz/Seeds/$$target \
	    2>&1 | { grep -v '^["#]' || true; }; \
	done

.PHONY: soak
soak: release ## Mix good, slow, broken and vanishing clients for SECONDS=60; SEED=1 chooses what they do
	python3 Tests/Soak/soak.py $(BINARY) --seconds $(SECONDS) --seed $(SEED)

.PHONY: figures
figures: figures-packages release $(VENV)/.installed ## Measure idle connections and slow clients on this machine
	@echo "$$(lscpu | sed -n 's/^Model name: *//p'), $$(nproc) processors, $$(uname -srm), athena-gateway $$($(BINARY) --version)"
	$(VENV)/bin/python Tests/Benchmarks/idle.py $(BINARY)
	$(VENV)/bin/python Tests/Benchmarks/slow_clients.py $(BINARY)

.PHONY: bench
bench: bench-packages release $(VENV)/.bench-installed ## Measure beside nginx, a bare signer in C, and FastAPI with boto3
	$(VENV)/bin/python Tests/Benchmarks/bench.py $(BINARY)

.PHONY: bench-check
bench-check: check-packages release ## Count what a request costs, and fail where that is more than is committed
	python3 Tests/Benchmarks/check.py $(BINARY)

# As the release is built, but for the tests' access to what is internal.
.PHONY: micro
micro: micro-packages ## Count what the pieces of a request execute, by instructions and allocations
	BENCH_BUILD=1 swift build -c release --static-swift-stdlib --product micro --scratch-path .build/micro \
	  -Xswiftc -enable-testing -Xswiftc -use-ld=lld
	python3 Tests/Benchmarks/micro.py .build/micro/release/micro

.PHONY: lint
lint: test-packages ## Check the formatting, the structure, the warnings and what the binary links
	swift format lint --strict --recursive Package.swift Sources Tests
	STRICT_BUILD=1 swift build --build-tests
	$(RELEASE)
	python3 Tests/structure.py $(BINARY)

.PHONY: format
format: ## Format the Swift sources
	swift format --in-place --recursive Package.swift Sources Tests

# The mark is made last: an installation that broke off is begun anew.
$(VENV)/.installed: Tests/Conformance/requirements.txt
	rm -rf $(VENV)
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --requirement $<
	touch $@

$(VENV)/.deploy-installed: Tests/Deploy/requirements.txt $(VENV)/.installed
	$(VENV)/bin/pip install --quiet --requirement $<
	touch $@

$(VENV)/.bench-installed: Tests/Benchmarks/requirements.txt $(VENV)/.installed
	$(VENV)/bin/pip install --quiet --requirement $<
	touch $@

# A folder of its own, for the tests of a local Athena without Spark are to find none.
$(SPARK)/.installed: | $(VENV)/.installed
	rm -rf $(SPARK)
	$(VENV)/bin/pip install --quiet --target $(SPARK) 'pyspark==3.5.*'
	touch $@

.PHONY: run-packages test-packages figures-packages bench-packages check-packages micro-packages \
  spark-packages deploy-packages
run-packages: PACKAGES := $(RUN_PACKAGES)
test-packages: PACKAGES := $(TEST_PACKAGES)
figures-packages: PACKAGES := $(FIGURES_PACKAGES)
bench-packages: PACKAGES := $(BENCH_PACKAGES)
check-packages: PACKAGES := $(CHECK_PACKAGES)
micro-packages: PACKAGES := $(MICRO_PACKAGES)
spark-packages: PACKAGES := $(SPARK_PACKAGES)
deploy-packages: PACKAGES := $(DEPLOY_PACKAGES)
run-packages test-packages figures-packages bench-packages check-packages micro-packages \
spark-packages deploy-packages:
	@missing=(); \
	for package in $(PACKAGES); do \
	  dpkg-query --show --showformat '$${db:Status-Status}' "$$package" 2>/dev/null \
	    | grep -qx installed || missing+=("$$package"); \
	done; \
	if (( $${#missing[@]} )); then \
	  echo "installing $${missing[*]}"; \
	  sudo=(); [ "$$(id -u)" = 0 ] || sudo=(sudo); \
	  "$${sudo[@]}" apt-get update --quiet --quiet; \
	  "$${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
	    apt-get install --quiet --quiet --yes --no-install-recommends "$${missing[@]}"; \
	fi
