#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# cma-heaps list and doctor, on a copy of a system that is written here: nothing is booted.
# The same in the guest is for 85-cma-heaps.t.
set -euo pipefail
# shellcheck source=tests/lib.sh
. ./tests/lib.sh
plan 79

tool=build/cma-heaps
make_locked "$tool"
root=$TMP/root
base=$root/sys/firmware/devicetree/base

# expand PATH: that node of the tree, as the kernel shows it
expand() {
	local name
	mkdir -p "$base$1"
	for name in $(fdtget -p "$TMP/tree.dtb" "${1:-/}"); do
		fdtget -t bx "$TMP/tree.dtb" "${1:-/}" "$name" | sed 's/\b[0-9a-f]\b/0&/g' | xxd -r -p >"$base$1/$name"
	done
	for name in $(fdtget -l "$TMP/tree.dtb" "${1:-/}"); do
		expand "$1/$name"
	done
}

# tree REGIONS [MORE]: that the system has booted with, 512 MiB of memory
tree() {
	cat >"$TMP/tree.dts" <<-DTS
	/dts-v1/;
	/ {
		#address-cells = <2>;
		#size-cells = <2>;
		cpus { cpu@0 { compatible = "arm,cortex-a57"; }; };
		memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x20000000>; };
		reserved-memory {
			#address-cells = <2>; #size-cells = <2>; ranges;
			$1
		};
		${2-}
	};
	DTS
	dtc -q -f -I dts -O dtb -o "$TMP/tree.dtb" "$TMP/tree.dts"
	rm -rf "$base"
	mkdir -p "$root/sys/firmware"
	expand ''
	cp "$TMP/tree.dtb" "$root/sys/firmware/fdt"
}

# pool NAME BASE [PROPERTIES]: a reusable region of 16 MiB
pool() {
	echo "$1 { compatible = \"shared-dma-pool\"; reusable; reg = <0x0 $2 0x0 0x1000000>; ${3-} };"
}

# put FILE [LINE...]: of the system
put() {
	mkdir -p "$root/${1%/*}"
	printf '%s\n' "${@:2}" >"$root/$1"
}

# heaps NAME...: that there are, and no others
heaps() {
	local name
	rm -rf "$root/sys/class/dma_heap" "$root/dev/dma_heap"
	mkdir -p "$root/sys/class/dma_heap" "$root/dev/dma_heap"
	for name; do
		mkdir "$root/sys/class/dma_heap/$name"
		: >"$root/dev/dma_heap/$name"
		chmod 640 "$root/dev/dma_heap/$name"
	done
}

# log [LINE...]: of the kernel, after what it says of these regions
log() {
	local line number=6
	local -a lines=(
		"6,0,0,-;Booting Linux on physical CPU 0x0000000000"
		"6,1,0,-;Reserved memory: created CMA memory pool at 0x0000000052000000, size 16 MiB"
		"6,2,0,-;OF: reserved mem: initialized node dsp@52000000, compatible id shared-dma-pool"
		"6,3,0,-;Reserved memory: created CMA memory pool at 0x0000000050000000, size 16 MiB"
		"6,4,0,-;OF: reserved mem: initialized node camera@50000000, compatible id shared-dma-pool"
		"6,5,0,-;cma: Reserved 16 MiB at 0x000000005ec00000"
	)
	for line; do
		lines+=("4,$number,0,-;$line")
		number=$((number + 1))
	done
	put dev/kmsg "${lines[@]}"
}

# free_of AREA AVAILABLE TOTAL: what the kernel tells in sysfs, in pages
free_of() {
	put "sys/kernel/mm/cma/$1/available_pages" "$2"
	put "sys/kernel/mm/cma/$1/total_pages" "$3"
}

# config LINES...
config() {
	put boot/config-7.3.4 '# Linux/arm64 7.3.4 Kernel Configuration' CONFIG_DMA_CMA=y CONFIG_CMA_AREAS=8 \
		CONFIG_CMA_SIZE_MBYTES=16 CONFIG_CMA_SIZE_SEL_MBYTES=y CONFIG_ARCH_FORCE_MAX_ORDER=10 \
		CONFIG_ARM64_PA_BITS=48 CONFIG_PAGE_BLOCK_MAX_ORDER=10 "$@"
}

# system: two regions, of which one is flagged and used, and all that they need
system() {
	rm -rf "$root"
	tree "$(pool camera@50000000 0x50000000 'linux,cma-export-heap; phandle = <7>;')
		$(pool dsp@52000000 0x52000000)" \
		'soc { isp@1000 { memory-region = <9 7>; }; csi@2000 { memory-region = <7>; }; };'
	config CONFIG_DMABUF_HEAPS_CMA=y CONFIG_DMABUF_HEAPS_CMA_EXPORT=y
	put proc/sys/kernel/osrelease 7.3.4
	put proc/cmdline 'console=ttyAMA0'
	put proc/meminfo 'CmaTotal:          49152 kB'
	put proc/pagetypeinfo 'Page block order: 10' 'Pages per block:  1024'
	put proc/iomem '40000000-5fffffff : System RAM' '  40200000-404effff : Kernel code' \
		'  404f0000-4054ffff : reserved' '  40550000-4065ffff : Kernel data'
	put sys/module/cma_heap/parameters/export auto
	put etc/passwd "other:x:$(($(id -u) + 1)):1::/:" "user:x:$(id -u):$(id -g)::/:"
	put etc/group "other:x:$(($(id -g) + 1)):" "video:x:$(id -g):"
	log
	heaps camera@50000000 default_cma_region reserved system
	free_of camera@50000000 1024 4096
	free_of reserved 4064 4096
}

# tool COMMAND [OPTIONS...]
tool() {
	run "$tool" "$1" --root "$root" "${@:2}"
}

# json STATUS FILTER NAME: the last command ended so, and this holds of what it printed
json() {
	local held=1
	if [[ $status -eq $1 ]] && jq -e "$2" "$TMP/out" >/dev/null; then
		held=0
	fi
	result "$held" "$3"
}

# list: heaps, their memory and who uses them
system
tool list --json
json 0 '.version == 1 and .kernel == "7.3.4" and .flagged_only == false and .notes == []' "list: nothing is unknown"
json 0 '[.heaps[].name] == ["camera@50000000", "default_cma_region", "reserved", "system"]' "list: all heaps"
json 0 '.heaps[0] | .base == 1342177280 and .size == 16777216 and .node == "/reserved-memory/camera@50000000"' \
	"list: address and size of a region"
json 0 '.heaps[0].free == 4194304' "list: free memory of a region"
json 0 '.heaps[0] | .owner == "user" and .group == "video" and .mode == "0640"' "list: who may open a heap"
json 0 '.heaps[0].consumers | sort == ["/soc/csi@2000", "/soc/isp@1000"]' "list: consumers of a region"
json 0 '[.heaps[1, 2] | .node, .base, .size, .free, .consumers] == [null, 1589641216, 16777216, 16646144, [],
	null, 1589641216, 16777216, 16646144, []]' "list: the default area"
json 0 '.heaps[3] | .node == null and .base == null and .size == null and .free == null' "list: the system heap"
tool list
exits 0 "list, as a table"
says 'HEAP                NODE                              BASE          SIZE       FREE  OWNER       MODE' \
	"list: the head of the table"
says 'camera@50000000     /reserved-memory/camera@50000000  0x50000000  16 MiB      4 MiB  user:video  0640' \
	"list: a row of the table"
says 'system              -                                 -                -          -  user:video  0640' \
	"list: a row with nothing known"
says '    used by /soc/isp@1000' "list: consumers in the table"
says '/reserved-memory/dsp@52000000 (not flagged, at 0x52000000) has no heap' "list: a region that is none"
ok "list: no other region is none" test "$(grep -c 'has no heap' "$TMP/out")" = 1
ok "list: nothing is unknown, in the table" sh -c "! grep -q 'not known' '$TMP/out'"

# Free memory from debugfs, which tells more
rm -r "$root/sys/kernel/mm/cma"
tool list --json
json 0 '.heaps[0].free == null and (.notes | any(startswith("free memory: the kernel has no CONFIG_CMA_SYSFS")))' \
	"list: free memory that nothing tells"
mkdir -p "$root/sys/kernel/mm/cma"
tool list --json
json 0 '.heaps[0].free == null and (.notes | any(startswith("free memory: /sys/kernel/mm/cma does not show it")))' \
	"list: free memory that an old kernel does not tell"
# debugfs USED COUNT PFN: of the region
debugfs() {
	put sys/kernel/debug/cma/camera@50000000/used "$1"
	put sys/kernel/debug/cma/camera@50000000/count "$2"
	put sys/kernel/debug/cma/camera@50000000/base_pfn "$3"
	tool list --json
}
debugfs 1024 4096 327680
json 0 '.heaps[0].free == 12582912' "list: free memory by debugfs"
debugfs 4096 4096 327680
json 0 '.heaps[0].free == 0' "list: an area that is full"
debugfs 4097 4096 327680
json 0 '.heaps[0].free == null' "list: an area of which more than all is used"
debugfs 1024 4096 327681
json 0 '.heaps[0].free == null and (.notes | index("free memory of CMA area camera@50000000: there is another one of that name"))' \
	"list: another area of that name, at another base"
debugfs 1024 4095 327680
json 0 '.heaps[0].free == null' "list: another area of that name, of another size"
debugfs 1024 x 327680
json 0 '.heaps[0].free == null' "list: a count that is no number"
free_of camera@50000000 1024 4095
tool list --json
json 0 '.heaps[0].free == null and (.notes | any(startswith("free memory of CMA area camera@50000000")))' \
	"list: another area of that name, by sysfs"

# What tells that there is nothing to tell
system
rm "$root/dev/dma_heap/camera@50000000" "$root/etc/passwd" "$root/etc/group"
tool list --json
json 0 '.heaps[0] | .owner == null and .group == null and .mode == null' "list: a heap without a device file"
json 0 '.notes | any(startswith("device file: /dev/dma_heap/camera@50000000: No such file"))' "list: which is said"
json 0 ".heaps[1] | (.owner == \"$(id -u)\" or .owner == \"root\") and (.group == \"$(id -g)\" or .group == \"root\")" \
	"list: users without names"
rm "$root/dev/kmsg"
tool list --json
json 0 '.notes | any(startswith("kernel log: /dev/kmsg: No such file"))' "list: there is no log"
json 0 '.notes | index("base of reserved: the kernel chose it, and did not log it")' \
	"list: the default area is where only the log tells"
rm -r "$root/sys/class"
tool list --json
json 1 '.heaps == [] and (.notes | any(startswith("heaps: there is no /sys/class/dma_heap")))' "list: there are no heaps"
rm -r "$base"
tool list --json
json 1 '.notes | index("regions: there is no /sys/firmware/devicetree/base")' "list: there is no tree"
system
tree "linux,cma-export-flagged-only; $(pool camera@50000000 0x50000000 'linux,cma-export-heap; status = "disabled";')
	$(pool default 0x54000000 'linux,cma-default;')"
heaps default_cma_region system
put dev/kmsg "6,0,0,-;Booting Linux"
tool list --json
json 0 '.flagged_only and [.heaps[0] | .node, .base, .size] == [null, 1409286144, 16777216]' \
	"list: the default area of a node"
tool list
says '/reserved-memory has linux,cma-export-flagged-only: other regions are private' "list: linux,cma-export-flagged-only"
says '/reserved-memory/camera@50000000 (flagged, disabled, at 0x50000000) has no heap' "list: a region that is disabled"
tree "$(pool one 0x54000000 'linux,cma-default;') $(pool two 0x56000000 'linux,cma-default;')"
for last in one two; do
	first=$([[ $last = one ]] && echo two || echo one)
	put dev/kmsg "6,0,0,-;Booting Linux" \
		"6,1,0,-;Reserved memory: created CMA memory pool at 0x0000000054000000, size 16 MiB" \
		"6,2,0,-;OF: reserved mem: initialized node $first, compatible id shared-dma-pool" \
		"6,3,0,-;Reserved memory: created CMA memory pool at 0x0000000056000000, size 16 MiB" \
		"6,4,0,-;OF: reserved mem: initialized node $last, compatible id shared-dma-pool"
	tool list --json
	json 0 '.heaps[0].base == 1442840576' "list: of two default areas the last one counts, $last"
done
tree "dynamic { compatible = \"shared-dma-pool\"; reusable; size = <0x0 0x1000000>; linux,cma-export-heap; };"
heaps dynamic
tool list --json
json 0 '.heaps[0].base == null and (.notes | any(startswith("base of dynamic")))' "list: a dynamic region"
log "Reserved memory: created CMA memory pool at 0x000000005d000000, size 16 MiB" \
	"OF: reserved mem: initialized node dynamic, compatible id shared-dma-pool"
tool list --json
json 0 '.heaps[0] | .base == 1560281088 and .size == 16777216' "list: a dynamic region, by the log"

# doctor: as predicted
system
tool doctor
exits 0 "doctor: all is as predicted"
says 'Linux 7.3.4, pages of 4 KiB, CMA alignment 4 MiB' "doctor: the system"
says 'the heaps are those that were predicted' "doctor: the verdict"
ok "doctor: there is nothing unknown or different" \
	sh -c "! grep -qE '^(not known|difference|kernel log|assumed|/reserved-memory has)' '$TMP/out'"
tool doctor --json
json 0 '.version == 1 and .differences == [] and .log == [] and .notes == [] and .exit == 0' "doctor --json"
json 0 '.prediction | .kernel == "7.3" and .arch == "arm64" and .assumed == [] and
	([.heaps[] | select(.name == "camera@50000000") | .base, .size] == [1342177280, 16777216])' \
	"doctor: the prediction"

# differs TEXT NAME: the last doctor has that difference, and no other
differs() {
	json 1 ".differences == [\"$1\"] and .exit == 1" "doctor: $2"
}
heaps default_cma_region reserved system
tool doctor --json
differs 'camera@50000000: is missing: the kernel log has no reason' "a heap that is missing"
tool doctor
exits 1 "doctor: differences make the exit status 1"
says 'difference: camera@50000000: is missing' "doctor: the difference"
says 'the heaps are not those that were predicted' "doctor: the verdict on a difference"
log 'cma_heap: camera@50000000: no heap: CMA area was not set up' 'cma_heap: camera: no heap: of another one'
tool doctor --json
differs 'camera@50000000: is missing: no heap: CMA area was not set up' "why a heap is missing, by the log"
json 1 '.log | length == 2' "doctor: the warnings of the kernel"
tool doctor
says 'kernel log: cma_heap: camera@50000000: no heap: CMA area was not set up' "doctor: the warnings are shown"
system
log 'cma_heap: something'
tool doctor
exits 0 "doctor: a warning of the kernel is no difference"
says 'kernel log: cma_heap: something' "doctor: which is shown all the same"
system
rm -r "$root/sys/module"
heaps default_cma_region reserved system
config CONFIG_DMABUF_HEAPS_CMA=m CONFIG_DMABUF_HEAPS_CMA_EXPORT=y
tool doctor --json
json 1 '.differences | index("camera@50000000: is missing: the module cma_heap is not loaded")' \
	"doctor: a module that is not loaded"
mkdir -p "$root/sys/module/cma_heap"
tool doctor --json
json 1 '.differences | index("camera@50000000: is missing: this kernel does not support linux,cma-export-heap")' \
	"doctor: a kernel without the series"
system
heaps camera@50000000 default_cma_region reserved system vendor system_cc_shared
tool doctor --json
differs 'vendor: is there and was not predicted: a driver may have added it' "a heap that was not predicted"
system
rm "$root/dev/dma_heap/camera@50000000"
tool doctor --json
differs 'camera@50000000: there is no /dev/dma_heap/camera@50000000: the device manager did not make it' \
	"a heap without a device file"
system
log 'OF: reserved mem: 0x0000000058000000..0x0000000058ffffff (16384 KiB) map reusable camera@50000000'
tool doctor --json
differs 'camera@50000000: is at 0x58000000, and 0x50000000 was predicted' "a heap at another base"
log 'OF: reserved mem: 0x0000000058000000..0x00000000587fffff (8192 KiB) map reusable camera@50000000'
tool doctor --json
json 1 '.differences == ["camera@50000000: is at 0x58000000, and 0x50000000 was predicted",
	"camera@50000000: has 8 MiB, and 16 MiB were predicted"]' "doctor: a heap of another size"
system
tree "$(pool camera@50000000 0x50000000 'linux,cma-export-heap;')
	vid@56100000 { compatible = \"shared-dma-pool\"; reusable; linux,cma-export-heap; reg = <0x0 0x56100000 0x0 0x400000>; };"
tool doctor --json
json 1 '.differences == [] and .exit == 1' "doctor: a region that can be no heap makes the exit status 1"

# What doctor reads
system
put sys/module/cma_heap/parameters/export all
tool doctor --json
differs 'dsp@52000000: is missing: the kernel log has no reason' "cma_heap.export, as the kernel has it"
system
put proc/cmdline 'cma_heap.export=all'
rm -r "$root/sys/module"
tool doctor --json
differs 'dsp@52000000: is missing: this kernel does not support linux,cma-export-heap' "cma_heap.export on the command line"
system
put proc/pagetypeinfo 'Page block order: 13' 'Pages per block:  8192'
tool doctor
exits 1 "doctor: a larger CMA alignment makes regions none"
says 'CMA alignment 32 MiB' "doctor: the CMA alignment is the kernel's own"
rm "$root/proc/pagetypeinfo"
tool doctor --json
json 0 '.notes | any(startswith("CMA alignment: /proc/pagetypeinfo: No such file"))' "doctor: a CMA alignment that is not told"
system
put proc/iomem '00000000-00000000 : System RAM' '  00000000-00000000 : Kernel code' '  00000000-00000000 : Kernel data'
tool doctor --json
json 0 '.notes == ["load address of the kernel: /proc/iomem shows it to root only"]' "doctor: addresses that are hidden"
system
put proc/iomem '40000000-5fffffff : System RAM' '  4ff00000-500fffff : Kernel code' '  50100000-501fffff : Kernel data'
tool doctor
says 'overlaps kernel at 0x50000000..0x501fffff' "doctor: where the kernel lies"
rm "$root/boot/config-7.3.4"
tool doctor --json
json 1 '.prediction.assumed == ["20 CMA slots, default area of 16 MiB"]' \
	"doctor: without a .config the log tells of the default area"
json 1 '.notes | any(startswith("settings of the kernel: there is neither /proc/config.gz"))' "doctor: there is no .config"
put proc/cmdline cma=8M
tool doctor --json
json 1 '[.prediction.heaps[] | select(.name == "reserved") | .size] == [8388608]' "doctor: cma= on the command line"
json 1 '.prediction.assumed == ["20 CMA slots, default area of 32 MiB"]' "doctor: then the log does not tell of the default area"
system
mv "$root/boot/config-7.3.4" "$TMP/config"
gzip -c "$TMP/config" >"$root/proc/config.gz"
tool doctor --json
json 0 '.prediction.assumed == [] and .notes == []' "doctor: /proc/config.gz"
echo 'no gzip' >"$root/proc/config.gz"
tool doctor --json
json 0 '.notes | index("settings of the kernel: zcat cannot read /proc/config.gz")' "doctor: /proc/config.gz that is none"
mkdir -p "$root/lib/modules/7.3.4"
mv "$TMP/config" "$root/lib/modules/7.3.4/config"
tool doctor --json
json 0 '.prediction.assumed == []' "doctor: a .config in /lib/modules"
put proc/sys/kernel/osrelease 9.9.1-rc1
tool doctor
complains 2 'Linux 9.9: its rules are not known; there are: ' "doctor: a kernel that is not known"
system
rm "$root/sys/firmware/fdt"
tool doctor
complains 2 "$root/sys/firmware/fdt: No such file or directory; this system did not boot with a device tree" \
	"doctor: no device tree"
head -c 100 "$TMP/tree.dtb" >"$root/sys/firmware/fdt"
tool doctor
exits 2 "doctor: a tree that is cut short"
system
rm "$root/proc/cmdline"
tool doctor
complains 2 "$root/proc/cmdline: No such file or directory" "doctor: no command line"
