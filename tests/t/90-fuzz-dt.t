#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Random trees: what cma-heaps predicts is what the booted kernel has. And would a
# difference be found?
set -euo pipefail
. ./tests/lib.sh

# The trees below that break something are known for 6.12
needs 6.12 "whose trees below are known"
fuzz=scripts/fuzz/run
kept=$TMP/fuzz
# Not on each version: one boot takes a second, and 7.2 has the rules of 7.3 but for a few
read -ra random < <(versions | grep -vx 7.2 | xargs)
# On other architectures, what differs most
elsewhere=()
for version in $(versions | grep -x '7.3\|6.12'); do
	for arch in $(architectures_of "$version"); do
		[[ $arch == arm64 ]] || elsewhere+=("$version $arch")
	done
done
plan $((43 + 2 * ${#random[@]} + ${#elsewhere[@]}))

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

# caught FILTER NAME TEXT [TREE]: in tree 4 of seed 1 there are heaps whose base is
# known, with tree 58 the kernel crashes
caught() {
	liar "$1"
	run "$fuzz" -s 1 -i "${4:-4}" -K "$kept" -p "$TMP/liar"
	exits 1 "$2: is a mismatch"
	says "$3" "$2: is reported"
}

# Trees follow from the seed, on every machine: the checksum is of files and options
test_generator() {
	local tree sum arch
	for tree in {1..20}; do
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
}

test_mismatches() {
	local mine=build/fuzz/6.12-1-4 file
	# A mismatch that the user has of the same tree
	mkdir -p "$mine"
	touch "$mine/user"
	caught 'del(.heaps[0])' "a heap that was not predicted" "not predicted, is at 0x"
	says "scripts/fuzz/run -k 6.12 -a arm64 -s 1 -i 4" "a mismatch: how to repeat it is printed"
	for file in tree.dtb opts prediction.json report.json console.log; do
		ok "a mismatch: $file is kept" test -s "$kept/6.12-1-4/$file"
	done
	build/fuzz-dt 1 4 "$TMP/tree.dtb" >"$TMP/opts"
	ok "a mismatch: the tree that is kept is the one" cmp "$TMP/tree.dtb" "$kept/6.12-1-4/tree.dtb"
	ok "a mismatch: the options that are kept are the ones" cmp "$TMP/opts" "$kept/6.12-1-4/opts"
	caught '.heaps += [{name: "none", node: null, base: null, size: null}]' \
		"a heap that is not there" "none: predicted at unknown+unknown, is not there"
	caught '.heaps[0].base += 4096' "a wrong base" "predicted at 0x"
	caught '.heaps[0].size += 4096' "a wrong size" "predicted at 0x"
	caught '.heaps[0].node = "/reserved-memory/none"' "a wrong node" \
		"predicted of node /reserved-memory/none"
	caught '.boots = false' "a kernel that reaches user space against the prediction" "reaches user space"
	caught '.boots = true' "a kernel that crashes against the prediction" "does not reach user space" 58
	caught empty "no prediction" "not comparable"
	liar .
	run "$fuzz" -s 1 -i 4 -K "$kept" -p "$TMP/liar"
	exits 0 "the real prediction is no mismatch"
	run "$fuzz" -s 1 -i 4 -n 3 -j 2 -K "$kept" -p false
	exits 1 "a predictor that fails"
	says "3 trees in" "a predictor that fails: the run goes on"
	says "s, 3 mismatches" "a predictor that fails: mismatches are counted"
	ok "a mismatch that a user kept is still there" test -e "$mine/user"
	rm "$mine/user"
	rmdir "$mine" 2>/dev/null || :
	ok "nothing else is left behind" [ "$(find "$kept" -name 'run.*' | wc -l)" -eq 0 ]
}

test_usage() {
	run "$fuzz" -n none
	complains 2 "-n 'none'" "a number that is none"
	run "$fuzz" -k 9.9
	complains 2 "there are: " "a kernel that no series serves"
	run "$fuzz" -a none
	complains 2 "unknown architecture 'none'; there are: " "an architecture that is not known"
	run "$fuzz" -d "$TMP/none"
	complains 2 "$TMP/none: no tree is kept there" "a folder without trees"
	run "$fuzz" -n 1 -K /dev/null/none
	complains 2 "/dev/null/none: cannot be written" "a folder for mismatches that cannot be made"
	run "$fuzz" tree.dtb
	exits 2 "an unexpected argument"
	run "$fuzz" -h
	exits 0 "-h"
	# Of a folder whose name a shell would have to quote nothing is left
	mkdir "$TMP/it's"
	run env TMPDIR="$TMP/it's" "$fuzz" -n none
	complains 2 "-n 'none'" "TMPDIR with a quote"
	ok "TMPDIR with a quote is empty again" [ -z "$(ls "$TMP/it's")" ]
}

# A tree that is kept. dtc does not take such a name, and Linux 6.x uses it as a format.
test_percent() {
	local version
	mkdir -p "$TMP/kept/percent"
	printf "memory=512M\ncmdline=''\n" >"$TMP/kept/percent/opts"
	qemu-system-aarch64 -machine virt,dumpdtb="$TMP/machine.dtb" -cpu cortex-a57 -m 512M -nic none \
		-nodefaults -display none -device virtio-serial-device &>/dev/null
	dtc -q -@ -I dts -O dtb -o "$TMP/overlay.dtbo" tests/dt/good-default-flagged.dtso
	fdtoverlay -i "$TMP/machine.dtb" -o "$TMP/merged.dtb" "$TMP/overlay.dtbo"
	LC_ALL=C sed 's/linux,cma\x00/linux%%cm\x00/' "$TMP/merged.dtb" >"$TMP/kept/percent/tree.dtb"
	for version in "${random[@]}"; do
		run "$fuzz" -k "$version" -K "$kept" -d "$TMP/kept"
		exits 0 "$version: a heap with a format for a name is as predicted"
		sed 's/^/# /' "$TMP/out"
	done
}

test_random() {
	local version arch pair seed
	seed=${FUZZ_SEED:-$(od -An -N4 -t u4 /dev/urandom | tr -d ' ')}
	echo "# seed $seed"
	for version in "${random[@]}"; do
		run "$fuzz" -k "$version" -n "$trees" -s "$seed"
		exits 0 "$version: random trees give what was predicted"
		sed 's/^/# /' "$TMP/out"
	done
	for pair in "${elsewhere[@]}"; do
		read -r version arch <<<"$pair"
		# A boot that hangs there prints nothing for long
		run "$fuzz" -k "$version" -a "$arch" -n $((trees / 4)) -t 20 -s "$seed"
		exits 0 "$version: random trees give what was predicted on $arch"
		sed 's/^/# /' "$TMP/out"
	done
}

main() {
	trees=${FUZZ_TREES:-60}
	make_locked build/fuzz-dt build/cma-heaps
	test_generator
	test_mismatches
	test_usage
	test_percent
	test_random
}

main "$@"
