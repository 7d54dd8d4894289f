#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The judge of a boot, on results and consoles that are written here: nothing is booted.
set -eu
. ./tests/lib.sh

make -s build/heap-report || exit

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
names=$(seq -f 'pool-%g' 600 | xargs)
# shellcheck disable=SC2086 # words are wanted
guest 7.3.4 $names >"$TMP/results"
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
plan
