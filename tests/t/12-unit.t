#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The unit tests of tests/unit, in one flat plan. They boot nothing, and take seconds.
set -euo pipefail
cd "$(dirname "$0")/../.."

# run PROGRAM: its checks, numbered on
run() {
	local name=${1##*/} line status=0 checks=0 planned=
	while read -r line; do
		case $line in
		1..*) planned=${line#1..} ;;
		'ok '*|'not ok '*)
			checks=$((checks + 1))
			printf '%s %d - %s: %s\n' "${line%%ok*}ok" $((done + checks)) "$name" "${line#* - }"
			;;
		'exit status '*) printf '# %s\n' "$line"; status=1 ;;
		*) printf '%s\n' "$line" ;;
		esac
	done < <(timeout -k 1 120 "$1" 2>&1 || echo "exit status $?")
	done=$((done + checks))
	[[ -n $planned && $planned -eq $checks ]] || status=1
	result $status "$name: makes all checks that it planned, and exits with 0"
}

result() {
	done=$((done + 1))
	if (($1)); then printf 'not '; fi
	printf 'ok %d - %s\n' "$done" "$2"
}

main() {
	local program done=0
	echo 1..177
	mkdir -p build/lock
	flock build/lock/guest make -s unit
	for program in tests/unit/*.c; do
		program=${program##*/}
		run "build/unit/${program%.c}"
	done
}

main "$@"
