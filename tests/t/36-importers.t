#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Importers of several kinds take the buffers of every exported heap, in the guest:
# V4L2 with dma-contig and by a mapping, DRM by PRIME. Debian's v4l2-ctl and
# v4l2-compliance have no part in it: the only dma-bufs they know are those of
# another V4L2 device.
set -euo pipefail
. ./tests/lib.sh

checks=1
for version in $(tested); do
	# On 7.x the default area has a heap more
	[[ $(field "$version" default) == - ]] && checks=$((checks + 14)) || checks=$((checks + 18))
done
[[ $(tested | xargs) == 6.1 ]] || checks=$((checks + 2))
plan "$checks"

mkdir -p "$TMP/importers/selftests"
run build_program importers
exits 0 "the importers build"
cp build/guest/arm64/importers "$TMP/importers/selftests"
initrd_with "$TMP/importers" "$TMP/importers.gz"

idle='' limit=$((limit * 2))
# vivid does not say how long a segment it takes, and a buffer of any heap is one. That
# DMA_API_DEBUG has to complain of.
quiet=${DEBUG:+dma_debug=off}
for version in $(tested); do
	run tested_kernel "$version" test -c qemu/test.config
	exits 0 "$version: builds with importers"
	boot "$version" "$(cat "$TMP/out")" --json "$TMP/report" -c "vivid.allocators=1 $quiet" \
		-- -initrd "$TMP/importers.gz"
	exits 0 "$version: importers take what the heaps give"
	console=$(jq -r .console "$TMP/report")
	default=$(field "$version" default)
	[ "$default" != - ] || default=
	for heap in camera@50000000 display@54000000 reserved $default; do
		for what in "vivid streams into $heap" "vim2m copies from $heap to .*" \
			"vkms shows $heap, and writes it into .*" "vivid writes what vkms shows, both in $heap"; do
			ok "$version: $what" grep -q "^importers: ok [0-9]* - $what.\$" "$console"
		done
	done
done

# It detects a defect: with another allocator vivid takes scattered pages, too. Not on
# 6.1, whose udmabuf lets nobody map them for the CPU.
for version in $(tested | grep -vx 6.1 | head -n 1); do
	run tested_kernel "$version" test -c qemu/test.config
	boot "$version" "$(cat "$TMP/out")" --json "$TMP/report" -c "$quiet" -- -initrd "$TMP/importers.gz"
	exits 1 "vivid with another allocator"
	ok "vivid with another allocator: what fails" grep -q \
		'^importers: not ok [0-9]* - vivid refuses a buffer that is not contiguous' \
		"$(jq -r .console "$TMP/report")"
done
