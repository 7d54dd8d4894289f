/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the test programs of the guest share. The guest's init runs them, one after
 * the other. They speak TAP, and exit with 0 if all is well.
 */
#ifndef GUEST_H
#define GUEST_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>

#define MAX_HEAPS	32

struct heap {
	char name[256];
	char path[300];
	uint64_t base, size;	/* of its region; 0 if it has no node */
};

struct buffer {
	int fd;
	size_t len;
	unsigned char *map;
};

static struct heap heaps[MAX_HEAPS];
static unsigned int nr_heaps;
static unsigned int nr_checks, nr_failed;

static void __attribute__((format(printf, 2, 3)))
check(bool ok, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %u - ", ok ? "" : "not ", ++nr_checks);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	nr_failed += !ok;
}

static int done(void)
{
	printf("1..%u\n", nr_checks);
	return nr_failed || !nr_checks;
}

static void die(const char *what)
{
	printf("Bail out! %s: %m\n", what);
	exit(1);
}

static bool read_file(const char *path, void *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	((char *)buf)[n] = '\0';
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct heap *)a)->name, ((const struct heap *)b)->name);
}

/* Of the trees that are booted for this, with two cells each for base and size */
static void read_heaps(void)
{
	DIR *dir = opendir("/dev/dma_heap");
	struct dirent *de;

	while (dir && (de = readdir(dir)) && nr_heaps < MAX_HEAPS) {
		struct heap *h = &heaps[nr_heaps];
		unsigned char reg[17];
		char path[400];

		if (de->d_name[0] == '.')
			continue;
		snprintf(h->name, sizeof(h->name), "%s", de->d_name);
		snprintf(h->path, sizeof(h->path), "/dev/dma_heap/%.255s", de->d_name);
		snprintf(path, sizeof(path), "/proc/device-tree/reserved-memory/%.255s/reg",
			 de->d_name);
		if (read_file(path, reg, sizeof(reg))) {
			for (unsigned int i = 0; i < 8; i++) {
				h->base = h->base << 8 | reg[i];
				h->size = h->size << 8 | reg[i + 8];
			}
		}
		nr_heaps++;
	}
	if (!dir || !nr_heaps)
		die("/dev/dma_heap");
	closedir(dir);
	qsort(heaps, nr_heaps, sizeof(heaps[0]), by_name);
}

/* Return: false with errno if there is no buffer */
static inline bool allocate(const struct heap *h, size_t len, struct buffer *b)
{
	struct dma_heap_allocation_data data = { .len = len, .fd_flags = O_RDWR | O_CLOEXEC };
	int fd = open(h->path, O_RDONLY | O_CLOEXEC), saved;

	if (fd < 0)
		return false;
	if (ioctl(fd, DMA_HEAP_IOCTL_ALLOC, &data)) {
		saved = errno;
		close(fd);
		errno = saved;
		return false;
	}
	close(fd);
	b->fd = data.fd;
	b->len = len;
	b->map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd, 0);
	if (b->map == MAP_FAILED)
		die("mmap");
	return true;
}

static inline void release(struct buffer *b)
{
	munmap(b->map, b->len);
	close(b->fd);
}

#endif
