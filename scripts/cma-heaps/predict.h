/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kernel will make of a device tree: blob and settings in, regions and
 * heaps out. No files, no output; shared by predict, doctor and the fuzzer.
 */
#ifndef PREDICT_H
#define PREDICT_H

#include "kernel.h"
#include "outcome.h"

const char *predict(const void *fdt, size_t len, const struct settings *s, struct prediction *p);

#endif
