#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Who may allocate: root alone, until a udev rule gives one heap to one group. With
# Debian's newest udevd, all of its rules, and the rule of dts/, in the guest.
set -euo pipefail
# The debug kernel has what udevd needs
export DEBUG="${DEBUG:-newest}"
. ./tests/lib.sh

version=$DEBUG
default=$(field "$version" default)
heaps=(display@54000000 reserved system)
[[ $default == - ]] || heaps+=("$default")
plan $((8 + ${#heaps[@]}))
run debug_kernel "$version"
exits 0 "a kernel for udevd builds"
image=$(cat "$TMP/out")
run build_program access
exits 0 "the test builds"
run scripts/kernel/fetch -p udev:arm64 libsystemd-shared:arm64 libc6:arm64
exits 0 "Debian's udevd is there"

while read -r deb; do
	dpkg-deb -x "$deb" "$TMP/debian"
done <"$TMP/out"
guest=$TMP/guest
mkdir -p "$guest/selftests" "$guest/etc/udev/rules.d"
(cd "$TMP/debian" && cp -a --parents usr/bin/udevadm usr/lib/systemd/systemd-udevd usr/lib/udev/rules.d \
	usr/lib/ld-linux-* usr/lib/*/ld-linux-* usr/lib/*/libc.so.6 usr/lib/*/libm.so.6 \
	usr/lib/*/systemd/libsystemd-shared-* "$guest")
ln -s usr/lib "$guest/lib"
echo 'root:x:0:0::/:/bin/sh' >"$guest/etc/passwd"
printf 'root:x:0:\nvideo:x:44:\n' >"$guest/etc/group"
cp build/guest/arm64/access "$guest/selftests"
cp dts/70-dma-heap.rules "$guest"
initrd_with "$guest" "$TMP/access.gz"

boot "$version" "$image" --json "$TMP/report" -- -initrd "$TMP/access.gz"
exits 0 "only the group of the rule is let in, and only into its heap"
console=$(jq -r .console "$TMP/report")
for what in "without udev: camera@50000000: a user of the group is refused" \
	"without a rule: camera@50000000: a user of the group is refused" \
	"with the rule: camera@50000000: a user of the group is let in" \
	"with the rule: camera@50000000: another user is refused"; do
	ok "$what" grep -q "^access: ok [0-9]* - $what" "$console"
done
for heap in "${heaps[@]}"; do
	what="with the rule: $heap: a user of the group is refused"
	ok "$what" grep -q "^access: ok [0-9]* - $what" "$console"
done
