#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# When kernel, U-Boot and checkpatch.pl are built or unpacked again, and how step() ends.
# Nothing is compiled: Makefiles of this test stand for those of the kernel and of U-Boot.
set -euo pipefail
. ./tests/lib.sh
plan 27

# What the Makefiles write a line to
export BUILDS=$TMP/builds

# builds NUMBER NAME: that often something was built
builds() {
	exits 0 "$2: exit status"
	ok "$2" [ "$(wc -l <"$BUILDS")" -eq "$1" ]
}

test_kernel() {
	local src=build/6.12/src
	# It is applied already
	printf '#!/bin/sh\n' >scripts/kernel/series
	mkdir -p "$src/mm"
	cat >"$src/Makefile" <<'END'
VERSION = 6
PATCHLEVEL = 12
allnoconfig: ; @cp $(KCONFIG_ALLCONFIG) $(O)/.config
Image: ; @mkdir -p $(O)/arch/arm64/boot && touch $(O)/arch/arm64/boot/Image && echo >>$(BUILDS)
END
	touch "$src/mm/cma.c"
	git -C "$src" init -q
	git -C "$src" add .
	git -C "$src" commit -qm base
	run scripts/kernel/build 6.12 arm64
	builds 1 "kernel: it is built"
	run scripts/kernel/build 6.12 arm64
	builds 1 "kernel: it is not built again"
	rm "$src/out-arm64/arch/arm64/boot/Image"
	run scripts/kernel/build 6.12 arm64
	builds 2 "kernel: the image was deleted"
	echo '/* changed */' >>"$src/mm/cma.c"
	run scripts/kernel/build 6.12 arm64
	builds 3 "kernel: mm/cma.c has changed"
	sed -i 's/^TRIPLET=.*/TRIPLET=aarch64-other-gnu/' qemu/arm64.conf
	run scripts/kernel/build 6.12 arm64
	builds 4 "kernel: TRIPLET has changed"
	run scripts/kernel/build -x CONFIG_CMA_AREAS=9 6.12 arm64
	builds 5 "kernel: another configuration"

	# A tree of the user, who has built in it, too
	mkdir -p "$TMP/kdir/out-arm64" "$TMP/kdir/drivers/dma-buf/heaps"
	cp "$src/Makefile" "$TMP/kdir"
	cp "$src/out-arm64/.config" "$TMP/kdir/out-arm64"
	touch "$TMP/kdir/drivers/dma-buf/heaps/cma_heap_export.c"
	echo '#include "cma_heap_export.c"' >"$TMP/kdir/drivers/dma-buf/heaps/cma_heap.c"
	run scripts/kernel/build -k "$TMP/kdir" 6.12 arm64
	builds 6 "kernel: KDIR, with a folder of the user for its objects"
	ok "kernel: KDIR is built in build/kdir" \
		[ "$(cat "$TMP/out")" = "$TMP/copy/build/kdir/arm64/arch/arm64/boot/Image" ]
}

test_u_boot() {
	# Debian's source is that of the version
	cat >scripts/kernel/fetch <<'END'
#!/bin/sh
echo "$2"
END
	cat >"$TMP/bin/dpkg-source" <<'END'
#!/bin/sh
mkdir "$4"
cat >"$4/Makefile" <<'MAKE'
%_defconfig: ; @: >$(O)/.config
olddefconfig: ; @:
u-boot.bin: ; @echo >>$(BUILDS); touch $(O)/$@
u-boot-initial-env: ; @touch $(O)/$@
MAKE
END
	chmod +x "$TMP/bin/dpkg-source"
	: >"$BUILDS"
	run env PATH="$TMP/bin:$PATH" scripts/kernel/u-boot arm64
	builds 1 "U-Boot: it is built"
	run env PATH="$TMP/bin:$PATH" scripts/kernel/u-boot arm64
	builds 1 "U-Boot: it is not built again"
	sed -i 's/^VERSION=.*/VERSION=2031.07/' scripts/kernel/u-boot
	run env PATH="$TMP/bin:$PATH" scripts/kernel/u-boot arm64
	builds 2 "U-Boot: another version"
	ok "U-Boot: another version has its own source" [ -d build/u-boot/2031.07 ]
}

# unpacked VERSION: checkpatch.pl of the kernel that is the authoritative one
unpacked() {
	sed -i "s/^AUTHORITATIVE=.*/AUTHORITATIVE=$1/" scripts/lib/series.sh
	run bash -c 'set -euo pipefail
		TOP=$PWD
		for lib in base series checkpatch; do . "scripts/lib/$lib.sh"; done
		checkpatch_setup
		cat build/checkpatch/scripts/checkpatch.pl'
}

test_checkpatch() {
	local version
	for version in 7.3 7.9; do
		mkdir -p "$TMP/linux-$version/scripts"
		echo "checkpatch of $version" >"$TMP/linux-$version/scripts/checkpatch.pl"
		touch "$TMP/linux-$version"/scripts/{spelling.txt,const_structs.checkpatch}
		tar -C "$TMP" -cf "$TMP/linux-$version.tar" "linux-$version"
	done
	cat >scripts/kernel/fetch <<'END'
#!/bin/sh
echo "$TMP/linux-$1.tar"
END
	export TMP
	unpacked 7.3
	says "checkpatch of 7.3" "checkpatch.pl is that of the authoritative kernel"
	unpacked 7.9
	says "checkpatch of 7.9" "checkpatch.pl of another authoritative kernel"
}

test_step() {
	run bash -c 'set -euo pipefail
		TOP=$PWD
		. scripts/lib/base.sh
		status=7 start=8 log=9
		! step "a command" "$PWD/log" sh -c "echo reason; exit 3" || exit 1
		exit "$status$start$log"'
	ok "step: the variables of the caller are as they were" [ "$status" -eq $((789 & 255)) ]
	says reason "step: the end of the log is printed"
	says " s, see $TMP/copy/log" "step: that it failed, and where the log is"
}

mkdir "$TMP/copy" "$TMP/bin"
git ls-files -z | xargs -0 cp --parents -t "$TMP/copy"
cd "$TMP/copy"
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@localhost
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@localhost
test_kernel
test_u_boot
test_checkpatch
test_step
