# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # load_arch sets what an architecture has
# Kernel images: what one is, and the memory that it takes. Sourced, after load_arch.

# u64 FILE OFFSET: a number of a file, little endian
u64() {
	od -An -t u8 -j "$2" -N 8 "$1" | tr -d ' '
}

# has_magic FILE: is that a kernel for this architecture, and not compressed?
has_magic() {
	[[ $(tail -c +$((MAGIC_AT + 1)) "$1" | head -c ${#MAGIC} | tr -d '\0') == "$MAGIC" ]]
}

# kernel_range IMAGE BASE: where a kernel runs that is loaded to BASE, as base+size.
# The header of an Image has the memory that it takes. A zImage unpacks to the start
# of RAM, and only its System.map has the size; nothing, if that is not there.
kernel_range() {
	local map=${1%"$IMAGE"}System.map from to
	if [[ $IMAGE == */Image ]]; then
		printf '%s+%s\n' "$2" "$(u64 "$1" 16)"
		return
	fi
	[[ $map != "$1System.map" && -f $map ]] || return 0
	from=$(($(awk '$3 == "_stext" { print "0x" $1 }' "$map") & 0xfffffff))
	to=$(($(awk '$3 == "_end" { print "0x" $1 }' "$map") & 0xfffffff))
	printf '%d+%d\n' $((RAM_BASE + from)) $((to - from))
}
