#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The judge of a boot, on results and consoles that are written here: nothing is booted.
set -euo pipefail
. ./tests/lib.sh
plan 213

make_locked build/heap-report

# tree REGIONS: below /reserved-memory, with the properties in $root
root=
tree() {
	cat >"$TMP/tree.dts" <<-DTS
	/dts-v1/;
	/ {
		#address-cells = <2>;
		#size-cells = <2>;
		reserved-memory {
			#address-cells = <2>; #size-cells = <2>; ranges;
			$root
			$1
		};
	};
	DTS
	dtc -q -f -I dts -O dtb -o "$TMP/tree.dtb" "$TMP/tree.dts"
}

# pool NAME [PROPERTIES]: a reusable region
pool() {
	echo "$1 { compatible = \"shared-dma-pool\"; reusable; reg = <0x0 0x50000000 0x0 0x1000000>; ${2-} };"
}

# guest KERNEL HEAP...: what a guest that has these heaps sends
guest() {
	printf 'guest\t1\nkernel\t%s\n' "$1"
	shift
	for heap; do
		printf 'heap\t%s\t/reserved-memory/%s\t0x50000000\t0x1000000\t-\t-\n' "$heap" "$heap"
	done
	printf '1..1\nok 1 - a check\ndone\n'
}

# judge OPTIONS...: on $TMP/results, $TMP/console and $TMP/tree.dtb
judge() {
	run build/heap-report --results "$TMP/results" --console "$TMP/console" --dtb "$TMP/tree.dtb" \
		--json "$TMP/report" "$@"
}

# json FILTER NAME: it holds of the report
json() {
	ok "$2" jq -e "$1" "$TMP/report"
}

echo '[    0.000000] Booting Linux' >"$TMP/console"
flag='linux,cma-export-heap;'
tree "$(pool camera@50000000 "$flag") $(pool dsp@52000000)"
guest 6.12.1 camera@50000000 >"$TMP/results"
judge
exits 0 "a flagged region is a heap, another one is not"
says "as expected: 1 there, 1 absent, 1 checks passed in the guest" "what was expected is counted"
guest 6.12.1 >"$TMP/results"
judge
exits 1 "a heap that is missing"
says "missing heap: camera@50000000" "a heap that is missing: which"
guest 6.12.1 camera@50000000 dsp@52000000 >"$TMP/results"
judge
exits 1 "a heap that should not be there"
says "unexpected heap: dsp@52000000" "a heap that should not be there: which"

# The last cma_heap.export= counts, and - is _ in its name
for cmdline in cma_heap.export=all 'cma_heap.export=flagged cma_heap.export=all' cma-heap.export=all \
	'cma_heap.export=flagged cma-heap.export=all' 'cma_heap.export="all"'; do
	judge --cmdline "$cmdline"
	exits 0 "all regions are expected with $cmdline"
done
for cmdline in cma_heap.export=flagged 'cma_heap.export=all cma_heap.export=flagged' \
	'cma_heap.export=all cma-heap.export=auto' 'quiet -- cma_heap.export=all' xcma_heap.export=all; do
	judge --cmdline "$cmdline"
	exits 1 "only the flagged one is with $cmdline"
done

# What the tree selects, and what the kernel does by default
tree "$(pool camera@50000000)"
guest 7.3.4 camera@50000000 >"$TMP/results"
judge
exits 0 "without a flag Linux 7.3 exports all regions"
guest 6.12.1 camera@50000000 >"$TMP/results"
judge
exits 1 "without a flag Linux 6.12 exports none"
tree "$(pool camera@50000000) $(pool dsp@52000000 "$flag status = \"disabled\";")"
guest 7.3.4 >"$TMP/results"
judge
exits 0 "a flag on a disabled region selects, too"
root='linux,cma-export-flagged-only;'
tree "$(pool camera@50000000)"
root=
judge
exits 0 "linux,cma-export-flagged-only"

# As many as there are
regions='' names=''
for n in $(seq 600); do
	regions="$regions $(pool "pool-$n")"
done
tree "$regions"
guest 6.12.1 >"$TMP/results"
judge
exits 0 "600 regions"
says "as expected: 0 there, 600 absent" "600 regions are all counted"
guest 6.12.1 pool-600 >"$TMP/results"
judge
exits 1 "600 regions: the last one is looked at"
mapfile -t names < <(seq -f 'pool-%g' 600)
guest 7.3.4 "${names[@]}" >"$TMP/results"
judge
exits 0 "600 heaps"
json '.heaps | length == 600' "600 heaps are in the report"
sed -i 's/^guest.*/&/; $d' "$TMP/results"
seq -f 'message	cma_heap: warning %g' 600 >>"$TMP/results"
echo 'done' >>"$TMP/results"
judge
exits 1 "600 messages"
json '.splats | length == 600' "600 messages are all told"

# Bytes that are no text
tree "$(pool camera@50000000 "$flag")"
guest 6.12.1 camera@50000000 >"$TMP/results"
printf '[    1.000000] WARNING: \377\303 \033[31m\n' >>"$TMP/console"
judge
exits 1 "a warning in the console"
json '.splats == ["[    1.000000] WARNING: \\xff\\xc3 \u001b[31m"]' "the report is JSON whatever the console has"
says 'in the kernel log: [    1.000000] WARNING: \xff\xc3 \x1b[31m' "no byte of the console reaches the terminal"
echo '[    0.000000] Booting Linux' >"$TMP/console"
LC_ALL=C sed 's/camera@50000000/camera@\xff\xc3\x1b00000/' "$TMP/tree.dtb" >"$TMP/odd.dtb"
mv "$TMP/odd.dtb" "$TMP/tree.dtb"
guest 6.12.1 'camera@\xff\xc3\x1b00000' >"$TMP/results"
judge
exits 0 "a node with odd bytes in its name"
json '.heaps[0].name == "camera@\\xff\\xc3\\x1b00000"' "its name in the report"
judge --expect 'camera@\xff\xc3\x1b00000'
exits 0 "-e takes the name as it is printed"
judge --expect "$(printf 'camera@\377\303\03300000')"
exits 0 "-e takes the name as it is"
printf 'guest\t1\nkernel\t6.12\nmessage\tcma_heap: a\\xff: no heap: x\n1..0\ndone\n' >"$TMP/results"
judge --absent none --warning "$(printf 'cma_heap: a\377: no heap: x')"
exits 0 "-w takes the message as it is"

# Sizes
guest 6.12.1 camera@50000000 >"$TMP/results"
for size in 16M 16384K 0x1000000 16777216; do
	judge --expect "camera@50000000=$size"
	exits 0 "-e with $size"
done
judge --expect camera@50000000=16383K
exits 1 "-e with another size"
for size in 16MB 0x 99999999999G -1; do
	judge --expect "camera@50000000=$size"
	complains 2 "camera@50000000=$size: invalid size (examples: 16M" "-e with $size is no size"
done
judge --absent camera@50000000=16M
complains 2 "--absent camera@50000000=16M: a heap that is absent has no size" "-n with a size"

# What no good boot has in its log
tree "$(pool camera@50000000 "$flag")"
guest 6.12.1 camera@50000000 >"$TMP/results"
# console LINE...: the log
console() {
	printf '%s\n' '[    0.000000] Booting Linux' "$@" >"$TMP/console"
}
for line in 'WARNING: CPU: 0 PID: 1 at mm/cma.c:1 cma_alloc+0x0/0x1' 'BUG: sleeping function called' \
	'kernel BUG at mm/cma.c:1!' 'Oops: 0000 [#1]' 'Internal error: synchronous external abort: 96000410' \
	'Kernel panic - not syncing: x' 'Unable to handle kernel NULL pointer dereference at virtual address 0' \
	"sysfs: cannot create duplicate filename '/class/x'" 'BUG: KASAN: slab-use-after-free' \
	'UBSAN: array-index-out-of-bounds in mm/cma.c' 'BUG: KCSAN: data-race' \
	'kmemleak: 1 new suspected memory leaks' 'DEBUG_LOCKS_WARN_ON(1)' 'INFO: task init:1 blocked for more' \
	'rcu: INFO: rcu_sched detected stalls' 'list_add corruption. prev->next' 'list_del corruption. next' \
	'refcount_t: underflow; use-after-free.' 'ODEBUG: free active' 'DMA-API: device driver frees' \
	'BUG kmalloc-64 (Not tainted): Redzone overwritten' 'INFO: trying to register non-static key.' \
	'kmemleak: Kernel memory leak detector disabled'; do
	console "[    1.000000] $line"
	judge
	exits 1 "in the log: $line"
	says "in the kernel log: [    1.000000] $line" "in the log, and told: $line"
done
json '.splats == ["[    1.000000] kmemleak: Kernel memory leak detector disabled"] and .exit == 1' "it is in the report"
for line in 'kmemleak: Kernel memory leak detector initialized (mem pool available: 15998)' \
	'DMA-API: preallocated 65536 debug entries' 'DMA-API: debugging enabled by kernel config' \
	'DMA-API: debugging disabled on kernel command line' 'Kernel command line: quiet x=WARNING: y=Oops'; do
	console "[    0.000000] $line"
	judge
	exits 0 "nothing bad: $line"
done
console '[    0.000000] kmemleak: Kernel memory leak detector disabled'
judge --cmdline 'quiet kmemleak=off'
exits 0 "kmemleak is off, as asked for"
judge --cmdline 'quiet kmemleak=on'
exits 1 "kmemleak is off, against what was asked for"
console

# A heap is that of its node
# heap NAME NODE SIZE: what a guest with one heap sends
heap() {
	printf 'guest\t1\nkernel\t6.12.1\nheap\t%s\t%s\t0x50000000\t%s\t0x50100000\t0x100000\n1..1\nok 1 - a check\ndone\n' \
		"$1" "$2" "$3"
}
heap camera@50000000 /reserved-memory/dsp@52000000 0x1000000 >"$TMP/results"
judge
exits 1 "a heap of another node is not the one of this node"
says 'missing heap: camera@50000000' "a heap of another node: which one is missing"
judge --expect camera@50000000
exits 0 "with -e any node will do"
heap camera@50000000 - 0x1000000 >"$TMP/results"
judge
exits 0 "a heap whose node is not known has the name of one"
tree "$(pool reserved "$flag")"
heap reserved - 0x1000000 >"$TMP/results"
judge
exits 1 "a heap of the kernel's own is not the one of a node of that name"
tree "$(pool reserved)"
judge
exits 0 "nor is it a heap of a node that should have none"
heap reserved /reserved-memory/reserved 0x1000000 >"$TMP/results"
judge
exits 1 "a node that should have none, and has one of the kernel's names"
json '.unexpected == ["reserved"] and .missing == []' "it is in the report as unexpected"
json '.heaps == [{name: "reserved", node: "/reserved-memory/reserved", base: 1342177280, size: 16777216,
	allocation: {base: 1343225856, size: 1048576}}]' "the heap in the report"
tree "$(pool camera@50000000 "$flag")"
heap camera@50000000 /reserved-memory/camera@50000000 - >"$TMP/results"
judge
exits 0 "a size that is not known"
json '.heaps[0].size == null' "a size that is not known, in the report"
judge --expect camera@50000000=16M
exits 1 "a size that is not known is not the one that -e wants"

# Which nodes are regions that should be heaps
guest 6.12.1 camera@50000000 >"$TMP/results"
for word in okay ok; do
	tree "$(pool camera@50000000 "$flag status = \"$word\";")"
	judge
	exits 0 "status \"$word\": a heap"
done
for word in disabled fail okayish o ''; do
	tree "$(pool camera@50000000 "$flag status = \"$word\";")"
	judge
	exits 1 "status \"$word\": no heap"
	says 'unexpected heap: camera@50000000' "status \"$word\": no heap, which is told"
done
guest 6.12.1 >"$TMP/results"
tree "$(pool default 'linux,cma-default;')"
judge
exits 0 "the default area is not said to be a heap"
says 'as expected: 0 there, 0 absent' "nor to be none"
guest 6.12.1 default >"$TMP/results"
judge
exits 0 "the default area may be a heap"
says 'as expected: 0 there, 0 absent' "of which nothing is said"
judge --cmdline cma_heap.export=all
says 'as expected: 1 there, 0 absent' "the default area with cma_heap.export=all"
guest 6.12.1 >"$TMP/results"
for pool in 'compatible = "shared-dma-pool"; reusable; no-map;' 'compatible = "shared-dma-pool";' \
	'compatible = "vendor,pool"; reusable;'; do
	tree "camera@50000000 { reg = <0x0 0x50000000 0x0 0x1000000>; $pool };"
	judge --cmdline cma_heap.export=all
	exits 0 "cma_heap.export=all does not make a heap of: $pool"
	says 'as expected: 0 there, 1 absent' "which is absent: $pool"
done
tree "$(pool camera@50000000)"
for kernel in 6.19.0 6.20.1 7.0.0; do
	guest "$kernel" camera@50000000 >"$TMP/results"
	judge
	exits 0 "Linux $kernel exports all regions"
done
for kernel in 6.18.9 6.1.19 5.20.0 none; do
	guest "$kernel" >"$TMP/results"
	judge
	exits 0 "Linux $kernel does not"
done
sed -i '/^kernel/d' "$TMP/results"
judge
exits 0 "nor does one that is not known"
json '.kernel == null' "which is null in the report"
dtc -q -I dts -O dtb -o "$TMP/tree.dtb" - <<'DTS'
/dts-v1/;
/ { };
DTS
judge
exits 0 "a tree without /reserved-memory"
says 'as expected: 0 there, 0 absent' "of which nothing is expected"

# What the guest says of its checks
tree "$(pool camera@50000000 "$flag")"
guest 6.12.1 camera@50000000 >"$TMP/good"
sed 's/^1\.\.1/1..2/' "$TMP/good" >"$TMP/results"
judge
exits 1 "fewer checks than planned"
says 'the guest planned 2 checks and made 1' "fewer checks than planned: which is told"
sed 's/^1\.\.1/1..0/' "$TMP/good" >"$TMP/results"
judge
exits 1 "more checks than planned"
sed '/^1\.\.1/d' "$TMP/good" >"$TMP/results"
judge
exits 1 "checks without a plan"
sed 's/^1\.\.1/1..2/; s/^ok 1.*/&\nnot ok 2 - another one/' "$TMP/good" >"$TMP/results"
judge
exits 1 "a check that fails"
says 'failed in the guest: not ok 2 - another one' "a check that fails: which one"
ok "a check that fails was made" sh -c "! grep -q planned '$TMP/err'"
says 'not as expected; the console log is' "a check that fails: where the log is"
sed 's/^ok 1.*/not &/' "$TMP/good" >"$TMP/results"
judge
exits 1 "the only check fails"
sed 's/^1\.\.1/# a table\n#its end\n&/' "$TMP/good" >"$TMP/results"
judge
exits 0 "a table"
ok "the table is printed" test "$(head -n 2 "$TMP/out" | xargs)" = 'a table its end'

# How the guest ends
for last in 'done' shell; do
	sed "s/^done/$last/" "$TMP/good" >"$TMP/results"
	judge
	exits 0 "the guest ends with $last"
done
sed '/^done/d' "$TMP/good" >"$TMP/results"
seq -f 'line %g' 25 >"$TMP/console"
judge
exits 3 "the guest dies"
says 'the kernel died; the whole console log is' "the guest dies: which is told"
ok "the guest dies: the last 20 lines of the log are shown" test "$(grep '^line' "$TMP/err" | xargs)" = \
	"$(seq -f 'line %g' 6 25 | xargs)"
json '.exit == 3' "the guest dies: the report"
printf 'line 1\nline 2' >"$TMP/console"
judge
ok "the guest dies: a short log is shown from its start" test "$(grep '^line' "$TMP/err" | xargs)" = 'line 1 line 2'
sed '/^guest/d' "$TMP/good" >"$TMP/results"
judge
exits 3 "the guest does not start"
says 'the kernel did not reach user space; the whole' "the guest does not start: which is told"
rm "$TMP/results"
judge
exits 3 "there are no results"
judge --boot-loader
exits 3 "there are no results, and there is a boot loader"
cp "$TMP/good" "$TMP/results"
judge --timeout
exits 124 "a timeout"
says 'the guest was stopped by the timeout; the whole console log is' "a timeout: which is told"
console

# Messages that must come, each as often as it is said
sed "s/^done/message\tcma_heap: a\nmessage\tcma_heap: a\nmessage\tdma_heap: b\ndone/" "$TMP/good" >"$TMP/results"
judge -w 'cma_heap: a' -w 'dma_heap: b' -w 'cma_heap: a'
exits 0 "all messages were asked for"
json '.messages == ["cma_heap: a", "cma_heap: a", "dma_heap: b"] and .splats == []' "messages are in the report"
judge -w 'cma_heap: a' -w 'dma_heap: b'
exits 1 "a message that comes once more"
json '.splats == ["cma_heap: a"]' "which is in the report"
judge -w 'cma_heap: a' -w 'cma_heap: a' -w 'dma_heap: b' -w 'dma_heap: b'
exits 1 "a message that comes once less"
says 'not in the kernel log: dma_heap: b' "which is told"

# The tree that was booted, if a boot loader had it
cat >"$TMP/tree.dts" <<'DTS'
/dts-v1/;
/ {
	model = "a";
	memory@0 { reg = <0 0>; };
	chosen { bootargs = "b"; };
	__symbols__ { c = "/c"; };
	reserved-memory {
		ranges;
		camera { linux,cma-export-heap; size = <0x1000000>; };
	};
};
DTS
dtc -q -f -I dts -O dtb -o "$TMP/tree.dtb" "$TMP/tree.dts"
# booted SED: what the guest tells of the tree, with that change
booted() {
	{
		sed '/^done/d; s/camera@50000000/camera/g' "$TMP/good"
		printf 'tree\t%s\t%s\n' /name '' /model 6100 /reserved-memory/name 00 /reserved-memory/ranges '' \
			/reserved-memory/camera/name 00 /reserved-memory/camera/linux,cma-export-heap '' \
			/reserved-memory/camera/size 01000000 /other/name 00 | sed "$1"
		echo 'done'
	} >"$TMP/results"
	judge --boot-loader
}
# dropped TEXT NAME
dropped() {
	exits 1 "$2"
	says "the boot loader dropped the device tree or its overlay: $1" "$2: which is told"
	ok "$2: what follows from it is not" sh -c "! grep -q 'missing heap' '$TMP/err'"
}
booted ''
exits 0 "the boot loader keeps the tree"
booted '/linux,cma-export-heap/d'
dropped 'there is no /reserved-memory/camera/linux,cma-export-heap' "a property is dropped"
booted 's/6100/6200/'
dropped '/model has another value' "a property has another value"
booted '/^tree.\/reserved-memory\/camera/d'
dropped 'there is no /reserved-memory/camera' "a node is dropped"
json '.dropped == ["there is no /reserved-memory/camera"]' "a node is dropped: the report"
sed -i '/^heap/d' "$TMP/results"
judge --boot-loader
dropped 'there is no /reserved-memory/camera' "a node is dropped, and so its heap is missing"
json '.missing == ["camera"]' "the heap is missing in the report"
judge
exits 1 "the same without a boot loader"
says 'missing heap: camera' "the heap is what is missing there"

# The report, and where it goes
tree "$(pool camera@50000000 "$flag")"
cp "$TMP/good" "$TMP/results"
judge --arch arm64 --cmdline 'quiet x'
json '.arch == "arm64" and .cmdline == "quiet x" and .kernel == "6.12.1" and .exit == 0 and (.console | endswith("/console"))' \
	"the report names what was booted"
ok "the report is for everyone to read" test "$(stat -c %a "$TMP/report")" = 644
ok "there is nothing beside it" test "$(find "$TMP" -name 'report*' | wc -l)" = 1
run build/heap-report --results "$TMP/results" --console "$TMP/console" --dtb "$TMP/tree.dtb" --json -
ok "the report on standard output, behind the rest" \
	sh -c "sed '1,/^as expected/d' '$TMP/out' | jq -e '.exit == 0'"
ln -s elsewhere "$TMP/link"
: >"$TMP/elsewhere"
judge --json "$TMP/link"
ok "the report to what is no file of its own goes there" sh -c "test -L '$TMP/link' && jq -e '.exit == 0' '$TMP/elsewhere'"
run build/heap-report --results "$TMP/results" --console "$TMP/console" --dtb "$TMP/tree.dtb"
exits 0 "no report"
ok "no report is nowhere" sh -c "! grep -q '{' '$TMP/out'"
judge --json "$TMP/none/report"
complains 2 "$TMP/none/report: No such file" "a report that cannot be written"

# Wrong usage and input
for option in results console dtb; do
	others=()
	for other in results console dtb; do
		[[ $other == "$option" ]] || others+=("--$other" "$TMP/$other")
	done
	run build/heap-report "${others[@]}"
	exits 2 "without --$option"
	says 'usage: heap-report --results FILE' "without --$option: usage"
done
judge word
exits 2 "a word too many"
judge --none
exits 2 "an option that there is not"
run build/heap-report --help
exits 0 "--help"
says 'usage: heap-report --results FILE' "--help: usage"
run build/heap-report --results "$TMP/results" --console "$TMP/none" --dtb "$TMP/tree.dtb"
complains 2 "$TMP/none: No such file" "a console that is not there"
run build/heap-report --results "$TMP/results" --console "$TMP/console" --dtb "$TMP/none"
complains 2 "$TMP/none: No such file" "a tree that is not there"
run build/heap-report --results "$TMP/results" --console "$TMP/console" --dtb "$TMP/console"
complains 2 "$TMP/console: not a device tree: FDT_ERR_" "a tree that is none"
