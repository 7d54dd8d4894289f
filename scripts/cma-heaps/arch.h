/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An architecture: one file, arch-NAME.c, with a struct arch that ARCH() registers. No other
 * file names one. A hook that is NULL does nothing.
 */
#ifndef ARCH_H
#define ARCH_H

#include "kernel.h"
#include "memblock.h"
#include "outcome.h"
#include "tree.h"

struct areas;
struct memory;

/* How far the zones of memory reach; 0 for a zone that there is not */
struct zones {
	uint64_t dma_limit, dma32_limit;
	uint64_t cma_limit;	/* upper border of the default area */
	bool unknown;		/* the kernel's code for each board decides */
};

struct arch {
	const char *name;		/* of --arch */
	bool is_default;
	const char *machine;		/* what uname -m starts with */
	const char *config_name;	/* at the head of a .config */
	const char *config_option;	/* which must be on in it, or NULL */
	const uint64_t *page_sizes;	/* up to a 0, the default first */
	const char *defconfig;		/* which the defaults are those of */
	const char *assumed;		/* of its settings, what only a .config has */

	unsigned int memory_limit, reserved_limit;	/* ranges that memblock has room for */
	bool firmware_region;		/* firmware adds a region for itself, as the first one */
	bool remaps_areas;		/* areas in lowmem are mapped a second time */
	bool coherent_needs_no_map;	/* a pool that is not reusable must have no-map */

	/* How well is a CPU of this compatible one of the architecture? 0: it is not */
	unsigned int (*cpu)(const struct prop *compatible);
	/* Settings of the defconfig, with CMA, heaps and the series switched on */
	void (*defaults)(struct settings *s);
	/* What depends on the size of pages, unless a .config has it */
	void (*page_size)(struct settings *s);
	/* Take its own options from a .config; return NULL, or what is wrong */
	const char *(*config)(const char *text, struct settings *s);
	uint64_t (*phys_mask)(const struct settings *s);
	/* After the memory of the tree was added */
	void (*memory)(struct memory *m, struct prediction *p);
	/* Limit memory by mem=, and reserve what is loaded */
	void (*reserve)(struct memory *m, const struct range *initrd, struct prediction *p);
	/* After the regions are reserved */
	void (*regions_reserved)(const struct memory *m, struct memblock *mb);
	/* Where lowmem ends now; may take memory away */
	uint64_t (*lowmem)(const struct memory *m, struct memblock *mb);
	/* Is the default area placed before page tables are made, and static regions areas? */
	bool (*default_early)(const struct settings *s);
	void (*zones)(const struct memory *m, struct zones *z, struct prediction *p);
	/* Map the areas, with all consequences */
	void (*map_areas)(const struct areas *a, struct prediction *p);
};

/* The linker collects these pointers */
extern const struct arch * const __start_arches[], * const __stop_arches[];

#define ARCH(variable) \
	static const struct arch * const variable##_entry \
	__attribute__((used, section("arches"))) = &(variable)

#define for_each_arch(a) \
	for (const struct arch * const *a = __start_arches; a < __stop_arches; a++)

#endif
