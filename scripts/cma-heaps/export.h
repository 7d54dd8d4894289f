/* SPDX-License-Identifier: GPL-2.0-only */
/* Which areas become heaps */
#ifndef EXPORT_H
#define EXPORT_H

#include "areas.h"

/* Written by export_heaps(), beside the heaps and verdicts of the outcome */
struct exported {
	bool selected;		/* the tree or the command line selects the regions */
	bool flagged;		/* a region is flagged, enabled or not */
	bool flagged_only;	/* linux,cma-export-flagged-only counts */
	bool *wanted;		/* for each region: it would be a heap if it could */
};

void export_heaps(struct exported *e, const struct areas *a, struct prediction *p);
void exported_free(struct exported *e);

#endif
