/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's early allocator would do: the memory there is, what of it is
 * reserved, and where the next allocation lands.
 */
#ifndef MEMBLOCK_H
#define MEMBLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mb_range {
	uint64_t base;
	uint64_t size;
	bool flag;		/* of memory: no map. Of a reservation: by the kernel itself */
};

/* Sorted, no two overlap, and none that touch have the same flag */
struct mb_list {
	struct mb_range *range;
	size_t count, room;
	size_t limit;		/* more than so many and the kernel gives up; 0: none */
	uint64_t max;		/* the last address there can be */
	bool overflow;		/* it gave up */
};

struct memblock {
	struct mb_list memory, reserved;
	uint64_t page_size;
	bool marks;		/* what the kernel allocates is a reservation of another kind */
};

void mb_init(struct memblock *mb, uint64_t page_size, uint64_t max);
void mb_free(struct memblock *mb);
void mb_copy(struct memblock *to, const struct memblock *from);

void mb_add(struct memblock *mb, uint64_t base, uint64_t size);
void mb_remove(struct memblock *mb, uint64_t base, uint64_t size);
bool mb_reserve(struct memblock *mb, uint64_t base, uint64_t size);
void mb_unreserve(struct memblock *mb, uint64_t base, uint64_t size);
bool mb_mark_nomap(struct memblock *mb, uint64_t base, uint64_t size, bool nomap);

bool mb_is_reserved(const struct memblock *mb, uint64_t base, uint64_t size);
bool mb_is_memory(const struct memblock *mb, uint64_t base, uint64_t size);
uint64_t mb_memory_in(const struct memblock *mb, uint64_t base, uint64_t size);
uint64_t mb_nomap_in(const struct memblock *mb, uint64_t base, uint64_t size);
uint64_t mb_start(const struct memblock *mb);
uint64_t mb_end(const struct memblock *mb);
uint64_t mb_total(const struct memblock *mb);

uint64_t mb_find(const struct memblock *mb, uint64_t size, uint64_t align,
		 uint64_t start, uint64_t end, bool bottom_up);
bool mb_take(struct memblock *mb, uint64_t size, uint64_t end);
uint64_t mb_alloc(struct memblock *mb, uint64_t size, uint64_t align,
		  uint64_t start, uint64_t end, bool bottom_up);

#endif
