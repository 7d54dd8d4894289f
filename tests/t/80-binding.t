#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The binding, and what the kernel's own checks say of device trees.
#
# A comment at the head of a tree tells what must be said of it, and there must
# be nothing else:
#
#	schema: NODE: PROPERTY	a message, or several, of this property in this node
#
# Overlays of tests/dt lie on the tree of the QEMU machine; 20-trees.t boots them.
set -eu
. ./tests/lib.sh

current=$(basename "$(dirname "$(scripts/dt/schema)")")

# unexpected TREE MESSAGES: where both differ
unexpected() {
	name=${1##*/}
	grep -F "${name%.*}.dtb: " "$2" | sed 's/.*\.dtb: //' >"$TMP/said" || :
	sed -n 's/^ \* schema: //p' "$1" | while IFS=: read -r node property; do
		property=${property# }
		grep -F "$node" "$TMP/said" | grep -F "$property" >>"$TMP/foretold" ||
			echo "no message: $node: $property"
	done
	[ ! -e "$TMP/foretold" ] || grep -vxFf "$TMP/foretold" "$TMP/said" >"$TMP/rest" || :
	[ -e "$TMP/foretold" ] || cp "$TMP/said" "$TMP/rest"
	sed 's/^/not foretold: /' "$TMP/rest"
	rm -f "$TMP/foretold"
}

# trees_are_judged RELEASE TREES... with the messages of the last run
trees_are_judged() {
	release=$1
	shift
	cp "$TMP/err" "$TMP/messages"
	for tree; do
		unexpected "$tree" "$TMP/messages" >"$TMP/out"
		: >"$TMP/err"
		ok "dt-schema $release: ${tree##*/} gets the message that it must get" test ! -s "$TMP/out"
	done
}

qemu-system-aarch64 -machine virt,dumpdtb="$TMP/virt.dtb" -nic none -display none >/dev/null 2>&1 || :
for release in "$current" 2024.4; do
	run scripts/dt/dtbs-check -r "$release" tests/dt/*.dts
	exits 1 "dt-schema $release: device trees are checked"
	trees_are_judged "$release" tests/dt/*.dts
done
run scripts/dt/dtbs-check -b "$TMP/virt.dtb" tests/dt/*.dtso dts/qemu-virt.dtso
exits 1 "overlays are checked"
trees_are_judged "$current" tests/dt/*.dtso dts/qemu-virt.dtso

# What a user sees
run make -s dtbs_check DT=tests/dt/good-32-bit-cells.dts
exits 0 "a valid tree"
ok "a valid tree: not a word" [ ! -s "$TMP/out" -a ! -s "$TMP/err" ]
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
complains 2 "short.dtb: not a device tree" "a blob that is cut off"
run scripts/dt/dtbs-check README.md
complains 2 "README.md: not a device tree" "a file that is none"
run scripts/dt/dtbs-check "$TMP/none.dts"
complains 2 "none.dts: no such file" "a file that is not there"
echo "/dts-v1/; / { reusable }" >"$TMP/syntax.dts"
run scripts/dt/dtbs-check "$TMP/syntax.dts"
complains 2 "syntax.dts: does not compile" "a source that does not compile"
run scripts/dt/dtbs-check -r 1.0 "$TMP/board.dtb"
complains 2 "there are: $current 2024.4" "a release of dt-schema that is not known"
run make -s dtbs_check
complains 2 'DT=' "make dtbs_check without a tree"

# The kernel's own check, and the one line that dt-schema says beside
run scripts/dt/binding-check 7.3
exits 0 "dt_binding_check has nothing to say, and neither has dt-check-style"
tools=$(scripts/dt/schema)
run "$tools/dt-mk-schema" -j -o "$TMP/schema.json" bindings
complains 0 "/dtschema/schemas/reserved-memory/shared-dma-pool.yaml: warning: ignoring duplicate" \
	"the stock dt-schema has one notice of the duplicate"

# The same for the dt-schema project
mkdir "$TMP/dtschema"
tar -xf "$(scripts/dt/schema -s)" -C "$TMP/dtschema" --strip-components=1
git -C "$TMP/dtschema" init -q
git -C "$TMP/dtschema" add -A -f
git -C "$TMP/dtschema" -c user.name=test -c user.email=test@localhost commit -q -m base
ok "dt-schema: the series is for the current release" [ "$(cat bindings/dt-schema/base)" = "$current" ]
ok "dt-schema: the series names its patches" \
	[ "$(cd bindings/dt-schema && ls ./*.patch)" = "$(sed 's|^|./|' bindings/dt-schema/series)" ]
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@localhost
run am "$TMP/dtschema" "$TOP/bindings/dt-schema"
exits 0 "dt-schema: the series applies"
for file in bindings/reserved-memory/*.yaml; do
	# dt-schema has other words for the same license
	tail -n +2 "$file" >"$TMP/ours"
	run sh -c "tail -n +2 '$TMP/dtschema/dtschema/schemas/reserved-memory/${file##*/}' | diff '$TMP/ours' -"
	exits 0 "dt-schema: ${file##*/} is that of the kernel"
done
# shellcheck disable=SC2016 # for the inner shell
run env PYTHONPATH="$TMP/dtschema" sh -c 'cd "$1" && shift && "$@"' sh "$TMP/dtschema" \
	"$tools/python3" test/test-dt-validate.py
exits 0 "dt-schema: its test suite passes"
mkdir "$TMP/empty"
run env PYTHONPATH="$TMP/dtschema" "$tools/dt-mk-schema" -j -o "$TMP/schema.json" "$TMP/empty"
exits 0 "dt-schema: its schemas can be processed"
ok "dt-schema: no notice is left" [ "$(grep -vc 'no schema found in path' "$TMP/err")" -eq 0 ]
mkdir "$TMP/dtb"
for tree in tests/dt/*.dts; do
	name=${tree##*/}
	dtc -q -o "$TMP/dtb/${name%.dts}.dtb" "$tree"
done
run env PYTHONPATH="$TMP/dtschema" "$tools/dt-validate" -l /reserved-memory/ -s "$TMP/schema.json" "$TMP/dtb"
trees_are_judged "of the series" tests/dt/*.dts

# Boards of the kernel
run scripts/dt/corpus -n 20
exits 0 "20 boards: flags bring no new message"
says "20 boards have " "20 boards: all have pools"
says " 0 new" "20 boards: counts"
plan
