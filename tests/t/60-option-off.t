#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the series costs where its option is off, and what kernel-patches/fixes changes.
#
# Builds the kernel without the series, with it but without the option, and with the fixes
# alone. That with the series no name causes a splat, with or without the fixes, is for
# 20-trees.t: it boots the same trees.
set -euo pipefail
. ./tests/lib.sh

checks=0
for version in $(versions); do
	[[ $(field "$version" policy) == all ]] && checks=$((checks + 14)) || checks=$((checks + 12))
done
plan "$checks"

# function_sizes VMLINUX: a line each
function_sizes() {
	aarch64-linux-gnu-nm -S "$1" | awk '$3 ~ /^[tTwW]$/ { print $4, $2 }' | sort
}

# build NAME OPTIONS...: of $version, and its folder as $out
build() {
	built=$1
	shift
	run scripts/kernel/build "$@" -x CONFIG_DMABUF_HEAPS_CMA_EXPORT=n "$version" arm64
	exits 0 "$version: builds, $built"
	out=$(sed 's|/arch/arm64/boot/Image$||' "$TMP/out")
}

# names TREE OPTIONS...: boot the kernel in $out with a tree of tests/dt
names() {
	run qemu/boot -k "$version" --image "$out/arch/arm64/boot/Image" -d "$@"
}

# splat NAME PATTERN: the last run failed by it, and is a kernel WARNING or the like
splat() {
	exits 1 "$1"
	says "$2" "$1: what"
}

for version in $(versions); do
	policy=$(field "$version" policy)
	default=$(field "$version" default)
	[ "$default" != - ] || default=reserved

	run scripts/kernel/stock "$version"
	exits 0 "$version: a tree without the series"
	build stock -s "$(cat "$TMP/out")"
	stock=$out
	build off -n off
	off=$out
	function_sizes "$stock/vmlinux" >"$TMP/stock"
	function_sizes "$off/vmlinux" >"$TMP/off"
	echo "# $version: $(wc -l <"$TMP/stock") functions without the series, $(wc -l <"$TMP/off") with it"
	ok "$version: vmlinux has functions" [ "$(wc -l <"$TMP/stock")" -gt 1000 ]
	run diff "$TMP/stock" "$TMP/off"
	exits 0 "$version: without the option no function is added, removed or of another size"

	# Neither kernel heeds flags: it does what the one without the series does
	[ "$policy" = all ] && flags=--expect || flags=--absent
	set -- --expect "$default"
	for heap in camera@50000000 display@54000000 dsp@52000000; do
		set -- "$@" "$flags" "$heap"
	done
	for out in "$stock" "$off"; do
		names dts/qemu-virt.dtso "$@"
		exits 0 "$version: flags mean nothing: ${out##*/"$version"/}"
	done

	# The default area has the name of the system heap
	taken=tests/dt/good-default-named-system.dtso
	out=$stock
	names "$taken" -e system
	splat "$version: stock: a name in use is a splat" \
		"cannot create duplicate filename '/devices/virtual/dma_heap/system'"
	run scripts/kernel/stock "$version" fixes
	exits 0 "$version: a tree with the fixes"
	build fixes -s "$(cat "$TMP/out")"
	set -- -w 'dma_heap: Already registered heap named system'
	[ "$policy" != all ] || set -- "$@" -w 'cma_heap: Failed to add CMA heap system'
	names "$taken" -e system "$@"
	exits 0 "$version: fixes: a name in use is a message"

	# Only where a region is a heap without the series. dtc does not take such a name.
	if [ "$policy" = all ]; then
		dtc -q -@ -I dts -O dtb tests/dt/bad-name-percent.dtso |
			LC_ALL=C sed 's/video_d1@51000000/video%p1@51000000/g' >"$TMP/percent.dtbo"
		out=$stock
		names "$TMP/percent.dtbo" -e system -n video%p1@51000000
		exits 0 "$version: stock: a name is a format string"
		out=build/$version/fixes/out-arm64
		names "$TMP/percent.dtbo" -e system -e video%p1@51000000=4M
		exits 0 "$version: fixes: a name is no format string"
	fi
done
