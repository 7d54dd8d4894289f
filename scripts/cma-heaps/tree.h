/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel reads from a device tree blob, in one pass over it. Nothing is
 * looked up twice and nothing recurses, so that a hostile blob takes no longer
 * than a good one of its size.
 */
#ifndef TREE_H
#define TREE_H

#include <stdint.h>

#include "../common/util.h"

#define MAX_DEPTH	64	/* the kernel reads no deeper */
#define MAX_CELLS	4

#define FLAG		"linux,cma-export-heap"
#define FLAGGED_ONLY	"linux,cma-export-flagged-only"

struct prop {
	const unsigned char *data;	/* NULL: the node does not have it */
	size_t len;
};

/* A child of /reserved-memory */
struct node {
	const char *name;
	struct prop reg, size, alignment, alloc_ranges;
	struct prop compatible, status;
	bool no_map, reusable, is_default, flagged;
	uint32_t phandle;
	struct strings consumers;	/* paths of the nodes that refer to it */
};

struct memory_node {
	struct prop usable, reg, status;
};

/* A property that means nothing where it is, or is nearly one that does */
struct stray {
	char *path;			/* of the node */
	char *name;
	const char *meant;		/* NULL if @name is right, and the place is not */
};

struct tree {
	uint32_t ac, sc;		/* cells of the root */
	bool has_ac, has_sc;
	bool reserved_memory;		/* there is such a node */
	bool odd_name;			/* but with a unit address */
	struct prop rm_ac, rm_sc;
	bool rm_ranges;
	bool flagged_only;
	struct node *node;		/* its children, in the order of the blob */
	size_t nr_nodes;
	struct memory_node *memory;
	size_t nr_memory;
	struct prop initrd_start, initrd_end, bootargs;
	bool uefi;			/* memory is what UEFI says */
	bool usable_memory_range, elfcorehdr;
	bool overlay;			/* not a tree, but what changes one */
	struct prop cpu;		/* compatible of the first one */
	struct stray *stray;
	size_t nr_strays;
	size_t more_strays;		/* that are not in the list */
	size_t more_consumers;
	bool dma_ranges;		/* there is such a property, and it is not empty */
	size_t all_nodes, all_props, names_len;
};

const char *read_tree(const void *fdt, size_t len, struct tree *t);
void free_tree(struct tree *t);

bool status_okay(const struct prop *status, bool must_be_string);
bool is_compatible(const struct prop *compatible, const char *want);
const char *first_string(const struct prop *p);
uint64_t read_cells(const unsigned char *p, unsigned int n);
bool is_pool(const struct node *n);
bool is_cma_pool(const struct node *n);

#endif
