// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

void die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	fputs("cma-heaps: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		die("out of memory");
	return p;
}

void *xmalloc(size_t size)
{
	return xrealloc(NULL, size);
}

char *xstrndup(const char *s, size_t len)
{
	char *copy = strndup(s, len);

	if (!copy)
		die("out of memory");
	return copy;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *format(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		die("out of memory");
	va_end(ap);
	return s;
}

/* Takes @s over */
void add_string(struct strings *list, char *s)
{
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 4;
		list->item = xrealloc(list->item, list->room * sizeof(*list->item));
	}
	list->item[list->count++] = s;
}

void free_strings(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->item[i]);
	free(list->item);
	*list = (struct strings){ 0 };
}

/* A size in the largest unit that it is a multiple of; good for four at a time */
const char *human(uint64_t size)
{
	static char ring[4][32];
	static unsigned int next;
	char *buf = ring[next++ % 4];

	if (size == NONE)
		return "-";
	if (size && !(size % GIB))
		snprintf(buf, sizeof(ring[0]), "%" PRIu64 " GiB", (uint64_t)(size / GIB));
	else if (size && !(size % MIB))
		snprintf(buf, sizeof(ring[0]), "%" PRIu64 " MiB", (uint64_t)(size / MIB));
	else if (size && !(size % KIB))
		snprintf(buf, sizeof(ring[0]), "%" PRIu64 " KiB", (uint64_t)(size / KIB));
	else
		snprintf(buf, sizeof(ring[0]), "%" PRIu64 " bytes", size);
	return buf;
}
