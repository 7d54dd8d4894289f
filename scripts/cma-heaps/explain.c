// SPDX-License-Identifier: GPL-2.0-only
/* Nothing here changes what the simulation found */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"

/* A place to move to is looked for among so many regions */
#define MAX_SEARCHED	1000

struct context {
	const struct areas *areas;
	const struct regions *regions;
	const struct memory *memory;
	const struct settings *set;
	const struct tree *tree;
	struct range *fixed;	/* the reg that is proposed, for each region */
	struct prediction *p;
};

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

/* A line with the value that a property has, in as many cells as it should have */
static char *rewritten(const char *name, const struct prop *p, unsigned int n)
{
	size_t there = p->len / 4 < 2 ? p->len / 4 : 2;
	char *value = cells(there ? read_cells(p->data, there) : 0, n);
	char *line = format("%s = <%s>;", name, value);

	free(value);
	return line;
}

static char *range_line(const struct context *c, const char *property, const struct range *r)
{
	char *base = cells(r->base, c->tree->ac), *size = cells(r->size, c->tree->sc);
	char *line = format("%s = <%s %s>;", property, base, size);

	free(base);
	free(size);
	return line;
}

static void error(struct context *c, size_t i, char *text, char *fix)
{
	region_problem(c->p, i, true, text, fix);
}

static void warning(struct context *c, size_t i, char *text, char *fix)
{
	region_problem(c->p, i, false, text, fix);
}

static bool in_memory(const struct context *c, const struct range *r)
{
	return mb_memory_in(&c->regions->mb, r->base, r->size) == r->size;
}

static bool overlap(const struct range *a, const struct range *b)
{
	return a->base != NONE && b->base != NONE && a->size && b->size &&
	       a->base < b->base + b->size && b->base < a->base + a->size;
}

/* Is this range free for a region, as far as the tree shows? */
static bool is_free(const struct context *c, size_t self, const struct range *r)
{
	/* Nor is a kernel of use that is left with less than half */
	if (c->memory->known &&
	    (!in_memory(c, r) || r->size > mb_total(&c->regions->mb) / 2))
		return false;
	for (size_t i = 0; i < c->regions->count; i++) {
		const struct reserved *s = &c->regions->region[i];

		if (i != self && ((s->fate != FATE_UNSEEN && overlap(&s->mem, r)) ||
				  overlap(&c->fixed[i], r)))
			return false;
	}
	for (size_t i = 0; i < c->set->nr_loaded; i++)
		if (overlap(&c->set->loaded[i].mem, r))
			return false;
	return true;
}

/* All of the region and a bit more, or if that is taken, from where it can be */
static char *aligned_reg(struct context *c, size_t i)
{
	const struct range *mem = &c->regions->region[i].mem;
	uint64_t align = c->set->pageblock_size, mask = align - 1;
	struct range r, up = { (mem->base + mask) & ~mask, (mem->size + mask) & ~mask };
	char *line, *fix;

	r.base = mem->base & ~mask;
	r.size = ((mem->base + mem->size + mask) & ~mask) - r.base;
	if (c->regions->count > MAX_SEARCHED)
		return NULL;
	if (!is_free(c, i, &r))
		r = up;
	if (!is_free(c, i, &r))
		return format("another base: around this one no %s that are aligned to %s are free",
			      size_text(up.size), size_text(align));
	c->fixed[i] = r;
	line = range_line(c, "reg", &r);
	if (r.base != mem->base)
		fix = format("%s  in a node with the unit address @%" PRIx64 "; %s%s", line, r.base,
			     r.size != mem->size ? "rounded up to " : "a multiple of ",
			     size_text(align));
	else
		fix = format("%s  rounded up to %s", line, size_text(align));
	free(line);
	return fix;
}

static void misaligned(struct context *c, size_t i)
{
	const struct reserved *s = &c->regions->region[i];
	uint64_t align = c->set->pageblock_size, mask = align - 1;
	bool base = s->mem.base != NONE && s->mem.base & mask, size = s->mem.size & mask;
	char *value, *fix;

	if (s->dynamic) {
		value = cells((s->mem.size + mask) & ~mask, c->tree->sc);
		fix = format("size = <%s>;  rounded up to %s", value, size_text(align));
		free(value);
	} else {
		fix = aligned_reg(c, i);
	}
	error(c, i, format("%s not a multiple of %s, the CMA alignment",
			   base && size ? "base and size are" : base ? "base is" : "size is",
			   size_text(align)), fix);
}

static char *not_entries(const struct context *c, const char *name, const struct prop *p)
{
	return format("%s has %zu cells, which are not entries of %u address and %u size cells",
		      name, p->len / 4, c->tree->ac, c->tree->sc);
}

/* A region that is meant to be an area, and is none because of its properties */
static void not_an_area(struct context *c, size_t i)
{
	const struct node *n = c->regions->region[i].node;

	if (!is_pool(n))
		error(c, i, xstrdup("only a shared-dma-pool can be a CMA area"),
		      xstrdup("compatible = \"shared-dma-pool\";"));
	else if (n->no_map)
		error(c, i, xstrdup("memory that is not mapped cannot be a CMA area"),
		      xstrdup("reusable;  instead of no-map;"));
	else if (!n->reusable)
		error(c, i, xstrdup("a pool that is not reusable is a coherent pool and not a CMA "
				    "area"), xstrdup("reusable;  added"));
}

/* Why the kernel did not make of a node what it seems to be meant for */
static void failures(struct context *c, size_t i)
{
	const struct reserved *s = &c->regions->region[i];
	const struct node *n = s->node;
	bool meant = n->flagged || n->is_default;

	switch (s->why) {
	case WHY_DISABLED:
	case WHY_ROOT:		/* told once, of the tree */
		break;
	case WHY_REG:
		error(c, i, not_entries(c, "reg", &n->reg), NULL);
		break;
	case WHY_EMPTY:
		if (meant || is_cma_pool(n))
			error(c, i, xstrdup(n->reg.data ? "the size in reg is 0" :
					    "there is neither a reg nor a size"), NULL);
		break;
	case WHY_SIZE:
		error(c, i, format("size must have %u cells", c->tree->sc),
		      rewritten("size", &n->size, c->tree->sc));
		break;
	case WHY_ALIGNMENT:
		error(c, i, format("alignment must have %u cells", c->tree->ac),
		      rewritten("alignment", &n->alignment, c->tree->ac));
		break;
	case WHY_ALLOC_RANGES:
		error(c, i, not_entries(c, "alloc-ranges", &n->alloc_ranges), NULL);
		break;
	case WHY_NO_ROOM:
		error(c, i, format("there is no room of %s in %s", size_text(s->mem.size),
				   n->alloc_ranges.data ? "its alloc-ranges" : "memory"), NULL);
		break;
	case WHY_TABLE_FULL:
		error(c, i, format("Linux %s has room for %u reserved regions",
				   c->set->kernel->version, MAX_RESERVED_REGIONS), NULL);
		break;
	case WHY_CMDLINE:
		error(c, i, xstrdup("cma= on the command line takes the place of a "
				    "linux,cma-default node"),
		      xstrdup("no cma= on the kernel's command line, or no linux,cma-default "
			      "here"));
		break;
	case WHY_MISALIGNED:
		misaligned(c, i);
		break;
	case WHY_NO_SLOT:
		error(c, i, format("the kernel has %u CMA slots, and earlier regions use them all",
				   c->set->cma_slots),
		      format("CONFIG_CMA_AREAS=%zu or more, in the kernel",
			     c->regions->count + 1));
		break;
	case WHY_NOT_RESERVED:
		error(c, i, xstrdup("another region over the same memory failed, and the kernel "
				    "returned the memory of both to the page allocator"), NULL);
		break;
	case WHY_NEEDS_NO_MAP:
		if (meant)
			error(c, i, xstrdup("a pool that is not reusable is not a CMA area, and "
					    "without no-map not a coherent pool on this "
					    "architecture"), xstrdup("reusable;  added"));
		break;
	case WHY_NO_CMA:
		if (meant)
			error(c, i, xstrdup("the kernel has no CMA"),
			      xstrdup("CONFIG_DMA_CMA=y, in the kernel"));
		break;
	default:
		if (meant && c->p->region[i].enabled && s->fate != FATE_CMA)
			not_an_area(c, i);
	}
}

/* The border between two zones that an area crosses */
static uint64_t border(const struct context *c, const struct range *mem)
{
	uint64_t limit = c->areas->without_node->zones.dma_limit;

	if (limit && mem->base < limit && mem->base + mem->size > limit)
		return limit;
	return c->regions->lowmem_end ? c->regions->lowmem_end :
	       c->areas->without_node->zones.dma32_limit;
}

/* An area that is there, but is not a heap although it is flagged */
static void heap_failures(struct context *c, size_t i)
{
	const struct reserved *s = &c->regions->region[i];
	const struct area *a;

	if (s->fate != FATE_CMA)
		return;
	a = &c->areas->area[s->slot];
	if (!a->active)
		error(c, i, format("it lies on both sides of 0x%" PRIx64 ", in two zones, and CMA "
				   "cannot use it", border(c, &a->mem)), NULL);
	else if (c->p->region[i].verdict != VERDICT_NO_HEAP || !s->node->flagged)
		return;
	else if (!c->set->has_heap)
		error(c, i, xstrdup("the kernel has no CMA heaps"),
		      xstrdup("CONFIG_DMABUF_HEAPS_CMA=y, in the kernel"));
	else if (!c->set->has_export)
		error(c, i, xstrdup("the kernel does not support " FLAG),
		      xstrdup("CONFIG_DMABUF_HEAPS_CMA_EXPORT=y, in a kernel with the series"));
	else
		error(c, i, xstrdup("the name is already in use, reserved or invalid"),
		      xstrdup("another name for the node"));
}

/* The address in the name of a node is not that in its reg */
static void unit_address(struct context *c, size_t i)
{
	const struct reserved *s = &c->regions->region[i];
	const char *name = s->node->name, *unit = strchr(name, '@');
	uint64_t address;
	char *end;

	if (s->dynamic || !unit || s->mem.base == NONE ||
	    (c->memory->known && !in_memory(c, &s->mem)))
		return;
	address = strtoull(unit + 1, &end, 16);
	if (end != unit + 1 && !*end && address != s->mem.base)
		warning(c, i, format("the name says @%s, reg says 0x%" PRIx64, unit + 1,
				     s->mem.base),
			format("%.*s@%" PRIx64 " {", (int)(unit - name), name, s->mem.base));
}

/* What works, but hardly as it was meant */
static void oddities(struct context *c, size_t i)
{
	const struct reserved *s = &c->regions->region[i];
	const struct node *n = s->node;

	if (s->fate == FATE_UNSEEN || s->fate == FATE_FAILED)
		return;
	if (s->reg_entries > 1)
		region_problem(c->p, i, n->flagged,
			       format("reg has %u entries, and the kernel makes a region of the "
				      "first only", s->reg_entries),
			       range_line(c, "reg", &s->mem));
	unit_address(c, i);
	if (!s->dynamic && n->reg.len && n->size.data)
		warning(c, i, xstrdup("reg and size are both there, and reg counts"),
			xstrdup("no size, in a region with a reg"));
	if (s->dynamic && n->alignment.data && s->mem.size != NONE) {
		uint64_t align = read_cells(n->alignment.data, c->tree->ac);

		if (align & (align - 1))
			warning(c, i, format("alignment 0x%" PRIx64 " is not a power of two",
					     align), NULL);
	}
	if (s->entry_failed && n->no_map)
		warning(c, i, xstrdup("its memory is already reserved, and stays mapped"), NULL);
	if (s->fate == FATE_CMA && c->memory->known && s->mem.base != NONE &&
	    !in_memory(c, &s->mem))
		error(c, i, format("0x%" PRIx64 "..0x%" PRIx64 " is not all in memory; the kernel "
				   "does not check, and %s", s->mem.base,
				   s->mem.base + s->mem.size - 1,
				   c->set->flat ? "may crash" : "crashes"), NULL);
}

/* Why the kernel ignores all of /reserved-memory */
static void root_failures(struct context *c)
{
	const struct tree *t = c->tree;
	bool any = false;

	for (size_t i = 0; i < c->regions->count; i++)
		any |= c->regions->region[i].why == WHY_ROOT;
	if (!any)
		return;
	if (!t->rm_ranges)
		tree_problem(c->p, true, xstrdup("/reserved-memory has no ranges, and the kernel "
						 "ignores all of it"), xstrdup("ranges;"));
	if (t->rm_ac.len < 4 || read_cells(t->rm_ac.data, 1) != t->ac)
		tree_problem(c->p, true, xstrdup("#address-cells of /reserved-memory are not those "
						 "of the root, and the kernel ignores all of it"),
			     format("#address-cells = <%u>;", t->ac));
	if (t->rm_sc.len < 4 || read_cells(t->rm_sc.data, 1) != t->sc)
		tree_problem(c->p, true, xstrdup("#size-cells of /reserved-memory are not those of "
						 "the root, and the kernel ignores all of it"),
			     format("#size-cells = <%u>;", t->sc));
}

/* Properties that are misspelt, or where nothing looks for them */
static void strays(struct context *c)
{
	for (size_t i = 0; i < c->tree->nr_strays; i++) {
		const struct stray *s = &c->tree->stray[i];
		bool flag = !strcmp(s->name, FLAG);

		if (s->meant)
			tree_problem(c->p, true, format("%s has %s: did you mean %s?", s->path,
							s->name, s->meant),
				     format("%s;", s->meant));
		else
			tree_problem(c->p, true, format("%s has %s, which means nothing there",
							s->path, s->name),
				     format("%s;  in %s", s->name, flag ?
					    "a child of /reserved-memory" : "/reserved-memory"));
	}
	if (c->tree->more_strays)
		tree_problem(c->p, true, format("%zu more such properties", c->tree->more_strays),
			     NULL);
	if (c->tree->more_consumers)
		add_unknown(c->p, format("%zu more nodes that use a region",
					 c->tree->more_consumers));
}

/* Who selects the regions, where that is not what the tree seems to say */
static void selection(struct context *c, const struct exported *e)
{
	const struct cmdline *cmd = c->memory->cmdline;

	if (cmd->export_unknown)
		tree_problem(c->p, false, format("cma_heap.export=%s is unknown, and means auto",
						 cmd->export_unknown),
			     xstrdup("cma_heap.export=flagged, all or auto"));
	if (!c->tree->flagged_only || !c->set->has_heap)
		return;
	if (!c->set->has_export && facts(c->set)->exports_all)
		tree_problem(c->p, true, xstrdup("the kernel does not support " FLAGGED_ONLY
						 ", and exports all reusable regions"),
			     xstrdup("CONFIG_DMABUF_HEAPS_CMA_EXPORT=y, in a kernel with the "
				     "series"));
	else if (e->flagged_only && cmd->export == EXPORT_ALL)
		tree_problem(c->p, false, xstrdup("cma_heap.export=all overrides " FLAGGED_ONLY),
			     NULL);
}

static void two_defaults(struct context *c)
{
	size_t d = c->areas->default_area, last;

	last = d == NO_REGION ? NO_REGION : c->areas->area[d].region;
	for (size_t i = 0; i < c->regions->count && last != NO_REGION; i++) {
		const struct reserved *s = &c->regions->region[i];

		if (s->node->is_default && s->fate == FATE_CMA && i != last)
			warning(c, i, format("%s is linux,cma-default too, and the kernel takes the "
					     "last one that it sets up",
					     c->regions->region[last].node->name),
				xstrdup("linux,cma-default;  removed"));
	}
}

/* In a few words, for what the kernel makes nothing of */
static const char *why_ignored(const struct settings *set, const struct reserved *s)
{
	static const char * const text[] = {
		[WHY_DISABLED] = "disabled",
		[WHY_ROOT] = "the kernel ignores all of /reserved-memory",
		[WHY_REG] = "reg is not a whole number of entries",
		[WHY_EMPTY] = "neither a reg nor a size",
		[WHY_SIZE] = "size has the wrong number of cells",
		[WHY_ALIGNMENT] = "alignment has the wrong number of cells",
		[WHY_ALLOC_RANGES] = "alloc-ranges is not a whole number of entries",
		[WHY_NO_ROOM] = "there is no room for it",
		[WHY_TABLE_FULL] = "more regions than the kernel has room for",
		[WHY_CMDLINE] = "overridden by cma=",
		[WHY_MISALIGNED] = "base or size is not a multiple of the CMA alignment",
		[WHY_NO_SLOT] = "CMA slots are full",
		[WHY_NOT_RESERVED] = "its memory was returned with another region's",
		[WHY_NO_CMA] = "the kernel has no CMA",
		[WHY_NEEDS_NO_MAP] = "not reusable, and such a pool must have no-map here",
	};

	if (s->why < ARRAY_SIZE(text) && text[s->why])
		return text[s->why];
	return set->has_cma ? NULL : text[WHY_NO_CMA];
}

/**
 * first_verdicts() - what each region is before anything is a heap
 * @r: the regions, after both passes
 * @p: gets the verdicts
 */
void first_verdicts(const struct regions *r, struct prediction *p)
{
	bool loaded_known = r->memory->loaded_known;

	for (size_t i = 0; i < r->count; i++) {
		const struct reserved *s = &r->region[i];
		const char *why = why_ignored(r->memory->set, s);
		struct region *out = &p->region[i];

		out->mem = s->mem;
		if (s->dynamic && !loaded_known)
			out->mem.base = NONE;
		out->verdict = s->fate == FATE_RESERVED || s->fate == FATE_CMA ?
			       VERDICT_PRIVATE : VERDICT_IGNORED;
		if (out->verdict == VERDICT_IGNORED && why)
			out->reason = xstrdup(why);
		if (s->dynamic && s->fate != FATE_UNSEEN && out->mem.base == NONE)
			add_unknown(p, format("where the kernel places %s%s", out->name,
					      r->memory->known ?
					      " (--loaded kernel=, initrd= and dtb=)" : ""));
	}
}

/**
 * explain() - note what is wrong, and what would put it right
 * @a: the areas
 * @e: who selects the regions
 * @p: gets the problems
 */
void explain(const struct areas *a, const struct exported *e, struct prediction *p)
{
	const struct regions *r = a->regions;
	struct context c = {
		.areas = a, .regions = r, .memory = r->memory, .set = r->memory->set,
		.tree = r->memory->tree, .p = p, .fixed = xzalloc(r->count, sizeof(*c.fixed)),
	};

	root_failures(&c);
	strays(&c);
	selection(&c, e);
	tell_stories(a, e, p);
	for (size_t i = 0; i < r->count; i++) {
		failures(&c, i);
		heap_failures(&c, i);
		oddities(&c, i);
	}
	two_defaults(&c);
	find_overlaps(r, p);
	free(c.fixed);
}
