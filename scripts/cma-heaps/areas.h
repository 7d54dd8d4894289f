/* SPDX-License-Identifier: GPL-2.0-only */
/* All CMA areas, in the order of their slots */
#ifndef AREAS_H
#define AREAS_H

#include "default-area.h"
#include "reserved.h"

#define CMA_MAX_NAME	64

struct area {
	size_t region;		/* or NO_REGION */
	struct range mem;
	char name[CMA_MAX_NAME];
	bool active;
	bool doubtful;		/* there may be no room for it */
};

/* Written by areas_init(), and then only read */
struct areas {
	const struct regions *regions;
	const struct default_area *without_node;
	struct area *area;
	size_t count;
	size_t default_area;	/* or NO_REGION */
};

void areas_init(struct areas *a, const struct regions *r, const struct default_area *d,
		struct prediction *p);
void areas_free(struct areas *a);

#endif
