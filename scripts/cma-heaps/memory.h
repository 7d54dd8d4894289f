/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory there is, and what of it is reserved before /reserved-memory is read */
#ifndef MEMORY_H
#define MEMORY_H

#include "cmdline.h"
#include "kernel.h"
#include "memblock.h"
#include "outcome.h"
#include "tree.h"

/* Written by memory_init() and the hooks that it calls, and then only read */
struct memory {
	const struct settings *set;
	const struct tree *tree;
	const struct cmdline *cmdline;
	struct memblock mb;
	uint64_t phys_mask;	/* bits that an address has */
	bool known;		/* the memory is */
	bool loaded_known;	/* and what is loaded, so that dynamic regions are where mb says */
	uint64_t phys_offset;	/* 32-bit: where memory that is always mapped starts */
	uint64_t lowmem_end;	/* and where it ends; 0 if all of it is mapped */
};

uint64_t phys_mask_of(const struct settings *s);
void memory_init(struct memory *m, const struct settings *s, const struct tree *t,
		 const struct cmdline *c, struct prediction *p);
void memory_free(struct memory *m);

/* For the hooks */
void memory_limit(struct memory *m, uint64_t limit);
void memory_reserve_initrd(struct memory *m, struct range mem, struct prediction *p);

#endif
