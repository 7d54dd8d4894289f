#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The CMA heap as a module, where the kernel lets it be one: a bare insmod exports the
# flagged regions, and a driver that is a module can add a heap, and be unloaded.
set -euo pipefail
. ./tests/lib.sh

# All kernels with a modular CMA heap have the same code
version=
for candidate in $(versions); do
	! grep -q 'tristate "DMA-BUF CMA Heap"' "build/$candidate/src/drivers/dma-buf/heaps/Kconfig" ||
		version=${version:-$candidate}
done
[ -n "$version" ] || die 2 "no kernel of KERNELS='${KERNELS-}' has a modular CMA heap"

plan 12

out=$TOP/build/$version/src/out-module
run scripts/kernel/build -m -n module -x CONFIG_DMABUF_HEAPS_CMA=m "$version" arm64
exits 0 "$version: builds with the CMA heap as a module"
ok "$version: there is one module" \
	[ "$(cd "$out/drivers/dma-buf/heaps" && echo *.ko)" = cma_heap.ko ]
mkdir -p "$TMP/extra/modules"
cp "$out/drivers/dma-buf/heaps/cma_heap.ko" "$TMP/extra/modules/2-cma_heap.ko"
for module in 1-pool_user 3-caller_once; do
	run build_module "$out" "${module#*-}"
	exits 0 "$version: the module ${module#*-} builds"
	cp "$TMP/${module#*-}.ko" "$TMP/extra/modules/$module.ko"
done
initrd_with "$TMP/extra" "$TMP/initrd.gz"

image=$out/arch/arm64/boot/Image
run qemu/boot -k "$version" --image "$image" -d tests/guest/module/tree.dtso \
	-n camera@50000000 -n default_cma_region -e system
exits 0 "$version: no heap before the module is loaded"

run qemu/boot -k "$version" --image "$image" -d tests/guest/module/tree.dtso --json "$TMP/report" \
	-e camera@50000000=16M -e default_cma_region -e reserved -e dsp@52000000=16M \
	-w 'cma_heap: coherent@70000000: no heap: not reusable' \
	-w 'cma_heap: camera@50000000: no heap: name is invalid or too long' \
	-- -initrd "$TMP/initrd.gz"
exits 0 "$version: heaps of the flagged region and of a module that is gone, and true warnings"
console=$(jq -r .console "$TMP/report")
for result in "pool_user: 0" "caller_once: new: 0" "caller_once: again: 0" "caller_once: flagged: 0" \
	"caller_once: other node: -22" "caller_once: no area: -22"; do
	ok "$version: $result" grep -q "$result" "$console"
done
