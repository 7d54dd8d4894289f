// SPDX-License-Identifier: GPL-2.0-only
/* Which regions overlap each other, or what is loaded */
#include <inttypes.h>
#include <stdlib.h>

#include "explain.h"

/* What more of them would mean is not known; nobody reads so many */
#define MAX_OVERLAPS	256

struct piece {
	struct range mem;
	const char *name;
	size_t region;		/* or NO_REGION: something that is loaded */
	bool cma, no_map, failed;
};

static bool overlap(const struct range *a, const struct range *b)
{
	return a->base < b->base + b->size && b->base < a->base + a->size;
}

static int by_base(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->mem.base != y->mem.base)
		return x->mem.base < y->mem.base ? -1 : 1;
	return x->mem.size < y->mem.size ? -1 : x->mem.size > y->mem.size;
}

static void describe(struct prediction *p, size_t region, bool error, const char *other,
		     uint64_t from, uint64_t to)
{
	region_problem(p, region, error, format("overlaps %s at 0x%" PRIx64 "..0x%" PRIx64, other,
						from, to - 1), NULL);
}

/* What can happen, where @x is the CMA area */
static void consequences(struct prediction *p, const struct piece *x, const struct piece *y)
{
	if (!x->cma)
		return;
	if (y->failed)
		set_boots(p, UNKNOWN, format("what happens with %s, whose memory was returned with "
					     "that of %s", x->name, y->name));
	if (y->no_map)
		set_boots(p, UNKNOWN, format("what happens when memory of %s is used, of which a "
					     "part is not mapped", x->name));
	if (y->region == NO_REGION)
		set_boots(p, UNKNOWN, format("what happens with %s, where the %s lies", x->name,
					     y->name));
}

static void one_overlap(struct prediction *p, const struct piece *x, const struct piece *y)
{
	uint64_t from = y->mem.base, to = x->mem.base + x->mem.size;
	bool error = x->cma || y->cma || x->region == NO_REGION || y->region == NO_REGION;

	if (x->region == NO_REGION && y->region == NO_REGION)
		return;
	if (to > y->mem.base + y->mem.size)
		to = y->mem.base + y->mem.size;
	if (x->region != NO_REGION)
		describe(p, x->region, error, y->name, from, to);
	if (y->region != NO_REGION)
		describe(p, y->region, error, x->name, from, to);
	if (x->cma && y->cma)
		set_boots(p, UNKNOWN, format("what happens with %s and %s: both hand out the same "
					     "memory", x->name, y->name));
	consequences(p, x, y);
	consequences(p, y, x);
}

/**
 * find_overlaps() - note the overlaps of each region
 * @r: the regions
 * @p: gets the problems
 */
void find_overlaps(const struct regions *r, struct prediction *p)
{
	const struct settings *s = r->memory->set;
	struct piece *v = xzalloc(r->count + s->nr_loaded, sizeof(*v));
	size_t n = 0, found = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct reserved *region = &r->region[i];

		if (region->fate == FATE_UNSEEN || p->region[i].mem.base == NONE ||
		    !region->mem.size)
			continue;
		v[n++] = (struct piece){
			region->mem, region->node->name, i, region->fate == FATE_CMA,
			region->node->no_map, region->fate == FATE_FAILED,
		};
	}
	for (size_t i = 0; i < s->nr_loaded; i++)
		if (s->loaded[i].mem.size)
			v[n++] = (struct piece){
				.mem = s->loaded[i].mem, .name = s->loaded[i].name,
				.region = NO_REGION,
			};
	if (n)
		qsort(v, n, sizeof(*v), by_base);
	for (size_t i = 0; i < n && found <= MAX_OVERLAPS; i++)
		for (size_t k = i + 1; k < n && overlap(&v[i].mem, &v[k].mem); k++) {
			if (++found > MAX_OVERLAPS)
				break;
			one_overlap(p, &v[i], &v[k]);
		}
	if (found > MAX_OVERLAPS) {
		tree_problem(p, true, format("more than %u overlaps; the others are not reported",
					     MAX_OVERLAPS), NULL);
		set_boots(p, UNKNOWN, xstrdup("what happens with the other overlaps"));
	}
	free(v);
}
