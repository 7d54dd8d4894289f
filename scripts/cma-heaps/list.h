/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LIST_H
#define LIST_H

#include <stdbool.h>

int list(const char *root, bool json);

#endif
