# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Messages, usage, cleanup, locks and long commands. Sourced, with TOP set.

: "${TOP:?}"
BUILD=$TOP/build
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/cma-export-heap
ME=${0##*/}
export BUILD CACHE

# Removed when the script ends
temporary=()
step_pid=

# A script that has more to clean up defines on_exit
cleanup() {
	# The command of step() has a process group of its own
	[[ -z $step_pid ]] || kill -- "-$step_pid" 2>/dev/null || :
	! declare -F on_exit >/dev/null || on_exit
	[[ ${#temporary[@]} -eq 0 ]] || rm -rf "${temporary[@]}"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# say MESSAGE: one line on stderr
say() {
	printf '%s: %s\n' "$ME" "$*" >&2
}

# die STATUS MESSAGE: one line on stderr, and exit
die() {
	say "${@:2}"
	exit "$1"
}

# usage: print the comment at the head of the script
usage() {
	sed -n '/^# usage:/,/^[^#]/{s/^# \{0,1\}//p}' "$0"
}

# wrong_usage: the same on stderr, and exit
wrong_usage() {
	usage >&2
	exit 2
}

# step LABEL LOG COMMAND...: run a long command with its output in LOG, and print
# progress and elapsed time. Returns 1 with the end of LOG if it fails.
step() {
	local label=$1 log=$2 start=$SECONDS ticks=0 status=0
	shift 2
	mkdir -p "${log%/*}"
	printf '%s ...\n' "$label" >&2
	set -m
	"$@" >"$log" 2>&1 </dev/null &
	step_pid=$!
	set +m
	while kill -0 "$step_pid" 2>/dev/null; do
		sleep 0.2
		((++ticks % 75)) || printf '%s ... %d s: %.60s\n' "$label" $((SECONDS - start)) \
			"$(tail -n 1 "$log" | tr -d '\t\r')" >&2
	done
	wait "$step_pid" || status=$?
	step_pid=
	if ((status)); then
		tail -n 20 "$log" >&2
		say "$label failed after $((SECONDS - start)) s, see $log"
		return 1
	fi
	printf '%s ... done in %d s\n' "$label" $((SECONDS - start)) >&2
}

# lock FILE: wait until no other script holds it. It is released by unlock, or when
# the script ends. Short waits are not worth a message.
lock() {
	mkdir -p "${1%/*}"
	exec 9>"$1"
	flock -w 5 9 && return
	say "waiting for lock $1"
	flock 9
}

unlock() {
	exec 9>&-
}

# first_line FILE: of what a tool complained about
first_line() {
	grep -v '^$' "$1" | head -n 1
}
