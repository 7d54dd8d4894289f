# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The checkpatch.pl of the authoritative kernel. Sourced, after series.sh.

# checkpatch_setup: unpack it, with the files that it reads
checkpatch_setup() {
	local source have=$BUILD/checkpatch/version
	[[ ! -e $have || $(<"$have") != "$AUTHORITATIVE" ]] || return 0
	source=$("$TOP/scripts/kernel/fetch" "$AUTHORITATIVE") || exit
	mkdir -p "$BUILD/checkpatch"
	step "checkpatch: unpack" "$BUILD/log/checkpatch.log" tar -xf "$source" -C "$BUILD/checkpatch" \
		--strip-components=1 --wildcards '*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
		'*/scripts/const_structs.checkpatch' || exit 1
	echo "$AUTHORITATIVE" >"$have"
}

# checkpatch OPTION... FILE...: terse, and with Debian's own python3, which has the modules
checkpatch() {
	PATH=/usr/bin:/bin perl "$BUILD/checkpatch/scripts/checkpatch.pl" --strict --terse --no-summary \
		--show-types "$@"
}
