// SPDX-License-Identifier: GPL-2.0-only
/* How the kernel comes to its verdict, in its own order: what --explain prints */
#include "explain.h"

static const char *place(const struct reserved *s)
{
	if (!s->dynamic)
		return s->node->no_map ?
		       "its reg is taken out of the kernel's map early in the boot" :
		       "its reg is reserved early in the boot";
	return s->node->alloc_ranges.data ?
	       "it has no reg: the kernel looks for a place in its alloc-ranges" :
	       "it has no reg: the kernel takes the highest place in memory that is free";
}

static char *area(const struct areas *a, const struct reserved *s)
{
	switch (s->fate) {
	case FATE_FAILED:
		return xstrdup("it could not be set up: its memory is returned to the page "
			       "allocator");
	case FATE_RESERVED:
		return xstrdup(is_pool(s->node) ? "it is a coherent pool for its driver" :
			       "it is not a shared-dma-pool: the memory is reserved and that is all");
	default:
		return format("it is CMA area %zu of at most %u", s->slot + 1,
			      a->regions->memory->set->cma_slots);
	}
}

/* Who decides whether it is a heap, and how */
static char *decision(const struct areas *a, const struct exported *e, const struct reserved *s)
{
	const struct memory *m = a->regions->memory;
	const char *version = m->set->kernel->version;
	bool all = facts(m->set)->exports_all;

	if (!m->set->has_heap)
		return xstrdup("the kernel has no CMA heaps");
	if (!m->set->has_export)
		return format("the kernel does not support " FLAG ": it exports %s",
			      all ? "all reusable regions" : "the default area alone");
	if (m->cmdline->export != EXPORT_AUTO)
		return format("cma_heap.export=%s decides about the heap",
			      m->cmdline->export == EXPORT_ALL ? "all" : "flagged");
	if (s->node->flagged)
		return xstrdup("it is flagged with " FLAG);
	if (e->flagged_only)
		return xstrdup("it is not flagged, and /reserved-memory has " FLAGGED_ONLY);
	if (e->selected)
		return xstrdup("it is not flagged, and another region is");
	return format("the device tree selects no region: the default export policy of Linux %s is "
		      "%s", version, all ? "all reusable regions" : "the default area alone");
}

/**
 * tell_stories() - say of each region how its verdict comes about
 * @a: the areas
 * @e: who selects the regions
 * @p: gets the lines
 */
void tell_stories(const struct areas *a, const struct exported *e, struct prediction *p)
{
	const struct regions *r = a->regions;

	for (size_t i = 0; i < r->count; i++) {
		const struct reserved *s = &r->region[i];
		struct strings *story = &p->region[i].story;

		if (s->why == WHY_DISABLED)
			add_string(story, xstrdup("its status is not okay, so the kernel does not "
						  "look at it"));
		if (s->why == WHY_DISABLED && s->node->flagged && e->flagged)
			add_string(story, xstrdup("its flag counts all the same: regions without one "
						  "are private"));
		if (s->fate == FATE_UNSEEN)
			continue;
		add_string(story, xstrdup(place(s)));
		add_string(story, area(a, s));
		if (s->fate != FATE_CMA)
			continue;
		if (s->slot == a->default_area)
			add_string(story, xstrdup("it is the default area"));
		add_string(story, decision(a, e, s));
	}
}
