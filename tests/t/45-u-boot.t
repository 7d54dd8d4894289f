#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# qemu/boot -b: every way in which U-Boot gets the tree, a U-Boot that drops it, and
# regions where U-Boot loads something.
set -euo pipefail
. ./tests/lib.sh
needs 6.12 "the default of qemu/boot"
# What U-Boot does with a tree is the same for each version: that of qemu/boot's default,
# and of the newest where that one is not booted
boots=()
for version in 6.12 $(versions | grep -x "$AUTHORITATIVE"); do
	for arch in $(architectures_of "$version"); do
		[[ "${boots[*]} " == *" $arch "* ]] || boots+=("$version $arch")
	done
done
plan $((16 + 12 * ${#boots[@]}))

# console TEXT NAME: it is in the console log of the last run, whose report is kept
console() {
	if grep -qF -- "$1" "$(jq -r .console "$TMP/report")"; then result 0 "$2"; else result 1 "$2"; fi
}

# silent TEXT: the last run did not say it
silent() {
	! grep -q "$1" "$TMP/err"
}

differs() {
	! cmp -s "$1" "$2"
}

# without VARIABLE: a U-Boot that does not have it in its environment
without() {
	LC_ALL=C sed "s/$1=/x${1#?}=/" "$u_boot/u-boot.bin" >"$TMP/u-boot.bin"
	ok "$arch: U-Boot without $1" differs "$TMP/u-boot.bin" "$u_boot/u-boot.bin"
}

# real NAME: the kernel of the last run died, or hung
real() {
	ok "$1" [ "$status" -eq 3 -o "$status" -eq 124 ]
}

# region ADDRESS: an overlay with a flagged region there
region() {
	cat >"$TMP/region.dtso" <<-DTS
		/dts-v1/;
		/plugin/;
		&{/} {
			reserved-memory {
				#address-cells = <2>;
				#size-cells = <2>;
				ranges;

				camera@$1 {
					compatible = "shared-dma-pool";
					reg = <0x0 0x$1 0x0 0x400000>;
					reusable;
					linux,cma-export-heap;
				};
			};
		};
	DTS
}

# boot_by WAY OPTIONS...: the kernel of $arch, by U-Boot
boot_by() {
	rm -f "$TMP/report"
	run qemu/boot -k "$version" -a "$arch" --json "$TMP/report" -b "$@"
}

for kernel in "${boots[@]}"; do
	read -r version arch <<<"$kernel"
	# shellcheck source=qemu/arm64.conf
	. "qemu/$arch.conf"
	u_boot=build/u-boot/$arch
	run scripts/kernel/build "$version" "$arch"
	exits 0 "$arch: builds"

	boot_by u-boot
	exits 0 "$arch: the merged tree"
	console "U-Boot 2025.01" "$arch: the merged tree: by U-Boot"
	boot_by u-boot:fdtoverlays
	exits 0 "$arch: fdtoverlays"
	console "Retrieving file: /overlay000.dtbo" "$arch: fdtoverlays: by U-Boot"
	boot_by u-boot:fit
	exits 0 "$arch: a FIT image"
	console "Trying 'overlay000' fdt subimage" "$arch: a FIT image: by U-Boot"

	without fdt_addr_r
	boot_by u-boot -- "$UBOOT_AS" "$TMP/u-boot.bin"
	exits 1 "$arch: a U-Boot that drops the tree"
	says 'the boot loader dropped the device tree or its overlay: there is no /reserved-memory' \
		"$arch: a U-Boot that drops the tree: it is reported"
	ok "$arch: a U-Boot that drops the tree: and not what follows from it" silent 'missing heap'
	run jq -e '(.dropped[0] | startswith("there is no /reserved-memory")) and (.missing | length) == 2' "$TMP/report"
	exits 0 "$arch: a U-Boot that drops the tree: it is in the report"
done

arch=arm64
u_boot=build/u-boot/arm64
without fdtoverlay_addr_r
run qemu/boot -b u-boot:fdtoverlays -- -bios "$TMP/u-boot.bin"
exits 1 "a U-Boot that drops the overlay"
says 'the boot loader dropped the device tree or its overlay: there is no /reserved-memory' \
	"a U-Boot that drops the overlay: it is reported"
without kernel_addr_r
run qemu/boot -b u-boot -- -bios "$TMP/u-boot.bin"
exits 3 "a U-Boot that finds no kernel"

for way in fdtoverlays fit; do
	run qemu/boot -b "u-boot:$way" -d dts/qemu-virt.dtso -d tests/dt/good-default-unflagged.dtso \
		-e display@54000000 -e camera@54000000
	exits 0 "two overlays, $way"
done

# Where U-Boot loads something, and where it runs itself
region 40400000
run qemu/boot -b u-boot -d "$TMP/region.dtso" -t 20
says 'error: overlaps kernel at 0x40400000' "a region where the kernel is loaded: predicted"
real "a region where the kernel is loaded: real"
region 44000000
run qemu/boot -b u-boot -d "$TMP/region.dtso" -t 20
says 'error: overlaps initrd at 0x44000000' "a region where the initrd is loaded: predicted"
real "a region where the initrd is loaded: real"
region 5f400000
run qemu/boot -b u-boot -d "$TMP/region.dtso"
exits 0 "a region where U-Boot itself runs is a heap"

run qemu/boot -b grub
complains 2 "unknown boot loader 'grub'; there are: u-boot " "a boot loader that is none"
qemu-system-aarch64 -machine virt,dumpdtb="$TMP/full.dtb" -cpu cortex-a57 -m 512M -nic none -bios "$u_boot/u-boot.bin" \
	-display none >/dev/null 2>&1
run qemu/boot -b u-boot:fit -d "$TMP/full.dtb"
complains 2 "u-boot:fit: there is no overlay" "a FIT image with overlays, and none is there"
run qemu/boot -b u-boot -d "$TMP/full.dtb"
exits 0 "a full tree"
run qemu/boot -b u-boot --dry-run
says "-bios $TOP/build/u-boot/arm64/u-boot.bin" "--dry-run names U-Boot"
