// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "kmsg.h"

#define MAX_RECORD	16384		/* more than the kernel's PRINTK_MESSAGE_MAX */
#define MAX_LOG		(64 * MIB)

/**
 * kmsg_read() - read all records that there are
 * @path: /dev/kmsg, or a copy of what was read from it
 *
 * A read() of the device gives one record, and -EAGAIN behind the last one. A copy, and
 * a device that nothing is behind, end.
 *
 * Return: the records, which the caller frees, or NULL with errno.
 */
char *kmsg_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), saved;
	size_t got = 0, room = 0;
	char *buf = NULL;
	ssize_t n = 0;

	if (fd < 0)
		return NULL;
	do {
		if (room - got < MAX_RECORD + 1) {
			room = 2 * room + MAX_RECORD + 1;
			buf = xrealloc(buf, room, 1);
		}
		n = read(fd, buf + got, MAX_RECORD);
		if (n > 0)
			got += n;
		/* -EPIPE: records were overwritten before they were read */
	} while ((n > 0 && got < MAX_LOG) || (n < 0 && (errno == EPIPE || errno == EINTR)));
	saved = errno;
	close(fd);
	if (n < 0 && saved != EAGAIN) {
		free(buf);
		errno = saved;
		return NULL;
	}
	buf[got] = '\0';
	return buf;
}

/**
 * kmsg_next() - take the next record
 * @at: what is left of the records; a text is cut off it
 * @record: set to it
 *
 * What is no record, such as the " KEY=VALUE" lines of one, is skipped.
 *
 * Return: false at the end.
 */
bool kmsg_next(char **at, struct kmsg_record *record)
{
	while (**at) {
		char *line = *at, *end = strchrnul(line, '\n'), *text;
		unsigned int priority;

		*at = end + (*end != '\0');
		*end = '\0';
		text = strchr(line, ';');
		if (!text || !isdigit((unsigned char)*line) ||
		    sscanf(line, "%u,%" SCNu64 ",", &priority, &record->sequence) != 2)
			continue;
		record->level = priority & 7;
		record->text = text + 1;
		unescape(record->text);
		return true;
	}
	return false;
}

void boot_log_init(struct boot_log *log)
{
	*log = (struct boot_log){
		.default_area = { NONE, NONE }, .pool = { NONE, NONE },
	};
}

/* What is behind @prefix, or NULL if @text does not start with it */
static char *behind(char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) ? NULL : text + len;
}

static struct log_region *find_region(const struct boot_log *log, const char *name)
{
	for (size_t i = 0; i < log->nr_regions; i++)
		if (!strcmp(log->region[i].name, name))
			return &log->region[i];
	return NULL;
}

static struct log_region *add_region(struct boot_log *log, const char *name)
{
	struct log_region *r = find_region(log, name);

	if (!r) {
		r = add_item(log->region, log->nr_regions);
		r->name = xstrdup(name);
		r->mem = (struct range){ NONE, NONE };
	}
	return r;
}

/* "initialized node NAME, compatible id ...", which follows what its driver says */
static void initialized(struct boot_log *log, char *name)
{
	char *end = strstr(name, ", compatible id ");
	struct log_region *r;

	if (end)
		*end = '\0';
	r = add_region(log, name);
	r->cma = log->pool.base != NONE;
	if (r->cma && r->mem.base == NONE)
		r->mem = log->pool;
	log->pool = (struct range){ NONE, NONE };
}

/* "BASE..LAST (SIZE KiB) [no]map [non-]reusable NAME", from 6.12 on */
static void placed(struct boot_log *log, char *text)
{
	uint64_t from, last;
	struct log_region *r;
	int at = 0;

	if (sscanf(text, "%" SCNx64 "..%" SCNx64 " (%*u KiB) %*s %*s %n", &from, &last, &at) != 2)
		return;
	if (!at || !text[at] || last < from)
		return;
	r = add_region(log, text + at);
	r->mem = (struct range){ from, last - from + 1 };
}

/**
 * boot_log_record() - take in one record
 * @log: what is known so far
 * @record: the record, whose text may be changed
 */
void boot_log_record(struct boot_log *log, const struct kmsg_record *record)
{
	char *text = record->text, *rest, *end;
	uint64_t base, mib;

	log->whole |= !record->sequence;
	rest = behind(text, "OF: reserved mem: ");
	if (rest && behind(rest, "initialized node ")) {
		initialized(log, behind(rest, "initialized node "));
	} else if (rest) {
		placed(log, rest);
	} else if (sscanf(text, "Reserved memory: created CMA memory pool at %" SCNx64
			  ", size %" SCNu64 " MiB", &base, &mib) == 2) {
		log->pool = (struct range){ base, mib * MIB };
		log->pools += log->pool.size;
	} else if (sscanf(text, "cma: Reserved %" SCNu64 " MiB at %" SCNx64, &mib, &base) == 2) {
		log->default_area = (struct range){ base, mib * MIB };
		log->nr_reserved++;
	} else if (behind(text, "cma: CMA area ")) {
		rest = behind(text, "cma: CMA area ");
		end = strstr(rest, " could not be activated");
		if (end)
			add_string(&log->inactive, xstrndup(rest, end - rest));
	} else if (record->level <= 4 &&
		   (behind(text, "cma_heap: ") || behind(text, "dma_heap: "))) {
		add_string(&log->warnings, xstrdup(text));
	}
}

/**
 * boot_log_read() - read the log of this boot
 * @log: filled; boot_log_free() frees it
 * @path: /dev/kmsg, or a copy of it
 *
 * Return: false with errno if it cannot be read. Then @log is as if it were empty.
 */
bool boot_log_read(struct boot_log *log, const char *path)
{
	char *records = kmsg_read(path), *at = records;
	struct kmsg_record record;

	boot_log_init(log);
	if (!records)
		return false;
	while (kmsg_next(&at, &record))
		boot_log_record(log, &record);
	free(records);
	return true;
}

/**
 * boot_log_region() - find what the log has about a region
 * @log: the log
 * @name: name of its node
 *
 * Return: the region, or NULL if there is no word of it.
 */
const struct log_region *boot_log_region(const struct boot_log *log, const char *name)
{
	return find_region(log, name);
}

/**
 * boot_log_default_size() - size of the default area that no node has
 * @log: the log
 * @cma_total: bytes of all CMA areas, from /proc/meminfo, or NONE
 *
 * Linux 7.x logs the size that was asked for, before it is rounded up. What all areas
 * have together, without those that could not be activated, is exact.
 *
 * Return: its size in bytes, or NONE if there is no such area.
 */
uint64_t boot_log_default_size(const struct boot_log *log, uint64_t cma_total)
{
	uint64_t pools = log->pools;

	if (log->default_area.base == NONE || !log->whole || log->nr_reserved > 1 ||
	    cma_total == NONE)
		return log->default_area.size;
	for (size_t i = 0; i < log->inactive.count; i++) {
		const struct log_region *r = find_region(log, log->inactive.item[i]);

		if (!r || r->mem.size == NONE)
			return log->default_area.size;
		pools -= r->mem.size;
	}
	return cma_total > pools ? cma_total - pools : log->default_area.size;
}

void boot_log_free(struct boot_log *log)
{
	for (size_t i = 0; i < log->nr_regions; i++)
		free(log->region[i].name);
	free(log->region);
	free_strings(&log->inactive);
	free_strings(&log->warnings);
}
