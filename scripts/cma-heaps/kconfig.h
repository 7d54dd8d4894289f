/* SPDX-License-Identifier: GPL-2.0-only */
/* Options in the text of a kernel's .config */
#ifndef KCONFIG_H
#define KCONFIG_H

#include <stdbool.h>

bool kconfig_is_on(const char *text, const char *option);
bool kconfig_is_module(const char *text, const char *option);
unsigned long kconfig_number(const char *text, const char *option, unsigned long otherwise);
char *kconfig_string(const char *text, const char *option);

#endif
