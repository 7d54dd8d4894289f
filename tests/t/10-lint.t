#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What tools say of the sources.
set -eu
. ./tests/lib.sh

scripts=$(git ls-files | xargs grep -lE '^#!/bin/sh' | xargs)
# shellcheck disable=SC2086 # our own names, without blanks
run shellcheck -x $scripts
exits 0 "shellcheck has nothing to say"

git ls-files | grep -vE '^(LICENSE|\.gitignore|.*/(series|base|sha256|checkpatch-ignore)|.*\.patch)$' |
	xargs grep -L 'SPDX-License-Identifier: ' >"$TMP/out" || :
ok "every file has its SPDX line" test ! -s "$TMP/out"

# A kernel whose configuration drops an option does not count as built
mkdir -p "$TMP/linux/drivers/dma-buf/heaps"
# shellcheck disable=SC2016 # for make
printf 'VERSION = 6\nPATCHLEVEL = 12\nallnoconfig:\n\t@touch $(O)/.config\nImage:\n' >"$TMP/linux/Makefile"
echo DMABUF_HEAPS_CMA_EXPORT >"$TMP/linux/drivers/dma-buf/heaps/Kconfig"
run scripts/kernel -s "$TMP/linux" 6.12 arm64
exits 1 "a configuration that loses an option is a failed build"
says "did not survive the configuration" "a configuration that loses an option: which"
run scripts/kernel -k "$TMP" 6.12 arm64
complains 2 "$TMP: no kernel source tree" "KDIR that is none"
rm "$TMP/linux/drivers/dma-buf/heaps/Kconfig"
run scripts/kernel -k "$TMP/linux" 6.12 arm64
complains 2 "does not have the series" "KDIR without the series"

# Without root and sudo the missing packages are named, and nothing else is done
mkdir "$TMP/bin"
printf '#!/bin/sh\necho 1000\n' >"$TMP/bin/id"
printf '#!/bin/sh\nexit 1\n' >"$TMP/bin/sudo"
printf '#!/bin/sh\necho "installed gcc"\n' >"$TMP/bin/dpkg-query"
chmod +x "$TMP/bin"/*
run env PATH="$TMP/bin:$PATH" scripts/deps
complains 2 "please run: apt-get install -y --no-install-recommends bc " "no right to install packages"
run make
exits 0 "make prints help"
says "BOOT=" "make prints variables"
plan
