#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest's own checks: what it finds on a good boot, and that each check fails when
# what it is about is broken.
set -euo pipefail
. ./tests/lib.sh
needs "$AUTHORITATIVE" "whose boots are recorded here"
plan 35

make_locked guest

# guest OPTIONS...: boot the newest kernel
guest() {
	run qemu/boot -k "$AUTHORITATIVE" --json "$TMP/report" "$@"
}

# json FILTER NAME: it holds of the report
json() {
	ok "$2" jq -e "$1" "$TMP/report"
}

# fails NAME CHECK...: the last boot ended with 1, and these checks failed, and no others
fails() {
	name=$1
	shift
	[ "$status" -ne 1 ] || status=0
	exits 0 "$name: exit status 1"
	printf '%s\n' "$@" | sort >"$TMP/want"
	sed -n 's/^failed in the guest: not ok [0-9]* - //p' "$TMP/err" | sort >"$TMP/got"
	ok "$name: which checks fail" cmp "$TMP/want" "$TMP/got"
}

# each TEXT HEAP...: that text of each heap
each() {
	text=$1
	shift
	printf "%s: $text\n" "$@"
}

flagged=(camera@50000000 display@54000000)
areas=("${flagged[@]}" default_cma_region reserved)

guest -c guest.fill
exits 0 "a good boot"
json '[.heaps[] | select(.node) | .name, .node, .base, .size, .allocation.base] ==
	["camera@50000000", "/reserved-memory/camera@50000000", 1342177280, 16777216, 1342177280,
	"display@54000000", "/reserved-memory/display@54000000", 1409286144, 8388608, 1409286144]' \
	"where regions and buffers are"
json '[.heaps[].name] == ["camera@50000000", "default_cma_region", "display@54000000", "reserved", "system"]' \
	"heaps are sorted by name"
json '[.heaps[] | select(.name == "reserved" or .name == "default_cma_region") |
	.node == null and .size == 16777216 and .allocation.base >= .base and
	.allocation.base + .allocation.size <= .base + .size] == [true, true]' "the default area has no node"
says 'camera@50000000: 16 of 16 MiB, 0 pages from elsewhere' "guest.fill fills a region"
says 'display@54000000: 8 of 8 MiB, 0 pages from elsewhere' "guest.fill fills each region"
says 'camera@50000000     /reserved-memory/camera@50000000   0x50000000  16 MiB     16 MiB  root:root' \
	"guest.fill gives back what it takes"
says '20 checks passed in the guest' "all checks are made"
says 'camera@50000000: 1 MiB landed at 0x50000000' "the table tells where a buffer is"
says '/reserved-memory/dsp@52000000 (not flagged, at 0x52000000) has no heap' "the table is that of cma-heaps list"
guest -c guest.tree
exits 0 "guest.tree"
kept=$(dirname "$(jq -r .console "$TMP/report")")
run build/heap-report --results "$kept/results" --console "$kept/console.log" --dtb "$kept/tree.dtb" --boot-loader
exits 0 "guest.tree tells the whole tree"
guest -d tests/dt/bad-misaligned.dtso -n video@51000000 -e camera@50000000
json '.messages | length > 0 and all(startswith("cma_heap: "))' "messages of the heaps are told"
guest -c guest.list
exits 0 "guest.list"
says '2 there, 1 absent, 0 checks passed in the guest' "guest.list allocates nothing"
guest -d tests/dt/good-default-flagged.dtso -e default_cma_region
json '[.heaps[] | select(.name == "default_cma_region") | .node, .base, .size] == [null, 1342177280, 33554432]' \
	"the default area of a node"

# What is broken, and what notices
guest -c guest.falsify=region-base
fails "the base of a region" "$(each 'the buffer lies inside the region' "${flagged[@]}")"
guest -c guest.falsify=buffer-position
fails "the position of a buffer" "$(each 'the buffer is contiguous in physical memory' "${areas[@]}")" \
	"$(each 'the buffer lies inside the region' "${areas[@]}")"
guest -c guest.falsify=page-twice
fails "a page found twice" "$(each 'the buffer is contiguous in physical memory' "${areas[@]}")" \
	"$(each 'the buffer lies inside the region' "${areas[@]}")"
guest -c 'guest.list guest.fill guest.falsify=stray-page'
fails "a stray page" "$(each 'the whole region can be had, and nothing else' "${flagged[@]}")"
says 'camera@50000000: 16 of 16 MiB, 16 pages from elsewhere' "stray pages are counted"
guest -c 'guest.list guest.fill guest.falsify=page-twice'
fails "a page found twice, in a full region" "$(each 'the whole region can be had, and nothing else' "${flagged[@]}")"
guest -c guest.falsify=non-zero
fails "a buffer that is not zero" "$(each 'the buffer is zero' "${areas[@]}" system)"
guest -c guest.falsify=nothing
fails "nothing that is known" 'guest.falsify=nothing is known'
guest -c guest.do=fail
fails "guest.do=fail" 'a check that fails, as asked for'

# Modules and selftests that fail
mkdir -p "$TMP/extra/modules" "$TMP/extra/selftests"
echo 'no module' >"$TMP/extra/modules/1-none.ko"
# test_program NAME STATUS TEXT
test_program() {
	printf '#include <stdio.h>\nint main(void) { puts("%s"); return %d; }\n' "$3" "$2" >"$TMP/test.c"
	aarch64-linux-gnu-gcc -static -o "$TMP/extra/selftests/$1" "$TMP/test.c"
}
test_program good 0 '# Totals: pass:3 fail:0 skip:0'
test_program failing 1 'not ok 1'
test_program skipping 0 'ok 1 # SKIP there is no heap'
initrd_with "$TMP/extra" "$TMP/extra.gz"
guest -c guest.list -- -initrd "$TMP/extra.gz"
fails "modules and selftests" '1-none.ko: loads' 'selftest failing passes' 'selftest skipping skips nothing'
