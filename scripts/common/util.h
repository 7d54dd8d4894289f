/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that is there or ends the program, growing arrays and lists of strings */
#ifndef UTIL_H
#define UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOT_FOUND	SIZE_MAX
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct strings {
	char **item;
	size_t count;
	size_t *slot;		/* of add_unique(): a hash table of item numbers + 1 */
	size_t nr_slots;
};

void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);

void *xrealloc(void *p, size_t count, size_t size);
void *xzalloc(size_t count, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void *grow(void *array, size_t count, size_t size);

/* One more element of an array, all zero. Evaluates its arguments more than once. */
#define add_item(array, count) \
	((array) = grow((array), (count), sizeof(*(array))), &(array)[(count)++])

void add_string(struct strings *list, char *s);
bool add_unique(struct strings *list, char *s);
size_t find_unique(const struct strings *list, const char *s);
void free_strings(struct strings *list);

char *read_file(const char *path, size_t limit, size_t *len);

#endif
