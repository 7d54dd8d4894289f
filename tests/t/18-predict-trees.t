#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# cma-heaps predict: every tree of tests/dt, for every kernel, must come out as its
# comments say, which 20-trees.t has seen on the booted kernel. What predict says of each
# defect is for 14-predict.t.
set -euo pipefail
. ./tests/lib.sh

tool=build/cma-heaps
make_locked "$tool"

# directives KEY: what the tree says under that key, as in 20-trees.t
directives() {
	sed -n "s/^ \* $1: //p" "$tree"
}

# merged OVERLAY MEMORY FILE: the tree that the machine boots with
merged() {
	base=$TMP/base-$2.dtb
	[ -e "$base" ] || qemu-system-aarch64 -machine virt,dumpdtb="$base" -cpu cortex-a57 -m "$2" \
		-nic none -nodefaults -display none -device virtio-serial-device >/dev/null 2>&1
	gcc -E -nostdinc -undef -D__DTS__ -x assembler-with-cpp "$1" |
		dtc -q -@ -I dts -O dtb -o "$TMP/overlay.dtbo" -
	for from in $(directives bytes | cut -d ' ' -f 1); do
		LC_ALL=C sed -i "s|$from|$(directives bytes | sed -n "s|^$from ||p")|g" "$TMP/overlay.dtbo"
	done
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

# A heap a line, and the reason why a region is none
wanted() {
	for heap in $(directives heap) $([ "$policy" != all ] || directives policy); do
		echo "heap $heap"
	done
	for heap in $(directives default); do
		echo "heap $heap"
		[ "$default" = - ] || echo "heap $default=${heap#*=}"
	done
	{
		directives message
		[ "$policy" != all ] || directives policy-message
	} | sed -n 's/^\(.*\): no heap: /none \1: /p'
}

# The same, from the prediction. Sizes are told only where the tree says them.
predicted() {
	jq -r --arg sized "$(sed -n 's/^heap \(.*\)=.*/\1/p' "$TMP/want")" '
		($sized | split("\n")) as $sized |
		(.heaps[] | "heap \(.name)\(if .name | IN($sized[]) then "=\(.size / 1048576)M" else "" end)"),
		(.regions[] | select(.verdict == "no-heap") |
			"none \(.node | sub("^/reserved-memory/"; "")): \(.reason)")' "$TMP/prediction"
}

# own_heaps: less those of the default area that the tree does not tell of
own_heaps() {
	grep -vE '^heap (system|reserved|default_cma_region)$' || :
}

# check_tree: on the kernel of $version
check_tree() {
	default=$(field "$version" default)
	policy=$(field "$version" policy)
	name=${tree##*/}
	name="$version: ${name%.dtso}"
	run "$tool" predict "$TMP/tree.dtb" --json --cmdline "$cmdline" \
		--config "build/$version/src/out-arm64/.config" --loaded kernel=0x40200000+8M \
		--loaded initrd=0x48000000+4M --loaded dtb=0x48400000+64K
	exited=$status
	cp "$TMP/out" "$TMP/prediction"

	wanted | own_heaps | sort -u >"$TMP/want"
	predicted | own_heaps | sort >"$TMP/got"
	for heap in $(directives absent); do
		[ "$heap" = "$default" ] || ! predicted | grep -q "^heap $heap\(=.*\)*$" ||
			echo "heap $heap should be absent" >>"$TMP/got"
	done
	# Of a default area that has another heap only the log tells that its own name is reserved
	for heap in $(jq -r '.regions[] | select(.verdict == "default") | .node | sub(".*/"; "")' "$TMP/prediction"); do
		sed -i "/^none $heap: name is reserved$/d" "$TMP/want"
	done
	run diff -u "$TMP/want" "$TMP/got"
	exits 0 "$name: heaps are as the tree says"
	case $tree in
	*/bad-export-unknown*|*/good-*) want=0 ;;
	*) want=1 ;;
	esac
	status=$exited
	exits "$want" "$name: exit status"
	want=true
	[ -z "$(directives boots)" ] || want=null
	case " $(directives unsure) " in
	*" $version "*) want=null ;;
	esac
	ok "$name: whether it boots" jq -e ".boots == $want" "$TMP/prediction"
}

# trees VERSION: the paths of those that are for it
trees() {
	local tree
	for tree in tests/dt/*.dtso; do
		[[ " $(directives archs) " == "  " || " $(directives archs) " == *" arm64 "* ]] || continue
		[[ " $(directives kernels) " == "  " || " $(directives kernels) " == *" $1 "* ]] || continue
		echo "$tree"
	done
}

valgrind=(tests/dt/bad-misaligned.dtso tests/dt/good-several.dtso tests/dt/bad-too-large.dtso)
read -ra kernels <<<"${KERNELS:-$("$tool" --versions | xargs)}"
checks=$((${#valgrind[@]} * ${#kernels[@]}))
for version in $(versions); do
	checks=$((checks + 3 * $(trees "$version" | wc -l)))
done
((checks > 100)) || die 2 "no tree of tests/dt is for these kernels"
plan "$checks"

for version in $(versions); do
	for tree in $(trees "$version"); do
		# Options may be quoted, as in a shell; xargs reads the words as one does
		mapfile -d '' -t words < <(directives boot | xargs -r printf '%s\0')
		options "${words[@]}"
		merged "$tree" "$memory" "$TMP/tree.dtb"
		check_tree
	done
done

# No byte too far, and none lost
for tree in "${valgrind[@]}"; do
	merged "$tree" 512M "$TMP/tree.dtb"
	for kernel in "${kernels[@]}"; do
		run valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=all \
			"$tool" predict "$TMP/tree.dtb" --kernel "$kernel" --explain --map \
			--loaded kernel=0x40200000+8M --loaded dtb=0x48000000+1M
		[ "$status" -ne 1 ] || status=0
		exits 0 "valgrind: ${tree##*/}, $kernel"
	done
done
