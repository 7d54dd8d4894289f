/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel reads from a device tree blob, in one pass over it. Nothing is
 * looked up twice and nothing recurses, so that a hostile blob takes no longer
 * than a good one of its size.
 */
#ifndef TREE_H
#define TREE_H

#include "util.h"

#define MAX_DEPTH	64	/* the kernel reads no deeper */
#define MAX_CELLS	4

struct prop {
	const unsigned char *data;	/* NULL: the node does not have it */
	size_t len;
};

struct node {
	const char *name;
	size_t name_len;
	struct prop reg, size, alignment, alloc_ranges;
	struct prop compatible, status;
	bool no_map, reusable, is_default, flagged;
	uint32_t phandle;
};

struct consumer {
	uint32_t phandle;
	char *path;
};

struct memory_node {
	struct prop reg;
};

struct tree {
	unsigned int ac, sc;		/* cells of the root */
	bool has_ac, has_sc;
	bool reserved_memory;		/* there is such a node */
	bool odd_name;			/* but with a unit address */
	struct prop rm_ac, rm_sc;
	bool rm_ranges;
	bool flagged_only;		/* linux,cma-export-flagged-only */
	struct node *node;		/* its children, in the order of the blob */
	size_t nr_nodes;
	struct memory_node *memory;
	size_t nr_memory;
	struct prop initrd_start, initrd_end, bootargs;
	bool uefi;			/* memory is what UEFI says */
	bool usable_memory_range, elfcorehdr;
	bool overlay;			/* not a tree, but what changes one */
	struct prop cpu;		/* compatible of the first one */
	struct strings misplaced;	/* nodes with a flag that nothing looks at */
	uint64_t dma_limit;		/* last address that dma-ranges allow; NONE */
	bool dma_limit_unknown;
	size_t all_nodes, all_props, names_len;
	struct consumer *consumer;	/* sorted by phandle */
	size_t nr_consumers;
};

const char *read_tree(const void *fdt, size_t len, bool newer, struct tree *t);
void free_tree(struct tree *t);

const char *tree_arch(const void *fdt, size_t len);

bool status_okay(const struct prop *status, bool newer);
bool is_compatible(const struct prop *compatible, const char *want);
uint64_t read_cells(const unsigned char *p, unsigned int n);

#endif
