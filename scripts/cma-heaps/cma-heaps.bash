# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# bash completion for cma-heaps: options, versions and architectures are what it says they are

_cma_heaps() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]-} tool=${COMP_WORDS[0]} section='/^predict:/,/^list:/' words=

	COMPREPLY=()
	case $COMP_CWORD:$command:$prev in
	1:*) words='predict list doctor --versions --architectures --help' ;;
	*:predict:--kernel|*:predict:-k) words=$("$tool" --versions) ;;
	*:predict:--arch|*:predict:-a) words=$("$tool" --architectures) ;;
	*:predict:--page-size) words='4k 16k 64k' ;;
	*:predict:--pageblock-size) words='2M 4M 8M 32M 512M' ;;
	*:predict:--loaded) words='kernel= initrd= dtb= firmware=' ;;
	*:predict:--cma-slots|*:predict:--default-cma|*:predict:--cmdline|*:predict:--memory) return ;;
	*:predict:--config) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	*:--root) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
	*)
		if [[ $command = predict && $cur != -* ]]; then
			mapfile -t COMPREPLY < <(compgen -f -X '!*.dtb' -- "$cur"; compgen -d -- "$cur")
			return
		fi
		[[ $command = predict ]] || section='/^list:/,$'
		words=$("$tool" --help | sed -n "$section{s/^ *\(-., \)\{0,1\}\(--[a-z-]*\).*/\2/p}")
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o filenames -F _cma_heaps cma-heaps
