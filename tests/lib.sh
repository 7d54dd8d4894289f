# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# TAP for the tests of the host. Sourced at the top of the project.

TOP=$(pwd)
. scripts/lib/base.sh
. scripts/lib/series.sh
. scripts/lib/arch.sh
. scripts/lib/debug.sh
. scripts/lib/compare.sh
tests=0
status=0
TMP=$(mktemp -d)
temporary+=("$TMP")
touch "$TMP/out" "$TMP/err"

# plan NUMBER: of results. It comes first: a test that ends early fails, as does one whose
# loop ran zero times.
plan() {
	echo "1..${1-$tests}"
}

# run COMMAND...: leaves its exit status in $status, its output in $TMP/out and $TMP/err
run() {
	status=0
	"$@" >"$TMP/out" 2>"$TMP/err" </dev/null || status=$?
}

# result STATUS NAME: ok if STATUS is 0, or with the output of the last command, on stderr,
# which prove always shows
result() {
	tests=$((tests + 1))
	if (($1 == 0)); then
		echo "ok $tests - $2"
	else
		echo "not ok $tests - $2"
		echo "# $2: exit status $status" >&2
		sed 's/^/# /' "$TMP/out" "$TMP/err" >&2
	fi
}

# ok NAME COMMAND...: the command succeeds
ok() {
	if "${@:2}" &>/dev/null; then result 0 "$1"; else result 1 "$1"; fi
}

# exits STATUS NAME: the last run ended so
exits() {
	result $((status != $1)) "$2"
}

# complains STATUS TEXT NAME: the last run ended so, with one line that has TEXT
complains() {
	if ((status == $1)) && (($(wc -l <"$TMP/err") == 1)) && grep -qF -- "$2" "$TMP/err"; then
		result 0 "$3"
	else
		result 1 "$3"
	fi
}

# says TEXT NAME: the last run printed it
says() {
	if grep -qF -- "$1" "$TMP/out" "$TMP/err"; then result 0 "$2"; else result 1 "$2"; fi
}

# newest: the one for a test that boots a single kernel
newest() {
	versions | head -n 1
}

# needs VERSION WHY: exit, if KERNELS leaves it out
needs() {
	versions | grep -xF -- "$1" >/dev/null ||
		die 2 "needs kernel $1, $2; KERNELS is '${KERNELS-}'"
}

# Without this a test of no kernel would pass
check_kernels() {
	local version all
	all=$(unset KERNELS; versions | xargs)
	for version in ${KERNELS-}; do
		[[ " $all " == *" $version "* ]] ||
			die 2 "KERNELS: the tests do not boot '$version'; there are: $all"
	done
	[[ ${DEBUG-} != newest ]] || DEBUG=$(newest)
	[[ -z ${DEBUG-} ]] || needs "$DEBUG" "as DEBUG asks for"
}
check_kernels

# tested: the versions on whose kernels the guest's tests run: with DEBUG=VERSION it
# is the debug kernel of that one alone
tested() {
	if [[ -n ${DEBUG-} ]]; then echo "$DEBUG"; else versions; fi
}

# tested_kernel VERSION NAME [OPTIONS...]: build that, or the variant of these options
tested_kernel() {
	if [[ -n ${DEBUG-} ]]; then
		debug_kernel "$1"
	else
		scripts/kernel/build -n "$2" "${@:3}" "$1" arm64
	fi
}

idle=$DEBUG_IDLE
limit=60
[[ -z ${DEBUG-} ]] || limit=600

# boot VERSION IMAGE OPTIONS...: run qemu/boot, for $limit seconds, and on a debug kernel
# without the initcalls $idle. The lists of free memory that Linux 7.x has keep old
# pointers, because of which kmemleak does not see what is lost; with slab_debug there are
# no such lists.
boot() {
	local -a debug=()
	[[ -z ${DEBUG-} ]] || debug=(-c "slab_debug=F${idle:+ initcall_blacklist=$idle}")
	run qemu/boot -k "$1" --image "$2" -t "$limit" "${debug[@]}" "${@:3}"
}

# appears TEXT FILE: wait until the file below $TMP has it, for as long as a boot may take
appears() {
	local end=$((SECONDS + 60))
	until grep -q "$1" "$TMP/$2" 2>/dev/null; do
		((SECONDS < end)) || return 1
		sleep 0.2
	done
}

# make_locked TARGET...: tests run in parallel, and beside qemu/boot
make_locked() (
	lock "$BUILD/lock/guest"
	make -s "$@"
)

# build_program NAME: one of tests/guest
build_program() {
	make_locked "build/guest/arm64/$1"
}

# build_module OUT NAME: one of tests/guest/module, for the kernel that was built there
build_module() {
	cp "tests/guest/module/$2.c" "$TMP"
	echo "obj-m := $2.o" >"$TMP/Kbuild"
	make -s -C "$1" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- M="$TMP" modules
}

# architectures_of VERSION: those that its kernel is booted on. Each one costs a build, so
# that it is the newest kernel that is booted on all of them, and 6.12 on arm. With ARCHS it
# is those, on each version.
architectures_of() {
	case ${DEBUG:+debug}${ARCHS:+given}$1 in
	given*) echo "$ARCHS" ;;
	"$AUTHORITATIVE") architectures ;;
	6.12) echo arm arm64 ;;
	*) echo arm64 ;;
	esac
}

# initrd_with DIR FILE: the guest's initrd with the files below DIR, as FILE
initrd_with() {
	{
		cat build/guest/arm64/initrd.gz
		(cd "$1" && find . | cpio --quiet -o -H newc | gzip -n1)
	} >"$2"
}
