# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# bash completion for cma-heaps

_cma_heaps() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]-} words=

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W 'predict list doctor --help' -- "$cur")
		return
	fi
	case $command in
	predict)
		case $prev in
		--kernel) words='6.1 6.12 7.2 7.3' ;;
		--arch) words='arm64 arm riscv64' ;;
		--page-size) words='4k 16k 64k' ;;
		--pageblock-size) words='2M 4M 32M 512M' ;;
		--loaded) words='kernel= initrd= dtb= firmware=' ;;
		--config)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--cma-slots|--default-cma|--cmdline|--memory) return ;;
		esac
		if [ -n "$words" ]; then
			mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
			return
		fi
		if [[ $cur != -* ]]; then
			mapfile -t COMPREPLY < <(compgen -f -X '!*.dtb' -- "$cur"; compgen -d -- "$cur")
			return
		fi
		words='--kernel --arch --config --page-size --pageblock-size --cma-slots --default-cma
			--cmdline --memory --loaded --json --map --explain --help'
		;;
	list|doctor)
		words='--json --help'
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o filenames -F _cma_heaps cma-heaps
