// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: compare VERSION BITS SEED SEQUENCES
 *
 * Runs random sequences of calls on scripts/cma-heaps/memblock.c and on mm/memblock.c of
 * kernel VERSION, whose physical addresses have BITS, and compares results and both lists
 * after each call. Sequence N of a seed is the first one of the seed plus N.
 *
 * exit status: 0 all are the same; 1 one differs, which is printed with its seed; 2 wrong
 * usage
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../scripts/cma-heaps/kernel.h"
#include "../../scripts/cma-heaps/memblock.h"
#include "reference.h"

#define PAGE		4096ULL
#define CALLS		80	/* of a sequence */
#define MAX_LIMIT	128	/* INIT_MEMBLOCK_REGIONS */

enum call {
	ADD, REMOVE, RESERVE, FREE, MARK_NOMAP, CLEAR_NOMAP, ALLOC, TAKE,
	NR_CALLS
};

static const char * const names[] = {
	"add", "remove", "reserve", "free", "mark_nomap", "clear_nomap", "alloc", "take",
};

/* So that a test which no longer tests something fails */
static struct {
	unsigned long made[NR_CALLS], allocated, none, full;
} counts;

static uint64_t max;		/* the highest address */
static uint64_t state;		/* of the random numbers */

static char calls[CALLS][160];
static unsigned int nr_calls;

/* splitmix64 */
static uint64_t next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint64_t below(uint64_t n)
{
	return next() % n;
}

/* In a window of few pages, so that ranges touch and overlap; at times anywhere */
static uint64_t address(uint64_t window)
{
	switch (below(16)) {
	case 0: return next() & max;
	case 1: return window + below(64 * PAGE);
	case 2: return max - below(16 * PAGE);
	case 3: return below(4 * PAGE);
	default: return window + below(64) * PAGE;
	}
}

static uint64_t length(void)
{
	switch (below(16)) {
	case 0: return 0;
	case 1: return next() & max;
	case 2: return 1 + below(PAGE);
	case 3: return (16 + below(64)) * PAGE;
	default: return (1 + below(6)) * PAGE;
	}
}

/* The kernel takes any, and rounds by masks */
static uint64_t alignment(void)
{
	return below(8) ? 1ULL << below(18) : 1 + below(16 * PAGE);
}

static void __attribute__((format(printf, 1, 2))) record(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(calls[nr_calls++], sizeof(calls[0]), fmt, ap);
	va_end(ap);
}

static void print_list(const char *whose, const char *name, const struct mb_list *list)
{
	printf("# %s %s:", whose, name);
	for (size_t i = 0; i < list->count; i++)
		printf(" 0x%" PRIx64 "+0x%" PRIx64 "%s", list->range[i].base, list->range[i].size,
		       list->range[i].flag ? "*" : "");
	printf("\n");
}

static void print_reference(const char *name, bool reserved)
{
	printf("# the kernel's %s:", name);
	for (size_t i = 0; i < ref_count(reserved); i++) {
		struct ref_range r = ref_range(reserved, i);

		printf(" 0x%" PRIx64 "+0x%" PRIx64 "%s", r.base, r.size, r.flag ? "*" : "");
	}
	printf("\n");
}

static bool differs(const struct memblock *mb, const char *what, uint64_t got, uint64_t want)
{
	if (got == want)
		return false;
	for (unsigned int i = 0; i < nr_calls; i++)
		printf("# %s\n", calls[i]);
	printf("# %s: 0x%" PRIx64 ", and in the kernel 0x%" PRIx64 "\n", what, got, want);
	print_list("our", "memory", &mb->memory);
	print_reference("memory", false);
	print_list("our", "reserved", &mb->reserved);
	print_reference("reserved", true);
	return true;
}

static bool lists_differ(const struct memblock *mb, const char *name, const struct mb_list *list,
			 bool reserved)
{
	if (differs(mb, name, list->count, ref_count(reserved)))
		return true;
	for (size_t i = 0; i < list->count; i++) {
		struct ref_range r = ref_range(reserved, i);

		if (differs(mb, name, list->range[i].base, r.base) ||
		    differs(mb, name, list->range[i].size, r.size) ||
		    differs(mb, name, list->range[i].flag, r.flag))
			return true;
	}
	return false;
}

static uint64_t memory_in(uint64_t base, uint64_t size, bool nomap_only)
{
	uint64_t end = base + (size < max - base ? size : max - base), sum = 0;

	for (size_t i = 0; i < ref_count(false); i++) {
		struct ref_range r = ref_range(false, i);
		uint64_t from = r.base > base ? r.base : base;
		uint64_t to = r.base + r.size < end ? r.base + r.size : end;

		if (from < to && (r.flag || !nomap_only))
			sum += to - from;
	}
	return sum;
}

static bool queries_differ(const struct memblock *mb, uint64_t base, uint64_t size)
{
	return differs(mb, "is reserved", mb_is_reserved(mb, base, size),
		       ref_is_reserved(base, size)) ||
	       differs(mb, "is memory", mb_is_memory(mb, base, size),
		       ref_is_memory(base, size)) ||
	       differs(mb, "memory in", mb_memory_in(mb, base, size),
		       memory_in(base, size, false)) ||
	       differs(mb, "nomap in", mb_nomap_in(mb, base, size),
		       memory_in(base, size, true)) ||
	       differs(mb, "total", mb_total(mb), ref_total()) ||
	       (mb->memory.count && (differs(mb, "start", mb_start(mb), ref_start()) ||
				     differs(mb, "end", mb_end(mb), ref_end())));
}

/* Page by page, as page tables are allocated */
static bool ref_take(uint64_t size, uint64_t end)
{
	for (; size >= PAGE; size -= PAGE)
		if (!ref_alloc(PAGE, PAGE, 0, end, false))
			return false;
	return true;
}

static bool alloc_differs(struct memblock *mb, uint64_t window)
{
	uint64_t size = length(), align = alignment(), start = address(window);
	uint64_t end = below(2) ? max : address(window), found, got, want;
	bool bottom_up = below(2);

	/* 0 and 1 are no addresses, but constants that have other meanings */
	size += !size;
	end += end < 2 ? 2 : 0;
	if (below(2))
		start = 0;
	record("alloc 0x%" PRIx64 " align 0x%" PRIx64 " in 0x%" PRIx64 "-0x%" PRIx64 " %s",
	       size, align, start, end, bottom_up ? "bottom-up" : "top-down");
	found = mb_find(mb, size, align, start, end, bottom_up);
	got = mb_alloc(mb, size, align, start, end, bottom_up);
	want = ref_alloc(size, align, start, end, bottom_up);
	if (want)
		counts.allocated++;
	else
		counts.none++;
	return differs(mb, "alloc", got, want) || (got && differs(mb, "find", found, got));
}

/* Return: is there a difference? */
static bool call_differs(struct memblock *mb, enum call call, uint64_t window)
{
	uint64_t base = address(window), size = length();
	bool got = true, want = true, has_result = true;

	counts.made[call]++;
	if (call == ALLOC)
		return alloc_differs(mb, window);
	if (call == TAKE) {
		size = below(8) * PAGE + below(PAGE);
		base = below(2) ? max : base + 2;
	}
	record("%s 0x%" PRIx64 "+0x%" PRIx64, names[call], base, size);
	switch (call) {
	case ADD:
		mb_add(mb, base, size);
		ref_add(base, size);
		has_result = false;
		break;
	case REMOVE:
		mb_remove(mb, base, size);
		ref_remove(base, size);
		has_result = false;
		break;
	case RESERVE:
		got = mb_reserve(mb, base, size);
		want = ref_reserve(base, size);
		break;
	case FREE:
		mb_unreserve(mb, base, size);
		ref_free(base, size);
		has_result = false;
		break;
	case MARK_NOMAP:
	case CLEAR_NOMAP:
		got = mb_mark_nomap(mb, base, size, call == MARK_NOMAP);
		want = ref_mark_nomap(base, size, call == MARK_NOMAP);
		break;
	default:
		got = mb_take(mb, size, base);
		want = ref_take(size, base);
		break;
	}
	return has_result && differs(mb, names[call], got, want);
}

static bool sequence_differs(const struct kernel *kernel, uint64_t seed)
{
	static const enum call weights[] = {
		ADD, ADD, ADD, ADD, REMOVE, RESERVE, RESERVE, RESERVE, FREE, FREE, MARK_NOMAP,
		MARK_NOMAP, CLEAR_NOMAP, ALLOC, ALLOC, ALLOC, TAKE,
	};
	uint64_t window, limits[2];
	struct memblock mb;
	bool bad = false;

	state = seed;
	nr_calls = 0;
	window = below(3) ? (below(max / PAGE - 128) + 1) * PAGE : max - 64 * PAGE + 1;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		limits[i] = below(3) ? MAX_LIMIT : 4 + below(8);
	mb_init(&mb, PAGE, max);
	mb.marks = kernel->facts.allocations_marked;
	mb.memory.limit = limits[0];
	mb.reserved.limit = limits[1];
	ref_init(limits[0], limits[1]);

	for (size_t i = 0; i < CALLS && !bad; i++) {
		bad = call_differs(&mb, weights[below(ARRAY_SIZE(weights))], window) ||
		      lists_differ(&mb, "memory", &mb.memory, false) ||
		      lists_differ(&mb, "reserved", &mb.reserved, true) ||
		      queries_differ(&mb, address(window), length());
		/* Some kernels end here, and there is nothing more to compare */
		if (!bad && kernel->facts.full_array_panics)
			bad = differs(&mb, "a list is full",
				      mb.memory.overflow || mb.reserved.overflow,
				      ref_panicked());
		if (mb.memory.overflow || mb.reserved.overflow) {
			counts.full++;
			if (kernel->facts.full_array_panics)
				break;
			mb.memory.overflow = false;
			mb.reserved.overflow = false;
		}
	}
	mb_free(&mb);
	return bad;
}

int main(int argc, char **argv)
{
	const struct kernel *kernel = argc == 5 ? kernel_of(argv[1]) : NULL;
	uint64_t seed, sequences;
	unsigned int bits;

	if (!kernel) {
		fprintf(stderr, "usage: compare VERSION BITS SEED SEQUENCES\n");
		return 2;
	}
	bits = atoi(argv[2]);
	max = bits == 32 ? UINT32_MAX : UINT64_MAX;
	seed = strtoull(argv[3], NULL, 0);
	sequences = strtoull(argv[4], NULL, 0);
	for (uint64_t i = 0; i < sequences; i++) {
		if (!sequence_differs(kernel, seed + i))
			continue;
		printf("# seed %" PRIu64 ", addresses of %u bits\n", seed + i, bits);
		return 1;
	}
	for (size_t i = 0; i < NR_CALLS; i++)
		printf("%s %lu\n", names[i], counts.made[i]);
	printf("allocated %lu\nno room %lu\nlist full %lu\n", counts.allocated, counts.none,
	       counts.full);
	return 0;
}
