/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's sort(), for reserved regions of which some compare as equal */
#ifndef SORT_H
#define SORT_H

#include <stddef.h>
#include <stdint.h>

struct order {
	uint64_t base, size;
	size_t index;
};

void kernel_sort(struct order *v, size_t n);

#endif
