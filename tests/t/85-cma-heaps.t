#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# cma-heaps predict: every tree of tests/dt, for every kernel, must come out as its
# comments say, which 20-trees.t has seen on the booted kernel; what it says of each
# defect and of bad input; and list and doctor in the guest.
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
	{
		directives message
		case $habit in
		all) directives habit-message ;;
		*) directives other-message ;;
		esac
	} | sed -n 's/^\(.*\): no heap: /none \1: /p'
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
	case " $(directives archs) " in
	"  "|*" arm64 "*) ;;
	*) continue ;;
	esac
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
			--config "build/$version/src/out-arm64/.config" --loaded kernel=0x40200000+8M \
			--loaded initrd=0x48000000+4M --loaded dtb=0x48400000+64K
		exited=$status
		cp "$TMP/out" "$TMP/prediction"

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
		want=true
		[ -z "$(directives boots)" ] || want=null
		case " $(directives unsure) " in
		*" $version "*) want=null ;;
		esac
		ok "$name: whether it boots" jq -e ".boots == $want" "$TMP/prediction"
	done
done

# tree REGIONS [ROOT-OF-RESERVED-MEMORY [MORE]]: a tree with 512 MiB of memory
tree() {
	cat >"$TMP/tree.dts" <<-DTS
	/dts-v1/;
	/ {
		#address-cells = <2>;
		#size-cells = <2>;
		memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x20000000>; };
		reserved-memory {
			${2-#address-cells = <2>; #size-cells = <2>; ranges;}
			$1
		};
		${3-}
	};
	DTS
	dtc -q -f -I dts -O dtb -o "$TMP/tree.dtb" "$TMP/tree.dts"
}

# pool NAME PROPERTIES: a region that is flagged
pool() {
	echo "$1 { compatible = \"shared-dma-pool\"; reusable; linux,cma-export-heap; $2 };"
}

# predict STATUS OPTIONS...: the last tree
predict() {
	want=$1
	shift
	run "$tool" predict "$TMP/tree.dtb" --pageblock-size 4M "$@"
}

# tells TEXT NAME [FIX]: the last prediction ended as it must, and with this problem
tells() {
	if [ "$status" -eq "$want" ] && grep -qF -- "$1" "$TMP/out" &&
		{ [ $# -lt 3 ] || grep -qF -- "change: $3" "$TMP/out"; }; then
		result 0 "$2"
	else
		result 1 "$2"
	fi
}

# json FILTER NAME: it holds of the last prediction
json() {
	if [ "$status" -eq "$want" ] && jq -e "$1" "$TMP/out" >/dev/null; then
		result 0 "$2"
	else
		result 1 "$2"
	fi
}

good='reg = <0x0 0x50000000 0x0 0x400000>;'
tree "$(pool cam@50000000 'reg = <0x0 0x50000000 0x0 0x410000>;')"
predict 1
tells 'size is not a multiple of 4 MiB' "a misaligned size" \
	'reg = <0x0 0x50000000 0x0 0x800000>;  rounded up to 4 MiB'
tree "$(pool cam@50100000 'reg = <0x0 0x50100000 0x0 0x400000>;')"
predict 1
tells 'base is not a multiple of 4 MiB' "a misaligned base" 'reg = <0x0 0x50000000 0x0 0x800000>;'
tree "$(pool cam@50000000 "$good")"
predict 1 --page-size 64k --pageblock-size 512M
tells 'not a multiple of 512 MiB' "pages of 64 KiB"
predict 0
tells 'heap cam@50000000' "a good region"
predict 1 --kernel 7.3 --page-size 64k --pageblock-size 512M --memory 0x40000000+1G \
	--loaded kernel=0x40200000+8M --loaded dtb=0x48000000+64K --json
json '[.heaps[] | select(.name == "default_cma_region") | .certain] == [false]' \
	"pages of 64 KiB: the only room for the default area is where page tables go"
tree "$(pool cam@50000000 "$good") $(pool vid@50000000 'reg = <0x0 0x50000000 0x0 0x800000>;')"
predict 1
tells 'overlaps vid@50000000 at 0x50000000..0x503fffff' "two regions overlap"
predict 1 --json
json '.boots == null' "two regions overlap: whether it boots is not known"
tree "$(pool cam@80000000 'reg = <0x0 0x80000000 0x0 0x400000>;')"
predict 1
tells 'is not all in memory' "a region outside of memory"
predict 1 --json
json '.boots == false' "a region outside of memory: it does not boot"
predict 0 --memory 0x40000000+2G
tells 'heap cam@80000000' "--memory stands in for the tree's"
tree "$(pool cam 'size = <0x0 0x40000000>;')"
predict 1
tells 'there is no room of 1 GiB in memory' "a dynamic region that is too large"
tree "$(pool cam 'size = <0x0 0x400000>; alloc-ranges = <0x0 0x80000000 0x0 0x10000000>;')"
predict 1
tells 'there is no room of 4 MiB in its alloc-ranges' "alloc-ranges outside of memory"
tree "$(pool cam 'size = <0x0 0x400000>; alignment = <0x0 0x3000>;')"
predict 0
tells 'alignment 0x3000 is no power of two' "an odd alignment"
tells 'unknown: where the kernel places cam' "a dynamic region: its address is not known"
predict 0 --json --loaded kernel=0x40200000+8M --loaded dtb=0x48000000+1M
json '.regions[0].base == 1606418432 and .heaps[0].base == 1606418432' \
	"a dynamic region: with what is loaded, it is"
tree "$(pool cam@50000000 "$good linux,cma-default;") $(pool vid@51000000 'reg = <0x0 0x51000000 0x0 0x400000>; linux,cma-default;')"
predict 0
tells 'linux,cma-default too' "two defaults"
predict 1 --cmdline cma=8M
tells 'no heap: overridden by cma=' "cma= on the command line"
tree "d@50000000 { compatible = \"shared-dma-pool\"; linux,cma-default; $good };"
predict 1
tells 'a pool that is not reusable' "a default that is not reusable" 'reusable;  added'
tree "$(pool cam@50000000 "$good")" '#address-cells = <2>; #size-cells = <2>;'
predict 1
tells '/reserved-memory has no ranges' "no ranges" 'ranges;'
tree "$(pool cam@50000000 'reg = <0x50000000 0x400000>;')" '#address-cells = <1>; #size-cells = <1>; ranges;'
predict 1
tells '#size-cells of /reserved-memory are not those of the root' "other cells than the root's" \
	'#size-cells = <2>;'
tree "$(pool cam@50000000 'reg = <0x0 0x51000000 0x0 0x400000>;')"
predict 0
tells 'the name says @50000000, reg says 0x51000000' "a unit address that is not that of reg" \
	'cam@51000000 {'
tree "$(pool cam@50000000 "$good size = <0x0 0x800000>;")"
predict 0
tells 'reg and size are both there' "reg and size"
tree "$(pool cam@50000000 "$good no-map;")"
predict 1
tells 'no heap: no-map' "no-map" 'reusable;  instead of no-map;'
tree "$(pool cam@50000000 "reg = <0x0 0x50000000 0x0 0x400000>, <0x0 0x51000000 0x0 0x400000>;")"
predict 1
tells 'reg has 2 entries' "a second entry in reg" 'reg = <0x0 0x50000000 0x0 0x400000>;'
tree "$(pool cam@50000000 "$good")"
predict 1 --cma-slots 0
tells 'no heap: CMA setup failed' "no CMA slot is left"
predict 1 --loaded kernel=0x4ff00000+4M
tells 'overlaps kernel at 0x50000000..0x502fffff' "a region under the kernel"
predict 1 --loaded kernel=0x4ff00000+4M --json
json '.boots == null' "a region under the kernel: whether it boots is not known"
tree "$(pool cam@50000000 "$good") pool@50200000 { compatible = \"shared-dma-pool\"; reusable; reg = <0x0 0x50200000 0x0 0x100000>; };"
predict 1 --json
json '.boots == null' "a region whose memory is given back with another's"
tree "$(pool cam@50000000 "$good phandle = <7>;")" '#address-cells = <2>; #size-cells = <2>; ranges;' \
	'soc { isp@1000 { memory-region = <7>; }; };'
predict 0
tells 'used by /soc/isp@1000' "who uses a region"
predict 0 --explain
tells 'it is flagged with linux,cma-export-heap' "--explain"
predict 0 --map
tells '0x050000000  aaaa....' "--map draws to scale"
predict 0 --json
json 'keys == ["arch", "assumed", "boots", "exit", "heaps", "kernel", "problems", "regions",
	"unknown", "version"] and .version == 1 and (.heaps[0] | keys) == ["base", "certain", "name",
	"node", "size"] and (.regions[0] | keys) == ["base", "consumers", "enabled", "flagged", "heap", "node",
	"problems", "reason", "size", "verdict"]' "--json has its members"
json '.assumed | length == 5' "what is not told is assumed, and said"
sed -i 's/0x20000000>/0x0>/' "$TMP/tree.dts"
dtc -q -f -I dts -O dtb -o "$TMP/tree.dtb" "$TMP/tree.dts"
predict 0 --json
json '.boots == null and (.unknown | length > 0)' "memory that firmware fills in is not known"
printf '# Linux/arm64 7.3.4 Kernel Configuration\nCONFIG_DMA_CMA=y\nCONFIG_DMABUF_HEAPS_CMA=y\nCONFIG_CMA_AREAS=8\n' >"$TMP/config"
predict 0 --config "$TMP/config" --json
json '.kernel == "7.3" and .assumed == []' "--config tells the version"
predict 1 --config "$TMP/config" --kernel 6.12
tells 'the kernel does not know linux,cma-export-heap' "a kernel without the series"

predict 2 --config "$TMP/config" --arch riscv64
complains 2 "$TMP/config: is for arm64, and not for --arch riscv64" "a configuration for another architecture"

# 32-bit arm: lowmem, what is mapped anew, and the default area that comes first
arm() {
	want=$1
	shift
	predict "$want" --arch arm --cma-slots 4 --memory 0x40000000+1G "$@"
}
tree "$(pool cam@6e000000 'reg = <0x0 0x6e000000 0x0 0x4000000>;')"
arm 1
tells 'it lies on both sides of 0x70000000, in two zones' "arm: a region across the end of lowmem"
arm 0 --cmdline vmalloc=400M
tells 'heap cam@6e000000' "arm: vmalloc= moves the end of lowmem"
tree "$(pool cam@50100000 'reg = <0x0 0x50100000 0x0 0x400000>;')"
arm 1 --kernel 6.12 --json
json '.boots == false' "arm: mapped anew from a base that is not aligned, Linux 6.12 dies"
arm 1 --kernel 6.1 --json
json '.boots == true' "arm: Linux 6.1 maps only what becomes an area"
tree "$(pool cam@50000000 'reg = <0x0 0x50000000 0x0 0x410000>;')"
arm 1 --kernel 7.3 --json
json '.boots == null' "arm: memory behind a size that is not aligned is not mapped"
tree "$(pool cam 'size = <0x0 0x4000000>; linux,cma-default;')"
predict 1 --arch arm --kernel 6.12 --cmdline cma=128M@0x58000000 --loaded kernel=0x40200000+8M \
	--loaded dtb=0x48000000+64K
tells 'the kernel maps the default area anew, a part of it for the second time, and dies' \
	"arm: cma= takes what a region got and gave back, and Linux 6.12 has mapped that anew"
arm 1 --kernel 7.3 --cmdline cma=128M --json
json '.boots == true' "arm: Linux 7.3 gives such a region nothing"
tree "$(for i in 50 51 52 53; do pool "cam@${i}000000" "reg = <0x0 0x${i}000000 0x0 0x400000>;"; done)"
arm 1 --kernel 6.12
tells '5 CMA areas are set up or tried, and 32-bit arm keeps a table of 4, of which Linux 6.12 does not check the end' \
	"arm: more areas than the kernel has room for" 'CONFIG_CMA_AREAS=5 or more, in the kernel'
arm 1 --kernel 6.1
tells 'no CMA slot is left for the default area' "arm: Linux 6.1 has no such table"
tree "d@50000000 { compatible = \"shared-dma-pool\"; reusable; linux,cma-default; $good };"
arm 0 --kernel 7.3 --json
json '[.heaps[].name] == ["reserved", "d@50000000", "default_cma_region"]' \
	"arm: there is a default area before a region takes its place"
predict 0 --arch riscv64 --kernel 7.2 --memory 0x40000000+1G --json
json '[.heaps[].name] == ["reserved", "d@50000000", "default_cma_region"]' "riscv64: so there is on 7.2"
predict 0 --arch riscv64 --kernel 7.3 --memory 0x40000000+1G --json
json '[.heaps[].name] == ["d@50000000", "default_cma_region"]' "riscv64: 7.3 has the regions first"
tree "d@50000000 { compatible = \"shared-dma-pool\"; $good };"
arm 0
tells 'ignored: not reusable' "arm: a pool that is neither reusable nor no-map"
predict 0 --arch riscv64 --memory 0x40000000+1G
tells private "riscv64: it is reserved"
tree "$(pool cam 'size = <0x0 0x400000>;')"
predict 1 --arch riscv64 --kernel 6.12 --json --loaded kernel=0x40200000+8M --loaded dtb=0x5fe00000+8K
json '.boots == null and .heaps[0].base == 1606418432' "riscv64: the kernel places a region over the tree"

# A change that is told must not make it worse
tree "$(pool cam@50000000 'reg = <0x0 0x50000000 0x0 0x1000000>;') $(pool vid@51000000 "reg = <0x0 0x51000000 0x0 0x1000000>;")"
predict 1 --page-size 64k --pageblock-size 512M
tells 'another base: around this one no 512 MiB' "a change is not all of memory"
tree "$(pool cam@5fe00000 'reg = <0x0 0x5fe00000 0x0 0x100000>;')"
predict 1 --memory 0x40000000+0x1ff00000
tells 'another base: around this one no 4 MiB' "a change does not leave memory"
tree "$(pool cam@50000000 'reg = <0x0 0x50000000 0x0 0x410000>;') fw@50410000 { no-map; reg = <0x0 0x50410000 0x0 0x10000>; };"
predict 1
tells 'another base: around this one no 8 MiB' "a change does not overlap another region"
tree "$(pool cam@50100000 'reg = <0x0 0x50100000 0x0 0x100000>;') $(pool vid@50200000 'reg = <0x0 0x50200000 0x0 0x100000>;')"
predict 1
tells '@50400000; rounded up to 4 MiB' "a change leads to where memory is free" 'reg = <0x0 0x50400000 0x0 0x400000>;'
tells 'another base: around this one no 4 MiB' "a change does not overlap another change"
tree "$(pool cam@50000000 'reg = <0x50000000 0x0 0x400000 0x0>;')"
predict 1
ok "cells in the wrong order are no reason for another name" sh -c "! grep -q 'cam@5000000000000000 {' '$TMP/out'"

# A flag that nothing looks at
tree "$(pool cam@50000000 "$good sub { linux,cma-export-heap; };")" \
	'#address-cells = <2>; #size-cells = <2>; ranges; linux,cma-export-heap;' \
	'soc { isp@1000 { linux,cma-export-heap; }; };'
predict 1
for path in /reserved-memory /reserved-memory/cam@50000000/sub /soc/isp@1000; do
	tells "$path has linux,cma-export-heap, which means nothing there" "a flag of $path"
done

# Memory that is not known
tree "$(pool cam 'size = <0x0 0x400000>;')"
sed -i '/memory@/d' "$TMP/tree.dts"
dtc -q -f -I dts -O dtb -o "$TMP/tree.dtb" "$TMP/tree.dts"
predict 0
tells 'how much memory there is, and where (--memory)' "memory that is not known: what would tell it"
predict 0 --json
json '[.heaps[] | select(.name == "cam") | .certain] == [false]' "memory that is not known: no region is certain"
tree "$(pool cam 'size = <0x0 0x10000000>; alloc-ranges = <0x0 0x40000000 0x0 0x1000000>;')"
sed -i '/memory@/d' "$TMP/tree.dts"
dtc -q -f -I dts -O dtb -o "$TMP/tree.dtb" "$TMP/tree.dts"
predict 1
tells 'there is no room of 256 MiB in its alloc-ranges' "alloc-ranges that no memory makes large enough"
tree "$(pool cam@50000000 'reg = <0x0 0x50000000 0x0 0x1000000>;')"
predict 1 --kernel 7.3 --page-size 64k --pageblock-size 512M --json
json '[.heaps[] | select(.name == "default_cma_region") | .certain] == [false]' \
	"a default area as large as memory is not certain"

# The tree's CPUs tell the architecture
for cpu in arm,cortex-a15:arm arm,arm926ej-s:arm arm,cortex-a72:arm64 sifive,u74-mc:riscv64; do
	tree "$(pool cam@50000000 "$good")" '#address-cells = <2>; #size-cells = <2>; ranges;' \
		"cpus { cpu@0 { compatible = \"${cpu%:*}\", \"${cpu#*:}\", \"riscv\"; }; };"
	[ "${cpu#*:}" = riscv64 ] || sed -i 's/, "riscv"//' "$TMP/tree.dts"
	dtc -q -f -I dts -O dtb -o "$TMP/tree.dtb" "$TMP/tree.dts"
	predict 0 --json
	json ".arch == \"${cpu#*:}\" and (.assumed | any(startswith(\"architecture\")) | not)" "a CPU ${cpu%:*}"
done

# A CMA heap that is a module
printf '# Linux/arm64 7.3.4 Kernel Configuration\nCONFIG_DMA_CMA=y\nCONFIG_DMABUF_HEAPS_CMA=m\nCONFIG_DMABUF_HEAPS_CMA_EXPORT=y\nCONFIG_CMA_AREAS=8\n' >"$TMP/config"
tree "$(pool cam@50000000 "$good linux,cma-default;") $(pool vid@51000000 'reg = <0x0 0x51000000 0x0 0x400000>;')"
predict 1 --config "$TMP/config" --cmdline cma=8M
tells 'assumed: the module cma_heap is loaded, which nothing does by itself: modprobe cma_heap' "a module"
tells 'no heap: overridden by cma=, or reservation failed' "a module: in its own words"

# Bad input
tree "$(pool cam@50000000 "$good")"
run "$tool" predict "$TMP/tree.dts"
complains 2 "$TMP/tree.dts: not a device tree: FDT_ERR_BADMAGIC; dtc -O dtb compiles this source" "a source"
dtc -q -@ -I dts -O dtb -o "$TMP/overlay.dtbo" dts/qemu-virt.dtso
run "$tool" predict "$TMP/overlay.dtbo"
complains 2 "$TMP/overlay.dtbo: not a device tree: an overlay; merged into its tree by fdtoverlay" "an overlay"
run "$tool" predict "$TMP/tree.dtb" --pageblock-size 2
complains 2 '--pageblock-size 2: less than a page' "a pageblock without its unit"
run "$tool" predict "$TMP/tree.dtb" --memory 40000000+2G
complains 2 '--memory 40000000+2G: no page starts there' "a hexadecimal number without 0x"
gzip -c "$TMP/config" >"$TMP/config.gz"
run "$tool" predict "$TMP/tree.dtb" --config "$TMP/config.gz"
complains 2 "$TMP/config.gz: is compressed" "a configuration that is compressed"
sed 1d "$TMP/config" >"$TMP/defconfig"
run "$tool" predict "$TMP/tree.dtb" --config "$TMP/defconfig"
complains 2 "$TMP/defconfig: no whole kernel configuration" "a part of a configuration"
run "$tool" predict "$TMP/none.dtb"
complains 2 "$TMP/none.dtb: No such file" "a tree that is not there"
for size in 0 20 100 300; do
	head -c "$size" "$TMP/tree.dtb" >"$TMP/cut.dtb"
	run "$tool" predict "$TMP/cut.dtb"
	complains 2 "$TMP/cut.dtb: not a device tree" "a tree of $size bytes"
done
tree "$(pool back 'length = <0x11223344>;')"
LC_ALL=C sed 's/\x00\x00\x00\x04\(....\)\x11\x22\x33\x44/\xff\xff\xff\xf4\1\x11\x22\x33\x44/' \
	"$TMP/tree.dtb" >"$TMP/back.dtb"
run timeout 10 "$tool" predict "$TMP/back.dtb"
complains 2 "$TMP/back.dtb: not a device tree" "a length that leads back to where it is"
run "$tool" predict "$TMP/tree.dtb" --kernel 9.9
complains 2 'kernel 9.9 is not known; --kernel takes: 6.1' "a kernel that is not known"
run "$tool" predict "$TMP/tree.dtb" --memory 1G
complains 2 '--memory 1G: not BASE+SIZE' "memory without a base"
run "$tool" predict "$TMP/tree.dtb" --config /etc/hostname
complains 2 '/etc/hostname: no kernel configuration' "a configuration that is none"
run "$tool" predict
exits 2 "no tree"
run "$tool" frobnicate
exits 2 "no such command"
run "$tool" --help
exits 0 "--help"
run "$tool" doctor
[ ! -e /sys/firmware/fdt ] || status=2
exits 2 "doctor, where there is no device tree"

# No byte too far, and none lost
for tree in tests/dt/bad-misaligned.dtso tests/dt/good-several.dtso tests/dt/bad-too-large.dtso; do
	merged "$tree" 512M "$TMP/tree.dtb"
	for kernel in 6.1 6.12 7.3; do
		run valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=all \
			"$tool" predict "$TMP/tree.dtb" --kernel "$kernel" --explain --map \
			--loaded kernel=0x40200000+8M --loaded dtb=0x48000000+1M
		[ "$status" -ne 1 ] || status=0
		exits 0 "valgrind: ${tree##*/}, $kernel"
	done
done

# In the guest: what is there, and that it is what was predicted
# doctor COMMAND TREE OPTIONS OF QEMU/BOOT...
doctor() {
	printf 'echo BEGIN; cma-heaps %s --json; echo END\n' "$1" >"$TMP/input"
	tree=$2
	shift 2
	: >"$TMP/console"
	{ appears BusyBox console; sleep 1; cat "$TMP/input"; appears ^END console; printf '\001x'; } |
		qemu/boot -i -t 120 -d "$tree" "$@" >"$TMP/console" 2>/dev/null || :
	tr -d '\r' <"$TMP/console" | sed -n '/^BEGIN$/,/^END$/{/^BEGIN$/d; /^END$/d; p}' >"$TMP/out"
	status=0 want=0
}

doctor list dts/qemu-virt.dtso
json '[.heaps[] | select(.name == "camera@50000000")] == [{name: "camera@50000000",
	node: "/reserved-memory/camera@50000000", base: 1342177280, size: 16777216, free: null,
	owner: "root", group: "root", mode: "0600", consumers: []}]' "list, in the guest"
json '.notes[0] | startswith("free memory: the kernel has no CONFIG_CMA_SYSFS")' \
	"list tells what it could not read"
doctor list tests/dt/good-no-default.dtso -k 7.3 -c cma=x
json '[.heaps[] | select(.name == "default_cma_region") | .base, .size] == [1358954496, 4194304]' \
	"list, without a default area: its name can be that of a region"
doctor doctor dts/qemu-virt.dtso
json '.differences == [] and .exit == 0' "doctor: all is as predicted"
doctor doctor tests/dt/bad-misaligned.dtso
json '.differences == [] and .exit == 1 and (.prediction.regions[] |
	select(.node == "/reserved-memory/video@51000000").problems[0].fix |
	startswith("reg = <0x0 0x51000000 0x0 0x800000>;"))' "doctor: why a heap is missing"

# What it says of addresses is where the kernel puts things
for version in $(versions); do
	for tree in tests/dt/good-dynamic.dtso dts/qemu-virt.dtso; do
		for memory in 512M 2G; do
			run qemu/boot -k "$version" -d "$tree" -m "$memory" --json "$TMP/report"
			jq -r '.heaps[] | select(.name != "system") | "\(.name) \(.base) \(.size)"' \
				"$TMP/report" | sort >"$TMP/is"
			jq -r '.heaps[] | "\(.name) \(.base) \(.size)"' \
				"$(dirname "$(jq -r .console "$TMP/report")")/prediction.json" | sort >"$TMP/want"
			# How 7.x maps memory depends on the CPU, and so does what is left above
			[ "$memory" = 512M ] || sed -i 's/^\(default_cma_region\) [^ ]*/\1 null/' "$TMP/want" "$TMP/is"
			run diff -u "$TMP/want" "$TMP/is"
			exits 0 "$version: ${tree##*/}, $memory: heaps are where they were predicted"
		done
	done
done
plan
