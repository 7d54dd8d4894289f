/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel log has about reserved memory, CMA areas and heaps */
#ifndef KMSG_H
#define KMSG_H

#include "size.h"
#include "util.h"

struct kmsg_record {
	unsigned int level;		/* 0 to 7, as KERN_EMERG to KERN_DEBUG */
	uint64_t sequence;
	char *text;			/* unescaped */
};

/* A region of the device tree that was set up */
struct log_region {
	char *name;
	struct range mem;
	bool cma;
};

struct boot_log {
	bool whole;			/* from the first record on */
	struct log_region *region;	/* in the order of the log */
	size_t nr_regions;
	struct range default_area;	/* NONE if none without a node was reserved */
	unsigned int nr_reserved;	/* areas of that kind, of which default_area is the last */
	uint64_t pools;			/* bytes of all regions that are CMA areas */
	struct strings inactive;	/* areas that could not be activated */
	struct strings warnings;	/* of cma_heap: and dma_heap:, errors too */
	struct range pool;		/* of the region whose name the next record has */
};

bool kmsg_next(char **at, struct kmsg_record *record);
char *kmsg_read(const char *path);

void boot_log_init(struct boot_log *log);
void boot_log_record(struct boot_log *log, const struct kmsg_record *record);
bool boot_log_read(struct boot_log *log, const char *path);
const struct log_region *boot_log_region(const struct boot_log *log, const char *name);
uint64_t boot_log_default_size(const struct boot_log *log, uint64_t cma_total);
void boot_log_free(struct boot_log *log);

#endif
