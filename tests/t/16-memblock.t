#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# scripts/cma-heaps/memblock.c does what mm/memblock.c of each kernel does, in random
# sequences of calls. The kernel's file is built as for its own tests, by
# tools/testing/memblock, with addresses of 64 and of 32 bits.
set -euo pipefail
. ./tests/lib.sh

SEQUENCES=2000
seed=${FUZZ_SEED:-1}
sanitize=('-fsanitize=address,undefined')
mapfile -t all < <(versions)
[[ ${#all[@]} -gt 0 ]] || die 1 "KERNELS=$KERNELS: no kernel to compare with"

# What the test must see: one file each that differs from ours in one place
mutations=(
	's/return cand < to && to - cand >= size;/return cand < to \&\& to - cand > size;/'
	's/list->count + more <= list->limit/list->count + more < list->limit/'
	's/range_end(r) == next->base && r->flag == next->flag/range_end(r) == next->base/'
	's/if (low && low + half == at + page)/if (low + half == at + page)/'
	's/start < mb->page_size/!start/'
)
echo "1..$((3 * 2 * ${#all[@]} + 2 * ${#mutations[@]}))"

# ours NAME FILE: compile it
ours() {
	gcc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -O2 -g "${sanitize[@]}" -iquote . \
		-c -o "$TMP/$1.o" "$2"
}

# theirs VERSION BITS: build the kernel's file in a copy of its tests, as build/ has the
# source for all of them
theirs() {
	local src=$BUILD/$1/src tree=$TMP/$1-$2 link options="-I. -I../../include -O2 -g ${sanitize[*]}"
	[[ $2 -eq 32 ]] || options+=' -DCONFIG_PHYS_ADDR_T_64BIT'
	scripts/kernel/series apply "$1" || return
	mkdir -p "$tree/tools/testing"
	for link in include lib mm tools/arch tools/include tools/lib; do
		ln -s "$src/$link" "$tree/$link"
	done
	tree+=/tools/testing/memblock
	cp -r "$src/tools/testing/memblock" "$tree" || return
	cp tests/memblock/reference.[ch] "$tree"
	cp tests/memblock/panic.h "$tree/linux"
	make -B -s -C "$tree" CFLAGS="$options" memblock.o mmzone.o reference.o
}

# link VERSION BITS MEMBLOCK: with our file, or one that differs from it
link() {
	local tree=$TMP/$1-$2/tools/testing/memblock
	gcc "${sanitize[@]}" -o "$TMP/compare-$1-$2-$3" "$TMP"/{compare,kernel,util}.o "$TMP/$3.o" \
		"$tree"/{memblock,mmzone,reference}.o
}

# compare VERSION BITS MEMBLOCK: the kernel warns of calls that it does all the same
compare() {
	run "$TMP/compare-$1-$2-$3" "$1" "$2" "$seed" "$SEQUENCES"
	: >"$TMP/err"
}

build() {
	theirs "$1" "$2" && link "$1" "$2" memblock
}

ours compare tests/memblock/compare.c
for file in cma-heaps/kernel cma-heaps/memblock common/util; do
	ours "${file#*/}" "scripts/$file.c"
done

for version in "${all[@]}"; do
	for bits in 64 32; do
		what="$version: addresses of $bits bits"
		run build "$version" "$bits"
		exits 0 "$what: the kernel's memblock.c builds for its own tests"
		compare "$version" "$bits" memblock
		exits 0 "$what: all calls do the same"
		# shellcheck disable=SC2016 # of awk
		ok "$what: there are calls of each kind, with and without room" \
			awk '$NF < 500 { few = 1 } END { exit few || NR < 11 }' "$TMP/out"
	done
done

for i in "${!mutations[@]}"; do
	sed "${mutations[i]}" scripts/cma-heaps/memblock.c >"$TMP/mutant-$i.c"
	sed -i 's|"memblock.h"|"scripts/cma-heaps/memblock.h"|; s|"\.\./|"scripts/|' "$TMP/mutant-$i.c"
	ok "mutation $i changes something" \
		[ "$(diff scripts/cma-heaps/memblock.c "$TMP/mutant-$i.c" | grep -c '^>')" -eq 3 ]
	ours "mutant-$i" "$TMP/mutant-$i.c"
	link "${all[0]}" 64 "mutant-$i"
	compare "${all[0]}" 64 "mutant-$i"
	if ((status == 1)) && grep -q '^# seed ' "$TMP/out"; then status=0; else status=1; fi
	exits 0 "mutation $i is found, and its seed printed"
done
