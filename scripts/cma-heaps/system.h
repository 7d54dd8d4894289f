/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SYSTEM_H
#define SYSTEM_H

#include "engine.h"

int cmd_list(bool json);
int cmd_doctor(bool json);

char *read_whole(const char *path, size_t limit, size_t *len);

#endif
