#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# cma-heaps predict: its messages about each defect, and about bad input. No kernel is
# needed: that the kernel does what is predicted is for 20-trees.t and 90-fuzz-dt.t.
set -euo pipefail
. ./tests/lib.sh
plan $((254 + 2 * $(versions | wc -l)))

tool=build/cma-heaps
make_locked "$tool" build/cma-heaps.1

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
tells 'alignment 0x3000 is not a power of two' "an odd alignment"
tells 'unknown: where the kernel places cam' "a dynamic region: its address is not known"
predict 0 --json --loaded kernel=0x40200000+8M --loaded dtb=0x48000000+1M
json '.regions[0].base == 1606418432 and .heaps[0].base == 1606418432' \
	"a dynamic region: with what is loaded, it is"
tree "$(pool cam@50000000 "$good linux,cma-default;") $(pool vid@51000000 'reg = <0x0 0x51000000 0x0 0x400000>; linux,cma-default;')"
predict 0
tells 'linux,cma-default too' "two defaults"
predict 1 --cmdline cma=8M
tells 'cma= on the command line takes the place of a linux,cma-default node' "cma= on the command line" \
	"no cma= on the kernel's command line"
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
tells 'the kernel has 0 CMA slots, and earlier regions use them all' "no CMA slot is left" \
	'CONFIG_CMA_AREAS=2 or more, in the kernel'
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
json 'keys == ["arch", "assumed", "boots", "exit", "flagged_only", "heaps", "kernel", "problems", "regions",
	"unknown", "version"] and .version == 1 and (.heaps[0] | keys) == ["base", "certain", "name",
	"node", "size"] and (.regions[0] | keys) == ["base", "consumers", "enabled", "flagged", "heap", "node",
	"problems", "reason", "size", "verdict"]' "--json has its members"
json '.assumed | length == 5' "what is not given is assumed, and reported"
sed -i 's/0x20000000>/0x0>/' "$TMP/tree.dts"
dtc -q -f -I dts -O dtb -o "$TMP/tree.dtb" "$TMP/tree.dts"
predict 0 --json
json '.boots == null and (.unknown | length > 0)' "memory that firmware fills in is not known"
printf '# Linux/arm64 7.3.4 Kernel Configuration\nCONFIG_DMA_CMA=y\nCONFIG_DMABUF_HEAPS_CMA=y\nCONFIG_CMA_AREAS=8\n' >"$TMP/config"
predict 0 --config "$TMP/config" --json
json '.kernel == "7.3" and .assumed == []' "--config has the version"
predict 1 --config "$TMP/config" --kernel 6.12
tells 'the kernel does not support linux,cma-export-heap' "a kernel without the series"

predict 2 --config "$TMP/config" --arch riscv64
complains 2 "$TMP/config: is for arm64, and not for --arch riscv64" "a configuration for another architecture"

# 32-bit arm: lowmem, what is remapped, and the default area that comes first
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
json '.boots == false' "arm: remapped from a base that is not aligned, Linux 6.12 crashes"
arm 1 --kernel 6.1 --json
json '.boots == true' "arm: Linux 6.1 remaps only what becomes an area"
tree "$(pool cam@50000000 'reg = <0x0 0x50000000 0x0 0x410000>;')"
arm 1 --kernel 7.3 --json
json '.boots == null' "arm: memory behind a size that is not aligned is not mapped"
tree "$(pool cam 'size = <0x0 0x4000000>; linux,cma-default;')"
predict 1 --arch arm --kernel 6.12 --cmdline cma=128M@0x58000000 --loaded kernel=0x40200000+8M \
	--loaded dtb=0x48000000+64K
tells 'the kernel remaps the default area, a part of it for the second time, and crashes' \
	"arm: cma= takes what a region got and gave back, and Linux 6.12 has remapped that"
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
json '[.heaps[].name] | sort == ["d@50000000", "default_cma_region", "reserved"]' \
	"arm: there is a default area before a region takes its place"
predict 0 --arch riscv64 --kernel 7.2 --memory 0x40000000+1G --json
json '[.heaps[].name] | sort == ["d@50000000", "default_cma_region", "reserved"]' "riscv64: so there is on 7.2"
predict 0 --arch riscv64 --kernel 7.3 --memory 0x40000000+1G --json
json '[.heaps[].name] | sort == ["d@50000000", "default_cma_region"]' "riscv64: 7.3 has the regions first"
tree "d@50000000 { compatible = \"shared-dma-pool\"; $good };"
arm 0
tells 'ignored: not reusable' "arm: a pool that is neither reusable nor no-map"
predict 0 --arch riscv64 --memory 0x40000000+1G
tells private "riscv64: it is reserved"
tree "$(pool cam 'size = <0x0 0x400000>;')"
predict 1 --arch riscv64 --kernel 6.12 --json --loaded kernel=0x40200000+8M --loaded dtb=0x5fe00000+8K
json '.boots == null and .heaps[0].base == 1606418432' "riscv64: the kernel places a region over the tree"

# A proposed change must not make it worse
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
tells 'how much memory there is, and where (--memory)' "memory that is not known: which option gives it"
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

# The tree's CPUs show the architecture
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
tells 'no heap: CMA area was not set up' "a module: in the words of the kernel"

# Properties that are misspelt where they would count, or that stand where nothing looks
tree "cam@50000000 { compatible = \"shared-dma-pool\"; reusable; linux,cma-export-heaps; $good };"
predict 1
tells '/reserved-memory/cam@50000000 has linux,cma-export-heaps: did you mean linux,cma-export-heap?' \
	"a flag with a letter too many" 'linux,cma-export-heap;'
for property in linux,cma-exprot-heap linux,cma-export-heep cma-export-heap vendor,cma-export-heap; do
	tree "cam@50000000 { compatible = \"shared-dma-pool\"; reusable; $property; $good };"
	predict 1
	tells "has $property: did you mean linux,cma-export-heap?" "a flag that is misspelt: $property"
done
tree "cam@50000000 { compatible = \"shared-dma-pool\"; reuseable; linux,cma-defualt; $good };"
predict 1
tells 'has reuseable: did you mean reusable?' "reusable, misspelt"
tells 'has linux,cma-defualt: did you mean linux,cma-default?' "linux,cma-default, misspelt"
tree "$(pool cam@50000000 "$good")" '#address-cells = <2>; #size-cells = <2>; ranges; linux,cma-export-flagged-onl;'
predict 1
tells '/reserved-memory has linux,cma-export-flagged-onl: did you mean linux,cma-export-flagged-only?' \
	"linux,cma-export-flagged-only, misspelt"
tree "$(pool cam@50000000 "$good linux,cma-export-flagged-only;")" '#address-cells = <2>; #size-cells = <2>; ranges;' \
	'chosen { linux,cma-export-flagged-only; };'
sed -i 's/^\/ {/& linux,cma-export-flagged-only;/' "$TMP/tree.dts"
dtc -q -f -I dts -O dtb -o "$TMP/tree.dtb" "$TMP/tree.dts"
predict 1
for path in / /chosen /reserved-memory/cam@50000000; do
	tells "$path has linux,cma-export-flagged-only, which means nothing there" \
		"linux,cma-export-flagged-only of $path" 'linux,cma-export-flagged-only;  in /reserved-memory'
done
tree "$(for i in $(seq 70); do echo "r$i { sub { linux,cma-export-heap; }; };"; done)"
predict 1
tells 'error: 6 more such properties' "70 flags where they mean nothing are counted"
tree "$(pool cam@50000000 "$good label = \"cam\"; linux,phandle = <7>; linux,other;")"
predict 0
ok "other properties are nothing to ask about" sh -c "! grep -q 'did you mean' '$TMP/out'"

# linux,cma-export-flagged-only
private="dsp@52000000 { compatible = \"shared-dma-pool\"; reusable; reg = <0x0 0x52000000 0x0 0x400000>; };"
only='#address-cells = <2>; #size-cells = <2>; ranges; linux,cma-export-flagged-only;'
tree "$private"
predict 0 --kernel 7.3 --explain
tells 'heap dsp@52000000' "no flag: Linux 7.3 exports all regions"
tells 'the default export policy of Linux 7.3 is all reusable regions' "no flag: why"
tree "$private" "$only"
predict 0 --kernel 7.3 --explain
tells '4 MiB  -     private' "linux,cma-export-flagged-only: a region without a flag is private"
tells 'it is not flagged, and /reserved-memory has linux,cma-export-flagged-only' "linux,cma-export-flagged-only: why"
predict 0 --kernel 7.3 --json
json '.flagged_only and ([.heaps[].node] | unique == [null])' "linux,cma-export-flagged-only: --json"
predict 0 --kernel 7.3 --cmdline cma_heap.export=all
tells 'warning: cma_heap.export=all overrides linux,cma-export-flagged-only' \
	"cma_heap.export=all exports it all the same"
printf '# Linux/arm64 7.3.4 Kernel Configuration\nCONFIG_DMA_CMA=y\nCONFIG_DMABUF_HEAPS_CMA=y\nCONFIG_CMA_AREAS=8\n' >"$TMP/config"
predict 1 --config "$TMP/config"
tells 'the kernel does not support linux,cma-export-flagged-only, and exports all reusable regions' \
	"linux,cma-export-flagged-only on a kernel without the series"
tree "$private cam@50000000 { compatible = \"shared-dma-pool\"; linux,cma-export-heap; status = \"disabled\"; $good };"
predict 0 --kernel 7.3 --explain
tells 'its flag counts all the same: regions without one are private' "a flag of a disabled region selects"
tells '4 MiB  -     private' "a flag of a disabled region: others are private"
tree "$private" "$only"
predict 0 --kernel 6.12 --explain
tells 'default export policy: the default area alone' "--explain prints the default export policy"

# cma_heap.export= on the command line
tree "$private"
# exported HEAPS PARAMETERS: with these, Linux 7.3 exports so many of the regions
exported() {
	predict 0 --kernel 7.3 --cmdline "$2" --json
	json "[.heaps[] | select(.node)] | length == $1" "$2 on the command line"
}
exported 1 cma_heap.export=all
exported 0 cma_heap.export=flagged
exported 1 cma_heap.export=auto
exported 1 cma_heap.export=other
exported 0 cma-heap.export=flagged
exported 0 'cma_heap.export=all cma_heap.export=flagged'
exported 1 'cma_heap.export=flagged cma-heap.export=all'
exported 1 'cma_heap.export=flagged cma_heap.export=other'
exported 1 'quiet -- cma_heap.export=flagged'
predict 0 --kernel 7.3 --cmdline cma_heap.export=other
tells 'cma_heap.export=other' "a value of cma_heap.export that there is not is told"
predict 0 --kernel 7.3 --cmdline 'cma_heap.export=other cma_heap.export=auto'
ok "and is not if the last one is another" sh -c "! grep -q 'export=other' '$TMP/out'"

# How the tree is read
tree "$(pool cam@50000000 'reg = <0x0 0x50000000 0x400000>;') $(pool dyn 'size = <0x400000>; alignment = <0x0 0x800000>; alloc-ranges = <0x0 0x58000000 0x1000000>;')" \
	'#address-cells = <2>; #size-cells = <1>; ranges;'
sed -i 's/#size-cells = <2>;$/#size-cells = <1>;/; s/0x0 0x40000000 0x0 0x20000000/0x0 0x40000000 0x20000000/' "$TMP/tree.dts"
dtc -q -f -I dts -O dtb -o "$TMP/tree.dtb" "$TMP/tree.dts"
predict 0 --json --loaded kernel=0x40200000+8M --loaded dtb=0x48000000+1M
json '[.regions[] | .base, .size] == [1342177280, 4194304, 1484783616, 4194304]' \
	"sizes of one cell beside addresses of two"
sed -i 's/reg = <0x0 0x50000000 0x400000>/reg = <0x0 0x60000000 0x400000>/' "$TMP/tree.dts"
dtc -q -f -I dts -O dtb -o "$TMP/tree.dtb" "$TMP/tree.dts"
predict 1
tells '0x60000000..0x603fffff is not all in memory' "sizes of one cell: memory ends where it does"
for word in okay ok; do
	tree "$(pool cam@50000000 "$good status = \"$word\";")"
	predict 0 --json
	json '.regions[0] | .enabled and .verdict == "heap"' "status \"$word\" is enabled"
done
for word in disabled fail ok-ish ''; do
	tree "$(pool cam@50000000 "$good status = \"$word\";")"
	predict 0 --json
	json '.regions[0] | (.enabled | not) and .verdict == "ignored"' "status \"$word\" is not"
done
tree "$(pool cam 'size = <0x0 0x400000>;')"
for limit in 0x18000fff:1472200704 0x18000000:1472200704 384M:1472200704 128M,384M:1472200704; do
	limits=${limit%:*}
	predict 0 --json --loaded kernel=0x40200000+8M --loaded dtb=0x44000000+1M \
		--cmdline "mem=${limits/,/ mem=}"
	json ".regions[0].base == ${limit#*:}" "mem=${limit%:*}: whole pages, and the last one counts"
done
predict 0 --json --loaded kernel=0x40200000+8M --loaded dtb=0x44000000+1M --cmdline mem=0
json '.regions[0].base == 1606418432' "mem=0 is no limit"

# The CMA alignment from a .config
config() {
	printf "# Linux/%s Kernel Configuration\nCONFIG_DMA_CMA=y\nCONFIG_DMABUF_HEAPS_CMA=y\n\
CONFIG_DMABUF_HEAPS_CMA_EXPORT=y\nCONFIG_CMA_AREAS=8\nCONFIG_ARM64_PA_BITS=48\nCONFIG_64BIT=y\n" "$1" >"$TMP/config"
	shift
	for line; do
		echo "CONFIG_$line" >>"$TMP/config"
	done
}
# alignment WANTED HEAD LINES...
alignment() {
	wanted=$1
	shift
	config "$@"
	run "$tool" predict "$TMP/tree.dtb" --explain --config "$TMP/config"
	want=$status
	tells "CMA alignment $wanted, " "CMA alignment $wanted: $*"
}
alignment '4 MiB' 'arm64 6.1.1' ARCH_FORCE_MAX_ORDER=11
alignment '4 MiB' 'arm64 6.1.1' ARCH_FORCE_MAX_ORDER=11 TRANSPARENT_HUGEPAGE=y
alignment '2 MiB' 'arm64 6.1.1' ARCH_FORCE_MAX_ORDER=11 HUGETLB_PAGE=y
alignment '4 MiB' 'arm64 6.12.1' ARCH_FORCE_MAX_ORDER=10
alignment '2 MiB' 'arm64 6.12.1' ARCH_FORCE_MAX_ORDER=10 TRANSPARENT_HUGEPAGE=y
alignment '2 MiB' 'arm64 6.12.1' ARCH_FORCE_MAX_ORDER=9 PAGE_BLOCK_MAX_ORDER=3
alignment '1 MiB' 'arm64 6.18.2' ARCH_FORCE_MAX_ORDER=10 PAGE_BLOCK_MAX_ORDER=8
alignment '1 MiB' 'arm64 7.3.4' ARCH_FORCE_MAX_ORDER=10 PAGE_BLOCK_MAX_ORDER=8 HUGETLB_PAGE=y
alignment '2 MiB' 'arm64 7.3.4' ARCH_FORCE_MAX_ORDER=10 PAGE_BLOCK_MAX_ORDER=10 HUGETLB_PAGE=y
alignment '512 MiB' 'arm64 7.3.4' ARM64_64K_PAGES=y ARCH_FORCE_MAX_ORDER=13 PAGE_BLOCK_MAX_ORDER=13
alignment '32 MiB' 'arm64 6.1.1' ARM64_16K_PAGES=y ARCH_FORCE_MAX_ORDER=12
alignment '8 MiB' 'arm 6.1.1' ARCH_FORCE_MAX_ORDER=12
alignment '8 MiB' 'arm 7.3.4' ARCH_FORCE_MAX_ORDER=11 PAGE_BLOCK_MAX_ORDER=11
alignment '4 MiB' 'riscv 7.3.4' PAGE_BLOCK_MAX_ORDER=10
alignment '2 MiB' 'riscv 6.12.1' HUGETLB_PAGE=y
for version in $("$tool" --versions); do
	predict 1 --arch arm --kernel "$version" --json
	run "$tool" predict "$TMP/tree.dtb" --arch arm --kernel "$version" --json
	want=$status
	json '.assumed | index("CMA alignment 8 MiB")' "$version: multi_v7_defconfig has pageblocks of 8 MiB"
done
config 'arm64 7.3.4' ARM64_PA_BITS=20
sed -i /PA_BITS=48/d "$TMP/config"
run "$tool" predict "$TMP/tree.dtb" --config "$TMP/config"
complains 2 "$TMP/config: CONFIG_ARM64_PA_BITS: not 48 or 52" "a number of address bits that there is not"
config 'riscv 7.3.4'
sed -i /64BIT/d "$TMP/config"
run "$tool" predict "$TMP/tree.dtb" --config "$TMP/config"
complains 2 "is for riscv without CONFIG_64BIT, which is not known; there are: " "a riscv that is not known"

# The whole of what is printed
config 'arm64 7.3.4' PAGE_BLOCK_MAX_ORDER=10 ARCH_FORCE_MAX_ORDER=10 CMA_SIZE_MBYTES=16 CMA_SIZE_SEL_MBYTES=y
tree "$(pool cam@50000000 "$good phandle = <7>;") dsp@52000000 { compatible = \"shared-dma-pool\"; reusable;
	reg = <0x0 0x52000000 0x0 0x400000>; };" '#address-cells = <2>; #size-cells = <2>; ranges;' \
	'isp { memory-region = <7>; };'
run "$tool" predict "$TMP/tree.dtb" --config "$TMP/config" --loaded kernel=0x40200000+8M --loaded dtb=0x48000000+64K
cat >"$TMP/want" <<'TEXT'
NODE                           BASE               SIZE  FLAG  VERDICT
/reserved-memory/cam@50000000  0x50000000        4 MiB  yes   heap cam@50000000
    used by /isp
/reserved-memory/dsp@52000000  0x52000000        4 MiB  -     private
default area: heap default_cma_region, 0x5ec00000, 16 MiB, heap reserved
TEXT
ok "all that is printed of two regions and the default area" cmp "$TMP/out" "$TMP/want"
exits 0 "two regions and the default area"

# Limits of memory and of addresses
tree "$(pool cam 'size = <0x0 0x400000>;')"
for limit in 384M:1472200704 384M,256M:1337982976 256M,384M:1337982976 0x18000fff:1472200704; do
	limits=${limit%:*}
	predict 0 --arch riscv64 --kernel 7.3 --memory 0x40000000+1G --json --loaded kernel=0x40200000+8M \
		--loaded dtb=0x44000000+1M --cmdline "mem=${limits/,/ mem=}"
	json ".regions[0].base == ${limit#*:}" "riscv64: mem=${limit%:*}: whole pages, and the least one counts"
done
for limit in 256M@0x50000000:1606418432 128M@0x40000000,128M@0x50000000:1472200704 0x8000fff@0x50000000:1472200704 \
	128M@0x4ffff001:1468006400 384M:1472200704; do
	limits=${limit%:*}
	predict 0 --arch arm --kernel 7.3 --cma-slots 4 --memory 0x40000000+1G --json --loaded kernel=0x40200000+8M \
		--loaded dtb=0x44000000+1M --cmdline "mem=${limits/,/ mem=}"
	case $limit in
	*@*) want=$status ;;
	esac
	json ".regions[0].base == ${limit#*:}" "arm: mem=${limit%:*} is all the memory there is"
done
tree "$(pool cam 'size = <0x0 0x400000>; alloc-ranges = <0x0 0x58000000 0x1 0x0>;')"
predict 1 --arch arm --cma-slots 4 --memory 0x40000000+1G
tells 'there is no room of 4 MiB in its alloc-ranges' "arm: alloc-ranges that end above all addresses"

tree "$(pool cam@64000000 'reg = <0x0 0x64000000 0x0 0x4000000>;')"
arm 1 --cmdline vmalloc=400M
tells 'it lies on both sides of 0x66000000, in two zones' "arm: vmalloc= is where lowmem ends"
arm 0
tells 'heap cam@64000000' "arm: without vmalloc= it ends behind that"
tree "$(pool cam@48000000 'reg = <0x0 0x48000000 0x0 0x400000>;')"
predict 0 --arch riscv64 --kernel 7.3 --memory 0x40000000+1G --loaded kernel=0x50000000+8M
tells 'heap cam@48000000' "riscv64: memory below the kernel is memory"
predict 1 --arch riscv64 --kernel 6.1 --memory 0x40000000+1G --loaded kernel=0x50000000+8M
tells 'is not all in memory' "riscv64: on 6.1 it is none"

# What a .config says of the default area
# area BASE SIZE OPTIONS LINES...: where it is, in MiB
area() {
	local base=$1 size=$2 options
	read -ra options <<<"$3"
	shift 3
	config 'arm64 7.3.4' ARCH_FORCE_MAX_ORDER=10 PAGE_BLOCK_MAX_ORDER=10 "$@"
	run "$tool" predict "$TMP/tree.dtb" --json --config "$TMP/config" --loaded kernel=0x40200000+8M \
		--loaded dtb=0x48000000+64K "${options[@]}"
	want=0
	json "[.heaps[] | select(.name == \"reserved\") | .base / 1048576, .size / 1048576] == [$base, $size]" \
		"default area of $size MiB at $base MiB: ${options[*]} $*"
}
tree "$(pool cam@50000000 "$good")"
area 1516 16 '' CMA_SIZE_MBYTES=16 CMA_SIZE_SEL_MBYTES=y
area 1516 16 '' CMA_SIZE_MBYTES=16 CMA_SIZE_PERCENTAGE=10 CMA_SIZE_SEL_MIN=y
area 1480 52 '' CMA_SIZE_MBYTES=16 CMA_SIZE_PERCENTAGE=10 CMA_SIZE_SEL_MAX=y
area 1468 64 '' CMA_SIZE_MBYTES=64 CMA_SIZE_PERCENTAGE=10 CMA_SIZE_SEL_MAX=y
area 1480 52 '' CMA_SIZE_MBYTES=64 CMA_SIZE_PERCENTAGE=10 CMA_SIZE_SEL_MIN=y
area 1480 52 '' CMA_SIZE_MBYTES=64 CMA_SIZE_PERCENTAGE=10 CMA_SIZE_SEL_PERCENTAGE=y
area 1480 52 '' CMA_SIZE_PERCENTAGE=10 CMA_SIZE_SEL_PERCENTAGE=y
area 4080 16 '--memory 0x40000000+8G' CMA_SIZE_MBYTES=16 CMA_SIZE_SEL_MBYTES=y ZONE_DMA32=y
area 4096 16 '--memory 0x40000000+8G' CMA_SIZE_MBYTES=16 CMA_SIZE_SEL_MBYTES=y
area 1408 8 '--cmdline cma=8M@0x58000000' CMA_SIZE_MBYTES=16 CMA_SIZE_SEL_MBYTES=y
area 1400 8 '--cmdline cma=8M@0x48000000-0x58000000' CMA_SIZE_MBYTES=16 CMA_SIZE_SEL_MBYTES=y
# Page tables for each page take memory before the default area is placed
for pages in RODATA_FULL_DEFAULT_ENABLED=n:1512 RODATA_FULL_DEFAULT_ENABLED=y:1508; do
	config 'arm64 6.12.1' ARCH_FORCE_MAX_ORDER=10 CMA_SIZE_MBYTES=16 CMA_SIZE_SEL_MBYTES=y "${pages%:*}"
	run "$tool" predict "$TMP/tree.dtb" --json --config "$TMP/config" --loaded kernel=0x40200000+8M \
		--loaded dtb=0x48000000+64K --memory 0x40000000+515M
	want=0
	json "[.heaps[] | select(.name == \"reserved\") | .base / 1048576] == [${pages#*:}]" \
		"default area at ${pages#*:} MiB: ${pages%:*}"
done
config 'arm64 7.3.4'
sed -i /DMA_CMA/d "$TMP/config"
run "$tool" predict "$TMP/tree.dtb" --config "$TMP/config"
want=1
tells 'no heap' "a kernel without CONFIG_DMA_CMA has no heaps"
tree "$(pool cam 'size = <0x0 0x400000>;')"
config 'arm64 7.3.4' 'CMDLINE="mem=384M"'
predict 0 --json --config "$TMP/config" --loaded kernel=0x40200000+8M --loaded dtb=0x44000000+1M
json '.regions[0].base == 1472200704' "CONFIG_CMDLINE counts where the tree has no bootargs"
predict 0
tells 'assumed: Linux 6.12' "where nothing tells the version, it is the default"
tree "$(for i in $(seq 70); do pool "r$i" 'size = <0x0 0x400000>;'; done)"
predict 1 --loaded kernel=0x40200000+8M --loaded dtb=0x48000000+1M
tells 'has room for 64 reserved regions' "more regions than the kernel has room for"
ok "and no other reason" sh -c "! grep -q 'on the command line' '$TMP/out'"
tree "$(pool cam@50000000 "$good") $(pool vid@50000000 'reg = <0x0 0x50000000 0x0 0x800000>;')
	$(pool far@80000000 'reg = <0x0 0x80000000 0x0 0x400000>;')"
predict 1 --json
json '.boots == false' "it does not boot, whatever else is not known"
tree "$(pool cam@30000000 'reg = <0x0 0x30000000 0x0 0x400000>;')"
predict 1 --loaded kernel=0x40200000+8M --loaded dtb=0x48000000+1M --loaded initrd=0x30000000+16M
tells '0x30000000..0x303fffff is not all in memory' "an initrd below memory adds none"

# A name with bytes that a terminal or JSON does not take
tree "$(pool camera@50000000 "$good") $(pool video@50200000 'reg = <0x0 0x50200000 0x0 0x400000>;')" \
	'#address-cells = <2>; #size-cells = <2>; ranges;' 'device { memory-region = <&{/reserved-memory/camera@50000000}>; };'
for name in 'ca\x1bera@50000000' 'ca\xffera@50000000' 'ca\xc3ra@50000000' 'ca\x0aera@50000000'; do
	LC_ALL=C sed "s/camera@50000000/$name/; s/\x00device\x00/\x00d\x1bvice\x00/" "$TMP/tree.dtb" >"$TMP/odd.dtb"
	for how in --explain --map --json; do
		run "$tool" predict "$TMP/odd.dtb" --pageblock-size 4M --loaded "$(printf 'a\033')=0x50000000+1M" "$how"
		ok "$name: all is printable, $how" sh -c "! LC_ALL=C grep -q '[^ -~]' '$TMP/out'"
	done
	LC_ALL=C sed -i 's/x-no-such//' "$TMP/out"
	ok "$name: JSON" jq -e . "$TMP/out"
done

# Versions and architectures are named by the tool, and one more of them is one row
run "$tool" --versions
exits 0 "--versions"
for version in $(versions); do
	ok "--versions has $version" grep -qx "$version" "$TMP/out"
	ok "the manual page has $version" grep -q "^One of .*\\b$version\\b.*, whose rules" build/cma-heaps.1
done
cp "$TMP/out" "$TMP/versions"
run bash -c '. scripts/cma-heaps/cma-heaps.bash; COMP_WORDS=(build/cma-heaps predict --kernel ""); COMP_CWORD=3
	_cma_heaps; printf "%s\n" "${COMPREPLY[@]}"'
ok "completion offers the versions" cmp "$TMP/out" "$TMP/versions"
run bash -c '. scripts/cma-heaps/cma-heaps.bash; COMP_WORDS=(build/cma-heaps predict --a); COMP_CWORD=2
	_cma_heaps; printf "%s\n" "${COMPREPLY[@]}"'
ok "completion offers the options" grep -qx -- --arch "$TMP/out"
run bash -c '. scripts/cma-heaps/cma-heaps.bash; COMP_WORDS=(build/cma-heaps doctor --); COMP_CWORD=2
	_cma_heaps; printf "%s\n" "${COMPREPLY[@]}"'
ok "completion offers the options of doctor, and no others" test "$(xargs <"$TMP/out")" = "--json --root --help"
mkdir -p "$TMP/src/scripts"
cp -r scripts/cma-heaps scripts/common "$TMP/src/scripts"
sed -i 's/^\t{ .version = "7.3", \(.*\)$/&\n\t{ .version = "7.4", \1/' "$TMP/src/scripts/cma-heaps/kernel.c"
ok "a version is one row" test "$(diff scripts/cma-heaps/kernel.c "$TMP/src/scripts/cma-heaps/kernel.c" | grep -c '^[<>]')" = 1
cc -std=gnu11 -D_GNU_SOURCE -o "$TMP/newer" "$TMP"/src/scripts/c*/*.c -lfdt
ok "a new version is named" sh -c "'$TMP/newer' --versions | grep -qx 7.4"
for tree in dts/qemu-virt.dtso tests/dt/good-flagged-only.dtso tests/dt/bad-misaligned.dtso; do
	dtc -q -@ -I dts -O dtb -o "$TMP/overlay.dtbo" "$tree"
	tree ''
	fdtoverlay -i "$TMP/tree.dtb" -o "$TMP/merged.dtb" "$TMP/overlay.dtbo"
	"$tool" predict "$TMP/merged.dtb" --kernel 7.3 --json >"$TMP/want" || :
	run "$TMP/newer" predict "$TMP/merged.dtb" --kernel 7.4 --json
	ok "${tree##*/}: 7.4 has the rules of 7.3" sh -c "sed 's/\"7.4\"/\"7.3\"/' '$TMP/out' | cmp - '$TMP/want'"
done

# list and doctor on a copy of a system
# system RELEASE CMDLINE HEAP...: with the last tree, these heaps, and an empty log
system() {
	root=$TMP/root
	rm -rf "$root"
	mkdir -p "$root/proc/sys/kernel" "$root/sys/firmware" "$root/dev/dma_heap"
	echo "$1" >"$root/proc/sys/kernel/osrelease"
	echo "$2" >"$root/proc/cmdline"
	cp "$TMP/tree.dtb" "$root/sys/firmware/fdt"
	ln -s /dev/null "$root/dev/kmsg"
	shift 2
	for heap; do
		mkdir -p "$root/sys/class/dma_heap/$heap"
		: >"$root/dev/dma_heap/$heap"
	done
}

arm64='cpus { cpu@0 { compatible = "arm,cortex-a72"; }; };'
tree '' '#address-cells = <2>; #size-cells = <2>; ranges;' "$arm64"
system 6.12.1 quiet reserved
for how in '' --json; do
	run timeout 20 "$tool" list --root "$root" ${how:+"$how"}
	exits 0 "list ends where the log ends: a device without records $how"
done
log='6,0,0,-;Booting Linux\n6,1,0,-;cma: Reserved 16 MiB at 0x5e400000\n'
want=0
for cmdline in quiet hugetlb_cma=48M numa_cma=0:48M cma_pernuma=48M cma.x=48M; do
	system 6.12.1 "$cmdline" reserved
	rm "$root/dev/kmsg"
	printf '%b' "$log" >"$root/dev/kmsg"
	run "$tool" doctor --root "$root" --json
	json '[.prediction.heaps[] | select(.name == "reserved") | .size] == [16777216] and .differences == []' \
		"doctor: the log tells the size of the default area: $cmdline"
done
want=1
echo cma=48M >"$root/proc/cmdline"
run "$tool" doctor --root "$root" --json
json '.differences | any(startswith("reserved: has 16 MiB, and 48 MiB were predicted"))' \
	"doctor: unless cma= does"
odd=$(printf 'ca\033m\377@50000000')
system 6.12.1 quiet "$odd"
mkdir -p "$root/sys/firmware/devicetree/base/reserved-memory/$odd" \
	"$root/sys/firmware/devicetree/base/reserved-memory/x$odd"
printf "%s\n" '4,0,0,-;cma_heap: a\x1b\xff: no heap: x' | cat - "$root/dev/kmsg" >"$TMP/log"
rm "$root/dev/kmsg"
mv "$TMP/log" "$root/dev/kmsg"
for how in list 'list --json' doctor 'doctor --json'; do
	read -ra words <<<"$how"
	run "$tool" "${words[@]}" --root "$root"
	ok "$how: all is printable" sh -c "! LC_ALL=C grep -q '[^ -~]' '$TMP/out' '$TMP/err'"
	case $how in
	*--json) ok "$how: JSON" jq -e . "$TMP/out" ;;
	*) says 'ca\x1bm\xff@50000000' "$how: a heap with odd bytes in its name is shown" ;;
	esac
done
for release in 7.3.4 7.3.0-rc1 7.3; do
	tree "$(pool cam@50000000 "$good")" '#address-cells = <2>; #size-cells = <2>; ranges;' "$arm64"
	system "$release" quiet cam@50000000 default_cma_region reserved
	run "$tool" doctor --root "$root" --json
	want=0
	json '.prediction.kernel == "7.3" and .differences == []' "doctor: release $release is a 7.3"
done
system 7.30.1 quiet cam@50000000
run "$tool" doctor --root "$root"
complains 2 'Linux 7.30: its rules are not known; there are: 6.1' "doctor: a version that is not known"

# Many of them, which dtc cannot compile
scripts/measure/many-regions 40000 "$TMP/many.dtb"
run timeout 20 "$tool" predict "$TMP/many.dtb" --kernel 7.3
exits 1 "40,000 regions that fail"
many=$(grep -c 'error: .*size.* not a multiple of 2 MiB' "$TMP/out")
: >"$TMP/out"
ok "40,000 regions that fail are all reported" [ "$many" -eq 40000 ]

# Bad input
tree "$(pool cam@50000000 "$good")"
for memory in 0x40000000+0 0x10000000040000000+256M 0xfffffffffffff000+8K 0x40000000+16E; do
	run "$tool" predict "$TMP/tree.dtb" --memory "$memory"
	complains 2 "--memory $memory: invalid BASE+SIZE" "memory that there cannot be: $memory"
done
for size in 1X 99999999999999999999 16E; do
	run "$tool" predict "$TMP/tree.dtb" --default-cma "$size"
	complains 2 "--default-cma $size: invalid size (examples: 16M" "a size that is none: $size"
done
run "$tool" predict "$TMP/tree.dtb" --loaded kernel
complains 2 '--loaded kernel: invalid NAME=BASE+SIZE' "something that is loaded nowhere"
run "$tool" predict "$TMP/tree.dtb" --arch mips
complains 2 '--arch mips, which is not known; there are: ' "an architecture that is not known"
run "$tool" predict "$TMP/tree.dtb" --page-size 8k
complains 2 '--page-size 8k: arm64 does not have it' "a size of pages that there is not"
run "$tool" list "$TMP"
exits 2 "list with an unexpected argument"
run "$tool" list --root "$TMP/none"
complains 2 "$TMP/none/proc/sys/kernel/osrelease: No such file" "a root that is not there"
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
complains 2 "$TMP/defconfig: a part of a kernel configuration" "a part of a configuration"
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
complains 2 '--memory 1G: invalid BASE+SIZE (example: 0x80000000+2G)' "memory without a base"
run "$tool" predict "$TMP/tree.dtb" --config /etc/hostname
complains 2 '/etc/hostname: not a kernel configuration' "a configuration that is none"
run "$tool" predict
exits 2 "no tree"
run "$tool" frobnicate
exits 2 "no such command"
run "$tool" --help
exits 0 "--help"
run "$tool" doctor
[ ! -e /sys/firmware/fdt ] || status=2
exits 2 "doctor, where there is no device tree"
