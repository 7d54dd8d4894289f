// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read beside cma_heap_export.c of the series, and cma_heap.c. The order in which heaps are
 * added makes no difference.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/heap-names.h"
#include "export.h"

struct export {
	const struct areas *areas;
	const struct settings *set;
	struct exported *e;
	struct prediction *p;
	struct strings heaps;	/* names of those in @p */
	/* The areas that have a heap by their own name, or will have one */
	struct strings claims;
	size_t *claimed;
	size_t nr_claimed;
};

static bool add_heap(struct export *x, const char *name, const struct area *a, bool is_default)
{
	struct prediction *p = x->p;

	if (!add_unique(&x->heaps, xstrdup(name)))
		return false;
	*add_item(p->heap, p->nr_heaps) = (struct heap){
		.name = xstrdup(name),
		.node = a->region == NO_REGION ? NULL : xstrdup(p->region[a->region].node),
		.mem = a->mem, .is_default = is_default, .certain = !a->doubtful,
	};
	return true;
}

static void no_heap(struct export *x, size_t region, const char *reason)
{
	struct region *r = &x->p->region[region];

	free(r->reason);
	r->verdict = VERDICT_NO_HEAP;
	r->reason = xstrdup(reason);
}

/* Why an area cannot have this heap; NULL if it can, "" if it has it */
static const char *refused(const struct export *x, size_t k, const char *name)
{
	const struct areas *all = x->areas;
	const struct area *a = &all->area[k];
	bool is_default = k == all->default_area;
	size_t i;

	if (strcmp(name, a->name) || strpbrk(name, "/%") || !name[strspn(name, ".")])
		return "name is invalid or too long";
	i = find_unique(&x->claims, name);
	if (i != NOT_FOUND)
		return x->claimed[i] == k ? "" : "name is already in use";
	if (is_default && facts(x->set)->default_heap && !strcmp(name, DEFAULT_HEAP))
		return "";
	if (!strcmp(name, SYSTEM_HEAP) ||
	    (!is_default &&
	     (!strcmp(name, SYSTEM_SHARED_HEAP) || !strncmp(name, TEE_HEAPS, strlen(TEE_HEAPS)) ||
	      (all->default_area != NO_REGION &&
	       (!strcmp(name, DEFAULT_HEAP) ||
		!strcmp(name, all->area[all->default_area].name))))))
		return "name is reserved";
	if (!a->active && !is_default && !x->set->heap_is_module)
		return "CMA area was not set up";
	return NULL;
}

/* A heap by the own name of an area */
static void own_heap(struct export *x, size_t k)
{
	const struct area *a = &x->areas->area[k];
	bool is_default = k == x->areas->default_area;
	struct region *r;

	if (!add_heap(x, a->name, a, is_default) || a->region == NO_REGION)
		return;
	r = &x->p->region[a->region];
	r->verdict = x->e->wanted[a->region] || !is_default ? VERDICT_HEAP : VERDICT_DEFAULT;
	free(r->heap);
	r->heap = xstrdup(a->name);
}

/* What dma_heap_add_cma() does. A failure is that of @region, or of none */
static void export_area(struct export *x, size_t k, const char *name, size_t region)
{
	const struct region *r = region == NO_REGION ? NULL : &x->p->region[region];
	const char *reason = refused(x, k, name);

	if (!reason) {
		add_unique(&x->claims, xstrdup(name));
		*add_item(x->claimed, x->nr_claimed) = k;
		own_heap(x, k);
	} else if (*reason && r && (r->flagged || r->verdict != VERDICT_DEFAULT)) {
		no_heap(x, region, reason);
	}
}

/* As the device tree shows it, by the cells that /reserved-memory has */
static bool shows_misalignment(const struct export *x, const struct node *n)
{
	const struct tree *t = x->areas->regions->memory->tree;
	uint32_t ac = t->rm_ac.len >= 4 ? read_cells(t->rm_ac.data, 1) : 0;
	uint32_t sc = t->rm_sc.len >= 4 ? read_cells(t->rm_sc.data, 1) : 0;
	uint64_t low = 0;

	if (!ac || ac > 2 || !sc || sc > 2)
		return false;
	if (n->reg.data && n->reg.len >= 4 * (ac + sc))
		low = read_cells(n->reg.data + 4 * (ac - 1), 1) |
		      read_cells(n->reg.data + 4 * (ac + sc - 1), 1);
	else if (n->size.data && n->size.len >= 4 * sc)
		low = read_cells(n->size.data + 4 * (sc - 1), 1);
	return low & (x->set->pageblock_size - 1);
}

/* Why a flagged region is no area, in the words of the kernel's log */
static void no_area(struct export *x, size_t region, const struct node *n)
{
	char buf[80];

	if (!is_pool(n)) {
		no_heap(x, region, "not a shared-dma-pool");
	} else if (n->no_map) {
		no_heap(x, region, "no-map");
	} else if (!n->reusable) {
		no_heap(x, region, "not reusable");
	} else if (!shows_misalignment(x, n)) {
		no_heap(x, region, "CMA area was not set up");
	} else {
		snprintf(buf, sizeof(buf), "base or size is not a multiple of %" PRIu64 " KiB",
			 x->set->pageblock_size / KIB);
		no_heap(x, region, buf);
	}
}

/* The kernel's table, in an order in which a name is found at once */
struct entry {
	const char *name;
	uint64_t base;
	size_t area;		/* or NO_REGION */
};

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : x->base < y->base ? -1 : x->base > y->base;
}

static struct entry *sort_entries(const struct regions *r)
{
	struct entry *e = xzalloc(r->nr_entries, sizeof(*e));

	for (size_t i = 0; i < r->nr_entries; i++) {
		const struct reserved *s = &r->region[r->entry[i]];

		e[i] = (struct entry){
			s->node->name, s->mem.base, s->fate == FATE_CMA ? s->slot : NO_REGION,
		};
	}
	if (r->nr_entries)
		qsort(e, r->nr_entries, sizeof(*e), by_name);
	return e;
}

/* Which area of_reserved_mem_lookup() finds: the lowest one, by what is behind a slash */
static size_t area_by_name(const struct regions *r, const struct entry *e, const char *full_name)
{
	const char *slash = strrchr(full_name, '/'), *name = slash ? slash + 1 : full_name;
	size_t low = 0, high = r->nr_entries;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(e[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < r->nr_entries && !strcmp(e[low].name, name) ? e[low].area : NO_REGION;
}

/* The heap that the default area has whatever it is called */
static void default_heap(struct export *x)
{
	size_t d = x->areas->default_area;
	const struct area *a;
	struct region *r;

	if (d == NO_REGION || !facts(x->set)->default_heap)
		return;
	a = &x->areas->area[d];
	if (!add_heap(x, DEFAULT_HEAP, a, true) || a->region == NO_REGION)
		return;
	r = &x->p->region[a->region];
	if (r->verdict == VERDICT_HEAP)
		return;
	/* The one heap may be by the name of the node, too */
	r->verdict = x->e->wanted[a->region] && !strcmp(a->name, DEFAULT_HEAP) ? VERDICT_HEAP :
		     VERDICT_DEFAULT;
	r->heap = xstrdup(DEFAULT_HEAP);
}

/* What the kernel does by its default export policy */
static void kernel_heaps(struct export *x, bool with_series)
{
	const struct facts *f = facts(x->set);
	bool own_name = !f->legacy_option || x->set->legacy_name;

	default_heap(x);
	for (size_t k = 0; k < x->areas->count; k++) {
		const char *name = x->areas->area[k].name;

		if (k == x->areas->default_area ? !own_name : !f->exports_all || x->e->selected)
			continue;
		if (with_series)
			export_area(x, k, name, x->areas->area[k].region);
		else if (strcmp(name, SYSTEM_HEAP))
			own_heap(x, k);
	}
}

/* A kernel without the series, or with its option off: the flag means nothing */
static void without_series(struct export *x)
{
	if (x->set->has_heap)
		kernel_heaps(x, false);
	for (size_t i = 0; i < x->p->nr_regions; i++) {
		struct region *r = &x->p->region[i];

		if (r->flagged && r->enabled && r->verdict != VERDICT_HEAP)
			no_heap(x, i, x->set->has_heap ? "the kernel does not support " FLAG :
				"the kernel has no CMA heaps");
	}
}

/* The exporter looks at the tree, not at the blob, and for /reserved-memory by its path */
static void with_series(struct export *x)
{
	const struct regions *r = x->areas->regions;
	const struct tree *t = r->memory->tree;
	enum export_mode mode = r->memory->cmdline->export;
	struct entry *entries = sort_entries(r);
	bool all = mode == EXPORT_ALL;

	x->e->flagged_only = t->flagged_only && !t->odd_name;
	for (size_t i = 0; i < r->count && !t->odd_name; i++) {
		const struct node *n = r->region[i].node;
		size_t k;

		x->e->flagged |= n->flagged;
		if (!status_okay(&n->status, false) || !(n->flagged || all))
			continue;
		k = is_cma_pool(n) ? area_by_name(r, entries, n->name) : NO_REGION;
		if (k != NO_REGION) {
			x->e->wanted[i] = true;
			export_area(x, k, n->name, i);
		} else if (n->flagged) {
			no_area(x, i, n);
		}
	}
	free(entries);
	x->e->selected = mode != EXPORT_AUTO || x->e->flagged_only || x->e->flagged;
	kernel_heaps(x, true);
}

/**
 * export_heaps() - make heaps of areas
 * @e: filled; exported_free() frees it
 * @a: the areas
 * @p: gets the heaps, and the verdict of each region that has one or should have one
 */
void export_heaps(struct exported *e, const struct areas *a, struct prediction *p)
{
	struct export x = { .areas = a, .set = a->regions->memory->set, .e = e, .p = p };

	*e = (struct exported){ .wanted = xzalloc(p->nr_regions, sizeof(*e->wanted)) };
	if (x.set->has_heap && x.set->has_export)
		with_series(&x);
	else
		without_series(&x);
	free_strings(&x.heaps);
	free_strings(&x.claims);
	free(x.claimed);
}

void exported_free(struct exported *e)
{
	free(e->wanted);
}
