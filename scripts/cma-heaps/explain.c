// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is wrong with a tree, and the line that would put it right. The simulation
 * has told already what happens; nothing here changes it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"

#define MAX_OVERLAPS	256

/* A value as cells of a device tree source */
static char *cells(uint64_t value, unsigned int n)
{
	char *s = xstrdup("");

	for (unsigned int i = 0; i < n; i++) {
		unsigned int shift = 32 * (n - 1 - i);
		uint32_t cell = shift < 64 ? value >> shift : 0;
		char *longer = format("%s%s0x%" PRIx32, s, i ? " " : "", cell);

		free(s);
		s = longer;
	}
	return s;
}

/* The value that a property has, in as many cells as it should have */
static char *rewritten(const struct prop *p, unsigned int n)
{
	size_t there = p->len / 4 < 2 ? p->len / 4 : 2;

	return cells(there ? read_cells(p->data, there) : 0, n);
}

static char *range_line(const struct boot *b, const char *property, const struct range *r)
{
	char *base = cells(r->base, b->tree->ac), *size = cells(r->size, b->tree->sc);
	char *line = format("%s = <%s %s>;", property, base, size);

	free(base);
	free(size);
	return line;
}

static bool in_memory(const struct boot *b, const struct range *r)
{
	return mb_memory_in(&b->mb, r->base, r->size) == r->size;
}

static bool overlap(const struct range *a, const struct range *b)
{
	return a->base != NONE && b->base != NONE && a->size && b->size &&
	       a->base < b->base + b->size && b->base < a->base + a->size;
}

/* Is this range free for a region, as far as the tree tells? */
static bool is_free(const struct boot *b, size_t self, const struct range *r)
{
	/* Nor is a kernel of use that is left with less than half */
	if (b->memory_known && (!in_memory(b, r) || r->size > mb_total(&b->mb) / 2))
		return false;
	/* Not worth the time that it would take for each of them */
	if (b->count > 1000)
		return true;
	for (size_t i = 0; i < b->count; i++) {
		const struct state *s = &b->state[i];

		if (i != self && ((s->fate != FATE_UNSEEN && overlap(&s->mem, r)) ||
				  overlap(&s->fixed, r)))
			return false;
	}
	for (size_t i = 0; i < b->set->nr_loaded; i++)
		if (overlap(&b->set->loaded[i].mem, r))
			return false;
	return true;
}

static void misaligned(struct boot *b, size_t i)
{
	struct state *s = &b->state[i];
	uint64_t align = b->set->pageblock_size, mask = align - 1;
	const char *base = s->mem.base != NONE && s->mem.base & mask ? "base" : NULL;
	const char *size = s->mem.size & mask ? "size" : NULL;
	char *text = format("%s%s%s %s not a multiple of %s, the least that CMA deals in",
			    base ? base : "", base && size ? " and " : "", size ? size : "",
			    base && size ? "are" : "is", human(align));
	struct range r = s->mem, up;
	char *line, *fix;

	if (s->dynamic) {
		char *value = cells((s->mem.size + mask) & ~mask, b->tree->sc);

		fix = format("size = <%s>;  rounded up to %s", value, human(align));
		free(value);
		region_problem(b, i, true, text, fix);
		return;
	}
	/* All of the region and a bit more, or if that is taken, from where it can be */
	r.base = s->mem.base & ~mask;
	r.size = ((s->mem.base + s->mem.size + mask) & ~mask) - r.base;
	up.base = (s->mem.base + mask) & ~mask;
	up.size = (s->mem.size + mask) & ~mask;
	if (!is_free(b, i, &r))
		r = up;
	if (!is_free(b, i, &r)) {
		region_problem(b, i, true, text, format("another base: around this one no %s that are "
							"aligned to %s are free",
							human(up.size), human(align)));
		return;
	}
	s->fixed = r;
	line = range_line(b, "reg", &r);
	if (r.base != s->mem.base)
		fix = format("%s  in a node with the unit address @%" PRIx64 "; %s%s", line, r.base,
			     r.size != s->mem.size ? "rounded up to " :
				     "a multiple of ", human(align));
	else
		fix = format("%s  rounded up to %s", line, human(align));
	free(line);
	region_problem(b, i, true, text, fix);
}

/* Why the kernel did not make of a node what it seems to be meant for */
static void failures(struct boot *b, size_t i)
{
	const struct state *s = &b->state[i];
	const struct node *n = s->node;
	const struct region *r = &b->p->region[i];
	bool meant = n->flagged || n->is_default, pool = is_cma_candidate(n);
	char *ac, *sc;

	switch (s->why) {
	case WHY_DISABLED:
	case WHY_ROOT:		/* told once, of the tree */
		return;
	case WHY_REG:
		region_problem(b, i, true, format("reg has %zu cells, which are not entries of %u "
						  "address and %u size cells",
						  n->reg.len / 4, b->tree->ac, b->tree->sc), NULL);
		return;
	case WHY_EMPTY:
		if (meant || pool)
			region_problem(b, i, true, n->reg.data ? xstrdup("the size in reg is 0") :
				       xstrdup("there is neither a reg nor a size"), NULL);
		return;
	case WHY_SIZE:
		sc = rewritten(&n->size, b->tree->sc);
		region_problem(b, i, true, format("size must have %u cells", b->tree->sc),
			       format("size = <%s>;", sc));
		free(sc);
		return;
	case WHY_ALIGNMENT:
		ac = rewritten(&n->alignment, b->tree->ac);
		region_problem(b, i, true, format("alignment must have %u cells", b->tree->ac),
			       format("alignment = <%s>;", ac));
		free(ac);
		return;
	case WHY_ALLOC_RANGES:
		region_problem(b, i, true, format("alloc-ranges has %zu cells, which are not "
						  "entries of %u address and %u size cells",
						  n->alloc_ranges.len / 4, b->tree->ac,
						  b->tree->sc), NULL);
		return;
	case WHY_NO_ROOM:
		region_problem(b, i, true, n->alloc_ranges.data ?
			       format("there is no room of %s in its alloc-ranges",
				      human(s->mem.size)) :
			       format("there is no room of %s in memory",
				      human(s->mem.size)), NULL);
		return;
	case WHY_TABLE_FULL:
		region_problem(b, i, true, format("Linux %s has room for %u reserved regions",
						  b->set->kernel,
						  MAX_RESERVED_REGIONS), NULL);
		return;
	case WHY_CMDLINE:
		region_problem(b, i, true, xstrdup("cma= on the command line takes the place of a "
						   "linux,cma-default node"),
			       xstrdup("no cma= on the kernel's command line, or no "
				       "linux,cma-default here"));
		return;
	case WHY_MISALIGNED:
		misaligned(b, i);
		return;
	case WHY_NO_SLOT:
		region_problem(b, i, true, format("the kernel has %u CMA slots, and earlier "
						  "regions take them all",
						  b->set->cma_slots),
			       format("CONFIG_CMA_AREAS=%zu or more, in the kernel", b->count + 1));
		return;
	case WHY_NOT_RESERVED:
		region_problem(b, i, true, xstrdup("another region over the same memory failed, "
						   "and the kernel gave the memory of both back"),
			       NULL);
		return;
	case WHY_NEEDS_NO_MAP:
		if (meant)
			region_problem(b, i, true, xstrdup("a pool that is not reusable is no CMA area, "
							   "and on 32-bit arm nothing at all"),
				       xstrdup("reusable;  added"));
		return;
	case WHY_NO_CMA:
		if (meant)
			region_problem(b, i, true, xstrdup("the kernel has no CMA"),
				       xstrdup("CONFIG_DMA_CMA=y, in the kernel"));
		return;
	default:
		break;
	}
	if (!meant || !r->enabled || s->fate == FATE_CMA)
		return;
	if (!is_pool(n))
		region_problem(b, i, true, xstrdup("only a shared-dma-pool can be a CMA area"),
			       xstrdup("compatible = \"shared-dma-pool\";"));
	else if (n->no_map)
		region_problem(b, i, true, xstrdup("memory that is not mapped cannot be a CMA "
						   "area"),
			       xstrdup("reusable;  instead of no-map;"));
	else if (!n->reusable)
		region_problem(b, i, true, xstrdup("a pool that is not reusable is a coherent "
						   "pool and no CMA area"),
			       xstrdup("reusable;  added"));
}

/* An area that is there, but is no heap although it is flagged */
static void heap_failures(struct boot *b, size_t i)
{
	const struct state *s = &b->state[i];
	const struct region *r = &b->p->region[i];
	const struct area *a;

	if (s->fate != FATE_CMA)
		return;
	a = &b->area[s->area];
	if (!a->active) {
		uint64_t border = b->dma_limit && a->mem.base < b->dma_limit &&
				  a->mem.base + a->mem.size > b->dma_limit ? b->dma_limit :
				  b->lowmem_end ? b->lowmem_end : b->dma32_limit;

		region_problem(b, i, true, format("it lies on both sides of 0x%" PRIx64 ", in two "
						  "zones, and CMA cannot use it",
						  border), NULL);
	} else if (r->verdict == VERDICT_NO_HEAP && s->node->flagged) {
		if (!b->set->has_heap)
			region_problem(b, i, true, xstrdup("the kernel has no CMA heaps"),
				       xstrdup("CONFIG_DMABUF_HEAPS_CMA=y, in the kernel"));
		else if (!b->set->has_export)
			region_problem(b, i, true, xstrdup("the kernel does not know "
							   "linux,cma-export-heap"),
				       xstrdup("CONFIG_DMABUF_HEAPS_CMA_EXPORT=y, in a kernel "
					       "with the series"));
		else
			region_problem(b, i, true, xstrdup("the name is in use, reserved or "
							   "invalid"),
				       xstrdup("another name for the node"));
	}
}

/* What works, but hardly as it was meant */
static void oddities(struct boot *b, size_t i)
{
	const struct state *s = &b->state[i];
	const struct node *n = s->node;
	const char *unit = strchr(n->name, '@');
	struct range first;
	char *line;

	if (s->fate == FATE_UNSEEN || s->fate == FATE_FAILED)
		return;
	if (s->reg_entries > 1) {
		first = s->mem;
		line = range_line(b, "reg", &first);
		region_problem(b, i, n->flagged,
			       format("reg has %u entries, and the kernel makes a region of the "
				      "first only",
				      s->reg_entries), line);
	}
	if (!s->dynamic && unit && s->mem.base != NONE &&
	    (!b->memory_known || in_memory(b, &s->mem))) {
		char *end;
		uint64_t address = strtoull(unit + 1, &end, 16);

		if (end != unit + 1 && (!*end || *end == ',') && !*end && address != s->mem.base)
			region_problem(b, i, false, format("the name says @%s, reg says 0x%" PRIx64,
							   unit + 1,
							   s->mem.base),
				       format("%.*s@%" PRIx64 " {", (int)(unit - n->name), n->name,
					      s->mem.base));
	}
	if (!s->dynamic && n->reg.len && n->size.data)
		region_problem(b, i, false, xstrdup("reg and size are both there, and reg counts"),
			       xstrdup("no size, in a region with a reg"));
	if (s->dynamic && n->alignment.data && s->mem.size != NONE) {
		uint64_t align = read_cells(n->alignment.data, b->tree->ac);

		if (align & (align - 1))
			region_problem(b, i, false, format("alignment 0x%" PRIx64 " is no power "
							   "of two", align), NULL);
	}
	if (s->entry_failed && n->no_map)
		region_problem(b, i, false, xstrdup("its memory was reserved already, and stays "
						    "mapped"), NULL);
	if (s->fate == FATE_CMA && b->memory_known && s->mem.base != NONE && !in_memory(b, &s->mem))
		region_problem(b, i, true, format("0x%" PRIx64 "..0x%" PRIx64 " is not all in "
						  "memory; the kernel does not check, and %s",
						  s->mem.base, s->mem.base + s->mem.size - 1,
						  b->set->flat ? "may die" : "dies"), NULL);
}

static void root_failures(struct boot *b)
{
	const struct tree *t = b->tree;
	bool any = false;

	for (size_t i = 0; i < b->count; i++)
		any |= b->state[i].why == WHY_ROOT;
	if (!any)
		return;
	if (!t->rm_ranges)
		tree_problem(b, true, xstrdup("/reserved-memory has no ranges, and the kernel "
					      "ignores all of it"),
			     xstrdup("ranges;"));
	if (t->rm_ac.len < 4 || read_cells(t->rm_ac.data, 1) != t->ac)
		tree_problem(b, true, xstrdup("#address-cells of /reserved-memory are not those "
					      "of the root, and the kernel ignores all of it"),
			     format("#address-cells = <%u>;", t->ac));
	if (t->rm_sc.len < 4 || read_cells(t->rm_sc.data, 1) != t->sc)
		tree_problem(b, true, xstrdup("#size-cells of /reserved-memory are not those of "
					      "the root, and the kernel ignores all of it"),
			     format("#size-cells = <%u>;", t->sc));
}

static void misplaced(struct boot *b)
{
	for (size_t i = 0; i < b->tree->misplaced.count; i++)
		tree_problem(b, true, format("%s has linux,cma-export-heap, which means nothing "
					     "there", b->tree->misplaced.item[i]),
			     xstrdup("linux,cma-export-heap;  in a node right below "
				     "/reserved-memory"));
}

static void defaults(struct boot *b)
{
	size_t last = b->default_area == NO_REGION ? NO_REGION : b->area[b->default_area].region;

	for (size_t i = 0; i < b->count; i++)
		if (b->state[i].node->is_default && b->state[i].fate == FATE_CMA && i != last &&
		    last != NO_REGION)
			region_problem(b, i, false, format("%s is linux,cma-default too, and the "
							   "kernel takes the last one that it sets up",
							   b->state[last].node->name),
				       xstrdup("linux,cma-default;  removed"));
	if (b->export_unknown)
		tree_problem(b, false, format("cma_heap.export=%s is unknown, and means auto",
					      b->export_unknown),
			     xstrdup("cma_heap.export=flagged, all or auto"));
}

struct piece {
	struct range mem;
	const char *name;
	size_t region;		/* or NO_REGION: something that is loaded */
	bool cma, no_map, failed;
};

static int by_base(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->mem.base != y->mem.base)
		return x->mem.base < y->mem.base ? -1 : 1;
	return x->mem.size < y->mem.size ? -1 : x->mem.size > y->mem.size;
}

static void one_overlap(struct boot *b, const struct piece *x, const struct piece *y)
{
	const struct piece *r = x->region == NO_REGION ? y : x, *other = r == x ? y : x;
	uint64_t from = y->mem.base, to = x->mem.base + x->mem.size;
	bool error = x->cma || y->cma || x->region == NO_REGION || y->region == NO_REGION;

	if (r->region == NO_REGION)
		return;
	if (to > y->mem.base + y->mem.size)
		to = y->mem.base + y->mem.size;
	region_problem(b, r->region, error, format("overlaps %s at 0x%" PRIx64 "..0x%" PRIx64,
						   other->name,
						   from, to - 1), NULL);
	if (other->region != NO_REGION)
		region_problem(b, other->region, error, format("overlaps %s at "
							       "0x%" PRIx64 "..0x%" PRIx64,
							       r->name, from, to - 1), NULL);
	else if (r->cma)
		boots(b, UNKNOWN, format("what happens with %s, where the %s lies", r->name,
					 other->name));
	if (x->cma && y->cma)
		boots(b, UNKNOWN, format("what happens with %s and %s: both give out the same "
					 "memory", x->name,
					 y->name));
	else if ((x->cma && y->failed) || (y->cma && x->failed))
		boots(b, UNKNOWN, format("what happens with %s, whose memory was given back with "
					 "%s",
					 x->cma ? x->name : y->name, x->cma ? y->name : x->name));
	if ((x->cma && y->no_map) || (y->cma && x->no_map))
		boots(b, UNKNOWN, format("what happens when memory of %s is used, of which a part "
					 "is not mapped",
					 x->cma ? x->name : y->name));
}

static void overlaps(struct boot *b)
{
	size_t n = 0, found = 0;
	struct piece *v = xmalloc((b->count + b->set->nr_loaded) * sizeof(*v));

	for (size_t i = 0; i < b->count; i++) {
		const struct state *s = &b->state[i];

		if (s->fate == FATE_UNSEEN || b->p->region[i].mem.base == NONE || !s->mem.size)
			continue;
		v[n++] = (struct piece){
			s->mem, s->node->name, i, s->fate == FATE_CMA, s->node->no_map,
			s->fate == FATE_FAILED,
		};
	}
	for (size_t i = 0; i < b->set->nr_loaded; i++)
		v[n++] = (struct piece){
			.mem = b->set->loaded[i].mem, .name = b->set->loaded[i].name,
			.region = NO_REGION,
		};
	if (n)
		qsort(v, n, sizeof(*v), by_base);
	for (size_t i = 0; i < n && found < MAX_OVERLAPS; i++)
		for (size_t k = i + 1; k < n && found < MAX_OVERLAPS; k++, found++) {
			if (!overlap(&v[i].mem, &v[k].mem))
				break;
			one_overlap(b, &v[i], &v[k]);
		}
	free(v);
}

/* How the kernel comes to its verdict, in its own order */
static void tell(struct boot *b, size_t i)
{
	const struct state *s = &b->state[i];
	struct region *r = &b->p->region[i];
	struct strings *story = &r->story;
	const char *export = b->export == EXPORT_ALL ? "all" : "flagged";

	if (s->why == WHY_DISABLED) {
		add_string(story, xstrdup("its status is not okay, so the kernel does not look at "
					  "it"));
		return;
	}
	if (s->fate == FATE_UNSEEN)
		return;
	if (!s->dynamic)
		add_string(story, format("its reg is %s early in the boot", s->node->no_map ?
					 "taken out of the kernel's map" : "reserved"));
	else if (s->node->alloc_ranges.data)
		add_string(story, xstrdup("it has no reg: the kernel looks for a place in its "
					  "alloc-ranges"));
	else
		add_string(story, xstrdup("it has no reg: the kernel takes the highest place in "
					  "memory that is free"));
	if (s->fate == FATE_FAILED)
		add_string(story, xstrdup("it could not be set up, so its memory goes to the "
					  "system"));
	else if (s->fate == FATE_RESERVED)
		add_string(story, is_pool(s->node) ? xstrdup("it is a coherent pool for its "
							     "driver") :
			   xstrdup("it is no shared-dma-pool: the memory is reserved and that is "
				   "all"));
	else
		add_string(story, format("it is CMA area %zu of at most %u", s->area + 1,
					 b->set->cma_slots));
	if (s->fate != FATE_CMA)
		return;
	if (s->node->is_default && s->area == b->default_area)
		add_string(story, xstrdup("it is the default area"));
	if (!b->set->has_heap)
		add_string(story, xstrdup("the kernel has no CMA heaps"));
	else if (!b->set->has_export)
		add_string(story, format("the kernel has no linux,cma-export-heap; it exports %s",
					 b->set->exports_all ? "every region" :
						 "the default area only"));
	else if (b->export != EXPORT_AUTO)
		add_string(story, format("cma_heap.export=%s decides about the heap", export));
	else if (s->node->flagged)
		add_string(story, xstrdup("it is flagged with linux,cma-export-heap"));
	else if (!b->selected && b->set->exports_all)
		add_string(story, format("the device tree selects no region, and Linux %s then "
					 "exports them all", b->set->kernel));
	else
		add_string(story, xstrdup("it is not flagged"));
}

void explain(struct boot *b)
{
	root_failures(b);
	misplaced(b);
	for (size_t i = 0; i < b->count; i++)
		tell(b, i);
	for (size_t i = 0; i < b->count; i++) {
		failures(b, i);
		heap_failures(b, i);
		oddities(b, i);
	}
	defaults(b);
	overlaps(b);
}
