/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>

int doctor(const char *root, bool json);

#endif
