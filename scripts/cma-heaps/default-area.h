/* SPDX-License-Identifier: GPL-2.0-only */
/* The CMA area that has no node, and where the kernel puts it */
#ifndef DEFAULT_AREA_H
#define DEFAULT_AREA_H

#include "arch.h"
#include "reserved.h"

/* Written by default_area_init(), and then only read */
struct default_area {
	bool exists;
	struct range mem;	/* its base is NONE where it is not known */
	size_t slot;
	bool certain;		/* or there may be no room for it */
	struct zones zones;
};

void default_area_init(struct default_area *d, const struct regions *r, struct prediction *p);

#endif
