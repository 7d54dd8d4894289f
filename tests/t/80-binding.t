#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The binding, and what the kernel's own checks report about device trees.
#
# The head of a tree names the messages that it must get, and there must be no other:
#
#	schema: NODE: PROPERTY	one message or more about this property in this node
#
# The overlays of tests/dt are merged into the tree of the QEMU machine; 20-trees.t boots
# them.
set -euo pipefail
. ./tests/lib.sh

RELEASES=(2026.9 2024.4)
TREES=26		# of tests/dt/*.dts
DT_SCHEMA_TREES=18	# of the patches for dt-schema
KERNEL_PATCHES=4	# that add the schemas to a kernel, variants included
TOOLS=(schema merge dtbs-check binding-check)
echo "1..$((35 + 2 * ${#TOOLS[@]} + (${#RELEASES[@]} + 1) * TREES + KERNEL_PATCHES))"

trees=(tests/dt/*.dts)
overlays=(tests/dt/*.dtso dts/qemu-virt.dtso)
tools=$(scripts/dt/schema)

# differences MESSAGES TREE...: between the messages about each and those that it must get
differences() {
	local tree name node property
	for tree in "${@:2}"; do
		name=${tree##*/}
		name=${name%.*}.dtb
		sed -n "s|^\(.*/\)\?$name: ||p" "$1" >"$TMP/got"
		: >"$TMP/expected"
		while IFS=: read -r node property; do
			grep -F "$node" "$TMP/got" | grep -F "${property# }" >>"$TMP/expected" ||
				echo "$name: no message about $node:$property"
		done < <(sed -n 's/^ \* schema: //p' "$tree")
		{ grep -vxFf "$TMP/expected" "$TMP/got" || :; } | sed "s|^|$name: unexpected: |"
	done
}

# judge NAME MESSAGES TREE...: a result about all these trees
judge() {
	differences "${@:2}" >"$TMP/out"
	: >"$TMP/err"
	ok "$1" [ ! -s "$TMP/out" ]
}

test_trees() {
	local release tree
	ok "each bad tree names a message" [ -z "$(grep -L '^ \* schema: ' tests/dt/bad-*.dts)" ]
	ok "no good tree names a message" [ -z "$(grep -l '^ \* schema: ' tests/dt/good-*.dts)" ]
	for release in "${RELEASES[@]}"; do
		run scripts/dt/dtbs-check -r "$release" "${trees[@]}"
		exits 1 "dt-schema $release: device trees are checked"
		cp "$TMP/err" "$TMP/messages"
		for tree in "${trees[@]}"; do
			judge "dt-schema $release: ${tree##*/} gets its messages and no other" "$TMP/messages" "$tree"
		done
	done
	run scripts/dt/dtbs-check -b "$TMP/virt.dtb" "${overlays[@]}"
	exits 1 "overlays are checked"
	cp "$TMP/err" "$TMP/messages"
	judge "each overlay gets its messages and no other" "$TMP/messages" "${overlays[@]}"
}

# What a user sees
test_commands() {
	local tool
	for tool in "${TOOLS[@]}"; do
		run "scripts/dt/$tool" -h
		exits 0 "$tool -h"
		run "scripts/dt/$tool" -z
		exits 2 "$tool: an unknown option"
	done
	run make -s dtbs_check DT=tests/dt/good-32-bit-cells.dts
	exits 0 "a valid tree"
	ok "a valid tree: no output" [ ! -s "$TMP/out" -a ! -s "$TMP/err" ]
	run scripts/dt/dtbs-check tests/dt/bad-not-reusable.dts
	exits 1 "a violation"
	says "bad-not-reusable.dtb: camera@50000000 (shared-dma-pool): 'reusable'" "a violation: dt-validate's message"
	dtc -q -o "$TMP/board.dtb" tests/dt/good-name-with-comma.dts
	run scripts/dt/dtbs-check "$TMP/board.dtb"
	exits 0 "a blob"
	run make -s dtbs_check DT=dts/qemu-virt.dtso BASE="$TMP/virt.dtb"
	exits 0 "an overlay and its base"
	run scripts/dt/dtbs-check dts/qemu-virt.dtso
	complains 2 "an overlay, of which the base must be named" "an overlay without its base"
	printf '/dts-v1/;\n/plugin/;\n&nowhere { reusable; };\n' >"$TMP/nowhere.dtso"
	run scripts/dt/dtbs-check -b "$TMP/virt.dtb" "$TMP/nowhere.dtso"
	complains 2 "overlay does not apply to" "an overlay for another base"
	head -c 100 "$TMP/board.dtb" >"$TMP/short.dtb"
	run scripts/dt/dtbs-check "$TMP/short.dtb"
	complains 2 "short.dtb: not a device tree" "a truncated blob"
	run scripts/dt/dtbs-check README.md
	complains 2 "README.md: not a device tree" "a file that is no device tree"
	run scripts/dt/dtbs-check "$TMP/none.dts"
	complains 2 "none.dts: no such file" "a file that does not exist"
	echo "/dts-v1/; / { reusable }" >"$TMP/syntax.dts"
	run scripts/dt/dtbs-check "$TMP/syntax.dts"
	complains 2 "syntax.dts: does not compile" "a source that does not compile"
	run scripts/dt/dtbs-check -r 1.0 "$TMP/board.dtb"
	complains 2 "there are: ${RELEASES[*]}" "an unknown release of dt-schema"
	run make -s dtbs_check
	complains 2 'DT=' "make dtbs_check without a tree"
}

# schemas_of PATCH: the schemas that a kernel has with it, below $TMP/kernel
schemas_of() {
	local old kernel=$TMP/kernel
	rm -rf "$kernel"
	mkdir -p "$kernel/Documentation/devicetree/bindings/reserved-memory"
	# Linux 6.1 has an older shared-dma-pool.yaml
	old=$(awk '/^index / && $2 !~ /^0000/ { sub(/\.\..*/, "", $2); print $2 }' "$1")
	[[ -z $old ]] || git -C build/6.1/src cat-file blob "$old" \
		>"$kernel/Documentation/devicetree/bindings/reserved-memory/shared-dma-pool.yaml"
	git -C "$kernel" apply "$TOP/$1"
}

# The kernel's own check, and the message about the duplicate
test_kernel() {
	local patch
	run scripts/kernel/series apply 6.1
	exits 0 "the source of 6.1"
	while read -r patch; do
		run schemas_of "$patch"
		run diff -r bindings/reserved-memory "$TMP/kernel/Documentation/devicetree/bindings/reserved-memory"
		exits 0 "${patch#*/}: its schemas are those of bindings/"
	done < <(find kernel-patches -name '*-dt-bindings-*.patch' | sort)
	run scripts/dt/binding-check 7.3
	exits 0 "dt_binding_check and dt-check-style report nothing"
	run "$tools/dt-mk-schema" -j -o "$TMP/schema.json" bindings
	complains 0 "/dtschema/schemas/reserved-memory/shared-dma-pool.yaml: warning: ignoring duplicate" \
		"the stock dt-schema only reports the duplicate"
}

# The patches for the dt-schema project
test_dt_schema() {
	local dir=$TMP/dtschema file tree
	mkdir "$dir" "$TMP/empty" "$TMP/dtb"
	tar -xf "$(scripts/dt/schema -s)" -C "$dir" --strip-components=1 --no-same-owner
	git -C "$dir" init -q
	git -C "$dir" add -A -f
	git -C "$dir" -c user.name=test -c user.email=test@localhost commit -q -m base
	ok "dt-schema: the series is for the current release" [ "$(cat bindings/dt-schema/base)" = "${RELEASES[0]}" ]
	ok "dt-schema: the series names its patches" \
		[ "$(cd bindings/dt-schema && ls ./*.patch)" = "$(sed 's|^|./|' bindings/dt-schema/series)" ]
	run git -C "$dir" -c user.name=test -c user.email=test@localhost am -q "$TOP"/bindings/dt-schema/*.patch
	exits 0 "dt-schema: the series applies"
	for file in linux,cma-export-heap.yaml shared-dma-pool.yaml; do
		# dt-schema names the same license in another way
		run diff <(tail -n +2 "bindings/reserved-memory/$file") \
			<(tail -n +2 "$dir/dtschema/schemas/reserved-memory/$file")
		exits 0 "dt-schema: $file is that of the kernel"
	done

	ok "dt-schema: the series brings its test trees" \
		[ "$(find "$dir/test" -name 'cma-export-*.dts' | wc -l)" -eq "$DT_SCHEMA_TREES" ]
	export PYTHONPATH=$dir
	run env -C "$dir" "$tools/python3" test/test-dt-validate.py
	exits 0 "dt-schema: its test suite passes"
	run "$tools/dt-mk-schema" -j -o "$TMP/schema.json" "$TMP/empty"
	exits 0 "dt-schema: its schemas can be processed"
	ok "dt-schema: no message about a duplicate" [ "$(grep -vc 'no schema found in path' "$TMP/err")" -eq 0 ]
	for tree in "${trees[@]}"; do
		file=${tree##*/}
		dtc -q -o "$TMP/dtb/${file%.dts}.dtb" "$tree"
	done
	run "$tools/dt-validate" -l /reserved-memory/ -s "$TMP/schema.json" "$TMP/dtb"
	cp "$TMP/err" "$TMP/messages"
	for tree in "${trees[@]}"; do
		judge "dt-schema with the series: ${tree##*/} gets its messages and no other" "$TMP/messages" "$tree"
	done
	unset PYTHONPATH
}

# Boards of the kernel
test_boards() {
	run scripts/dt/corpus -n 20
	exits 0 "20 boards: flags bring no new message"
	says "20 boards have " "20 boards: all have pools"
	says " 0 new" "20 boards: counts"
}

main() {
	qemu-system-aarch64 -machine virt,dumpdtb="$TMP/virt.dtb" -nic none -display none &>/dev/null || :
	test_trees
	test_commands
	test_kernel
	test_dt_schema
	test_boards
}

main
