#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# cma-heaps predict: every tree of tests/dt, for every kernel, must come out as its
# comments say, which 20-trees.t has seen on the booted kernel; and what it says of
# each defect and of bad input.
set -eu
. ./tests/lib.sh

tool=build/cma-heaps
make -s "$tool" || exit

directives() {
	sed -n "s/^ \* $1: //p" "$tree"
}

# merged OVERLAY MEMORY FILE: the tree that the machine boots with
merged() {
	base=$TMP/base-$2.dtb
	[ -e "$base" ] || qemu-system-aarch64 -machine virt,dumpdtb="$base" -cpu cortex-a57 -m "$2" \
		-nic none -nodefaults -display none -device virtio-serial-device >/dev/null 2>&1
	gcc -E -nostdinc -undef -D__DTS__ -x assembler-with-cpp "$1" |
		dtc -q -@ -I dts -O dtb -o "$TMP/overlay.dtbo" - &&
		fdtoverlay -i "$base" -o "$3" "$TMP/overlay.dtbo"
}

# options OPTIONS OF QEMU/BOOT...: what of them matters
options() {
	memory=512M cmdline=
	while [ $# -gt 0 ]; do
		case $1 in
		-m) memory=$2 ;;
		-c) cmdline="$cmdline $2" ;;
		esac
		shift 2
	done
}

# A heap a line, and what is said of a region without one
wanted() {
	for heap in $(directives heap) $(directives default) $(directives habit); do
		name=${heap%=*} size=-
		[ "$name" = "$heap" ] || size=${heap#*=}
		case " $(directives default | xargs) " in
		*" $heap "*) [ "$default" = - ] || name=$default ;;
		esac
		case " $(directives habit | xargs) " in
		*" $heap "*) [ "$habit" = all ] || continue ;;
		esac
		# Not made of memory of its own
		[ "$name" = system ] || echo "heap $name $size"
	done
	directives message | sed -n 's/^\(.*\): no heap: /none \1: /p'
}

# The same, from the prediction
predicted() {
	jq -r --arg names "$(wanted | sed -n 's/^heap \(.*\) -$/\1/p')" '
		($names | split("\n")) as $any |
		(.heaps[] | "heap \(.name) \(if .name | IN($any[]) then "-" else
			"\(.size / 1048576)M" end)"),
		(.regions[] | select(.flagged and .verdict == "no-heap") |
			"none \(.node | sub(".*/"; "")): \(.reason)")' "$TMP/out"
}

for tree in tests/dt/*.dtso; do
	eval "options $(directives boot)"
	merged "$tree" "$memory" "$TMP/tree.dtb"
	for version in $(versions); do
		default=$(kernel_differs "$version" default)
		habit=$(kernel_differs "$version" habit)
		name=${tree##*/}
		name="$version: ${name%.dtso}"
		case " $(directives kernels) " in
		"  "|*" $version "*) ;;
		*) continue ;;
		esac
		run "$tool" predict "$TMP/tree.dtb" --json --cmdline "$cmdline" \
			--config "build/$version/src/out-arm64/.config"
		exited=$status

		# The heaps of the default area are there whether the tree tells of them or not
		wanted | sort >"$TMP/want"
		predicted | grep -vxFf "$TMP/want" | grep -v '^heap \(reserved\|default_cma_region\) ' >"$TMP/more" || :
		predicted | grep -xFf "$TMP/want" | sort - "$TMP/more" >"$TMP/got"
		for heap in $(directives absent); do
			[ "$heap" = "$default" ] || ! predicted | grep -q "^heap $heap " ||
				echo "present $heap" >>"$TMP/got"
		done
		run diff -u "$TMP/want" "$TMP/got"
		exits 0 "$name: heaps are as the tree says"
		case $tree in
		*/bad-export-unknown*|*/good-*) want=0 ;;
		*) want=1 ;;
		esac
		status=$exited
		exits "$want" "$name: exit status"
	done
done
plan
