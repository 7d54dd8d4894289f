// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

/**
 * die() - print one line with the name of the program, and exit with status 2
 * @fmt: as for printf(), without a newline
 */
void die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

/**
 * xrealloc() - reallocarray() that ends the program if there is no memory
 * @p: what is there, or NULL
 * @count: how many elements
 * @size: bytes of each
 *
 * Return: the array. It is not zeroed, and never NULL.
 */
void *xrealloc(void *p, size_t count, size_t size)
{
	p = reallocarray(p, count ? count : 1, size);
	if (!p)
		die("out of memory");
	return p;
}

/**
 * xzalloc() - an array of zeros
 * @count: how many elements
 * @size: bytes of each
 *
 * Return: the array, never NULL.
 */
void *xzalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		die("out of memory");
	return p;
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

/**
 * format() - print into a string of its own
 * @fmt: as for printf()
 *
 * Return: the string, which the caller frees.
 */
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

/**
 * grow() - room for one more element
 * @array: the array, or NULL
 * @count: elements that it has; it must grow by one element at a time
 * @size: bytes of each
 *
 * Return: the array, in which element @count is all zero.
 */
void *grow(void *array, size_t count, size_t size)
{
	/* The room is a power of two */
	if (!(count & (count - 1)))
		array = xrealloc(array, count ? 2 * count : 1, size);
	memset((char *)array + count * size, 0, size);
	return array;
}

/**
 * add_string() - add a string at the end of a list
 * @list: the list
 * @s: the string, which the list takes over
 */
void add_string(struct strings *list, char *s)
{
	*add_item(list->item, list->count) = s;
}

static size_t hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325ULL;	/* FNV-1a */

	while (*s)
		h = (h ^ (unsigned char)*s++) * 0x100000001b3ULL;
	return h ^ h >> 32;
}

/* The slot that has @s, or the free one where it belongs */
static size_t *find_slot(const struct strings *list, const char *s)
{
	size_t i = hash(s) & (list->nr_slots - 1);

	while (list->slot[i] && strcmp(list->item[list->slot[i] - 1], s))
		i = (i + 1) & (list->nr_slots - 1);
	return &list->slot[i];
}

/**
 * add_unique() - add a string unless the list has it
 * @list: a list to which nothing is added in another way
 * @s: the string, which is taken over
 *
 * Return: false if it was there.
 */
bool add_unique(struct strings *list, char *s)
{
	size_t *slot;

	if (2 * list->count >= list->nr_slots) {
		list->nr_slots = list->nr_slots ? 2 * list->nr_slots : 16;
		free(list->slot);
		list->slot = xzalloc(list->nr_slots, sizeof(*list->slot));
		for (size_t i = 0; i < list->count; i++)
			*find_slot(list, list->item[i]) = i + 1;
	}
	slot = find_slot(list, s);
	if (*slot) {
		free(s);
		return false;
	}
	add_string(list, s);
	*slot = list->count;
	return true;
}

/**
 * find_unique() - find a string in a list of add_unique()
 * @list: the list
 * @s: the string
 *
 * Return: its number, or NOT_FOUND.
 */
size_t find_unique(const struct strings *list, const char *s)
{
	return list->nr_slots ? *find_slot(list, s) - 1 : NOT_FOUND;
}

void free_strings(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->item[i]);
	free(list->item);
	free(list->slot);
	*list = (struct strings){ 0 };
}

/**
 * read_file() - read a whole file, also one of /proc that has no size
 * @path: the file
 * @limit: largest size that is accepted, in bytes
 * @len: set to its size
 *
 * Return: the content with a 0 behind its end, which the caller frees; or NULL with
 * errno, which is EFBIG if it is too large.
 */
char *read_file(const char *path, size_t limit, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved;
	size_t room = 4096, got = 0;
	ssize_t n = 0;
	char *buf;

	if (fd < 0)
		return NULL;
	buf = xrealloc(NULL, room, 1);
	while (got <= limit && (n = read(fd, buf + got, room - 1 - got)) > 0) {
		got += n;
		if (got == room - 1) {
			room *= 2;
			buf = xrealloc(buf, room, 1);
		}
	}
	saved = n < 0 ? errno : EFBIG;
	close(fd);
	if (n < 0 || got > limit) {
		free(buf);
		errno = saved;
		return NULL;
	}
	buf[got] = '\0';
	*len = got;
	return buf;
}
