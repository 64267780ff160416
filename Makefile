# A thin front: the build is in CMakeLists.txt and CMakePresets.json, the checks in tools/.

PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc)
PACKAGES ?= tools/install-packages
# Folders whose unit tests run several threads: again under the thread sanitizer.
THREADED = ^(base|cube|place|sense|find|flight|exercise|serve)/
# The thread sanitizer of gcc 12 cannot map its memory where addresses are very random.
FIXED_ADDRESSES := $(shell setarch -R true 2>/dev/null && echo setarch -R)

VAHO = build/release/vaho
section = @printf '\n== %s ==\n'
build_preset = cmake --preset $(1) >build/$(1).log 2>&1 || { cat build/$(1).log; exit 1; }; \
	cmake --build --preset $(1) -j $(JOBS)
test_preset = ctest --test-dir build/$(1) -j $(JOBS) --output-on-failure --no-tests=error

.PHONY: build help demo check check-quick bench format install clean

build: ## compile the program (the default)
	@mkdir -p build
	@$(call build_preset,release)

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 22

demo: ## play the first-day exercise and open its truth
	@$(PACKAGES) build
	@$(MAKE) --no-print-directory build
	@tools/demo $(VAHO)

check: ## everything that must hold: packages, house rules, builds, all tests
	$(section) packages
	@$(PACKAGES) check
	$(section) "layers, headers, style"
	@tools/check-layers
	@tools/check-headers
	@tools/check-style
	$(section) "release build"
	@mkdir -p build
	@$(call build_preset,release)
	$(section) "the page in a browser"
	@$(call test_preset,release) -R '^web/'
	$(section) "threads: thread sanitizer"
	@$(call build_preset,tsan)
	@TSAN_OPTIONS=suppressions=$(CURDIR)/tools/tsan.suppressions \
		$(FIXED_ADDRESSES) $(call test_preset,tsan) -L quick -R '$(THREADED)'
	$(section) "all tests: address and undefined sanitizers"
	@$(call build_preset,dev)
	@$(call test_preset,dev)

check-quick: ## the first tier of tests, seconds
	@mkdir -p build
	@$(call build_preset,dev)
	@$(call test_preset,dev) -L quick

bench: build ## time the program on a simulated flight, try its detection on a few scenes
	@$(PACKAGES) check
	@bench/detect $(VAHO)
	@bench/detection --quick --jobs $(JOBS) --vaho $(VAHO) --out build || [ $$? -eq 77 ]
	@bench/shortwave --quick --jobs $(JOBS) --vaho $(VAHO) --out build || [ $$? -eq 77 ]
	@bench/surfaces --vaho $(VAHO) --out build || [ $$? -eq 77 ]
	@bench/speed --vaho $(VAHO) --out build || [ $$? -eq 77 ]

format: ## put the C sources into the house format
	find src include tests -name '*.[ch]' -print0 | xargs -0 clang-format -i

install: build ## install under DESTDIR and PREFIX (/usr/local)
	DESTDIR='$(DESTDIR)' cmake --install build/release --prefix '$(PREFIX)'

clean: ## remove everything that was built
	rm -rf build demo.vaho demo.vaho.key
