# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # qemu/boot sets what it uses
# The part of qemu/boot that starts the kernel through U-Boot. Sourced by it.
#
# The disk has one partition, with extlinux/extlinux.conf and what it names:
#
#   merged       kernel, initrd, and the device tree with all overlays in it
#   fdtoverlays  kernel, initrd, tree and overlays, which U-Boot applies
#   fit          a FIT image of kernel, tree and overlays, which U-Boot applies
#
# The initrd is a file of its own in each: U-Boot 2025.01 takes none from a FIT
# that an extlinux.conf names.

# How much larger U-Boot makes the tree
U_BOOT_PAD=$((0x3000))

# u_boot_way BOOT-LOADER: which of them it is
u_boot_way() {
	case $1 in
	u-boot) echo merged ;;
	u-boot:fdtoverlays|u-boot:fit) echo "${1#*:}" ;;
	*) die 2 "unknown boot loader '$1'; there are: u-boot u-boot:fdtoverlays u-boot:fit" ;;
	esac
}

# u_boot_env NAME: a variable of its environment
u_boot_env() {
	sed -n "s/^$1=//p" "$u_boot/u-boot-initial-env" | grep . ||
		die 2 "$u_boot/u-boot-initial-env: has no $1"
}

# u_boot_keep OVERLAY: it and, if it is the first one, what it is to be merged into
u_boot_keep() {
	local count
	count=$(find "$run" -name 'overlay*.dtbo' | wc -l)
	((count)) || dtc -f -q -I dtb -O dtb -o "$run/base.dtb" "$tree" 2>"$run/tmp.log" ||
		die 2 "$tree: not a device tree: $(first_line "$run/tmp.log")"
	cp "$1" "$run/overlay$(printf %03d "$count").dtbo"
}

# u_boot_loaded: load address and size of kernel, initrd and tree, a line each. They stay
# there, as the environment says. U-Boot itself, at the end of RAM, is gone when the kernel
# starts.
u_boot_loaded() {
	local at
	has_magic "$image" || return 0
	at=$(u_boot_env "$([[ $boot_loader == fit ]] && echo kernel_comp_addr_r || echo kernel_addr_r)")
	# On riscv64 booti moves it to where it is linked to
	[[ $arch != riscv64 || $boot_loader == fit ]] || at=$((RAM_BASE + $(u64 "$image" 8)))
	printf 'kernel=%s\n' "$(kernel_range "$image" "$at")"
	printf 'firmware=%s\n' "${FIRMWARE-}"
	printf 'initrd=%s+%d\n' "$(u_boot_env ramdisk_addr_r)" "$(stat -c %s "$initrd")"
	printf 'dtb=%s+%d\n' "$(u_boot_env fdt_addr_r)" "$(($(stat -c %s "$tree") + U_BOOT_PAD))"
}

# u_boot_its: the source of the FIT
u_boot_its() {
	local overlay name
	echo '/dts-v1/; / { description = "kernel and device tree"; timestamp = <0>; #address-cells = <1>;'
	echo 'images {'
	u_boot_image kernel "$image" kernel "$(u_boot_env kernel_comp_addr_r)"
	u_boot_image base "$run/base.dtb" flat_dt "$(u_boot_env fdt_addr_r)"
	for overlay in "$run"/overlay*.dtbo; do
		name=${overlay##*/}
		u_boot_image "${name%.dtbo}" "$overlay" flat_dt "$(u_boot_env fdtoverlay_addr_r)"
	done
	echo '};'
	echo 'configurations { default = "conf"; conf { kernel = "kernel"; fdt = "base"'
	for overlay in "$run"/overlay*.dtbo; do
		name=${overlay##*/}
		printf ', "%s"' "${name%.dtbo}"
	done
	echo '; }; }; };'
}

# u_boot_image NAME FILE TYPE ADDRESS: a node of it
u_boot_image() {
	printf '%s { description = "%s"; data = /incbin/("%s"); type = "%s"; arch = "%s"; os = "linux";' \
		"$1" "$1" "$2" "$3" "$KARCH"
	printf ' compression = "none"; load = <%s>; entry = <%s>; };\n' "$4" "$4"
}

# u_boot_disk: the disk, made without root
u_boot_disk() {
	local -a lines
	local size
	[[ $boot_loader == merged || -e $run/base.dtb ]] ||
		die 2 "u-boot:$boot_loader: there is no overlay among the device trees"
	mkdir -p "$run/disk/extlinux"
	cp "$initrd" "$run/disk/initrd"
	case $boot_loader in
	merged)
		cp "$image" "$run/disk/kernel"
		cp "$tree" "$run/disk/tree.dtb"
		lines=('fdt /tree.dtb')
		;;
	fdtoverlays)
		cp "$image" "$run/disk/kernel"
		cp "$run/base.dtb" "$run/disk/tree.dtb"
		cp "$run"/overlay*.dtbo "$run/disk/"
		lines=('fdt /tree.dtb' "fdtoverlays $(cd "$run/disk" && echo overlay*.dtbo | sed 's|[^ ]*|/&|g')")
		;;
	fit)
		u_boot_its >"$run/tmp.its"
		dtc -q -I dts -O dtb -o "$run/disk/kernel" "$run/tmp.its" 2>"$run/tmp.log" ||
			die 2 "the FIT image cannot be made: $(first_line "$run/tmp.log")"
		# Else U-Boot takes the machine's own tree, not that of the FIT
		lines=('fdt /kernel')
		;;
	esac
	cat >"$run/disk/extlinux/extlinux.conf" <<-CONF
		default linux
		label linux
		kernel /kernel
		initrd /initrd
		$(printf '%s\n' "${lines[@]}")
		append $cmdline
	CONF
	size=$(du -sm --apparent-size "$run/disk" | cut -f 1)
	size=$((size + size / 8 + 8))
	truncate -s $((size + 2))M "$disk"
	# Debian has them where only root looks
	{
		echo 'start=1MiB, type=83, bootable' | PATH=$PATH:/usr/sbin:/sbin sfdisk -q "$disk" &&
			PATH=$PATH:/usr/sbin:/sbin mke2fs -q -t ext2 -b 4096 -d "$run/disk" \
				-E offset=$((1 << 20)) "$disk" ${size}M
	} >"$run/tmp.log" 2>&1 || die 2 "the disk image cannot be made: $(first_line "$run/tmp.log")"
	rm -rf "$run/disk"
}
