// SPDX-License-Identifier: GPL-2.0-only
/* Compiled as one of the tests in the kernel's tools/testing/memblock, with their headers */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <linux/memblock.h>
#include <linux/panic.h>

#include "reference.h"

bool movable_node_enabled;
static jmp_buf on_panic;
static bool panicked;

void panic(const char *fmt, ...)
{
	(void)fmt;
	panicked = true;
	longjmp(on_panic, 1);
}

/* The lists do not grow, so that nothing is allocated */
bool slab_is_available(void)
{
	return false;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	(void)size;
	(void)gfp;
	abort();
}

void kfree(void *p)
{
	(void)p;
	abort();
}

/* Whether an empty list counts one range or none differs, and how it starts tells */
void ref_init(size_t memory_limit, size_t reserved_limit)
{
	static unsigned long memory_count, reserved_count;
	static bool started;

	if (!started) {
		memory_count = memblock.memory.cnt;
		reserved_count = memblock.reserved.cnt;
		started = true;
	}
	memset(memblock.memory.regions, 0, memblock.memory.cnt * sizeof(*memblock.memory.regions));
	memset(memblock.reserved.regions, 0,
	       memblock.reserved.cnt * sizeof(*memblock.reserved.regions));
	memblock.memory.cnt = memory_count;
	memblock.memory.max = memory_limit;
	memblock.memory.total_size = 0;
	memblock.reserved.cnt = reserved_count;
	memblock.reserved.max = reserved_limit;
	memblock.reserved.total_size = 0;
	panicked = false;
}

bool ref_add(uint64_t base, uint64_t size)
{
	return !setjmp(on_panic) && !memblock_add(base, size);
}

bool ref_remove(uint64_t base, uint64_t size)
{
	return !setjmp(on_panic) && !memblock_remove(base, size);
}

bool ref_reserve(uint64_t base, uint64_t size)
{
	return !setjmp(on_panic) && !memblock_reserve(base, size);
}

bool ref_free(uint64_t base, uint64_t size)
{
	return !setjmp(on_panic) && !memblock_phys_free(base, size);
}

bool ref_mark_nomap(uint64_t base, uint64_t size, bool nomap)
{
	if (setjmp(on_panic))
		return false;
	return !(nomap ? memblock_mark_nomap(base, size) : memblock_clear_nomap(base, size));
}

uint64_t ref_alloc(uint64_t size, uint64_t align, uint64_t start, uint64_t end, bool bottom_up)
{
	memblock_set_bottom_up(bottom_up);
	return setjmp(on_panic) ? 0 : memblock_phys_alloc_range(size, align, start, end);
}

bool ref_panicked(void)
{
	return panicked;
}

bool ref_is_reserved(uint64_t base, uint64_t size)
{
	return memblock_overlaps_region(&memblock.reserved, base, size);
}

bool ref_is_memory(uint64_t base, uint64_t size)
{
	return memblock_overlaps_region(&memblock.memory, base, size);
}

uint64_t ref_start(void)
{
	return memblock_start_of_DRAM();
}

uint64_t ref_end(void)
{
	return memblock_end_of_DRAM();
}

uint64_t ref_total(void)
{
	return memblock_phys_mem_size();
}

/* An empty list may have one range of no size */
size_t ref_count(bool reserved)
{
	const struct memblock_type *type = reserved ? &memblock.reserved : &memblock.memory;

	return type->regions[0].size ? type->cnt : 0;
}

struct ref_range ref_range(bool reserved, size_t i)
{
	const struct memblock_type *type = reserved ? &memblock.reserved : &memblock.memory;
	const struct memblock_region *r = &type->regions[i];

	/* No other flag is ever set here */
	return (struct ref_range){ r->base, r->size, r->flags != MEMBLOCK_NONE };
}
