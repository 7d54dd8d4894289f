# SPDX-License-Identifier: GPL-2.0-only
# linux,cma-export-heap: build, boot and test. `make` alone prints help.

K    ?= 6.12
ARCH ?= arm64
PAGES ?= 4k
KDIR ?=
BOOT ?=
PREFIX ?= /usr/local
DESTDIR ?=
T ?= 60
PARTS ?=
FIXES ?=

CFLAGS ?= -O2
CFLAGS_ALL = -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Wall -Wextra $(if $(CI),-Werror) $(CFLAGS)

ifeq ($(wildcard qemu/$(ARCH).conf),)
$(error ARCH=$(ARCH) is not known; there are: $(basename $(notdir $(wildcard qemu/*.conf))))
endif
include qemu/$(ARCH).conf

VARIANT = $(ARCH)$(if $(filter-out 4k,$(PAGES)),-$(PAGES))
ifeq ($(wildcard qemu/$(VARIANT).config),)
$(error PAGES=$(PAGES) is not known for $(ARCH); there are: 4k \
	$(patsubst qemu/$(ARCH)-%.config,%,$(wildcard qemu/$(ARCH)-*.config)))
endif

VERSIONS := $(shell sed 's/\#.*//' kernel-patches/versions | awk 'NF { print $$1 }')
BOOTED := $(shell sed 's/\#.*//' kernel-patches/versions | awk '$$3 == "yes" { print $$1 }')
ifeq ($(filter $(VERSIONS),$(K)),)
$(error K=$(K) is not known; there are: $(VERSIONS))
endif

KERNEL = scripts/kernel/build $(if $(filter-out $(ARCH),$(VARIANT)),-n $(VARIANT) -c qemu/$(VARIANT).config) \
	$(if $(KDIR),-k '$(KDIR)') $(K) $(ARCH)
GUEST = build/guest/$(ARCH)

.DELETE_ON_ERROR:
.PHONY: help deps fetch kernel u-boot run test kunit fuzz-dt fuzz-predict bench install apply clean distclean
.PHONY: dt_binding_check dtbs_check dt-corpus dts

help: ## this text
	@echo 'Targets:'
	@sed -n 's/^\([a-z][a-z_-]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='|' read -r target text; do printf '  %-16s %s\n' "$$target" "$$text"; done
	@echo 'Variables, with their current values:'
	@echo '  K=$(K)         kernel version; there are: $(VERSIONS)'
	@echo '  ARCH=$(ARCH)   architecture; there are: $(basename $(notdir $(wildcard qemu/*.conf)))'
	@echo '  PAGES=$(PAGES)     size of pages; for arm64 there are 16k and 64k, too'
	@echo '  KDIR=$(KDIR)          a kernel tree of your own: for apply, kernel and run'
	@echo '  BOOT=$(BOOT)          more options for qemu/boot, for example BOOT="-d my.dts -m 1G"'
	@echo '  T=$(T)           seconds of fuzz-predict'
	@echo '  N=$(N) SEED=$(SEED)     how many trees, and which: for fuzz-dt and fuzz-hostile; SEED for mutants, too'
	@echo '  TREES=$(TREES)         names from tests/vendor/trees, for vendors'
	@echo '  PREFIX=$(PREFIX), DESTDIR=$(DESTDIR)   where install puts things'
	@echo '  DT=$(DT) BASE=$(BASE)      a device tree, and the base of an overlay: for dtbs_check, with K=7.3'
	@echo '  CI=$(CI)            if set, warnings of the compiler are errors'

deps: ## install the Debian packages that are missing
	@scripts/deps $(filter-out arm64,$(ARCH))

.PHONY: deps-test
deps-test: deps
	@scripts/deps test

fetch: deps ## fetch the newest point release of kernel K
	@scripts/kernel/fetch -u $(K)

kernel: deps ## build the guest kernel of K, or of KDIR
	@$(KERNEL)

u-boot: deps ## build U-Boot, for qemu/boot -b
	@scripts/deps u-boot
	@scripts/kernel/u-boot $(ARCH)

run: deps ## boot it with three reserved regions, two of them flagged, and show the heaps
	@image=$$($(KERNEL)) && \
		qemu/boot -k $(K) -a $(ARCH) -p $(PAGES) $(if $(KDIR),--image "$$image") $(BOOT)

ARCHITECTURES = $(basename $(notdir $(wildcard qemu/*.conf)))
tests = $(patsubst %,tests/t/%-*.t,$(1))

# On the host, with 6.12 and 7.3; booted on arm64 with 6.12; and booted with 7.3
QUICK_HOST = 50 10 11 12 13 14 15 16 18 19 80
QUICK_BOOT = 90 20 40 45 85
QUICK_NEWEST = 30

test: deps-test ## run the quick tests, with kernels 6.12 and 7.3 on arm64
	@for k in 6.12 7.3; do scripts/kernel/build $$k arm64 >/dev/null || exit; done
	@scripts/kernel/u-boot arm64 >/dev/null
	@$(MAKE) -s --no-print-directory ARCH=arm64 guest
	@KERNELS='6.12 7.3' prove --timer -j$$(nproc) $(PROVE_OPTIONS) $(call tests,$(QUICK_HOST))
	@KERNELS=6.12 ARCHS=arm64 FUZZ_TREES=40 prove --timer -j$$(nproc) $(PROVE_OPTIONS) $(call tests,$(QUICK_BOOT))
	@KERNELS=7.3 prove --timer $(PROVE_OPTIONS) $(call tests,$(QUICK_NEWEST))

# They go first, so that no processor is idle at the end
LONGEST = $(wildcard $(call tests,90 20 75 55 35))

.PHONY: test-all
test-all: deps-test ## run all tests, with the kernels that they boot
	@for k in $(BOOTED); do scripts/kernel/build $$k arm64 >/dev/null || exit; done
	@for a in $(ARCHITECTURES); do scripts/kernel/u-boot $$a >/dev/null || exit; done
	@for a in $(ARCHITECTURES); do $(MAKE) -s --no-print-directory ARCH=$$a guest || exit; done
	@prove --timer -j$$(nproc) $(PROVE_OPTIONS) $(LONGEST) $(filter-out $(LONGEST),$(sort $(wildcard tests/t/*.t)))

.PHONY: guest
guest: build/heap-report build/cma-heaps build/fuzz-dt build/flag-pools $(GUEST)/initrd.gz $(GUEST)/initrd-shell.gz

.PHONY: test-load
test-load: deps-test ## load all heaps of kernel K for a minute
	@LOAD_SECONDS=60 LOAD_KERNELS=$(K) prove $(PROVE_OPTIONS) tests/t/37-load.t

.PHONY: test-pages
test-pages: deps-test ## boot kernel K with pages of 16 and of 64 KiB
	@PAGES_KERNELS=$(K) prove $(PROVE_OPTIONS) tests/t/25-machines.t

.PHONY: test-debug fuzz-hostile
test-debug: deps-test ## run the tests of the guest on kernel K with KASAN, lockdep, kmemleak and the like
	@DEBUG=$(K) prove $(PROVE_OPTIONS) tests/t/20-trees.t tests/t/3[5-8]-*.t tests/t/75-debug.t

fuzz-hostile: deps-test ## boot N hostile trees on that kernel, which must report nothing
	@scripts/fuzz/run -m -k $(K) $(if $(N),-n '$(N)') $(if $(SEED),-s '$(SEED)')

kunit: deps ## run the KUnit suites of the series for K, by the kernel's own kunit.py
	@scripts/kernel/kunit $(K)

fuzz-dt: deps ## predict and boot N random trees with kernel K, the same ones for a SEED, and compare
	@scripts/fuzz/run -k $(K) -a $(ARCH) $(if $(N),-n '$(N)') $(if $(SEED),-s '$(SEED)')

bench: deps build/cma-heaps ## measure what the series costs the kernel, and how fast the prediction is
	@scripts/measure/bench-predict
	@scripts/measure/bench-kernel

.PHONY: coverage
coverage: deps-test ## find the lines that the series adds to kernel K and no test runs
	@scripts/measure/coverage $(K)

.PHONY: mutants
mutants: deps-test ## inject faults into the programs, one at a time: do the tests notice?
	@scripts/kernel/build 7.3 arm64 >/dev/null
	@scripts/kernel/build 6.12 arm64 >/dev/null
	@scripts/kernel/build 6.1 arm64 >/dev/null
	@$(MAKE) -s --no-print-directory guest
	@scripts/measure/mutants $(if $(SEED),-s '$(SEED)')

fuzz-predict: deps-test build/fuzz-predict build/cma-heaps ## fuzz the prediction for T seconds
	@scripts/fuzz/predict -t $(T)

install: build/cma-heaps build/cma-heaps.1 ## install cma-heaps below DESTDIR and PREFIX
	install -D -m 755 build/cma-heaps '$(DESTDIR)$(PREFIX)/bin/cma-heaps'
	install -D -m 644 build/cma-heaps.1 '$(DESTDIR)$(PREFIX)/share/man/man1/cma-heaps.1'
	install -D -m 644 scripts/cma-heaps/cma-heaps.bash \
		'$(DESTDIR)$(PREFIX)/share/bash-completion/completions/cma-heaps'

.PHONY: check check-series
check: deps ## check the sources and the series, without building a kernel
	@scripts/check

check-series: deps ## build every commit of the series for K, for several architectures
	@scripts/deps check-series
	@scripts/kernel/series check $(K)

apply: ## apply the series to the kernel tree KDIR; PARTS=core the core alone, FIXES=1 the fixes, too
	$(if $(KDIR),,$(error KDIR=/path/to/linux says which tree))
	$(if $(filter-out core,$(PARTS)),$(error PARTS=$(PARTS) is not known; there is: core))
	@scripts/kernel/apply $(if $(PARTS),-c) $(if $(FIXES),-f) '$(KDIR)'

.PHONY: vendors
vendors: deps ## apply the series to trees like those of board vendors; build and boot TREES
	@scripts/kernel/vendors $(addprefix -b ,$(TREES))

dt_binding_check dtbs_check dt-corpus dts: K = 7.3

dt_binding_check: deps ## run the kernel's own check of the binding
	@scripts/dt/binding-check '$(K)'

dtbs_check: deps ## validate the device tree DT, an overlay on top of BASE
	$(if $(DT),,$(error DT=board.dtb says which tree: .dts .dtso .dtb or .dtbo))
	@scripts/dt/dtbs-check -k '$(K)' $(if $(BASE),-b '$(BASE)') '$(DT)'

dt-corpus: deps ## validate all boards of the kernel with their pools flagged
	@scripts/dt/corpus '$(K)'

dts: deps ## merge the overlays of dts/ into the trees of their boards
	@scripts/dt/merge -k '$(K)'

clean: ## remove what was built, but for the kernels and their sources
	rm -rf build/heap-report build/cma-heaps build/fuzz build/fuzz-dt build/fuzz-predict build/settings build/corpus \
		build/flag-pools build/boards build/dts build/guest build/runs build/log build/test build/vendors \
		build/coverage

distclean: ## remove all of build/; the cache outside of the project stays
	rm -rf build

COMMON = $(wildcard scripts/common/*.c)
COMMON_H = $(wildcard scripts/common/*.h)

build/fuzz-dt: scripts/fuzz/fuzz-dt.c $(COMMON) $(COMMON_H)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -o $@ $< $(COMMON) -lfdt

build/flag-pools: scripts/dt/flag-pools.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -o $@ $< -lfdt

build/heap-report: qemu/heap-report.c $(COMMON) $(COMMON_H)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -o $@ $< $(COMMON) -lfdt

CMA_HEAPS = $(wildcard scripts/cma-heaps/*.c) $(COMMON)
CMA_HEAPS_H = $(wildcard scripts/cma-heaps/*.h) $(COMMON_H)
# What predicts, without what reads files and prints
PREDICT = $(filter-out $(addprefix scripts/cma-heaps/,main.c list.c doctor.c system.c),$(CMA_HEAPS))

build/cma-heaps: $(CMA_HEAPS) $(CMA_HEAPS_H)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -o $@ $(CMA_HEAPS) -lfdt

build/cma-heaps.1: scripts/cma-heaps/cma-heaps.1.in build/cma-heaps
	sed "s/@VERSIONS@/$$(build/cma-heaps --versions | paste -sd' ')/; \
		s/@ARCHITECTURES@/$$(build/cma-heaps --architectures | paste -sd' ')/" $< >$@

build/fuzz-predict: tests/fuzz-predict.c $(CMA_HEAPS) $(CMA_HEAPS_H)
	@mkdir -p $(@D)
	clang -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -g -O1 -fno-omit-frame-pointer \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -o $@ $< $(PREDICT) -lfdt

build/settings: tests/settings.c $(CMA_HEAPS) $(CMA_HEAPS_H)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -o $@ $< $(PREDICT) -lfdt

# Unit tests, with the sanitizers that the compiler has
UNIT = $(patsubst tests/%.c,build/%,$(wildcard tests/unit/*.c))

.PHONY: unit
unit: $(UNIT)

build/unit/%: tests/unit/%.c tests/unit/tap.h $(COMMON) $(COMMON_H)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -o $@ $< $(COMMON)

$(GUEST)/init: tests/guest/init.c $(COMMON) $(COMMON_H) qemu/$(ARCH).conf
	@mkdir -p $(@D)
	$(TRIPLET)-gcc $(CFLAGS_ALL) -static -o $@ $< $(COMMON)

$(GUEST)/%: tests/guest/%.c tests/guest/guest.h qemu/$(ARCH).conf
	@mkdir -p $(@D)
	$(TRIPLET)-gcc $(CFLAGS_ALL) -static -pthread -o $@ $<

# Debian's own library for the guest's architecture
$(GUEST)/libfdt.a:
	@mkdir -p $(@D)
	deb=$$(scripts/kernel/fetch -p libfdt-dev:$(DEBIAN)) && \
		dpkg-deb --fsys-tarfile "$$deb" | tar -x --to-stdout --wildcards './usr/lib/*/libfdt.a' >$@

$(GUEST)/cma-heaps: $(CMA_HEAPS) $(CMA_HEAPS_H) $(GUEST)/libfdt.a qemu/$(ARCH).conf
	mkdir -p $(GUEST)/include
	cp /usr/include/fdt.h /usr/include/libfdt.h /usr/include/libfdt_env.h $(GUEST)/include/
	$(TRIPLET)-gcc $(CFLAGS_ALL) -static -I$(GUEST)/include -o $@ $(CMA_HEAPS) $(GUEST)/libfdt.a

$(GUEST)/busybox:
	@mkdir -p $(@D)
	deb=$$(scripts/kernel/fetch -p busybox-static:$(DEBIAN)) && \
		dpkg-deb --fsys-tarfile "$$deb" | tar -x --to-stdout --wildcards './*bin/busybox' >$@
	chmod +x $@

# In a fixed order and with fixed times, so that the same files give the same archive
define initrd
	rm -rf $@.dir
	mkdir -p $@.dir/bin $@.dir/dev $@.dir/proc $@.dir/sys $@.dir/tmp
	cp $(GUEST)/init $@.dir/init
	cp $(GUEST)/cma-heaps $@.dir/bin/
	$(1)
	cd $@.dir && find . -exec touch -h -d @0 {} + && find . | sort | \
		cpio --quiet --reproducible -o -H newc -R 0:0 | gzip -n1 >../$(@F)
	rm -rf $@.dir
endef

$(GUEST)/initrd.gz: $(GUEST)/init $(GUEST)/cma-heaps
	$(call initrd,)

$(GUEST)/initrd-shell.gz: $(GUEST)/init $(GUEST)/cma-heaps $(GUEST)/busybox
	$(call initrd,cp $(GUEST)/busybox $@.dir/bin/ && \
		for applet in cat dmesg find grep ls mount od ps readlink sh uname zcat; do \
			ln -s busybox $@.dir/bin/$$applet; done)
