// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures the kernel that it runs on, for scripts/measure/bench-kernel.
 *
 * Under QEMU's -icount shift=0 an instruction takes 1 ns, so what the kernel takes
 * for time is the number of instructions. Prints, in instructions:
 *
 *	boot N			from reset to the start of /init
 *	initcall NAME N		those that have to do with heaps and CMA areas
 *
 * The kernel's log has microseconds, the counter of the CPU steps by 16 ns.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int main(void)
{
	asm("mrs %0, cntfrq_el0" : "=r"(hz));
	read_log();
	return 0;
}
