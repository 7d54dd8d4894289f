#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The other architectures, and with PAGES_KERNELS arm64 with larger pages. What each
# tree of tests/dt gives on them is for 20-trees.t.
set -euo pipefail
. ./tests/lib.sh

# Each version costs a build
read -ra booted <<<"$(if [[ -n ${ARCHS-}${KERNELS-} ]]; then versions | xargs; else newest; fi)"
read -ra archs <<<"${ARCHS:-arm riscv64}"
# For make test-pages: each costs a build
read -ra larger <<<"${PAGES_KERNELS-}"
checks=0
for arch in "${archs[@]}"; do
	checks=$((checks + 6))
	# Its image is compressed, and what is in it is compared
	[[ $arch != arm ]] || checks=$((checks + 1))
done
plan $((9 + ${#booted[@]} * checks + 10 * ${#larger[@]}))

# machine VERSION ARCH: the harness on it
machine() {
	machine="$1, $2"
	run make -s run K="$1" ARCH="$2" BOOT="--json $TMP/report"
	exits 0 "$machine: make run"
	packed=build/$1/src/out-$2/arch/$2/boot/compressed
	if [ "$2" = arm ]; then
		arm-linux-gnueabihf-objcopy -O binary -j .piggydata "$packed/piggy.o" "$TMP/packed"
		ok "$machine: the image has in it the kernel that was built" cmp "$TMP/packed" "$packed/piggy_data"
	fi
	ok "$machine: the report names the architecture" jq -e ".arch == \"$2\"" "$TMP/report"
	run qemu/boot -k "$1" -a "$2" -c guest.do=PANIC
	exits 3 "$machine: a guest that panics"
	run qemu/boot -k "$1" -a "$2" -c guest.do=WARNING
	exits 1 "$machine: a kernel WARNING"
	status=0
	printf 'ls /dev/dma_heap\nexit\n' |
		{ appears BusyBox out; sleep 1; cat; sleep 1; } |
		qemu/boot -k "$1" -a "$2" -i -t 60 >"$TMP/out" 2>"$TMP/err" || status=$?
	exits 0 "$machine: a shell in the guest"
	ok "$machine: its output is seen" grep -q '^camera@.*display@' "$TMP/out"
}

for version in "${booted[@]}"; do
	for arch in "${archs[@]}"; do
		machine "$version" "$arch"
	done
done
version=$(newest)
for arch in arm riscv64; do
	run qemu/boot -k "$version" -a "$arch" --image "build/$version/src/out-arm64/arch/arm64/boot/Image"
	complains 2 "no kernel image for $arch" "$arch: an image for another architecture"
done

# On riscv64 QEMU leaves the memory of a full tree as it is
qemu-system-riscv64 -machine virt,dumpdtb="$TMP/full.dtb" -cpu rv64 -m 2G -nic none -nodefaults \
	-device virtio-serial-device -display none >/dev/null 2>&1
run qemu/boot -k "$version" -a riscv64 -d "$TMP/full.dtb" -d dts/qemu-virt-riscv64.dtso -e camera@90000000
exits 0 "riscv64: a full tree for another size of memory"
default=$(field "$version" default)
[ "$default" != - ] || default=reserved
says "default area: heap $default, 0x9ec00000" "riscv64: it gets the memory that there is"
fdtput -r "$TMP/full.dtb" /memory@80000000
run qemu/boot -k "$version" -a riscv64 -d "$TMP/full.dtb"
complains 2 "$TMP/full.dtb: has no /memory@80000000" "riscv64: a full tree without memory"

# larger PAGES MIB HEAP: the CMA alignment with those pages, and a heap of their own tree
larger() {
	run make -s run K="$version" PAGES="$1" BOOT="-e $3=$2M"
	exits 0 "$version, pages of $1: make run"
	says "as expected" "$version, pages of $1: make run: the verdict"
	ok "$version, pages of $1: the table has the size of the default area, which is more than was asked for" \
		grep -Eq "^[a-z_]* .* $2 MiB" "$TMP/out"
	run qemu/boot -k "$version" -p "$1" -d dts/qemu-virt.dtso -n camera@50000000 -n display@54000000 \
		--json "$TMP/report"
	exits 0 "$version, pages of $1: regions for pages of 4k are no heaps"
	run jq -r '.messages[]' "$TMP/report"
	says "camera@50000000: no heap: base or size is not a multiple of $(($2 << 10)) KiB" \
		"$version, pages of $1: regions for pages of 4k: the warning has the number"
}

for version in "${larger[@]}"; do
	needs "$version" "as PAGES_KERNELS asks for"
	larger 16k 32 camera@50000000
	larger 64k 512 camera@60000000
done

run qemu/boot --dry-run -p 16k
says "-cpu cortex-a76" "pages of 16k: a CPU that has them"
run qemu/boot -a arm -p 64k
complains 2 "--pages 64k: not on arm; there are: 4k" "pages that the architecture does not have"
run make -s run PAGES=8k
complains 2 "PAGES=8k is not known for arm64; there are: 4k 16k 64k" "make: pages that are not known"
run make -s run ARCH=arm PAGES=16k
complains 2 "PAGES=16k is not known for arm; there are: 4k" "make: pages that the architecture does not have"
