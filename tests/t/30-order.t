#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# When during the boot things happen, as the boot log tells it.
set -eu
. ./tests/lib.sh

# line PATTERN: the number of the first line of the boot log that has it, or fail
line() {
	grep -n -m 1 -e "$1" "$console" | cut -d: -f1 | grep .
}

# before PATTERN PATTERN: both are there, in this order
before() {
	one=$(line "$1") && other=$(line "$2") && [ "$one" -lt "$other" ]
}

for version in $(versions); do
	run qemu/boot -k "$version" --json "$TMP/report" \
		-c 'initcall_debug ignore_loglevel dyndbg="func device_add +p"'
	exits 0 "$version: boots with initcall_debug"
	console=$(jq -r .console "$TMP/report")
	map=build/$version/src/out-arm64/System.map

	# Every device_initcall of this kernel, by the section it is in, and which is first
	sed -n 's/.* __initcall__kmod_.*__[0-9]*_[0-9]*_\(.*\)6$/calling  \1+/p' "$map" >"$TMP/device"
	ok "$version: the kernel has device_initcalls" test -s "$TMP/device"
	first=$(grep -F -m 1 -f "$TMP/device" "$console" | sed 's/.*calling  \([^+]*\)+.*/\1/')
	echo "# the first device_initcall is $first"

	ok "$version: flags are read at early_initcall, before the areas are activated" \
		before 'calling  cma_heap_export_regions' 'calling  cma_init_reserved_areas'
	ok "$version: heaps are registered when the heap core is up" \
		before 'calling  dma_heap_init+' 'calling  cma_heap_add_requests'
	for heap in camera@50000000 display@54000000; do
		ok "$version: $heap is registered before the first device_initcall" \
			before "device: '$heap': device_add" "calling  $first+"
	done
done
plan
