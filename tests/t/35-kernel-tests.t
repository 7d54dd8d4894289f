#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own tests, in the guest: the dmabuf-heaps selftests, with the one that the
# series adds, over every heap; and the KUnit suite.
set -euo pipefail
. ./tests/lib.sh

checks=0
for version in $(tested); do
	# On 7.x the default area has a heap more
	[[ $(field "$version" default) == - ]] && checks=$((checks + 44)) || checks=$((checks + 46))
done
plan "$checks"

# boot_tree TREE OPTIONS...: with the selftests of $TMP/$selftests.gz
boot_tree() {
	tree=$1
	shift
	rm -f "$TMP/report"
	boot "$version" "$image" -d "$tree" --json "$TMP/report" "$@" -- -initrd "$TMP/$selftests.gz"
	console=$(jq -r .console "$TMP/report")
}

# printed NAME PATTERN: it is in the console log of the last boot
printed() {
	ok "$1" grep -q "$2" "$console"
}

for version in $(tested); do
	default=$(field "$version" default)
	[ "$default" != - ] || default=
	run tested_kernel "$version" test -c qemu/test.config
	exits 0 "$version: builds with what its tests need"
	image=$(cat "$TMP/out")
	run scripts/kernel/selftests "$version" arm64
	exits 0 "$version: the selftests build"
	built=$(cat "$TMP/out")
	for selftests in all new; do
		mkdir -p "$TMP/$selftests/selftests"
		cp "$built/cma-heap-export" "$TMP/$selftests/selftests"
		[ "$selftests" = new ] || cp "$built/dmabuf-heap" "$TMP/$selftests/selftests"
		initrd_with "$TMP/$selftests" "$TMP/$selftests.gz"
	done

	# The existing one wants regions of a certain size
	selftests=all
	for export in auto all; do
		boot_tree tests/dt/good-large.dtso -c cma=40M -c "cma_heap.export=$export"
		exits 0 "$version: selftests pass, and skip nothing: export=$export"
		[ "$export" = all ] && dsp=dsp@56000000 || dsp=
		for heap in camera@50000000 display@53000000 reserved system $default $dsp; do
			printed "$version: the existing selftest was run over $heap: export=$export" \
				"^dmabuf-heap: .*Testing heap: $heap"
		done
	done

	# tree, and how many regions are heaps and are not
	selftests=new
	while read -r tree heaps others rest; do
		read -ra options <<<"$rest"
		boot_tree "$tree" "${options[@]}"
		what="$version: the new selftest: ${tree##*/}"
		exits 0 "$what passes"
		ok "$what finds $heaps regions with a heap" \
			[ "$(grep -c '^cma-heap-export: ok .* is a heap' "$console")" -eq "$heaps" ]
		ok "$what finds $others regions without a heap" \
			[ "$(grep -c '^cma-heap-export: ok .* is no heap' "$console")" -eq "$others" ]
	done <<-TREES
		dts/qemu-virt.dtso			2 1
		tests/dt/good-several.dtso		3 1
		tests/dt/good-disabled.dtso		1 1
		tests/dt/good-disabled-selects.dtso	0 2
		tests/dt/good-flagged-only.dtso		0 2
		tests/dt/good-flagged-only-all.dtso	2 0 -c cma_heap.export=all
		tests/dt/good-default-flagged.dtso	1 0
	TREES

	# It detects a defect: a region that is flagged and cannot be a heap
	boot_tree tests/dt/bad-misaligned-base.dtso \
		-w 'cma_heap: video@51200000: no heap: base or size is not a multiple of 4096 KiB' \
		-e camera@50000000 -n video@51200000
	exits 1 "$version: a flagged region without a heap fails"
	printed "$version: a flagged region without a heap fails: which" \
		'^cma-heap-export: # video@51200000: No such file'
	# One that has nothing to test is no success
	boot_tree tests/dt/good-unflagged.dtso -e system
	exits 1 "$version: a tree that selects nothing is a skip, and fails"
	printed "$version: a tree that selects nothing is a skip: why" \
		'^cma-heap-export: .*SKIP the device tree selects no region'

	rm -f "$TMP/report"
	boot "$version" "$image" --json "$TMP/report" \
		-c 'kunit.enable=1 kunit.autorun=1 kunit.filter_glob=dmabuf_heaps_cma_export'
	exits 0 "$version: the KUnit suite leaves a good kernel, with the same heaps"
	run scripts/kernel/kunit "$version" "$(jq -r .console "$TMP/report")"
	exits 0 "$version: the KUnit suite passes, and skips nothing"
	for case in misaligned references known_area; do
		says "[PASSED] cma_export_test_$case" "$version: the KUnit suite: $case"
	done
	# Without a flag there is nothing that could be referenced
	boot "$version" "$image" -d tests/dt/good-unflagged.dtso -e system --json "$TMP/report" \
		-c 'kunit.enable=1 kunit.autorun=1 kunit.filter_glob=dmabuf_heaps_cma_export'
	run scripts/kernel/kunit "$version" "$(jq -r .console "$TMP/report")"
	complains 1 'a case of dmabuf_heaps_cma_export was skipped' "$version: a KUnit case that is skipped fails"
done
