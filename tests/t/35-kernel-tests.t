#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own tests, in the guest: the dmabuf-heaps selftests, with what the
# series adds to them, over every exported heap; and the KUnit suites.
set -eu
. ./tests/lib.sh

# boot_tree TREE OPTIONS...: with the selftests of $TMP/$tests.gz
boot_tree() {
	tree=$1
	shift
	boot "$version" "$image" -d "$tree" --json "$TMP/report" "$@" -- -initrd "$TMP/$selftests.gz"
	console=$(jq -r .console "$TMP/report")
}

for version in $(tested); do
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
		for heap in $(jq -r '.heaps[].name' "$TMP/report"); do
			ok "$version: the existing selftest was run over $heap: export=$export" \
				grep -q "^dmabuf-heap: .*Testing heap: $heap" "$console"
		done
	done

	selftests=new
	for tree in dts/qemu-virt.dtso tests/dt/good-several.dtso tests/dt/good-disabled.dtso \
		tests/dt/good-default-flagged.dtso; do
		boot_tree "$tree"
		exits 0 "$version: the new selftest passes: ${tree##*/}"
		for region in $(fdtget -l "$(dirname "$console")/tree.dtb" /reserved-memory); do
			ok "$version: the new selftest judged $region: ${tree##*/}" \
				grep -q "^cma-heap-export: ok .* $region is " "$console"
		done
	done

	# It does find fault: a region that is flagged and cannot be a heap
	boot_tree tests/dt/bad-misaligned.dtso
	exits 1 "$version: a flagged region without a heap fails"
	ok "$version: a flagged region without a heap fails: which" \
		grep -q '^cma-heap-export: # video@51000000: No such file' "$console"

	boot "$version" "$image" --json "$TMP/report" \
		-c 'kunit.enable=1 kunit.autorun=1 kunit.filter_glob=dmabuf_heaps_cma*'
	exits 0 "$version: KUnit suites leave a good kernel"
	run python3 "build/$version/src/tools/testing/kunit/kunit.py" parse \
		"$(jq -r .console "$TMP/report")"
	exits 0 "$version: KUnit suites pass"
	ok "$version: KUnit suites skip nothing" kunit_is_whole "$TMP/out"
done
plan
