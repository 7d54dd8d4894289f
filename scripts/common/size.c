// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "size.h"
#include "util.h"

/* A number with an optional suffix, up to @end */
static bool parse_number(const char *text, char **end, uint64_t *value)
{
	static const char suffixes[] = "KMGTPE";
	const char *suffix;
	unsigned int shift;

	errno = 0;
	*value = strtoull(text, end, 0);
	if (errno || *end == text || !isdigit((unsigned char)*text))
		return false;
	suffix = **end ? strchr(suffixes, toupper((unsigned char)**end)) : NULL;
	if (!suffix)
		return true;
	shift = 10 * (suffix - suffixes + 1);
	if (*value > UINT64_MAX >> shift)
		return false;
	*value <<= shift;
	++*end;
	return true;
}

/**
 * parse_size() - read a size that a user wrote
 * @text: decimal, 0x or octal, with K, M, G, T, P or E behind it or without
 * @size: set to it, in bytes
 *
 * Return: false if it is no size, or has more than 64 bits.
 */
bool parse_size(const char *text, uint64_t *size)
{
	char *end;

	return parse_number(text, &end, size) && !*end;
}

/**
 * parse_range() - read BASE+SIZE
 * @text: two sizes as parse_size() reads them
 * @range: set to it
 *
 * Return: false if it is no range, if it is empty or if its last byte has no address.
 */
bool parse_range(const char *text, struct range *range)
{
	char *end;

	return parse_number(text, &end, &range->base) && *end == '+' &&
	       parse_size(end + 1, &range->size) && range->size &&
	       range->base <= UINT64_MAX - range->size;
}

/**
 * size_text() - a size in the largest unit of which it is a multiple
 * @size: in bytes, or NONE
 *
 * Return: the text, which the fourth call from here on overwrites.
 */
const char *size_text(uint64_t size)
{
	static const struct {
		uint64_t size;
		const char *name;
	} units[] = { { GIB, "GiB" }, { MIB, "MiB" }, { KIB, "KiB" }, { 1, "bytes" } };
	static char ring[4][32];
	static unsigned int next;
	char *buf = ring[next++ % 4];
	size_t i = 0;

	if (size == NONE)
		return "-";
	while (units[i].size > 1 && (!size || size % units[i].size))
		i++;
	snprintf(buf, sizeof(ring[0]), "%" PRIu64 " %s", size / units[i].size,
		 units[i].name);
	return buf;
}
