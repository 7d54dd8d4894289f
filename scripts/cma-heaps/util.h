/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UTIL_H
#define UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NONE		UINT64_MAX
#define KIB		1024ULL
#define MIB		(1024ULL * KIB)
#define GIB		(1024ULL * MIB)

struct strings {
	char **item;
	size_t count, room;
};

void *xmalloc(size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void add_string(struct strings *list, char *s);
void free_strings(struct strings *list);
void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);

const char *human(uint64_t size);

#endif
