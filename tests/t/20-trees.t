#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What each device tree of tests/dt gives on a booted kernel.
#
# The trees are overlays over the one of the QEMU machine. A comment at the head
# of each says what it must give:
#
#	boot: OPTIONS		options of qemu/boot
#	bytes: FROM TO		put into the blob, for names that dtc does not take
#	heap: NAME=SIZE		this heap is there, and of this size
#	absent: NAME		this heap is not there
#	message: TEXT		a warning of cma_heap:; there are no others
#
# and where kernels differ, as in kernel-patches/versions:
#
#	default: NAME=SIZE	the default area, whose own name is NAME, has its heaps
#	policy: NAME=SIZE	not flagged, and a heap where the default export policy is all
#	policy-message: TEXT	a warning there
#	kernels: VERSION ...	only for these kernels
#	archs: ARCH ...		only for these architectures; ARCH:VERSION is one kernel of it
#	boots: unknown		whether it boots is chance, so it is only predicted
#	unsure: VERSION ...	it boots, but on these kernels that is luck
#
# Addresses are those of arm64 and arm. On riscv64 RAM starts 1 GiB later, and what
# lies in the first GiB of RAM is moved there.
#
# What the schema has to say of a tree is for 80-binding.t.
#
# And all is as qemu/boot had predicted it, before the boot.
#
# Every heap's buffers are found in physical memory by the guest; with guest.fill
# its whole region is. With TREES, only these.
set -euo pipefail
. ./tests/lib.sh

# directives KEY: what the tree says under that key
directives() {
	sed -n "s/^ \* $1: //p" "$tree"
}

# expectations: as options of qemu/boot, a line each
expectations() {
	for heap in $(directives heap); do
		echo "--expect $heap"
	done
	# The name of the kernel's own heap may be what the tree tries to have
	for heap in $(directives absent); do
		[ "$heap" = "$default" ] || echo "--absent $heap"
	done
	for heap in $(directives default); do
		echo "--expect $heap"
		[ "$default" = - ] || echo "--expect $default=${heap#*=}"
	done
	for heap in $(directives policy); do
		case $policy in
		all) echo "--expect $heap" ;;
		*) echo "--absent ${heap%=*}" ;;
		esac
	done
}

# is_for KEY WORD: the tree says nothing under that key, or WORD is one of its words
is_for() {
	words=$(directives "$1" | xargs)
	[ -z "$words" ] || expr " $words " : ".* $2 " >/dev/null
}

# moved TREE: to where the RAM of riscv64 is. POOLS() takes the start of an address.
moved() {
	for digits in 4:8 5:9 6:a 7:b; do
		printf '%s\n' "s/\b(0x)?${digits%:*}([0-9a-f]{7})\b/\1${digits#*:}\2/g" \
			"s/(POOLS\()${digits%:*}/\1${digits#*:}/"
	done >"$TMP/moves"
	sed -E -f "$TMP/moves" "$1"
}

# boot_tree: $tree on the kernel $image of $version for $arch
boot_tree() {
	name=${tree##*/}
	name="$version, $arch: ${name%.dtso}"
	blob=
	if [ "$arch" = riscv64 ]; then
		moved "$tree" >"$TMP/${tree##*/}"
		tree=$TMP/${tree##*/}
	fi

	# As long as each other, so that no offset moves
	for from in $(directives bytes | cut -d ' ' -f 1); do
		dtc -q -@ -I dts -O dtb -o "$TMP/bytes.dtbo" "$tree"
		LC_ALL=C sed -i "s|$from|$(directives bytes | sed -n "s|^$from ||p")|g" "$TMP/bytes.dtbo"
		blob=$TMP/bytes.dtbo
	done

	# Options may be quoted, as in a shell; xargs reads the words as one does
	mapfile -d '' -t options < <(directives boot | xargs -r printf '%s\0')
	while read -r option value; do
		options+=("$option" "$value")
	done < <(expectations)
	while read -r message; do
		options+=(--warning "cma_heap: $message")
	done < <(directives message; [[ $policy != all ]] || directives policy-message)
	rm -f "$TMP/report"
	boot "$version" "$image" -a "$arch" -d "${blob:-$tree}" --json "$TMP/report" "${options[@]}"
	exits 0 "$name: heaps and warnings are as the tree says"

	run compare "$(dirname "$(jq -r .console "$TMP/report")")/prediction.json" "$TMP/report"
	ok "$name: all is as predicted" [ "$(wc -l <"$TMP/out")" -eq 1 ]
}

# trees VERSION ARCH: the paths of those that are booted on it
trees() {
	local name tree
	for name in ${TREES:-$(cd tests/dt && echo *.dtso)}; do
		tree=tests/dt/${name%.dtso}.dtso
		if is_for kernels "$1" && [[ -z $(directives boots) ]] &&
			{ is_for archs "$2" || is_for archs "$2:$1"; }; then
			echo "$tree"
		fi
	done
}

kernels=()
checks=0
for version in $(tested); do
	for arch in $(architectures_of "$version"); do
		kernels+=("$version $arch")
		checks=$((checks + 1 + 2 * $(trees "$version" "$arch" | wc -l)))
	done
done
((checks > ${#kernels[@]})) || die 2 "no tree of tests/dt is for these kernels"
plan "$checks"

for kernel in "${kernels[@]}"; do
	read -r version arch <<<"$kernel"
	default=$(field "$version" default)
	policy=$(field "$version" policy)
	case $arch in
	arm64) run tested_kernel "$version" arm64 ;;
	*) run scripts/kernel/build "$version" "$arch" ;;
	esac
	exits 0 "$version, $arch: builds"
	image=$(cat "$TMP/out")
	for tree in $(trees "$version" "$arch"); do
		boot_tree
	done
done
