/* SPDX-License-Identifier: GPL-2.0-only */
/* The outcome of each child of /reserved-memory */
#ifndef RESERVED_H
#define RESERVED_H

#include "memory.h"

#define NO_REGION	SIZE_MAX
#define MAX_RESERVED_REGIONS	64

enum fate {
	FATE_UNSEEN,		/* the kernel never took it up */
	FATE_RESERVED,		/* memory is reserved, and that is all */
	FATE_CMA,
	FATE_FAILED,		/* it was a region, and was given back */
};

enum why {
	WHY_NONE,
	WHY_DISABLED,
	WHY_ROOT,		/* all of /reserved-memory is ignored */
	WHY_REG,		/* reg of no whole number of entries */
	WHY_EMPTY,		/* neither reg nor size, or nothing in them */
	WHY_SIZE,
	WHY_ALIGNMENT,
	WHY_ALLOC_RANGES,
	WHY_NO_ROOM,
	WHY_TABLE_FULL,
	WHY_NO_MAP,
	WHY_NOT_REUSABLE,
	WHY_NOT_POOL,
	WHY_CMDLINE,
	WHY_MISALIGNED,
	WHY_NO_SLOT,
	WHY_NOT_RESERVED,
	WHY_NO_CMA,
	WHY_NEEDS_NO_MAP,
};

struct reserved {
	const struct node *node;
	struct range mem;
	enum fate fate;
	enum why why;
	bool dynamic;
	bool placed;		/* mem is where the kernel reserved it */
	bool entry_failed;	/* a no-map region whose memory was reserved already */
	size_t slot;		/* of a CMA area, from 0 on */
	unsigned int reg_entries;
};

/* A region that was given back after page tables were made */
struct returned {
	struct range mem;
	bool no_map;
};

/* Memory that the kernel maps a second time for a CMA area */
struct remap {
	struct range mem;
	size_t region;
};

/* Written by the two functions below, in the two passes of the kernel, and then only read */
struct regions {
	const struct memory *memory;
	bool root_ok;		/* the kernel does not ignore all of /reserved-memory */
	struct reserved *region;	/* one for each node of the tree */
	size_t count;
	size_t *entry;		/* the kernel's table: which regions it has */
	size_t nr_entries;
	size_t table;		/* room in it */
	struct memblock mb;	/* the first pass over; then the second */
	struct memblock early;	/* when page tables are made, between the two */
	uint64_t lowmem_end;	/* at that time */
	size_t nr_areas;	/* CMA slots in use */
	size_t default_region;	/* the region that is the default area, or NO_REGION */
	struct returned *returned;
	size_t nr_returned;
	struct remap *remap;
	size_t nr_remaps;
	bool late;		/* the second pass */
};

struct default_area;

void regions_reserve(struct regions *r, const struct memory *m, const void *fdt, size_t len,
		     struct prediction *p);
void regions_init_static(struct regions *r, const struct default_area *d, struct prediction *p);
void regions_unmapped(const struct regions *r, struct prediction *p);
void regions_free(struct regions *r);

bool is_aligned(const struct settings *s, const struct range *r);

#endif
