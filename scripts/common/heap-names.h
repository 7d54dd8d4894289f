/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of heaps that the kernel has by itself, whatever the device tree says */
#ifndef HEAP_NAMES_H
#define HEAP_NAMES_H

#include <stdbool.h>
#include <string.h>

#define SYSTEM_HEAP		"system"
#define SYSTEM_SHARED_HEAP	"system_cc_shared"
#define DEFAULT_HEAP		"default_cma_region"	/* of the default area, from 6.17 on */
#define TEE_HEAPS		"protected,"		/* what their names start with */
#define RESERVED_AREA		"reserved"	/* the default area that has no node */

/* Is it a heap of pages from anywhere? */
static inline bool is_system_heap(const char *name)
{
	return !strcmp(name, SYSTEM_HEAP) || !strcmp(name, SYSTEM_SHARED_HEAP);
}

/* Can it be a heap of the default area that is not named after a node? */
static inline bool is_default_heap(const char *name)
{
	return !strcmp(name, DEFAULT_HEAP) || !strcmp(name, RESERVED_AREA);
}

static inline bool is_kernel_heap(const char *name)
{
	return is_system_heap(name) || is_default_heap(name) ||
	       !strncmp(name, TEE_HEAPS, strlen(TEE_HEAPS));
}

#endif
