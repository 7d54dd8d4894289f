/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel's own mm/memblock.c behind functions of plain types, since its struct memblock
 * and that of cma-heaps have the same name.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ref_range {
	uint64_t base, size;
	bool flag;	/* of memory: MEMBLOCK_NOMAP; of a reservation: MEMBLOCK_RSRV_KERN */
};

/* Make both lists empty, with room for so many ranges */
void ref_init(size_t memory_limit, size_t reserved_limit);

/* Return: false if the list is full */
bool ref_add(uint64_t base, uint64_t size);
bool ref_remove(uint64_t base, uint64_t size);
bool ref_reserve(uint64_t base, uint64_t size);
bool ref_free(uint64_t base, uint64_t size);
bool ref_mark_nomap(uint64_t base, uint64_t size, bool nomap);

/* Return: the address, or 0 */
uint64_t ref_alloc(uint64_t size, uint64_t align, uint64_t start, uint64_t end, bool bottom_up);

/* Did the kernel panic since ref_init()? */
bool ref_panicked(void);

bool ref_is_reserved(uint64_t base, uint64_t size);
bool ref_is_memory(uint64_t base, uint64_t size);
uint64_t ref_start(void);
uint64_t ref_end(void);
uint64_t ref_total(void);

size_t ref_count(bool reserved);
struct ref_range ref_range(bool reserved, size_t i);

#endif
