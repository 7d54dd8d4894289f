#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# cma-heaps in the guest: list, doctor, and that the kernel puts things where predict says.
set -euo pipefail
. ./tests/lib.sh
needs 6.12 "the default of qemu/boot"
plan $((5 + 4 * $(versions | wc -l)))

tool=build/cma-heaps
make_locked "$tool"

# json FILTER NAME: it holds of the last output
json() {
	if [ "$status" -eq "$want" ] && jq -e "$1" "$TMP/out" >/dev/null; then
		result 0 "$2"
	else
		result 1 "$2"
	fi
}

# In the guest: what is there, and that it is what was predicted
# doctor COMMAND TREE OPTIONS OF QEMU/BOOT...
doctor() {
	printf 'echo BEGIN; cma-heaps %s --json; echo END\n' "$1" >"$TMP/input"
	tree=$2
	shift 2
	: >"$TMP/console"
	{ appears BusyBox console; sleep 1; cat "$TMP/input"; appears ^END console; printf '\001x'; } |
		qemu/boot -i -t 120 -d "$tree" "$@" >"$TMP/console" 2>/dev/null || :
	tr -d '\r' <"$TMP/console" | sed -n '/^BEGIN$/,/^END$/{/^BEGIN$/d; /^END$/d; p}' >"$TMP/out"
	status=0 want=0
}

doctor list dts/qemu-virt.dtso
json '[.heaps[] | select(.name == "camera@50000000")] == [{name: "camera@50000000",
	node: "/reserved-memory/camera@50000000", base: 1342177280, size: 16777216, free: 16777216,
	owner: "root", group: "root", mode: "0600", consumers: []}]' "list, in the guest"
json '.notes == []' "list has nothing that it does not know"
doctor list tests/dt/good-no-default.dtso -k 7.3 -c cma=x
json '[.heaps[] | select(.name == "default_cma_region") | .base, .size] == [1358954496, 4194304]' \
	"list, without a default area: its name can be that of a region"
doctor doctor dts/qemu-virt.dtso
json '.differences == [] and .exit == 0' "doctor: all is as predicted"
doctor doctor tests/dt/bad-misaligned.dtso
json '.differences == [] and .exit == 1 and (.prediction.regions[] |
	select(.node == "/reserved-memory/video@51000000").problems[0].fix |
	startswith("reg = <0x0 0x51000000 0x0 0x800000>;"))' "doctor: why a heap is missing"

# What it says of addresses is where the kernel puts things
for version in $(versions); do
	for tree in tests/dt/good-dynamic.dtso dts/qemu-virt.dtso; do
		for memory in 512M 2G; do
			run qemu/boot -k "$version" -d "$tree" -m "$memory" --json "$TMP/report"
			jq -r '.heaps[] | select(.name != "system") | "\(.name) \(.base) \(.size)"' \
				"$TMP/report" | sort >"$TMP/is"
			jq -r '.heaps[] | "\(.name) \(.base) \(.size)"' \
				"$(dirname "$(jq -r .console "$TMP/report")")/prediction.json" | sort >"$TMP/want"
			# How 7.x maps memory depends on the CPU, and so does what is left above
			[ "$memory" = 512M ] || sed -i -E 's/^(default_cma_region|reserved) [^ ]*/\1 null/' "$TMP/want" "$TMP/is"
			run diff -u "$TMP/want" "$TMP/is"
			exits 0 "$version: ${tree##*/}, $memory: heaps are where they were predicted"
		done
	done
done
