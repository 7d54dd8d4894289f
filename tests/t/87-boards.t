#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The overlays for boards: each merges into its board's tree, as the kernel's
# source has it, brings no new message of the schemas, obeys dt-check-style, and
# each flag is predicted to give a heap. With linux,cma-export-flagged-only it is
# predicted that no region is one, and that some are without the overlay if the
# kernel exports all of them.
set -euo pipefail
. ./tests/lib.sh

make_locked build/cma-heaps
boards=$(sed 's/#.*//' dts/boards | awk 'NF { print $1 }')
read -ra all <<<"$(versions | xargs)"
# On a board of private regions it is predicted, too, what would be a heap without the overlay
private=$(grep -l 'linux,cma-export-flagged-only;' dts/*.dtso | grep -cv qemu-)
checks=0
for version in "${all[@]}"; do
	checks=$((checks + 2 * $(wc -l <<<"$boards")))
	[[ $(field "$version" policy) != all ]] || checks=$((checks + private))
done
plan $((6 + checks))

run make -s dts
exits 0 "make dts"
ok "every overlay but QEMU's is for a board, and the other way round" \
	[ "$(find dts -name '*.dtso' ! -name 'qemu-*' | sed 's|.*/||; s/\.dtso$//' | sort)" = "$(echo "$boards" | sort)" ]

# messages DIR FILE: all messages of dtbs-check about the boards in it
messages() {
	local -a files
	mapfile -t files <<<"$boards"
	files=("${files[@]/#/$1/}")
	run scripts/dt/dtbs-check "${files[@]/%/.dtb}"
	[ "$status" -le 1 ] || result 1 "$1: dtbs-check"
	sort "$TMP/err" >"$2"
}
messages build/dts/base "$TMP/before"
messages build/dts "$TMP/after"
run comm -13 "$TMP/before" "$TMP/after"
ok "no new message of dtbs-check" [ ! -s "$TMP/out" ]
run "$(scripts/dt/schema)/python3" build/7.3/src/scripts/dtc/dt-check-style --mode strict dts/*.dts*
exits 0 "dt-check-style"

# predict DIR: the tree of the board that is in it, with the largest pageblock that there is
# with pages of 4 KiB
predict() {
	run build/cma-heaps predict "$1/$board.dtb" --json --kernel "$version" --arch "$arch" \
		--pageblock-size 4M ${memory:+"$memory"}
}

for board in $boards; do
	read -r arch memory <<-END
		$(awk -v b="$board" '$1 == b { print $2, $4 }' dts/boards)
	END
	[ "$memory" = - ] && memory='' || memory="--memory=$memory"
	for version in $(versions); do
		predict build/dts
		exits 0 "$board: Linux $version: no problem with a flagged region"
		if grep -q 'linux,cma-export-flagged-only;' "dts/$board.dtso"; then
			ok "$board: Linux $version: no region is a heap" \
				jq -e '.regions | length > 0 and all(.[]; .verdict != "heap")' "$TMP/out"
			[ "$(field "$version" policy)" = all ] || continue
			predict build/dts/base
			ok "$board: Linux $version: a region is a heap without the overlay" \
				jq -e '.regions | any(.[]; .verdict == "heap")' "$TMP/out"
			continue
		fi
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
