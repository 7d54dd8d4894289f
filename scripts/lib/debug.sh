# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The kernel with all detectors. Sourced, after base.sh.

# Its initcalls that few tests need. The first ones take long, and the last one trips over
# two areas of one name.
DEBUG_IDLE=vivid_init,vim2m_init,vkms_init,cma_sysfs_init
export DEBUG_IDLE

# debug_kernel VERSION [OPTIONS...]: build the kernel on which all tests of the guest run,
# and print the path of its image. OPTIONS are those of scripts/kernel/build.
debug_kernel() {
	"$TOP/scripts/kernel/build" -m -n debug -c "$TOP/qemu/test.config" -c "$TOP/qemu/debug.config" \
		"${@:2}" "$1" arm64
}
