# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The architectures that there are kernels for. Sourced, after base.sh.

# architectures: those that have a .conf
architectures() {
	local conf
	for conf in "$TOP"/qemu/*.conf; do
		conf=${conf##*/}
		echo "${conf%.conf}"
	done | xargs
}

# load_arch ARCH [DIR]: the settings of DIR/ARCH.conf, of qemu/ if there is no DIR, or exit
# with a list of the architectures
load_arch() {
	local conf=${2:-$TOP/qemu}/$1.conf
	[[ -e $conf ]] || die 2 "unknown architecture '$1'; there are: $(architectures)"
	# shellcheck source=qemu/arm64.conf
	. "$conf"
}

# page_sizes ARCH: for which there is a configuration
page_sizes() {
	local config
	{
		echo 4k
		for config in "$TOP/qemu/$1"-*.config; do
			config=${config##*/"$1"-}
			[[ $config == '*'* ]] || echo "${config%.config}"
		done
	} | xargs
}
