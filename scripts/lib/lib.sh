# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What the scripts share. Sourced, with TOP set to the top of the project.

: "${TOP:?}"
# shellcheck disable=SC2034 # used by who sources this
BUILD=$TOP/build
# shellcheck disable=SC2034 # used by who sources this
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/cma-export-heap
# The kernel whose series the others are ports of, and whose checkpatch.pl judges
# shellcheck disable=SC2034 # used by who sources this
AUTHORITATIVE=7.3
ME=${0##*/}

# What to do however the script ends: stop what step() runs, then $at_exit
at_exit=
step_pid=
on_exit() {
	[ -z "$step_pid" ] || kill_tree "$step_pid"
	eval "$at_exit"
}
trap on_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# kill_tree PID: a process and all that it started
kill_tree() {
	# shellcheck disable=SC2013 # words are wanted
	for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		(kill_tree "$child")
	done
	kill "$1" 2>/dev/null || :
}

# die STATUS MESSAGE: one line on stderr, then out
die() {
	status=$1
	shift
	printf '%s: %s\n' "$ME" "$*" >&2
	exit "$status"
}

# usage: print the comment at the head of the script, which is its usage
usage() {
	sed -n '/^# usage:/,/^[^#]/{s/^# \{0,1\}//p}' "$0"
}

now() {
	date +%s
}

# step LABEL LOG COMMAND...: run a long command, tell what it does and for how
# long. Its output goes to LOG, of which the end is shown if it fails.
step() {
	label=$1 log=$2
	shift 2
	mkdir -p "$(dirname "$log")"
	start=$(now)
	printf '%s ...\n' "$label" >&2
	"$@" >"$log" 2>&1 </dev/null &
	step_pid=$!
	ticks=0
	while kill -0 "$step_pid" 2>/dev/null; do
		sleep 0.2
		ticks=$((ticks + 1))
		[ $((ticks % 75)) -ne 0 ] || printf '%s ... %d s: %.60s\n' "$label" \
			$(($(now) - start)) "$(tail -n 1 "$log" | tr -d '\t\r')" >&2
	done
	status=0
	wait "$step_pid" || status=$?
	step_pid=
	if [ "$status" -ne 0 ]; then
		tail -n 20 "$log" >&2
		printf '%s: %s failed after %d s, see %s\n' "$ME" "$label" \
			$(($(now) - start)) "$log" >&2
		return 1
	fi
	printf '%s ... done in %d s\n' "$label" $(($(now) - start)) >&2
}

# lock FILE: wait until no other script has it. It is let go by unlock, or at the end of
# this script or subshell. A short wait is not worth a word.
lock() {
	mkdir -p "$(dirname "$1")"
	exec 9>"$1"
	flock -w 5 9 && return
	printf '%s: waiting for lock %s\n' "$ME" "$1" >&2
	flock 9
}

unlock() {
	exec 9>&-
}

# versions: the kernel versions that are served, newest first; if KERNELS is set, only these
versions() {
	sed 's/#.*//' "$TOP/kernel-patches/versions" |
		awk -v only="${KERNELS-}" '$3 == "yes" && (only == "" || index(" " only " ", " " $1 " ")) { print $1 }'
}

# folder VERSION: the folder of the series that serves VERSION, or fail
folder() {
	sed 's/#.*//' "$TOP/kernel-patches/versions" |
		awk -v v="$1" 'NF && $1 == v { print $2; found = 1 } END { exit !found }'
}

# series_of VERSION: the path of its series, or out with a list of those there are
series_of() {
	dir=$(folder "$1") ||
		die 2 "no series serves kernel '$1'; there are: $(versions | xargs)"
	printf '%s\n' "$TOP/kernel-patches/$dir"
}

# tree_version DIR: X.Y of a kernel source tree, or nothing
tree_version() {
	[ ! -e "$1/Makefile" ] || awk '$1 == "VERSION" { v = $3 } $1 == "PATCHLEVEL" { print v "." $3; exit }' \
		"$1/Makefile"
}

# has_series DIR: does this kernel source tree have the series?
has_series() {
	grep -qs DMABUF_HEAPS_CMA_EXPORT "$1/drivers/dma-buf/heaps/Kconfig"
}

# patches SERIES: the paths of its patches, in order
patches() {
	sed 's/#.*//' "$1/series" | awk -v dir="$1" 'NF { print dir "/" $NF }'
}

# touched SERIES: the folders that it touches, as far as the kernel has them
touched() {
	# shellcheck disable=SC2046 # our own names, without blanks
	sed -n 's|^diff --git a/\(.*\)/[^/]* b/.*|\1|p' $(patches "$1") | sort -u
}

# hunk_at PATCH FILE LINE: which hunk of FILE is it that starts at LINE?
hunk_at() {
	awk -v file="$2" -v line="$3" '
		/^diff --git / { here = $3 == "a/" file; n = 0 }
		here && /^@@ / { n++; split($2, at, /[-,]/); if (at[2] == line) { print n; exit } }' "$1"
}

# am DIR SERIES: apply a series to the git tree DIR, exact context only. If a
# patch does not apply: one line that names patch, file and hunk, and the tree is
# as it was.
am() {
	am_head=$(git -C "$1" rev-parse HEAD)
	am_tree=$1
	log=$(mktemp)
	outer=$at_exit
	# shellcheck disable=SC2016 # for when it is run
	at_exit='am_undo; rm -f "$log"; '$outer
	# Whatever the user's own configuration of git is
	# shellcheck disable=SC2046 # our own names, without blanks
	if git -C "$1" -c am.threeWay=false -c am.keepcr=false -c apply.whitespace=nowarn \
		-c apply.ignoreWhitespace=no -c commit.gpgSign=false -c core.hooksPath=/dev/null \
		am --committer-date-is-author-date $(patches "$2") >"$log" 2>&1; then
		at_exit=$outer
		rm -f "$log"
		return
	fi
	# "Patch failed at 0002 subject", and "patch failed: file:line" or "file: why"
	subject=$(sed -n 's/^Patch failed at [0-9]* //p' "$log")
	if [ -n "$subject" ]; then
		number=$(sed -n 's/^Patch failed at \([0-9]*\) .*/\1/p' "$log")
		where=$(sed -n 's/^error: patch failed: //p' "$log" | head -n 1)
		if [ -n "$where" ]; then
			patch=$(patches "$2" | sed -n "$((1$number - 10000))p")
			where="${where%:*}, hunk $(hunk_at "$patch" "${where%:*}" "${where##*:}") (line ${where##*:})"
		else
			where=$(sed -n 's/^error: //p' "$log" | head -n 1)
		fi
		printf '%s: %s: patch %s "%s" does not apply: %s\n' "$ME" "$1" "$number" "$subject" "$where" >&2
	else
		printf '%s: %s: git am: %s\n' "$ME" "$1" "$(grep -v '^$' "$log" | tail -n 1)" >&2
	fi
	am_undo
	at_exit=$outer
	rm -f "$log"
	return 1
}

am_undo() {
	git -C "$am_tree" am --abort >/dev/null 2>&1 || git -C "$am_tree" am --quit >/dev/null 2>&1 || :
	[ "$(git -C "$am_tree" rev-parse HEAD)" = "$am_head" ] ||
		git -C "$am_tree" reset -q --keep "$am_head"
}

# checkpatch_setup: kernel 7.3's checkpatch.pl, and what it reads
checkpatch_setup() {
	[ ! -e "$BUILD/checkpatch/scripts/checkpatch.pl" ] || return 0
	source=$("$TOP/scripts/kernel/fetch" "$AUTHORITATIVE") || exit
	mkdir -p "$BUILD/checkpatch"
	step "checkpatch: unpack" "$BUILD/log/checkpatch.log" tar -xf "$source" -C "$BUILD/checkpatch" \
		--strip-components=1 --wildcards '*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
		'*/scripts/const_structs.checkpatch' || exit 1
}

# checkpatch OPTIONS FILE...: in short, with Debian's own python3, which has the modules
checkpatch() {
	PATH=/usr/bin:/bin perl "$BUILD/checkpatch/scripts/checkpatch.pl" --strict --terse --no-summary \
		--show-types "$@"
}

# architectures: those that have a .conf
architectures() {
	for conf in "$TOP"/qemu/*.conf; do
		conf=${conf##*/}
		echo "${conf%.conf}"
	done | xargs
}

# page_sizes ARCH: for which there is a configuration
page_sizes() {
	{
		echo 4k
		for fragment in "$TOP/qemu/$1"-*.config; do
			[ ! -e "$fragment" ] || expr "$fragment" : ".*/$1-\(.*\)\.config"
		done
	} | xargs
}

# compare PREDICTION REPORT: of cma-heaps predict, and of qemu/boot. One line
# "tree BOOTS PREDICTED HEAPS UNKNOWN UNSEEN", and one for each difference.
compare() {
	jq -rn --slurpfile p "$1" --slurpfile r "$2" '
	def hex: if . == null then "unknown"
		elif . < 16 then "0123456789abcdef"[.:. + 1]
		else ((. / 16 | floor | hex) + (. % 16 | hex)) end;
	def at: "0x\(.base | hex)+0x\(.size | hex)" | gsub("0xunknown"; "unknown");
	def named: map(select(.name != "system") | {(.name): .}) | add // {};
	$p[0] as $p | $r[0] as $r |
	($p.heaps | named) as $want | ($r.heaps | named) as $got |
	($r.exit != 3 and $r.exit != 124) as $boots |
	(if $boots then $want | keys - ($want | keys - ($got | keys)) else [] end) as $both |
	"tree \($boots) \($p.boots) \($both | length) \(
		[$both[] | select($want[.].base == null)] | length) \(
		[$both[] | select($got[.].base == null)] | length)",
	if $p.boots != null and $p.boots != $boots then
		"the kernel \(if $boots then "reaches" else "does not reach" end) user space, against the prediction"
	elif $boots then
		($want | keys[] | select($got[.] == null and $want[.].certain != false) |
			"\(.): predicted at \($want[.] | at), is not there"),
		($got | keys[] | select($want[.] == null) | "\(.): not predicted, is at \($got[.] | at)"),
		($both[] | . as $n | $want[$n] as $w | $got[$n] as $g |
			(if $w.base != null and $g.base != null and $w.base != $g.base or
			    $w.size != null and $g.size != null and $w.size != $g.size then
				"\($n): predicted at \($w | at), is at \($g | at)" else empty end),
			(if $g.node != null and $w.node != $g.node then
				"\($n): predicted of node \($w.node), is of \($g.node)" else empty end))
	else empty end'
}

# Initcalls of that kernel that few tests need. The first ones take long, and the last one
# prints a backtrace for two areas of one name.
# shellcheck disable=SC2034 # used by who sources this
DEBUG_IDLE=vivid_init,vim2m_init,vkms_init,cma_sysfs_init

# debug_kernel VERSION [OPTIONS...]: build the one with all detectors, on which all tests
# of the guest run, and print the path of its image. OPTIONS are those of scripts/kernel/build.
debug_kernel() {
	debug_version=$1
	shift
	"$TOP/scripts/kernel/build" -m -n debug -c "$TOP/qemu/test.config" -c "$TOP/qemu/debug.config" \
		"$@" "$debug_version" arm64
}

# copy_tree SRC DIR COMMIT: another work tree of a scratch repository. Only the
# files that it does not track are shared, by hard links.
copy_tree() {
	rm -rf "$2"
	mkdir -p "$2"
	find "$1" -mindepth 1 -maxdepth 1 ! -name .git ! -name 'out-*' -exec cp -al {} "$2" \;
	(cd "$1" && git ls-files -z | xargs -0 cp -p --parents --remove-destination -t "$2")
	git clone -q --bare --shared "$1" "$2/.git"
	git -C "$2" config core.bare false
	git -C "$2" reset -q --mixed HEAD
	git -C "$2" checkout -q "$3"
}

# first_line FILE: of what a tool complained about
first_line() {
	grep -v '^$' "$1" | head -n 1
}

# error_line FILE: the first line of it that reports an error
error_line() {
	grep -i -m 1 'error' "$1" || first_line "$1"
}

# u64 FILE OFFSET: a number of a file, little endian
u64() {
	od -An -t u8 -j "$2" -N 8 "$1" | tr -d ' '
}

# kernel_range IMAGE BASE: where a kernel runs that is loaded to BASE, as base+size.
# The header of an Image has the memory that it takes. A zImage unpacks to the start
# of RAM, and only its System.map has the size; nothing, if that is not there.
kernel_range() {
	case $IMAGE in
	*/Image) printf '%s+%s\n' "$2" "$(u64 "$1" 16)" ;;
	*)
		map=${1%"$IMAGE"}System.map
		[ "$map" != "$1System.map" ] && [ -f "$map" ] || return 0
		from=$(($(awk '$3 == "_stext" { print "0x" $1 }' "$map") & 0xfffffff))
		to=$(($(awk '$3 == "_end" { print "0x" $1 }' "$map") & 0xfffffff))
		printf '%d+%d\n' $((RAM_BASE + from)) $((to - from))
		;;
	esac
}

# What reads device trees sets $scratch, a folder for files named tmp.*, and
# $kernel, the version whose headers a source may include.

# compile SOURCE BLOB: a device tree source, with the preprocessor as in the kernel
compile() {
	source=$1 compiled=$2
	set -- -I "$(dirname "$source")"
	for dir in include scripts/dtc/include-prefixes; do
		[ ! -d "$BUILD/$kernel/src/$dir" ] || set -- "$@" -I "$BUILD/$kernel/src/$dir"
	done
	gcc -E -nostdinc "$@" -undef -D__DTS__ -x assembler-with-cpp -o "$scratch/tmp.dts" "$source" \
		2>"$scratch/tmp.log" ||
		die 2 "$source: does not compile: $(error_line "$scratch/tmp.log")"
	dtc -@ -q -i "$(dirname "$source")" -I dts -O dtb -o "$compiled" "$scratch/tmp.dts" 2>"$scratch/tmp.log" ||
		die 2 "$source: does not compile: $(error_line "$scratch/tmp.log")"
}

is_overlay() {
	grep -q __overlay__ "$1" || return 1
	for fragment in $(fdtget -l "$1" / 2>/dev/null); do
		! fdtget -l "$1" "/$fragment" 2>/dev/null | grep -qx __overlay__ || return 0
	done
	return 1
}

# blob FILE BLOB: a device tree of any kind as a blob
blob() {
	[ -e "$1" ] || die 2 "$1: no such file"
	if [ ! -f "$1" ] || [ ! -r "$1" ]; then
		die 2 "$1: cannot be read"
	fi
	case $1 in
	*.dts|*.dtso) compile "$1" "$2" ;;
	*)
		# Whatever its content, if only it can be read; and as it is
		dtc -f -q -I dtb -O dtb -o "$2" "$1" 2>"$scratch/tmp.log" ||
			die 2 "$1: not a device tree: $(first_line "$scratch/tmp.log")"
		cp "$1" "$2"
		;;
	esac
}
