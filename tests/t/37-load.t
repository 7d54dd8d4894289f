#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Load on several heaps at once, for LOAD_SECONDS of the guest's time, on
# LOAD_KERNELS. make test-load makes it a minute.
set -euo pipefail
. ./tests/lib.sh

: "${LOAD_SECONDS:=5}"
read -ra loaded <<<"${LOAD_KERNELS:-$(tested | xargs)}"
checks=1
for version in "${loaded[@]}"; do
	needs "$version" "as LOAD_KERNELS asks for"
	[[ $version == 6.1 ]] && checks=$((checks + 5)) || checks=$((checks + 8))
done
plan "$checks"
mkdir -p "$TMP/load/selftests"
run build_program load
exits 0 "the load builds"
cp build/guest/arm64/load "$TMP/load/selftests"
initrd_with "$TMP/load" "$TMP/load.gz"

idle='' limit=$((limit + 10 * LOAD_SECONDS))
for version in "${loaded[@]}"; do
	run tested_kernel "$version" test -c qemu/test.config
	exits 0 "$version: builds with counts of pages"
	boot "$version" "$(cat "$TMP/out")" --json "$TMP/report" -d tests/dt/good-several.dtso \
		-c "LOAD_SECONDS=$LOAD_SECONDS" -- -initrd "$TMP/load.gz" -smp 2
	exits 0 "$version: heaps work under load"
	console=$(jq -r .console "$TMP/report")
	grep '^load: # [0-9]' "$console" | sed 's/^load: //' | tr -d '\r' || :
	for heap in camera@50000000 video,pool@51000000 display; do
		ok "$version: the whole of $heap comes back" \
			grep -q "^load: ok [0-9]* - $heap can be had in one piece" "$console"
		# Linux 6.1 does not count what is given back
		[ "$version" = 6.1 ] || ok "$version: $heap is free by CMA's own count" \
			grep -q "^load: ok [0-9]* - $heap is free at the end" "$console"
	done
done
