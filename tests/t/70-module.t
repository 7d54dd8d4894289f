#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The CMA heap as a module, where the kernel lets it be one: heaps appear when it
# is loaded, and a driver that is a module can add another and go.
set -eu
. ./tests/lib.sh
PATH=$PATH:/usr/sbin:/sbin

for version in $(versions); do
	grep -q 'tristate "DMA-BUF CMA Heap"' "build/$version/src/drivers/dma-buf/heaps/Kconfig" || continue
	# One of them is enough: they have the same code
	[ -z "${done-}" ] || continue
	done=1

	out=$TOP/build/$version/src/out-module
	run scripts/kernel/build -m -n module -x CONFIG_DMABUF_HEAPS_CMA=m "$version" arm64
	exits 0 "$version: builds with the CMA heap as a module"
	run build_module "$out" caller_once
	exits 0 "$version: a caller of dma_heap_add_cma() builds as a module"

	heaps=$out/drivers/dma-buf/heaps
	mkdir -p "$TMP/tree/lib/modules/0.0"
	cp "$heaps/cma_heap.ko" "$heaps/cma_heap_export.ko" "$TMP/tree/lib/modules/0.0"
	run depmod -b "$TMP/tree" 0.0
	exits 0 "$version: depmod takes the modules"
	run modprobe -d "$TMP/tree" -S 0.0 --show-depends cma_heap
	ok "$version: modprobe cma_heap brings the exporter along, after it" \
		[ "$(sed 's|.*/||; s/ *$//' "$TMP/out" | uniq | xargs)" = "cma_heap.ko cma_heap_export.ko" ]

	mkdir -p "$TMP/extra/modules"
	cp "$heaps/cma_heap.ko" "$TMP/extra/modules/1-cma_heap.ko"
	cp "$heaps/cma_heap_export.ko" "$TMP/extra/modules/2-cma_heap_export.ko"
	cp "$TMP/caller_once.ko" "$TMP/extra/modules/3-caller_once.ko"
	initrd_with "$TMP/extra" "$TMP/initrd.gz"

	image=$out/arch/arm64/boot/Image
	run qemu/boot --image "$image" -n camera@50000000 -n default_cma_region -e system
	exits 0 "$version: no heap before the module is loaded"
	run qemu/boot --image "$image" -e camera@50000000=16M -e display@54000000=8M \
		-e default_cma_region -e dsp@52000000=16M -- -initrd "$TMP/initrd.gz"
	exits 0 "$version: heaps of flagged regions, and one of a module that is gone"
done
plan
