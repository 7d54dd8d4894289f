# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Device trees as blobs. Sourced, after series.sh.

# The version whose headers a source may include
kernel=$AUTHORITATIVE
# For the blobs of the script, and files named tmp.*
scratch=$(mktemp -d)
temporary+=("$scratch")

# error_line FILE: the first line of it that reports an error
error_line() {
	grep -i -m 1 'error' "$1" || first_line "$1"
}

# compile SOURCE BLOB: a device tree source, with the preprocessor as in the kernel
compile() {
	local source=$1 blob=$2 dir
	local -a include=(-I "$(dirname "$source")")
	for dir in include scripts/dtc/include-prefixes; do
		[[ ! -d $BUILD/$kernel/src/$dir ]] || include+=(-I "$BUILD/$kernel/src/$dir")
	done
	gcc -E -nostdinc "${include[@]}" -undef -D__DTS__ -x assembler-with-cpp \
		-o "$scratch/tmp.dts" "$source" 2>"$scratch/tmp.log" ||
		die 2 "$source: does not compile: $(error_line "$scratch/tmp.log")"
	dtc -@ -q -i "$(dirname "$source")" -I dts -O dtb -o "$blob" "$scratch/tmp.dts" \
		2>"$scratch/tmp.log" ||
		die 2 "$source: does not compile: $(error_line "$scratch/tmp.log")"
}

# blob FILE BLOB: a device tree of any kind as a blob
blob() {
	[[ -e $1 ]] || die 2 "$1: no such file"
	[[ -f $1 && -r $1 ]] || die 2 "$1: cannot be read"
	case $1 in
	*.dts|*.dtso) compile "$1" "$2" ;;
	*)
		# dtc only tells whether it can be read: its output would differ
		dtc -f -q -I dtb -O dtb -o "$2" "$1" 2>"$scratch/tmp.log" ||
			die 2 "$1: not a device tree: $(first_line "$scratch/tmp.log")"
		cp "$1" "$2"
		;;
	esac
}

is_overlay() {
	local fragment
	while read -r fragment; do
		! fdtget -l "$1" "/$fragment" 2>/dev/null | grep -x __overlay__ >/dev/null || return 0
	done < <(fdtget -l "$1" / 2>/dev/null)
	return 1
}

# merge OVERLAY BLOB BASE BLOB: make the first blob the second one with it. The names are
# for messages.
merge() {
	fdtoverlay -i "$4" -o "$scratch/tmp.merged" "$2" >"$scratch/tmp.log" 2>&1 ||
		die 2 "$1: overlay does not apply to $3: $(first_line "$scratch/tmp.log")"
	mv "$scratch/tmp.merged" "$2"
}
