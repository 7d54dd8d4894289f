/* SPDX-License-Identifier: GPL-2.0-only */
/* In the place of linux/panic.h of the kernel's tools, which ends the program */
#ifndef _TOOLS_LINUX_PANIC_H
#define _TOOLS_LINUX_PANIC_H

void panic(const char *fmt, ...) __attribute__((noreturn));

#endif
