#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What each device tree of tests/dt gives on a booted kernel.
#
# The trees are overlays over the one of the QEMU machine. A comment at the head
# of each tells what it must give:
#
#	boot: OPTIONS		options of qemu/boot
#	heap: NAME=SIZE		this heap is there, and of this size
#	absent: NAME		this heap is not there
#	message: TEXT		a warning of the exporter; there are no others
#
# Every heap's buffers are found in physical memory by the guest; with guest.fill
# its whole region is.
set -eu
. ./tests/lib.sh

# directives FILE KEY
directives() {
	sed -n "s/^ \* $2: //p" "$1"
}

for tree in tests/dt/*.dtso; do
	name=${tree##*/}
	name=${name%.dtso}

	set -- -d "$tree" --json "$TMP/report"
	# Options may be quoted, as in a shell
	eval "set -- \"\$@\" $(directives "$tree" boot)"
	for heap in $(directives "$tree" heap); do
		set -- "$@" --expect "$heap"
	done
	for heap in $(directives "$tree" absent); do
		set -- "$@" --absent "$heap"
	done
	rm -f "$TMP/report"
	run qemu/boot "$@"
	exits 0 "$name: heaps are as the tree says"

	directives "$tree" message | sed 's/^/cma_heap: /' | sort >"$TMP/want"
	jq -r '.messages[]' "$TMP/report" | sort >"$TMP/got"
	run diff -u "$TMP/want" "$TMP/got"
	exits 0 "$name: warnings are as the tree says"
done
plan
