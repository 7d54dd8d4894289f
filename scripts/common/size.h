/* SPDX-License-Identifier: GPL-2.0-only */
/* Sizes and ranges of memory: reading and printing them */
#ifndef SIZE_H
#define SIZE_H

#include <stdbool.h>
#include <stdint.h>

#define NONE		UINT64_MAX	/* an address or a size that is not known */
#define KIB		UINT64_C(1024)
#define MIB		(1024 * KIB)
#define GIB		(1024 * MIB)

#define SIZE_EXAMPLES	"examples: 16M, 0x1000000, 16384K"

struct range {
	uint64_t base;
	uint64_t size;
};

bool parse_size(const char *text, uint64_t *size);
bool parse_range(const char *text, struct range *range);
const char *size_text(uint64_t size);

#endif
