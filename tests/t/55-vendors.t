#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The series on trees like those of board vendors: it applies to each of tests/vendor/trees,
# and those with a hook of their own are built and booted. And scripts/kernel/vendors and
# tests/vendor/derive themselves.
#
# With KERNELS, what is of other kernels is skipped.
set -euo pipefail
. ./tests/lib.sh

# has VERSION: is it one of KERNELS?
has() {
	[[ -z ${KERNELS-} || " $KERNELS " == *" $1 "* ]]
}

# skip NAME...: results that need a kernel that is not in KERNELS
skip() {
	local name
	for name; do
		tests=$((tests + 1))
		echo "ok $tests - $name # SKIP not in KERNELS"
	done
}

# base_of TREE: the kernel that it is made from
base_of() {
	awk -v name="$1" '$1 == name { print $2 }' tests/vendor/trees
}

# boots TREE NAME OPTIONS...: a tree that was built boots as the options of qemu/boot say
boots() {
	local tree=$1 name=$2 base
	base=$(base_of "$tree")
	shift 2
	if has "$base"; then
		boot "$base" "build/vendors/$tree/out-arm64/arch/arm64/boot/Image" "$@"
		exits 0 "$tree: $name"
	else
		skip "$tree: $name"
	fi
}

matrix() {
	local patch variant
	run scripts/kernel/vendors
	exits 0 "the core applies to each tree"
	sed 's/^/# /' "$TMP/out"
	awk '{ print $3 }' "$TMP/out" >"$TMP/variants"
	for patch in kernel-patches/*/*/0001-*.patch; do
		variant=${patch%/*}
		variant=${variant##*/}
		if [[ -z ${KERNELS-} ]]; then
			ok "variant $variant: one of the trees takes it" grep -qx "$variant" "$TMP/variants"
		else
			skip "variant $variant: one of the trees takes it"
		fi
	done
}

# Each is built without a warning, and booted with dts/qemu-virt.dtso, where two of three
# regions are flagged. That of tristate is a bare insmod of cma_heap.ko.
TREES="twins all-regions all-regions-no-init tristate mainline-6.13-6.16 qualcomm-6.8 ti-6.1
	hailo-5.15 nxp-6.18 qualcomm-6.18 qualcomm-6.18-one-name"

build() {
	local tree
	for tree in $TREES; do
		if has "$(base_of "$tree")"; then
			run scripts/kernel/vendors -b "$tree" "$tree"
			exits 0 "$tree: builds, and only flagged regions and the default area are heaps"
		else
			skip "$tree: builds, and only flagged regions and the default area are heaps"
		fi
	done
}

boot_them() {
	local tree default_cma=default_cma_region

	boots twins "an unflagged region has no twin, either" \
		-e 'camera@50000000=16M' -e camera@50000000-uncached -n dsp@52000000 -n dsp@52000000-uncached

	# The default export policy of these is all regions
	for tree in all-regions all-regions-no-init qualcomm-6.18; do
		boots "$tree" "without a flag each region is a heap" -d tests/dt/good-unflagged.dtso \
			-e 'camera@50000000=16M' -e "$default_cma" -e reserved
		boots "$tree" "cma_heap.export=all" -c cma_heap.export=all -e camera@50000000 \
			-e display@54000000 -e dsp@52000000 -e "$default_cma" -e reserved
	done
	boots nxp-6.18 "without a flag only the default area is a heap" -d tests/dt/good-unflagged.dtso \
		-n camera@50000000 -e "$default_cma" -e reserved
	boots qualcomm-6.18-one-name "the default area is the only one, and flagged" \
		-d tests/dt/good-default-flagged.dtso -e "$default_cma" -e 'linux,cma=32M'
	for tree in all-regions qualcomm-6.18 nxp-6.18; do
		boots "$tree" "the default area keeps both names if others are flagged" \
			-d tests/dt/good-default-unflagged.dtso \
			-e 'camera@54000000=4M' -e "$default_cma" -e 'linux,cma=32M'
		boots "$tree" "the default area has both names if it is flagged, and no message" \
			-d tests/dt/good-default-flagged.dtso -e "$default_cma" -e 'linux,cma=32M'
	done
	for tree in twins mainline-6.13-6.16 qualcomm-6.8 ti-6.1 hailo-5.15; do
		boots "$tree" "the default area has one heap if it is flagged, and no message" \
			-d tests/dt/good-default-flagged.dtso -n "$default_cma" -e 'linux,cma=32M'
	done

	boots tristate "no heap before the module is loaded" \
		-n camera@50000000 -n display@54000000 -n reserved -e system

	for tree in ti-6.1 hailo-5.15; do
		boots "$tree" "without a flag the vendor's property makes a heap" \
			-d tests/vendor/own-property.dtso -e 'vendor@58000000=16M' -n private@5a000000 -e reserved
	done
	boots ti-6.1 "with a flag the vendor's property makes none" -d dts/qemu-virt.dtso \
		-d tests/vendor/own-property.dtso -e camera@50000000 -n vendor@58000000 -n private@5a000000
	boots hailo-5.15 "with a flag the vendor's property makes a heap, too" -d dts/qemu-virt.dtso \
		-d tests/vendor/own-property.dtso -e camera@50000000 -e vendor@58000000 -n private@5a000000
	sed 's/linux,cma-heap;/&\n\t\t\tlinux,cma-export-heap;/' tests/vendor/own-property.dtso >"$TMP/both.dtso"
	boots ti-6.1 "a region with both properties is one heap, and no message" -d "$TMP/both.dtso" \
		-e 'vendor@58000000=16M' -n private@5a000000
}

# What vendors and derive say of what does not fit
bad_input() {
	local base head
	base=$(versions | head -n 1)

	echo "bad $base - - unsuitable" >"$TMP/trees"
	run scripts/kernel/vendors -t "$TMP/trees"
	exits 1 "a tree to which the core does not apply"
	says 'vendors: bad: the core does not apply: drivers/dma-buf/heaps/Kconfig, hunk 1' \
		"a tree to which the core does not apply: which, and why"
	ok "a tree to which the core does not apply is in the matrix" \
		grep -q '^bad .* FAILED ' "$TMP/out"
	echo "bad $base - no-such-heap -" >"$TMP/trees"
	run scripts/kernel/vendors -t "$TMP/trees" -b bad
	exits 1 "a tree that does not have the heaps of its line"
	says 'bad: boot failed' "a tree that does not have the heaps of its line: which"

	run scripts/kernel/vendors no-such-tree
	complains 2 "no tree 'no-such-tree'; there are: " "an unknown tree"
	run scripts/kernel/vendors -b no-such-tree
	complains 2 "no tree 'no-such-tree'; there are: " "an unknown tree to build"
	run scripts/kernel/vendors -t "$TMP/none"
	complains 2 "$TMP/none: no such file" "a table that is not there"
	run env KERNELS=2.4 scripts/kernel/vendors
	complains 2 "tests/vendor/trees has no tree that is made from 2.4" "KERNELS without a tree"
	run scripts/kernel/vendors -x
	exits 2 "vendors: a wrong option"
	run scripts/kernel/vendors -h
	exits 0 "vendors: usage"

	git init -q "$TMP/tree"
	git -C "$TMP/tree" config user.name test
	git -C "$TMP/tree" config user.email test@localhost
	mkdir -p "$TMP/tree/drivers/dma-buf"
	echo "subsys_initcall(heap_init);" >"$TMP/tree/drivers/dma-buf/dma-heap.c"
	git -C "$TMP/tree" add -A
	git -C "$TMP/tree" commit -qm base
	head=$(git -C "$TMP/tree" rev-parse HEAD)
	run tests/vendor/derive "$TMP/tree" early-core
	complains 1 'trait early-core: drivers/dma-buf/dma-heap.c: expected once, found 0 times: subsys_initcall(' \
		"a trait that does not fit the tree"
	ok "a trait that does not fit leaves the tree as it was" \
		[ "$(git -C "$TMP/tree" rev-parse HEAD)$(git -C "$TMP/tree" status --porcelain)" = "$head" ]
	run tests/vendor/derive "$TMP/tree" no-such-trait
	complains 2 "unknown trait 'no-such-trait'; there are: refcount " "an unknown trait"
	run tests/vendor/derive "$TMP" early-core
	complains 2 "$TMP: not a git work tree" "derive: no git work tree"
	echo "subsys_initcall(dma_heap_init);" >"$TMP/tree/drivers/dma-buf/dma-heap.c"
	run tests/vendor/derive "$TMP/tree" early-core
	complains 2 "$TMP/tree: has changes that are not committed" "derive: a tree with changes"
	run tests/vendor/derive "$TMP/tree"
	exits 2 "derive: no trait"
	run tests/vendor/derive -h
	exits 0 "derive: usage"
}

main() {
	plan 61
	matrix
	build
	boot_them
	bad_input
}

main "$@"
