#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# When during the boot things happen, as the boot log shows it.
set -euo pipefail
. ./tests/lib.sh
plan $((6 * $(versions | wc -l)))

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
	ok "$version: flags are read at early_initcall, before the areas are activated" \
		before 'calling  cma_export_regions' 'calling  cma_init_reserved_areas'
	for heap in camera@50000000 display@54000000; do
		ok "$version: $heap is registered when the heap core is up" \
			before 'initcall dma_heap_init.* returned 0' "device: '$heap': device_add"
		ok "$version: $heap is registered before user space starts" \
			before "device: '$heap': device_add" 'Run /init '
	done
done
