// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures the kernel that it runs on, for scripts/measure/bench-kernel.
 *
 * Under QEMU's -icount shift=0 an instruction takes 1 ns, so what the kernel takes
 * for time is the number of instructions. Prints, in instructions:
 *
 *	boot N			from reset to the start of /init
 *	initcall NAME N		those that have to do with heaps and CMA areas
 *	alloc HEAP MIB N	with bench=alloc in the environment: to allocate a
 *	touch HEAP MIB N	buffer of so many MiB, to write to each of its pages
 *	free HEAP MIB N		for the first time, and to free it; the median
 *
 * The kernel's log has microseconds, the counter of the CPU steps by 16 ns.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/dma-heap.h>

#define MIB		(1024UL * 1024UL)
#define RUNS		11

static uint64_t hz;

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

/* Nanoseconds since the reset of the machine */
static uint64_t now(void)
{
	uint64_t count;

	asm volatile("isb; mrs %0, cntvct_el0; isb" : "=r"(count) : : "memory");
	return count * (1000000000 / hz);
}

/*
 * The log: when initcalls began and ended, and when /init was run. What the log
 * says of how long they took is by a clock that is coarse at first.
 */
static void read_log(void)
{
	static const char mark[] = "bench: mark\n";
	int fd = open("/dev/kmsg", O_RDWR | O_NONBLOCK);
	uint64_t marked, us, called = 0, at_init = 0, at_mark = 0;
	char record[8192];
	ssize_t n;

	marked = now();
	if (fd < 0 || write(fd, mark, strlen(mark)) < 0)
		die("/dev/kmsg");
	while ((n = read(fd, record, sizeof(record) - 1)) > 0) {
		char name[128], *text;

		record[n] = '\0';
		text = strchr(record, ';');
		if (!text || sscanf(record, "%*u,%*u,%" SCNu64, &us) != 1)
			continue;
		*strchrnul(++text, '\n') = '\0';
		if (!strncmp(text, "Run /init ", 10))
			at_init = us;
		else if (!strcmp(text, "bench: mark"))
			at_mark = us;
		else if (!strncmp(text, "calling  ", 9))
			called = us;
		else if (sscanf(text, "initcall %127[^+]+%*s returned", name) == 1 &&
			 (strstr(name, "cma") || strstr(name, "heap")))
			printf("initcall %s %" PRIu64 "\n", name, (us - called) * 1000);
	}
	close(fd);
	if (!at_init || !at_mark)
		die("the log is not whole");
	/* The clock of the log starts later than the machine */
	printf("boot %" PRIu64 "\n", marked - (at_mark - at_init) * 1000);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void print_median(const char *what, const char *heap, unsigned int mib, uint64_t *values)
{
	qsort(values, RUNS, sizeof(*values), by_value);
	printf("%s %s %u %" PRIu64 "\n", what, heap, mib, values[RUNS / 2]);
}

static int allocate(int heap_fd, size_t len)
{
	struct dma_heap_allocation_data data = { .len = len, .fd_flags = O_RDWR | O_CLOEXEC };

	return ioctl(heap_fd, DMA_HEAP_IOCTL_ALLOC, &data) ? -1 : (int)data.fd;
}

static void measure(const char *heap, unsigned int mib)
{
	uint64_t allocs[RUNS], touches[RUNS], frees[RUNS];
	size_t page_size = sysconf(_SC_PAGESIZE);
	char path[300];
	int fd, first;

	snprintf(path, sizeof(path), "/dev/dma_heap/%.255s", heap);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	/*
	 * The kernel has taken the first pages of the default area for itself: have
	 * the buffers begin at the same place in every area
	 */
	first = fd < 0 ? -1 : allocate(fd, page_size);
	if (first < 0)
		die(path);
	for (int i = 0; i < RUNS; i++) {
		volatile char *map;
		uint64_t start = now();
		int buffer = allocate(fd, mib * MIB);

		allocs[i] = now() - start;
		if (buffer < 0)
			die(path);

		map = mmap(NULL, mib * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, buffer, 0);
		if (map == MAP_FAILED)
			die("mmap");
		start = now();
		for (size_t at = 0; at < mib * MIB; at += page_size)
			map[at] = 1;
		touches[i] = now() - start;

		munmap((void *)map, mib * MIB);
		start = now();
		close(buffer);
		frees[i] = now() - start;
	}
	close(first);
	close(fd);
	print_median("alloc", heap, mib, allocs);
	print_median("touch", heap, mib, touches);
	print_median("free", heap, mib, frees);
}

int main(void)
{
	const char *what = getenv("bench");
	DIR *dir = opendir("/dev/dma_heap");
	struct dirent *de;

	asm("mrs %0, cntfrq_el0" : "=r"(hz));
	read_log();
	while (what && !strcmp(what, "alloc") && dir && (de = readdir(dir)))
		if (de->d_name[0] != '.' && strcmp(de->d_name, "system"))
			for (unsigned int mib = 1; mib <= 4; mib *= 4)
				measure(de->d_name, mib);
	return 0;
}
