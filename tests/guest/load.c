// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load: threads that allocate, write, verify and free buffers of random sizes in
 * all heaps at once, while one takes a region until nothing is left, again and
 * again. The environment has LOAD_SECONDS, 5 unless told.
 *
 * Each buffer is zero when it comes, lies in its region in one piece, as physical
 * memory shows, and keeps what one thread wrote into it. Only the region that is
 * taken whole may be out of memory.
 */
#include <pthread.h>
#include <time.h>
#include "guest.h"

#define NR_THREADS	8
#define MAX_BUFFERS	4096

/* A word of a buffer: its number in the buffer, below what no other buffer has */
#define INDEX_BITS	24

static struct heap *victim;
static time_t end;
static size_t page_size;
static const unsigned char *memory[MAX_HEAPS];	/* the regions, by /dev/mem */

static struct thread {
	pthread_t id;
	uint64_t number;
	unsigned int seed;
	unsigned int buffers, refused, exhausted;
	/* What must not be */
	unsigned int dirty, strays, changed, broken;
} threads[NR_THREADS];

static bool is_over(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec >= end;
}

static size_t random_below(struct thread *t, size_t n)
{
	return ((uint64_t)rand_r(&t->seed) << 16 ^ rand_r(&t->seed)) % n;
}

static void map_regions(void)
{
	int fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);

	for (unsigned int i = 0; i < nr_heaps; i++) {
		if (!heaps[i].size)
			continue;
		memory[i] = mmap(NULL, heaps[i].size, PROT_READ, MAP_SHARED, fd, heaps[i].base);
		if (memory[i] == MAP_FAILED)
			die("/dev/mem");
	}
	close(fd);
}

/*
 * How many pages of the buffer are not where they should be? Each lies in its
 * region, one behind the other; or, of a heap without a node, in no region. The
 * last word of a page counts, too: a copy of the first may be on someone's stack.
 */
static size_t strays(const struct heap *h, const struct buffer *b)
{
	size_t pages = b->len / page_size, last = page_size / 8 - 1, found = 0, start = 0;
	uint64_t tag = *(uint64_t *)b->map;

	for (unsigned int i = 0; i < nr_heaps; i++) {
		if (h->size && &heaps[i] != h)
			continue;
		for (size_t at = 0; at < heaps[i].size; at += page_size) {
			const volatile uint64_t *page = (const void *)(memory[i] + at);
			uint64_t index = page[0] - tag;

			if (index >= b->len / 8 || page[last] != tag + index + last)
				continue;
			if (!index)
				start = at;
			found += at == start + index * 8;
		}
	}
	return h->size ? pages - found : found;
}

/* Look at a buffer that just came, and write into all of it */
static void take(struct thread *t, const struct heap *h, struct buffer *b)
{
	uint64_t *words = (uint64_t *)b->map;
	uint64_t tag = (t->number << 32 | ++t->buffers) << INDEX_BITS;
	bool dirty = false;

	b->len = (b->len + page_size - 1) / page_size * page_size;
	for (size_t i = 0; i < b->len / 8; i++)
		dirty |= words[i] != 0;
	t->dirty += dirty;
	for (size_t i = 0; i < b->len / 8; i++)
		words[i] = tag + i;
	t->strays += strays(h, b);
}

static void give(struct thread *t, struct buffer *b)
{
	uint64_t *words = (uint64_t *)b->map;
	bool changed = false;

	for (size_t i = 0; i < b->len / 8; i++)
		changed |= words[i] != words[0] + i;
	t->changed += changed;
	release(b);
}

/*
 * One buffer at a time. All threads together leave most of a region free. However
 * slow the machine is, each gets its share.
 */
static void *worker(void *arg)
{
	struct thread *t = arg;

	while (!is_over() || t->buffers + t->broken < 10) {
		struct heap *h = &heaps[random_below(t, nr_heaps)];
		size_t max = h->size ? h->size / 32 : page_size * 64;
		struct buffer b;

		if (!allocate(h, 8 + random_below(t, max), &b)) {
			if (h == victim && errno == ENOMEM) {
				t->refused++;
			} else {
				printf("# %s: %m\n", h->name);
				t->broken++;
			}
			continue;
		}
		take(t, h, &b);
		give(t, &b);
	}
	return NULL;
}

static void *exhauster(void *arg)
{
	static struct buffer b[MAX_BUFFERS];
	struct thread *t = arg;

	while (!t->broken && (!is_over() || t->exhausted < 3)) {
		size_t max = victim->size / 8;
		unsigned int n = 0;

		while (n < MAX_BUFFERS && allocate(victim, 8 + random_below(t, max), &b[n]))
			take(t, victim, &b[n++]);
		if (n < MAX_BUFFERS && errno == ENOMEM) {
			t->exhausted++;
		} else {
			printf("# %s: %m\n", victim->name);
			t->broken++;
		}
		while (n)
			give(t, &b[--n]);
	}
	return NULL;
}

static uint64_t counter(const struct heap *h, const char *name)
{
	char path[400], text[32];

	snprintf(path, sizeof(path), "/sys/kernel/mm/cma/%.255s/%s", h->name, name);
	return read_file(path, text, sizeof(text)) ? strtoull(text, NULL, 10) : UINT64_MAX;
}

/* Linux 7.x has the pages that are free, 6.12 those that came and went, 6.1 neither */
static void check_free(const struct heap *h, const char *when)
{
	uint64_t available = counter(h, "available_pages");
	uint64_t allocated = counter(h, "alloc_pages_success");
	uint64_t released = counter(h, "release_pages_success");

	if (available == UINT64_MAX && released == UINT64_MAX)
		return;
	printf("# %s: %" PRIu64 " pages came, %" PRIu64 " went\n", h->name, allocated, released);
	check((available == UINT64_MAX || available * page_size == h->size) &&
	      allocated && allocated == released, "%s is free %s", h->name, when);
}

/* All of it, in one piece, and as zero as ever */
static void check_whole(const struct heap *h)
{
	struct thread t = { .number = NR_THREADS + 1 + (h - heaps) };
	struct buffer b;
	bool ok = allocate(h, h->size, &b);

	if (ok) {
		take(&t, h, &b);
		give(&t, &b);
	} else {
		printf("# %s: %m\n", h->name);
	}
	check(ok && !t.dirty && !t.strays && !t.changed,
	      "%s can be had in one piece", h->name);
}

int main(void)
{
	const char *seconds = getenv("LOAD_SECONDS");
	struct thread sum = {};
	struct timespec ts;

	read_heaps();
	page_size = sysconf(_SC_PAGESIZE);
	/* The smallest region is taken whole */
	for (unsigned int i = 0; i < nr_heaps; i++)
		if (heaps[i].size && (!victim || heaps[i].size < victim->size))
			victim = &heaps[i];
	if (!victim)
		die("a heap with a region");
	map_regions();

	clock_gettime(CLOCK_MONOTONIC, &ts);
	end = ts.tv_sec + (seconds ? atoi(seconds) : 5);
	for (unsigned int i = 0; i < NR_THREADS; i++) {
		threads[i].number = i + 1;
		threads[i].seed = i + 1;
		if (pthread_create(&threads[i].id, NULL, i ? worker : exhauster, &threads[i]))
			die("pthread_create");
	}
	for (unsigned int i = 0; i < NR_THREADS; i++) {
		struct thread *t = &threads[i];

		pthread_join(t->id, NULL);
		sum.buffers += t->buffers;
		sum.refused += t->refused;
		sum.exhausted += t->exhausted;
		sum.dirty += t->dirty;
		sum.strays += t->strays;
		sum.changed += t->changed;
		sum.broken += t->broken;
	}
	printf("# %u buffers; %s was full %u times, and refused the others %u times\n",
	       sum.buffers, victim->name, sum.exhausted, sum.refused);
	check(sum.exhausted >= 3, "%s was full", victim->name);
	printf("# %u not zero, %u pages from elsewhere, %u changed, %u other errors\n",
	       sum.dirty, sum.strays, sum.changed, sum.broken);
	check(!sum.broken, "no other error than ENOMEM, and that from no other heap");
	check(!sum.dirty, "each buffer is zero when it comes");
	check(!sum.strays, "each page is of its own region");
	check(!sum.changed, "no buffer changes in the hands of a thread");
	for (unsigned int i = 0; i < nr_heaps; i++) {
		if (!heaps[i].size)
			continue;
		check_free(&heaps[i], "after the load");
		check_whole(&heaps[i]);
		check_free(&heaps[i], "at the end");
	}
	return done();
}
