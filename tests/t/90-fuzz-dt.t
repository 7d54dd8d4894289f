#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Random trees: what cma-heaps predicts is what the booted kernel has. And would it
# be seen if it were not?
set -eu
. ./tests/lib.sh

make -s build/fuzz-dt build/cma-heaps || exit
fuzz=scripts/fuzz/run

# Trees follow from the seed, on every machine: these sums are of files, options too
for tree in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	build/fuzz-dt 1 "$tree" "$TMP/tree.dtb"
	cat "$TMP/tree.dtb"
done >"$TMP/trees"
sum=$(cksum <"$TMP/trees")
echo "# $sum"
ok "the trees of seed 1 are the known ones" test "$sum" = "2830692252 109004"
build/fuzz-dt 2 1 "$TMP/other.dtb" >/dev/null
build/fuzz-dt 1 1 "$TMP/tree.dtb" >/dev/null
for arch in arm riscv64; do
	build/fuzz-dt -a "$arch" 1 1 "$TMP/$arch.dtb" >/dev/null
	ok "another architecture gives other trees: $arch" \
		test "$(cksum <"$TMP/tree.dtb")" != "$(cksum <"$TMP/$arch.dtb")"
done
ok "another seed gives other trees" test "$(cksum <"$TMP/tree.dtb")" != "$(cksum <"$TMP/other.dtb")"

# liar FILTER: a predictor with another prediction
liar() {
	cat >"$TMP/liar" <<-END
		#!/bin/sh
		status=0
		"$TOP/build/cma-heaps" "\$@" >"$TMP/truth" || status=\$?
		jq '$1' "$TMP/truth"
		exit "\$status"
	END
	chmod +x "$TMP/liar"
}

# caught FILTER NAME TEXT [TREE]: in tree 4 of seed 1 there are heaps whose place is
# known, with tree 58 the kernel crashes
caught() {
	liar "$1"
	run "$fuzz" -s 1 -i "${4:-4}" -p "$TMP/liar"
	exits 1 "$2: is a mismatch"
	says "$3" "$2: is reported"
}
caught 'del(.heaps[0])' "a heap that was not predicted" "not predicted, is at 0x"
says "scripts/fuzz/run -k 6.12 -a arm64 -s 1 -i 4" "a mismatch: how to repeat it is printed"
kept=build/fuzz/6.12-1-4
for file in tree.dtb opts prediction.json report.json console.log; do
	ok "a mismatch: $file is kept" test -s "$kept/$file"
done
build/fuzz-dt 1 4 "$TMP/tree.dtb" >"$TMP/opts"
ok "a mismatch: the tree that is kept is the one" cmp "$TMP/tree.dtb" "$kept/tree.dtb"
ok "a mismatch: the options that are kept are the ones" cmp "$TMP/opts" "$kept/opts"
caught '.heaps += [{name: "none", node: null, base: null, size: null}]' \
	"a heap that is not there" "none: predicted at unknown+unknown, is not there"
caught '.heaps[0].base += 4096' "a wrong base" "predicted at 0x"
caught '.heaps[0].size += 4096' "a wrong size" "predicted at 0x"
caught '.heaps[0].node = "/reserved-memory/none"' "a wrong node" "predicted of node /reserved-memory/none"
caught '.boots = false' "a kernel that comes up against the prediction" "reaches user space"
caught '.boots = true' "a kernel that dies against the prediction" "does not reach user space" 58
caught empty "no prediction" "not comparable"
liar .
run "$fuzz" -s 1 -i 4 -p "$TMP/liar"
exits 0 "the real prediction is no mismatch"
run "$fuzz" -s 1 -i 4 -n 3 -j 2 -p false
exits 1 "a predictor that fails"
says "3 trees in" "a predictor that fails: the run goes on"
says "s, 3 mismatches" "a predictor that fails: mismatches are counted"
rm -rf build/fuzz/6.12-1-*

run "$fuzz" -n none
complains 2 "-n 'none'" "a number that is none"
run "$fuzz" -k 9.9
complains 2 "there are: " "a kernel that no series serves"
run "$fuzz" -a none
complains 2 "unknown architecture 'none'; there are: " "an architecture that is not known"
run "$fuzz" -d "$TMP/none"
complains 2 "$TMP/none: no tree is kept there" "a folder without trees"
run "$fuzz" tree.dtb
exits 2 "an unexpected argument"
run "$fuzz" -h
exits 0 "-h"

# A tree that is kept. dtc does not take such a name, and Linux 6.x makes a format of it.
mkdir -p "$TMP/kept/percent"
printf 'memory=512M\ncmdline=\n' >"$TMP/kept/percent/opts"
qemu-system-aarch64 -machine virt,dumpdtb="$TMP/machine.dtb" -cpu cortex-a57 -m 512M -nic none -nodefaults \
	-display none -device virtio-serial-device >/dev/null 2>&1
dtc -q -@ -I dts -O dtb -o "$TMP/overlay.dtbo" tests/dt/good-default-flagged.dtso
fdtoverlay -i "$TMP/machine.dtb" -o "$TMP/merged.dtb" "$TMP/overlay.dtbo"
LC_ALL=C sed 's/linux,cma\x00/linux%%cm\x00/' "$TMP/merged.dtb" >"$TMP/kept/percent/tree.dtb"
for version in 7.3 6.12 6.1; do
	run "$fuzz" -k "$version" -d "$TMP/kept"
	exits 0 "$version: a heap with a format for a name is as predicted"
	sed 's/^/# /' "$TMP/out"
done

for version in 7.3 6.12 6.1; do
	seed=${FUZZ_SEED:-$(od -An -N4 -t u4 /dev/urandom | tr -d ' ')}
	echo "# seed $seed"
	run "$fuzz" -k "$version" -n 100 -s "$seed"
	exits 0 "$version: 100 random trees give what was predicted, seed $seed"
	sed 's/^/# /' "$TMP/out"
done
# On the others, what differs most; a boot that hangs there says nothing for long
for version in 7.3 6.12; do
	for arch in arm riscv64; do
		run "$fuzz" -k "$version" -a "$arch" -n 25 -t 20 -s "$seed"
		exits 0 "$version: 25 random trees give what was predicted on $arch, seed $seed"
		sed 's/^/# /' "$TMP/out"
	done
done
plan
