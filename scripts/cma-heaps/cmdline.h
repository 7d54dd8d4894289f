/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel command line, as far as it places memory or selects heaps */
#ifndef CMDLINE_H
#define CMDLINE_H

#include "kernel.h"
#include "tree.h"

struct cmdline {
	bool cma_given;
	uint64_t cma_size, cma_base, cma_limit;
	struct range *mem;		/* of each mem=: size, and base or NONE */
	size_t nr_mem;
	bool vmalloc_given;
	uint64_t vmalloc;
	bool odd_parameter;		/* one that places something, too */
	enum export_mode export;
	char *export_unknown;		/* a value that is none of them, or NULL */
};

uint64_t memparse(const char *text, const char **end);
void read_cmdline(struct cmdline *c, const struct settings *s, const struct prop *bootargs,
		  uint64_t phys_mask);
void parse_cmdline(struct cmdline *c, const char *text, uint64_t phys_mask);
void free_cmdline(struct cmdline *c);

#endif
