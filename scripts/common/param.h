/* SPDX-License-Identifier: GPL-2.0-only */
/* Parameters of a kernel command line, split and compared as the kernel does */
#ifndef PARAM_H
#define PARAM_H

#include <stdbool.h>

#define EXPORT_PARAMETER	"cma_heap.export"

bool next_param(char **at, char **name, char **value);
bool param_is(const char *given, const char *want);
char *export_param(const char *cmdline);

#endif
