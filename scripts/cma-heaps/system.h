/* SPDX-License-Identifier: GPL-2.0-only */
/* The running system, or a copy of its /sys, /proc and /dev: its regions and its heaps */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <sys/types.h>

#include "../common/kmsg.h"
#include "../common/size.h"
#include "../common/util.h"

#define MAX_FILE	(64 * MIB)
#define HEAP_CLASS	"/sys/class/dma_heap"

struct sys_region {
	char *name;
	struct range mem;
	uint32_t phandle;
	bool flagged, is_default, enabled, has_heap;
	struct strings consumers;
};

struct sys_heap {
	char *name;
	char *node;			/* path, or NULL */
	struct range mem;
	uint64_t free;			/* NONE: not known */
	char *owner, *group;		/* NULL: there is no device file */
	unsigned int mode;
	const struct sys_region *region;	/* or NULL */
};

struct sys {
	const char *root;		/* "" for the running system */
	char *release;
	uint64_t page_size;
	bool flagged_only;		/* the tree has linux,cma-export-flagged-only */
	struct sys_region *region;
	size_t nr_regions;
	struct sys_heap *heap;
	size_t nr_heaps;
	struct range default_area;	/* the one without a node */
	struct boot_log log;
	struct strings notes;		/* what could not be read, and why */
};

void read_system(struct sys *s, const char *root);
void free_system(struct sys *s);

char *sys_read(const struct sys *s, const char *path, size_t *len);
bool sys_exists(const struct sys *s, const char *path);
char *sys_config(struct sys *s);
const struct sys_heap *sys_heap(const struct sys *s, const char *name);

#endif
