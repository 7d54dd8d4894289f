#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The kernel with KASAN, UBSAN, lockdep, kmemleak and the like: its detectors are
# heard, and the tests of the guest make it report nothing.
#
# With DEBUG=VERSION, as make test-debug sets it, the tests of the guest run on that
# kernel themselves. Without, they are called from here, with a part of the trees.
set -euo pipefail
called=${DEBUG-}
export DEBUG="${DEBUG:-newest}"
. ./tests/lib.sh

plan "$([[ -n $called ]] && echo 36 || echo 38)"

version=$DEBUG
regions=60

# names: of the regions
names() {
	for i in $(seq $regions); do
		printf 'r%d@%x\n' "$i" $((0x50000000 + i * 0x400000))
	done
}

# tree: many flagged regions
tree() {
	cat <<-END
		/dts-v1/;
		/plugin/;
		&{/} {
			reserved-memory {
				#address-cells = <2>;
				#size-cells = <2>;
				ranges;
	END
	for region in $(names); do
		printf '\t\t%s {\n\t\t\tcompatible = "shared-dma-pool";\n' "$region"
		printf '\t\t\treg = <0 0x%s 0 0x400000>;\n\t\t\treusable;\n' "${region#*@}"
		printf '\t\t\tlinux,cma-export-heap;\n\t\t};\n'
	done
	printf '\t};\n};\n'
}

# faulty_kernel: the debug kernel with tests/guest/faults.c, and the path of its image
faulty_kernel() {
	local tree
	tree=$(scripts/kernel/stock "$version" HEAD faults)
	[ -e "$tree/out-debug" ] || cp -a "build/$version/src/out-debug" "$tree"
	cp tests/guest/faults.c "$tree/drivers/dma-buf/heaps/"
	grep -q faults.o "$tree/drivers/dma-buf/heaps/Makefile" ||
		sed -i '1a obj-y += faults.o' "$tree/drivers/dma-buf/heaps/Makefile"
	debug_kernel "$version" -s "$tree"
}

# fates: what failed, and what became of the heap, a line each: NAME whole|lost CALLERS
fates() {
	tr -d '\r' <"$console" | sed -n 's/.*heap_faults: \(r[^:]*\): /\1 /p' >"$TMP/failed"
	jq -r '.heaps[].name' "$TMP/report" >"$TMP/heaps"
	while read -r name callers; do
		grep -qx "$name" "$TMP/heaps" && fate=whole || fate=lost
		echo "$name $fate $callers"
	done <"$TMP/failed"
}

# judge: that boot once more, by what failed: each heap that was lost has its warning, with
# the error of the heap core above it, and all other heaps are there
judge() {
	set -- --results "${console%/*}/results" --console "$console" --dtb "${console%/*}/tree.dtb" \
		-e reserved -w "cma_heap: reserved: no heap: out of memory" \
		-w "cma_heap: reserved: no heap: could not be registered"
	for heap in $(names); do
		case $(grep "^$heap lost " "$TMP/fates") in
		"") set -- "$@" -e "$heap"; continue ;;
		# The driver core ignores that a device has no file, whichever device it is
		*devtmpfs_create_node*) set -- "$@" -n "$heap"; continue ;;
		*__xa_alloc*) set -- "$@" -w 'dma_heap: Unable to get minor number for heap' ;;
		*cdev_add*) set -- "$@" -w 'dma_heap: Unable to add char device' ;;
		*device_create*) set -- "$@" -w 'dma_heap: Unable to create device' ;;
		esac
		set -- "$@" -n "$heap" -w "cma_heap: $heap: no heap: could not be registered"
	done
	build/heap-report "$@"
}

# loses WHAT PATTERN: that did fail, and the heap was lost
loses() {
	ok "$version: lost for want of $1" grep -q "^[^ ]* lost $2" "$TMP/fates"
}

run debug_kernel "$version"
exits 0 "$version: the debug kernel builds"
image=$(cat "$TMP/out")

run build_module "${image%/arch/*}" provoke
exits 0 "$version: a module that provokes faults builds"
mkdir -p "$TMP/extra/modules"
cp "$TMP/provoke.ko" "$TMP/extra/modules/"
initrd_with "$TMP/extra" "$TMP/initrd.gz"
boot "$version" "$image" --json "$TMP/report" -- -initrd "$TMP/initrd.gz"
exits 1 "$version: provoked faults fail the run"
for report in 'possible circular locking' 'BUG: sleeping function' 'DMA-API: ' 'ODEBUG: ' \
	'UBSAN: array-index-out-of-bounds' 'KASAN: ' 'kmemleak: '; do
	# shellcheck disable=SC2016 # a variable of jq
	ok "$version: is seen when provoked: $report" \
		jq -e --arg text "$report" 'any(.splats[]; contains($text))' "$TMP/report"
done

# The same kernel, with faults on the way from the flag to the heap
run faulty_kernel
exits 0 "$version: the debug kernel builds with faults"
cp "$TMP/out" "$TMP/faulty"
tree >"$TMP/faults.dtso"
boot "$version" "$(cat "$TMP/faulty")" --json "$TMP/report" -m 1G -d "$TMP/faults.dtso" -n none -c guest.list
console=$(jq -r .console "$TMP/report")
ok "$version: each probe is set" [ "$(grep -c 'heap_faults: .*no probe' "$console")" -eq 0 ]
fates >"$TMP/fates"
sed 's/^/# /' "$TMP/fates"
ok "$version: every allocation has failed" grep -q 'heap_faults: allocations: [1-9]' "$console"
run judge
exits 0 "$version: what fails loses its heap, with a warning, and nothing else, and no memory"
ok "$version: some heaps are left" [ "$(grep -c '^r' "$TMP/heaps")" -gt 15 ]
for function in dma_heap_add_cma __add_cma_heap; do
	ok "$version: a request fails in $function, and a later one does not" grep -q \
		"^reserved whole should_failslab <- \([^ ]*\(alloc\|kmem\)[^ ]* <- \)*$function" "$TMP/fates"
done
ok "$version: the caller sees that a request failed, and a later one did not" \
	grep -q 'heap_faults: two more requests: -12 0' "$console"
loses "the CMA heap" 'should_failslab <- \([^ ]*alloc[^ ]* <- \)*__add_cma_heap'
loses "the heap" 'should_failslab <- \([^ ]*alloc[^ ]* <- \)*dma_heap_add <-'
loses "a minor number" '__xa_alloc <- '
loses "a char device" 'cdev_add <- '
loses "memory for the char device" 'should_failslab <- .*cdev_add <- '
loses "the name of the device" 'kobject_set_name_vargs <- '
loses "memory for the name" 'should_failslab <- .*kobject_set_name_vargs <- '
loses "a device" 'device_add <- '
loses "memory for the device" 'should_failslab <- .*device_add <- '

boot "$version" "$(cat "$TMP/faulty")" --json "$TMP/report" -m 1G -n none \
	-c 'guest.list heap_faults_no_class'
exits 1 "$version: without a class for the heaps the boot goes on"
says 'dma_heap: Unable to create device' "$version: without a class for the heaps no device can be created"
ok "$version: without a class for the heaps nothing else is wrong" \
	jq -e '.heaps == [] and .splats - .messages == []' "$TMP/report"

# kept NAME CMDLINE: a tree for scripts/fuzz/run, with a flagged region of that name
kept() {
	rm -rf "$TMP/kept"
	held=$(printf %s "$1" | sed 's/./Q/g')
	mkdir -p "$TMP/kept/tree"
	cat >"$TMP/kept.dts" <<-END
		/dts-v1/;
		/plugin/;
		&{/} {
			reserved-memory {
				#address-cells = <2>;
				#size-cells = <2>;
				ranges;

				$held {
					compatible = "shared-dma-pool";
					reg = <0 0x50000000 0 0x400000>;
					linux,cma-export-heap;
				};
			};
		};
	END
	# dtc does not take every name
	dtc -q -@ -I dts -O dtb "$TMP/kept.dts" | LC_ALL=C sed "s/$held/$1/" >"$TMP/kept.dtbo"
	qemu-system-aarch64 -machine virt,dumpdtb="$TMP/machine.dtb" -cpu cortex-a57 -m 512M -nic none \
		-nodefaults -display none -device virtio-serial-device >/dev/null 2>&1
	fdtoverlay -i "$TMP/machine.dtb" -o "$TMP/kept/tree/tree.dtb" "$TMP/kept.dtbo"
	printf "memory=512M\ncmdline='%s'\n" "$2" >"$TMP/kept/tree/opts"
}

# A report only with the flag counts, one without it does not. That is judged here on
# a kernel that is quicker.
plain=build/$version/src/out-arm64
kept 'BUG: x' ''
run scripts/fuzz/run -m -k "$version" -o "$plain" -K "$TMP/fuzz" -d "$TMP/kept"
exits 1 "$version: a report that only a flagged tree gets is a fault"
says 'only with the flag: cma_heap: BUG: x: no heap: not reusable' "$version: the report is told"
kept 'plainx' guest.do=WARNING
run scripts/fuzz/run -m -k "$version" -o "$plain" -K "$TMP/fuzz" -d "$TMP/kept"
exits 0 "$version: a report that every tree gets is none"
# Where it does not come up in either case, it may tell of this or of that
kept 'BUG: x' rdinit=/none
run scripts/fuzz/run -m -k "$version" -o "$plain" -K "$TMP/fuzz" -d "$TMP/kept"
exits 0 "$version: a kernel that dies with the flag and without has no report"
# Without the flag cma_heap.export= goes from the command line, too, which leaves /init
kept 'BUG: x' 'guest.do=hang rdinit=/initcma_heap.export='
run scripts/fuzz/run -m -k "$version" -o "$plain" -K "$TMP/fuzz" -t 20 -d "$TMP/kept"
exits 0 "$version: a kernel that dies with the flag and hangs without has no report"
kept 'BUG: cma_heap+0x' rdinit=/none
run scripts/fuzz/run -m -k "$version" -o "$plain" -K "$TMP/fuzz" -d "$TMP/kept"
exits 1 "$version: unless the code of the heaps is in it"

if [ -z "$called" ]; then
	export TREES='good-all-slots good-default-flagged bad-misaligned bad-named-system bad-no-map'
	run prove -j2 tests/t/20-trees.t tests/t/3[5-7]-*.t
	exits 0 "$version: trees, KUnit suites, selftests, importers and load leave no report"

	seed=${FUZZ_SEED:-$(od -An -N4 -t u4 /dev/urandom | tr -d ' ')}
	echo "# seed $seed"
	run scripts/fuzz/run -m -k "$version" -n 10 -s "$seed" -j 4 -t 300
	exits 0 "$version: 10 hostile trees leave no report"
	sed 's/^/# /' "$TMP/out"
fi
