#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# qemu/boot: its verdicts, its exit statuses and its messages about bad input.
set -euo pipefail
. ./tests/lib.sh
needs 6.12 "the default of qemu/boot"
plan 64

# The guest ends in every way there is
run qemu/boot --json "$TMP/report"
exits 0 "a good boot"
says '/reserved-memory/dsp@52000000 (not flagged, at 0x52000000) has no heap' \
	"the table names the region that has no heap"
run jq -e '.kernel | startswith("6.")' "$TMP/report"
exits 0 "the report names the kernel"
run jq -e '[.heaps[] | select(.name == "camera@50000000")] == [{name: "camera@50000000",
	node: "/reserved-memory/camera@50000000", base: 1342177280, size: 16777216,
	allocation: {base: 1342177280, size: 1048576}}]' "$TMP/report"
exits 0 "the report has the heap, with addresses and sizes in bytes"
run jq -e '[.heaps[] | select(.name == "system")] == [{name: "system", node: null, base: null,
	size: null, allocation: {base: null, size: null}}]' "$TMP/report"
exits 0 "the report has null where the system heap has nothing"
run jq -e 'keys == ["arch", "cmdline", "console", "dropped", "exit", "heaps", "kernel", "messages", "missing",
	"splats", "unexpected"] and .exit == 0 and .arch == "arm64" and .missing == [] and
	.unexpected == [] and .dropped == [] and .messages == [] and .splats == []' "$TMP/report"
exits 0 "the report has all of its keys"
ok "the tree and the log of the run are kept" \
	test -s "$(dirname "$(jq -r .console "$TMP/report")")/tree.dtb"

run qemu/boot -c guest.do=PANIC
exits 3 "a guest that panics"
says 'console.log' "a guest that panics: the path of the log is printed"
run qemu/boot -c guest.do=hang -t 8
exits 124 "a guest that hangs"
says 'console.log' "a guest that hangs: the path of the log is printed"
says 'Run /init as init process' "a guest that hangs: the end of the log is printed"
run qemu/boot -c guest.do=fail
exits 1 "a guest that reports a failure"
run qemu/boot -c guest.do=WARNING --json "$TMP/report"
exits 1 "a kernel WARNING"
run jq -e '.splats | length > 0' "$TMP/report"
exits 0 "a kernel WARNING is in the report"
run qemu/boot -c rdinit=/none
exits 3 "a kernel that does not reach user space"

# Expectations
run qemu/boot -e camera@50000000=16M -e display@54000000=0x800000 -n dsp@52000000
exits 0 "expectations that hold"
run qemu/boot -e camera@50000000=8M --json "$TMP/report"
exits 1 "a heap of another size than expected"
run jq -e '.missing == ["camera@50000000"] and .exit == 1' "$TMP/report"
exits 0 "a heap of another size is missing in the report"
run qemu/boot -e nothing@50000000
exits 1 "a heap that is not there"
run qemu/boot -n camera@50000000
exits 1 "a heap that should not be there"
run qemu/boot -c cma_heap.export=all
exits 0 "without -e and -n: cma_heap.export=all makes every pool expected"

# Device trees of a user's own
qemu-system-aarch64 -machine virt,dumpdtb="$TMP/full.dtb" -cpu cortex-a57 -m 512M -nic none \
	-device virtio-serial-device -display none >/dev/null 2>&1
dtc -q -I dtb -O dts -o "$TMP/full.dts" "$TMP/full.dtb"
cat >>"$TMP/full.dts" <<'DTS'
/ {
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;

		own@5a000000 {
			compatible = "shared-dma-pool";
			reg = <0x0 0x5a000000 0x0 0x400000>;
			reusable;
			linux,cma-export-heap;
		};
	};
};
DTS
run qemu/boot -d "$TMP/full.dts"
exits 0 "a full tree as source"
says '/reserved-memory/own@5a000000' "a full tree as source is what boots"
run qemu/boot -d "$TMP/full.dtb" -d dts/qemu-virt.dtso
exits 0 "a full tree as blob, and an overlay"
dtc -q -@ -I dts -O dtb -o "$TMP/overlay.dtbo" dts/qemu-virt.dtso
run qemu/boot -d "$TMP/overlay.dtbo" -d tests/dt/good-default-unflagged.dtso \
	-e display@54000000 -e camera@54000000
exits 0 "two overlays, one of them a blob"
run qemu/boot -d "$TMP/full.dts" -d "$TMP/full.dtb"
complains 2 "$TMP/full.dtb: a full device tree" "a second full tree"

# Full trees that are not of this very machine
qemu-system-aarch64 -machine virt-7.0,dumpdtb="$TMP/other.dtb" -cpu max -smp 4 -m 2G -nic none \
	-device virtio-serial-device -display none >/dev/null 2>&1
run qemu/boot -d "$TMP/other.dtb"
exits 0 "a tree of another QEMU machine and memory size, just as QEMU dumps it"
says 'default area: heap reserved, 0x5e400000' "its prediction is for the memory that there is"
says 'reserved: 1 MiB landed at 0x5e500000' "as it turns out"
fdtput -c "$TMP/other.dtb" /radio@9999000
fdtput -t s "$TMP/other.dtb" /radio@9999000 compatible vendor,radio
run qemu/boot -d "$TMP/other.dtb" -d dts/qemu-virt.dtso
exits 0 "a tree with a device that this machine lacks"
says 'other.dtb: this machine lacks /radio@9999000 ("vendor,radio")' "which is reported"
qemu-system-aarch64 -machine virt,gic-version=3,dumpdtb="$TMP/gic.dtb" -cpu cortex-a57 -nic none \
	-display none >/dev/null 2>&1
run qemu/boot -d "$TMP/gic.dtb"
exits 3 "a tree with an interrupt controller that this machine lacks"
says 'gic.dtb: this machine lacks /intc@8000000 ("arm,gic-v3")' "which is reported, too"
cp "$TMP/full.dtb" "$TMP/foreign.dtb"
fdtput -t s "$TMP/foreign.dtb" /cpus/cpu@0 compatible arm,cortex-a15
run qemu/boot -d "$TMP/foreign.dtb"
complains 2 'foreign.dtb: a tree for arm, its CPU is arm,cortex-a15, and this machine is arm64' \
	"a tree for another architecture"
fdtput -t s "$TMP/foreign.dtb" / compatible vendor,board vendor,soc
run qemu/boot -d "$TMP/foreign.dtb"
complains 2 'foreign.dtb: a tree of vendor,board, and this machine is linux,dummy-virt' \
	"a tree of another machine"

# Bad input: one line that names the file and the reason
run qemu/boot -d "$TMP/none.dtb"
complains 2 "$TMP/none.dtb: no such file" "a tree that is not there"
mkdir -p build/lock
flock build/lock/guest sleep 2 &
sleep 0.5
run qemu/boot -d "$TMP/none.dtb"
complains 2 "$TMP/none.dtb: no such file" "beside another boot, which holds it up, it is one line, too"
wait
printf 'not a tree' >"$TMP/bad.dtb"
run qemu/boot -d "$TMP/bad.dtb"
complains 2 "$TMP/bad.dtb: not a device tree" "a tree that is none"
head -c 2000 "$TMP/full.dtb" >"$TMP/cut.dtb"
run qemu/boot -d "$TMP/cut.dtb"
complains 2 "$TMP/cut.dtb: not a device tree" "a tree that is cut short"
echo '/dts-v1/; / { broken' >"$TMP/bad.dts"
run qemu/boot -d "$TMP/bad.dts"
complains 2 "$TMP/bad.dts: does not compile: Error: " "a source that does not compile"
cat >"$TMP/bad.dtso" <<'DTS'
/dts-v1/;
/plugin/;
&nowhere { x; };
DTS
run qemu/boot -d "$TMP/bad.dtso"
complains 2 "$TMP/bad.dtso: overlay does not apply" "an overlay that does not apply"
run qemu/boot -k 9.9
complains 2 "there are: $(all_versions | xargs)" "a kernel that no series serves"
run qemu/boot -a vax
complains 2 "there are: arm arm64 riscv64" "an unknown architecture"
run qemu/boot --image "$TMP/none"
complains 2 "$TMP/none: no such kernel image" "an image that is not there"
run qemu/boot -e camera@50000000=much
complains 2 "invalid size (examples: 16M" "an invalid size"
run qemu/boot -t soon
complains 2 "--timeout soon" "a timeout that is none"
run qemu/boot --json "$TMP/none/report"
complains 2 "$TMP/none/report: cannot be written" "a report that cannot be written"
run qemu/boot -- -no-such-option
complains 2 "QEMU did not start: " "an option that QEMU does not have"
run qemu/boot --no-such-option
exits 2 "an option that qemu/boot does not have"
says 'usage: qemu/boot' "an option that qemu/boot does not have: usage"
run qemu/boot --help
exits 0 "--help"

run qemu/boot -t 00
complains 2 "--timeout 00" "a timeout of nothing"
run qemu/boot -e ''
complains 2 "a heap has a name" "a heap without a name"
run qemu/boot --image /etc/os-release
complains 2 "/etc/os-release: no kernel image" "an image that is none"
run qemu/boot dts/qemu-virt.dtso
complains 2 "-d" "a tree without -d"
run qemu/boot --dry-run -d "$TMP/none.dtb"
complains 2 "$TMP/none.dtb: no such file" "--dry-run of a tree that is not there"
mkdir "$TMP/a folder"
cp dts/qemu-virt.dtso "$TMP/a folder/my tree.dtso"
run qemu/boot -d "$TMP/a folder/my tree.dtso"
exits 0 "names with blanks"

# What it would do, with a kernel that no other test boots meanwhile
find build/runs -name '7.2-arm64-16k.*' -o -name RUN >"$TMP/before"
run qemu/boot --dry-run -k 7.2 -p 16k -c 'a "b"' -- -s
exits 0 "--dry-run"
find build/runs -name '7.2-arm64-16k.*' -o -name RUN >"$TMP/after"
ok "--dry-run does nothing" cmp "$TMP/before" "$TMP/after"
says "-append 'console=ttyAMA0 panic=-1 a \"b\"' -s" "--dry-run prints the command, quoted"

# A shell in the guest; this test's input goes to the console
status=0
printf 'ls /dev/dma_heap\nexit\n' |
	{ appears BusyBox out; sleep 1; cat; sleep 1; } |
	qemu/boot -i -t 60 >"$TMP/out" 2>"$TMP/err" || status=$?
exits 0 "-i: a shell in the guest"
ok "-i: its output is seen" grep -q '^camera@50000000.*display@54000000' "$TMP/out"
status=0
printf '\001x' | { appears BusyBox out; cat; sleep 1; } |
	qemu/boot -i -t 60 >"$TMP/out" 2>"$TMP/err" || status=$?
exits 0 "-i: Ctrl-A x leaves"
