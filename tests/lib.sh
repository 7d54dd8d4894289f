# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# TAP for the host tests. Sourced from the top of the project.

TOP=$(pwd)
# shellcheck source=scripts/lib/lib.sh
. "$TOP/scripts/lib/lib.sh"
tests=0
status=0
TMP=$(mktemp -d)
at_exit="rm -rf '$TMP'"
touch "$TMP/out" "$TMP/err"

# run COMMAND...: leaves its exit status in $status, its output in $TMP/out, err
run() {
	status=0
	"$@" >"$TMP/out" 2>"$TMP/err" </dev/null || status=$?
}

# result STATUS NAME: ok if STATUS is 0, or with what the last command said, which goes
# where prove always shows it
result() {
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
	else
		echo "not ok $tests - $2"
		echo "# $2: exit status $status" >&2
		sed 's/^/# /' "$TMP/out" "$TMP/err" >&2
	fi
}

# ok NAME COMMAND...: the command succeeds
ok() {
	name=$1
	shift
	if "$@" >/dev/null 2>&1; then result 0 "$name"; else result 1 "$name"; fi
}

# exits STATUS NAME: the last run ended so
exits() {
	if [ "$status" -eq "$1" ]; then result 0 "$2"; else result 1 "$2"; fi
}

# complains STATUS TEXT NAME: the last run ended so, with one line that has TEXT
complains() {
	if [ "$status" -eq "$1" ] && [ "$(wc -l <"$TMP/err")" -eq 1 ] && grep -qF -- "$2" "$TMP/err"; then
		result 0 "$3"
	else
		result 1 "$3"
	fi
}

# says TEXT NAME: the last run printed it
says() {
	if grep -qF -- "$1" "$TMP/out" "$TMP/err"; then result 0 "$2"; else result 1 "$2"; fi
}

# kernel_differs VERSION default|policy: from kernel-patches/versions
kernel_differs() {
	sed 's/#.*//' kernel-patches/versions |
		awk -v v="$1" -v f="$2" 'NF && $1 == v { print f == "default" ? $5 : $6; found = 1 }
			END { exit !found }'
}

# newest: the one for a test that boots a single kernel
newest() {
	versions | head -n 1
}

# needs VERSION WHY: exit, if KERNELS leaves it out
needs() {
	versions | grep -qxF -- "$1" || die 2 "needs kernel $1, $2; KERNELS is '${KERNELS-}'"
}

# Without this a test of no kernel would pass
for given in ${KERNELS-}; do
	(unset KERNELS && versions) | grep -qxF -- "$given" ||
		die 2 "KERNELS: the tests do not boot '$given'; there are: $(unset KERNELS && versions | xargs)"
done
[ "${DEBUG-}" != newest ] || DEBUG=$(newest)
[ -z "${DEBUG-}" ] || needs "$DEBUG" "as DEBUG asks for"

# tested: the versions on whose kernels the guest's tests run: with DEBUG=VERSION it
# is the debug kernel of that one alone
tested() {
	if [ -n "${DEBUG-}" ]; then echo "$DEBUG"; else versions; fi
}

# tested_kernel VERSION NAME [OPTIONS...]: build that, or the variant of these options
tested_kernel() {
	if [ -n "${DEBUG-}" ]; then
		debug_kernel "$1"
	else
		built=$1 variant=$2
		shift 2
		scripts/kernel/build -n "$variant" "$@" "$built" arm64
	fi
}

idle=$DEBUG_IDLE
limit=$([ -n "${DEBUG-}" ] && echo 600 || echo 60)

# boot VERSION IMAGE OPTIONS...: run qemu/boot, for $limit seconds, and on a debug kernel
# without the initcalls $idle. The lists of free memory that Linux 7.x has keep old
# pointers, by which kmemleak does not see what is lost; with slab_debug there are no such
# lists.
boot() {
	booted=$1 image=$2
	shift 2
	[ -z "${DEBUG-}" ] ||
		set -- -c "slab_debug=F${idle:+ initcall_blacklist=$idle}" "$@"
	run qemu/boot -k "$booted" --image "$image" -t "$limit" "$@"
}

# appears TEXT FILE: wait until the file below $TMP has it, for as long as a boot may take
appears() {
	# shellcheck disable=SC2016 # for the inner shell
	timeout 60 sh -c 'until grep -q "$1" "$2"; do sleep 0.2; done' sh "$1" "$TMP/$2"
}

# build_program NAME: one of tests/guest. 75-debug.t may run the same test at that moment.
build_program() (
	lock "$BUILD/lock/guest"
	make -s "build/guest/arm64/$1"
)

# build_module OUT NAME: one of tests/guest/module, for the kernel that was built there
build_module() {
	cp "tests/guest/module/$2.c" "$TMP"
	echo "obj-m := $2.o" >"$TMP/Kbuild"
	make -s -C "$1" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- M="$TMP" modules
}

# architectures_of VERSION: those that its kernel is booted on. Each one costs a
# build, so that it is the newest kernel and 6.12 that are booted elsewhere, too. With
# ARCHS it is those, on each version.
architectures_of() {
	case ${DEBUG:+debug}${ARCHS:+given}$1 in
	given*) echo "$ARCHS" ;;
	"$AUTHORITATIVE"|6.12) architectures ;;
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

# At the end, so that a test which dies on the way fails, as does one that tests nothing:
# prove takes a plan of 0 for a skip
plan() {
	[ "$tests" -gt 0 ] || result 1 "there is something to test"
	echo "1..$tests"
}
