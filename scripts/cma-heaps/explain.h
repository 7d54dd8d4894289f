/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with a tree, the line to change, and how the kernel comes to its verdicts */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "areas.h"
#include "export.h"

void first_verdicts(const struct regions *r, struct prediction *p);
void explain(const struct areas *a, const struct exported *e, struct prediction *p);
void find_overlaps(const struct regions *r, struct prediction *p);
void tell_stories(const struct areas *a, const struct exported *e, struct prediction *p);

#endif
