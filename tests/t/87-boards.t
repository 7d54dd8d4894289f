#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The overlays for boards: each merges into its board's tree, as the kernel's
# source has it, brings no new message of the schemas, obeys dt-check-style, and
# each flag is predicted to give a heap.
set -eu
. ./tests/lib.sh

make -s build/cma-heaps || exit
boards=$(sed 's/#.*//' dts/boards | awk 'NF { print $1 }')

run make -s dts
exits 0 "make dts"
ok "every overlay but QEMU's is for a board, and the other way round" \
	[ "$(find dts -name '*.dtso' ! -name 'qemu-*' | sed 's|.*/||; s/\.dtso$//' | sort)" = "$(echo "$boards" | sort)" ]

# messages DIR FILE: all that dtbs-check says of the boards in it
messages() {
	# shellcheck disable=SC2046 # our own names, without blanks
	run scripts/dt/dtbs-check $(echo "$boards" | sed "s|.*|$1/&.dtb|")
	# shellcheck disable=SC2154 # run of lib.sh sets it
	[ "$status" -le 1 ] || result 1 "$1: dtbs-check"
	sort "$TMP/err" >"$2"
}
messages build/dts/base "$TMP/before"
messages build/dts "$TMP/after"
run comm -13 "$TMP/before" "$TMP/after"
ok "no new message of dtbs-check" [ ! -s "$TMP/out" ]
run "$(scripts/dt/schema)/python3" build/7.3/src/scripts/dtc/dt-check-style --mode strict dts/*.dts*
exits 0 "dt-check-style"

for board in $boards; do
	read -r arch memory <<-END
		$(awk -v b="$board" '$1 == b { print $2, $4 }' dts/boards)
	END
	[ "$memory" = - ] && memory='' || memory="--memory=$memory"
	# The largest pageblock there is with pages of 4 KiB
	for version in $(versions); do
		run build/cma-heaps predict "build/dts/$board.dtb" --json --kernel "$version" --arch "$arch" \
			--pageblock-size 4M ${memory:+"$memory"}
		exits 0 "$board: Linux $version: no problem with a flagged region"
		ok "$board: Linux $version: heaps by the convention for names, no other region flagged" \
			jq -e '[.regions[] | select(.flagged)] | length >= 2 and all(.[];
				.verdict == "heap" and (.consumers // [] | length) == 0 and
				(.node | test("/(camera|video|display)(@[0-9a-f]+|-contiguous)$")))' "$TMP/out"
	done
done

run qemu/boot -d dts/qemu-virt.dts
exits 0 "qemu-virt.dts boots, and gives what it should"

run scripts/dt/merge nothing
complains 2 "board 'nothing' is not known; there are: uniphier-ld20-ref" "a board that is not known"
plan
