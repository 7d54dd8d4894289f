#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The other architectures, and arm64 with larger pages. What each tree of tests/dt
# gives on them is for 20-trees.t.
set -eu
. ./tests/lib.sh

for arch in arm riscv64; do
	run make -s run K=7.3 ARCH="$arch" BOOT="--json $TMP/report"
	exits 0 "$arch: make run"
	ok "$arch: the report names the architecture" jq -e ".arch == \"$arch\"" "$TMP/report"
	run qemu/boot -k 7.3 -a "$arch" -c guest.do=PANIC
	exits 3 "$arch: a guest that panics"
	run qemu/boot -k 7.3 -a "$arch" -c guest.do=WARNING
	exits 1 "$arch: a kernel WARNING"
	status=0
	# shellcheck disable=SC2034 # exits of lib.sh uses it
	printf 'ls /dev/dma_heap\nexit\n' | { sleep 5; cat; sleep 1; } |
		qemu/boot -k 7.3 -a "$arch" -i -t 30 >"$TMP/out" 2>"$TMP/err" || status=$?
	exits 0 "$arch: a shell in the guest"
	ok "$arch: its output is seen" grep -q '^camera@.*display@' "$TMP/out"
	run qemu/boot -k 7.3 -a "$arch" --image build/7.3/src/out-arm64/arch/arm64/boot/Image
	complains 2 "no kernel image for $arch" "$arch: an image for another architecture"
done

# With pages of 64 KiB CMA deals in 512 MiB, and that is what the tree has
run make -s run K=7.3 PAGES=64k BOOT="-e camera@60000000=512M"
exits 0 "pages of 64k: make run"
says "as expected" "pages of 64k: make run: the verdict"
run qemu/boot -k 7.3 -p 64k -d dts/qemu-virt.dtso -n camera@50000000 -n display@54000000 --json "$TMP/report"
exits 0 "pages of 64k: regions for pages of 4k are no heaps"
run jq -r '.messages[]' "$TMP/report"
says "camera@50000000: no heap: base or size is not a multiple of 524288 KiB" \
	"pages of 64k: regions for pages of 4k: the warning has the number"

run qemu/boot -a arm -p 64k
complains 2 "--pages 64k: not on arm; there are: 4k" "pages that the architecture does not have"
run make -s run PAGES=8k
complains 2 "PAGES=8k is not known for arm64; there are: 4k 16k 64k" "make: pages that are not known"
run make -s run ARCH=arm PAGES=16k
complains 2 "PAGES=16k is not known for arm; there are: 4k" "make: pages that the architecture does not have"
plan
