#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What cma-heaps predict assumes without a .config is what it takes from the .config that
# the defconfig of each kernel gives, with CMA, heaps and the series switched on.
set -euo pipefail
. ./tests/lib.sh

mapfile -t all < <(versions)
read -r -a archs < <(architectures)
[[ ${#all[@]} -gt 0 ]] || die 1 "KERNELS=$KERNELS: no kernel to compare with"
echo "1..$((3 * ${#all[@]} * ${#archs[@]} + 1))"

# kbuild TARGET: in a folder of its own, which has the programs of kconfig for each
# architecture of a version
kbuild() {
	make -s -C "$src" O="$out" ARCH="$KARCH" CROSS_COMPILE="$TRIPLET-" LOCALVERSION= "$1"
}

# configure DEFCONFIG
configure() {
	local option
	kbuild "$1" || return
	for option in CMA DMA_CMA DMABUF_HEAPS DMABUF_HEAPS_CMA DMABUF_HEAPS_CMA_EXPORT; do
		"$src/scripts/config" --file "$out/.config" -e "$option"
	done
	kbuild olddefconfig
}

# setting NAME: as it is assumed
setting() {
	sed -n "s/^$1 //p" "$TMP/assumed"
}

# from_config: the settings as they are read, and how they differ from the assumed ones
from_config() {
	build/settings "$version" "$arch" "$out/.config" >"$TMP/read" && diff -U0 "$TMP/read" "$TMP/assumed"
}

# sparsemem: two numbers that matter only where memory has sections. Where a name stands for
# the first one it is that of an option.
sparsemem() {
	local header=$src/arch/$KARCH/include/asm/sparsemem.h
	[[ $(setting flat) -eq 1 ]] || {
		grep -E "MAX_PHYSMEM_BITS[[:space:]]+([A-Z][A-Z0-9_]*|$(setting pa_bits))$" "$header" &&
			grep -E "SECTION_SIZE_BITS[[:space:]]+$(setting section_bits)$" "$header"
	}
}

make_locked build/settings
for version in "${all[@]}"; do
	scripts/kernel/series apply "$version"
	src=$BUILD/$version/src
	out=$TMP/$version
	mkdir -p "$out"
	for arch in "${archs[@]}"; do
		# shellcheck source=qemu/arm64.conf
		. "qemu/$arch.conf"
		build/settings "$version" "$arch" >"$TMP/assumed"
		defconfig=$(setting defconfig)
		run configure "$defconfig"
		exits 0 "$version: $arch: $defconfig"
		run from_config
		exits 0 "$version: $arch: $defconfig has the settings that are assumed"
		run sparsemem
		exits 0 "$version: $arch: the kernel's sections of memory are as assumed"
	done
done

# Would it be seen?
"$src/scripts/config" --file "$out/.config" --set-val CMA_AREAS 77
run from_config
ok "a setting that differs is named" grep -q '^-cma_slots 7[78]$' "$TMP/out"
