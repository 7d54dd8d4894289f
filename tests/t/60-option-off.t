#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the series costs who does not want it, and what the kernel was without.
#
# Builds the kernel without the series, and with it but without the option.
set -eu
. ./tests/lib.sh

# sizes OBJECT: of its functions
sizes() {
	aarch64-linux-gnu-nm -S "$1" | awk '$3 ~ /[tT]/ { print $2, $4 }' | sort
}

for version in $(versions); do
	src=build/$version/src
	default=$(kernel_differs "$version" default)
	[ "$default" != - ] || default=reserved
	[ "$(kernel_differs "$version" habit)" = all ] && flags=--expect || flags=--absent
	for variant in stock off; do
		tree=$(variant "$version" "$variant")
		run scripts/kernel/build -s "$tree" -x CONFIG_DMABUF_HEAPS_CMA_EXPORT=n "$version" arm64
		exits 0 "$version: builds, $variant"
	done

	"$src/scripts/bloat-o-meter" -c -p aarch64-linux-gnu- "build/$version/stock/out-arm64/vmlinux" \
		"build/$version/off/out-arm64/vmlinux" >"$TMP/bloat"
	sed 's/^/# /' "$TMP/bloat"
	ok "$version: bloat-o-meter compared the two" grep -q '^Total: Before=[1-9]' "$TMP/bloat"
	awk '/^Function/ { f = 1; next } /^(Total|Data|add)/ { f = 0 }
		f' "$TMP/bloat" >"$TMP/changed"
	# What the fixes alone make of dma-heap.c, they may
	fixes=$(git -C "$src" log --format=%H --grep='^Fixes: ' -1)
	git -C "build/$version/stock" checkout -q "$fixes"
	make -s -C "build/$version/stock" O=out-arm64 ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- \
		drivers/dma-buf/dma-heap.o >/dev/null 2>&1
	sizes "build/$version/stock/out-arm64/drivers/dma-buf/dma-heap.o" >"$TMP/fixes"
	git -C "build/$version/stock" checkout -q base
	sizes "build/$version/off/out-arm64/drivers/dma-buf/dma-heap.o" >"$TMP/off"
	run diff "$TMP/fixes" "$TMP/off"
	exits 0 "$version: without the option dma-heap.c is what the fixes make of it"
	awk 'NR == FNR { own[$2]; next } !($1 in own)' "$TMP/fixes" "$TMP/changed" >"$TMP/others"
	cp "$TMP/others" "$TMP/out"
	ok "$version: without the option no other function changes" test ! -s "$TMP/others"

	# The fix of dma_heap_add(), seen from the kernel that does not have it
	image=build/$version/stock/out-arm64/arch/arm64/boot/Image
	run qemu/boot --image "$image" -d tests/dt/good-default-named-system.dtso -e system
	exits 1 "$version: without the fix a taken name is a splat"
	says "cannot create duplicate filename '/devices/virtual/dma_heap/system'" \
		"$version: the splat is that of dma_heap_add()"

	# Neither kernel heeds flags: it does what the one without the series does
	set -- --expect "$default"
	for heap in camera@50000000 display@54000000 dsp@52000000; do
		set -- "$@" "$flags" "$heap"
	done
	run qemu/boot --image "$image" "$@"
	exits 0 "$version: without the series flags mean nothing"
	run qemu/boot --image "build/$version/off/out-arm64/arch/arm64/boot/Image" "$@"
	exits 0 "$version: without the option flags mean nothing"
done
plan
