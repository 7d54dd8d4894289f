// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read beside drivers/of/of_reserved_mem.c, and rmem_cma_setup() of kernel/dma/contiguous.c.
 * The kernel goes through the regions in one pass or in two, between which it makes page
 * tables: what fails in the second one gives back memory that is in use by then.
 */
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "default-area.h"
#include "reserved.h"
#include "sort.h"

/* Cells as an address or a size, of which the kernel keeps what it has room for */
static uint64_t phys_cells(const struct regions *r, const unsigned char *p, unsigned int n)
{
	return read_cells(p, n) & r->memory->phys_mask;
}

static const struct facts *rules(const struct regions *r)
{
	return facts(r->memory->set);
}

/**
 * is_aligned() - can this be a CMA area?
 * @s: settings, with the CMA alignment
 * @r: the memory
 */
bool is_aligned(const struct settings *s, const struct range *r)
{
	return !((r->base | r->size) & (s->pageblock_size - 1));
}

/* The memory of a region that failed is free again, whoever else has it */
static void give_back(struct regions *r, const struct reserved *s, struct prediction *p)
{
	const struct settings *set = r->memory->set;

	if (!s->placed)
		return;
	for (size_t i = 0; i < set->nr_loaded && !s->node->no_map; i++) {
		const struct loaded *l = &set->loaded[i];

		if (s->mem.base < l->mem.base + l->mem.size &&
		    l->mem.base < s->mem.base + s->mem.size)
			set_boots(p, UNKNOWN, format("the kernel returns the memory of %s to the "
						     "page allocator, where the %s lies",
						     s->node->name, l->name));
	}
	if (r->late)
		*add_item(r->returned, r->nr_returned) = (struct returned){
			s->mem, s->node->no_map,
		};
	if (s->node->no_map)
		mb_mark_nomap(&r->mb, s->mem.base, s->mem.size, false);
	else
		mb_unreserve(&r->mb, s->mem.base, s->mem.size);
}

static void add_remap(struct regions *r, const struct reserved *s, uint64_t base, uint64_t size)
{
	if (r->memory->set->arch->remaps_areas)
		*add_item(r->remap, r->nr_remaps) = (struct remap){
			{ base, size }, s - r->region,
		};
}

/* Is it mapped again when it is reserved, whether or not it becomes an area? */
static bool remapped_early(const struct regions *r, const struct node *n)
{
	return rules(r)->two_passes && is_pool(n) && n->reusable &&
	       !(rules(r)->pools_verified && n->no_map);
}

static bool is_reserved(const struct regions *r, const struct reserved *s)
{
	return mb_is_reserved(&r->mb, s->mem.base, s->mem.size);
}

/* What is in the way of a CMA area, in the order in which the kernel looks */
static enum why no_area(const struct regions *r, const struct reserved *s)
{
	const struct settings *set = r->memory->set;
	const struct node *n = s->node;
	bool placed = s->mem.base != NONE;

	if (!set->has_cma)
		return WHY_NO_CMA;
	if (n->no_map)
		return WHY_NO_MAP;
	if (!n->reusable)
		return WHY_NOT_REUSABLE;
	if (r->memory->cmdline->cma_given && n->is_default)
		return WHY_CMDLINE;
	if (placed ? !is_aligned(set, &s->mem) : s->mem.size & (set->pageblock_size - 1))
		return WHY_MISALIGNED;
	if (placed && rules(r)->reserved_first && !is_reserved(r, s))
		return WHY_NOT_RESERVED;
	if (r->nr_areas >= set->cma_slots)
		return WHY_NO_SLOT;
	if (placed && s->placed && !is_reserved(r, s))
		return WHY_NOT_RESERVED;
	return WHY_NONE;
}

/* What the drivers of shared-dma-pool make of a region */
static void init_region(struct regions *r, struct reserved *s, struct prediction *p)
{
	const struct node *n = s->node;

	s->fate = FATE_RESERVED;
	if (!is_pool(n))
		return;
	s->why = no_area(r, s);
	if (!s->why) {
		s->fate = FATE_CMA;
		s->slot = r->nr_areas++;
		if (!rules(r)->two_passes)
			add_remap(r, s, s->mem.base, s->mem.size);
		if (n->is_default)
			r->default_region = s - r->region;
		return;
	}
	/* What is not reusable is a coherent pool, where it may be mapped */
	if (!n->reusable && !n->no_map && r->memory->set->arch->coherent_needs_no_map)
		s->why = WHY_NEEDS_NO_MAP;
	else if (!n->reusable || (rules(r)->pools_verified && s->why == WHY_NO_MAP))
		return;
	s->fate = FATE_FAILED;
	give_back(r, s, p);
}

static bool reserve_static(struct regions *r, const struct reserved *s, uint64_t base,
			   uint64_t size)
{
	if (!s->node->no_map)
		return mb_reserve(&r->mb, base, size);
	if (mb_is_memory(&r->mb, base, size) && mb_is_reserved(&r->mb, base, size))
		return false;
	return mb_mark_nomap(&r->mb, base, size, true);
}

/* Reserve what a reg says. Return: false if there is none that the kernel takes for one */
static bool reserve_reg(struct regions *r, struct reserved *s, bool *counts)
{
	const struct tree *t = r->memory->tree;
	const struct node *n = s->node;
	size_t entry = 4 * (t->ac + t->sc);

	*counts = false;
	if (!n->reg.data)
		return false;
	if (n->reg.len % entry) {
		s->why = WHY_REG;
		return !rules(r)->reg_is_list;
	}
	if (!n->reg.len) {
		s->why = WHY_EMPTY;
		*counts = true;
		return !rules(r)->reg_is_list;
	}
	s->reg_entries = n->reg.len / entry;
	s->mem.base = phys_cells(r, n->reg.data, t->ac);
	s->mem.size = phys_cells(r, n->reg.data + 4 * t->ac, t->sc);
	if (rules(r)->pools_verified && r->memory->cmdline->cma_given && n->is_default &&
	    is_cma_pool(n)) {
		s->why = WHY_CMDLINE;
		return true;
	}
	for (size_t at = 0; at < n->reg.len; at += entry) {
		uint64_t base = phys_cells(r, n->reg.data + at, t->ac);
		uint64_t size = phys_cells(r, n->reg.data + at + 4 * t->ac, t->sc);
		bool ok = size && reserve_static(r, s, base, size);

		if (ok && remapped_early(r, n))
			add_remap(r, s, base, size);
		if (!at) {
			s->placed = ok;
			s->entry_failed = size && !ok;
			if (!size)
				s->why = WHY_EMPTY;
		}
		if (rules(r)->first_entry_only)
			break;
	}
	*counts = true;
	return true;
}

/* Near to another region, or from above: where alloc-ranges are searched from */
static bool search_bottom_up(const struct regions *r, uint64_t start, uint64_t end)
{
	bool bottom_up = false, top_down = false;

	if (!rules(r)->near_others)
		return false;
	for (size_t i = 0; i < r->nr_entries; i++) {
		const struct range *mem = &r->region[r->entry[i]].mem;

		if (!mem->size || mem->base == NONE)
			continue;
		bottom_up |= start >= mem->base && start <= mem->base + mem->size;
		top_down |= end >= mem->base && end <= mem->base + mem->size;
	}
	return bottom_up && !top_down;
}

static bool place(struct regions *r, struct reserved *s, uint64_t align, uint64_t start,
		  uint64_t end, bool bottom_up)
{
	uint64_t at;

	if (!r->memory->known) {
		s->mem.base = NONE;
		return !end || (end > start && end - start >= s->mem.size);
	}
	at = mb_alloc(&r->mb, s->mem.size, align ? align : 64, start,
		      end ? end : r->memory->phys_mask, bottom_up);
	if (!at)
		return false;
	s->mem.base = at;
	s->placed = true;
	if (s->node->no_map)
		mb_mark_nomap(&r->mb, at, s->mem.size, true);
	return true;
}

static bool place_in_ranges(struct regions *r, struct reserved *s, uint64_t align)
{
	const struct prop *ranges = &s->node->alloc_ranges;
	const struct tree *t = r->memory->tree;
	size_t entry = 4 * (t->ac + t->sc);

	for (size_t at = 0; at < ranges->len; at += entry) {
		uint64_t start = phys_cells(r, ranges->data + at, t->ac);
		uint64_t end = start + read_cells(ranges->data + at + 4 * t->ac, t->sc);

		end &= r->memory->phys_mask;
		if (place(r, s, align, start, end, search_bottom_up(r, start, end)))
			return true;
	}
	return false;
}

/* A region that has a size, and the kernel says where */
static bool alloc_dynamic(struct regions *r, struct reserved *s)
{
	const struct settings *set = r->memory->set;
	const struct tree *t = r->memory->tree;
	const struct node *n = s->node;
	bool odd_ranges = n->alloc_ranges.len % (4 * (t->ac + t->sc)), ok;
	uint64_t align = 0;

	s->dynamic = true;
	s->mem = (struct range){ NONE, NONE };
	if (!n->size.data || n->size.len != 4 * t->sc) {
		s->why = n->size.data ? WHY_SIZE : WHY_EMPTY;
		return false;
	}
	s->mem.size = phys_cells(r, n->size.data, t->sc);
	if (n->alignment.data) {
		if (n->alignment.len != 4 * t->ac) {
			s->why = WHY_ALIGNMENT;
			return false;
		}
		align = phys_cells(r, n->alignment.data, t->ac);
	}
	if (is_cma_pool(n) && set->has_cma) {
		if (rules(r)->pools_verified && r->memory->cmdline->cma_given && n->is_default) {
			s->why = WHY_CMDLINE;
			return false;
		}
		if (align < set->pageblock_size)
			align = set->pageblock_size;
	}
	if (!n->alloc_ranges.data || (odd_ranges && rules(r)->alloc_ranges_are_list)) {
		ok = place(r, s, align, 0, 0, false);
	} else if (odd_ranges) {
		s->why = WHY_ALLOC_RANGES;
		return false;
	} else {
		ok = place_in_ranges(r, s, align);
	}
	if (!ok)
		s->why = WHY_NO_ROOM;
	else if (remapped_early(r, n))
		add_remap(r, s, s->mem.base, s->mem.size);
	return ok;
}

static bool save(struct regions *r, struct reserved *s)
{
	if (r->nr_entries == r->table) {
		s->why = WHY_TABLE_FULL;
		return false;
	}
	r->entry[r->nr_entries++] = s - r->region;
	return true;
}

static void save_and_init(struct regions *r, struct reserved *s, struct prediction *p)
{
	if (!save(r, s))
		return;
	init_region(r, s, p);
	if (rules(r)->entry_reused && s->fate == FATE_FAILED)
		r->nr_entries--;
}

/* The memory that firmware runs in, if it adds a region for it */
static const struct range *firmware(const struct regions *r)
{
	const struct loaded *l = loaded(r->memory->set, "firmware");

	return l && r->memory->set->arch->firmware_region ? &l->mem : NULL;
}

static void reserve_firmware(struct regions *r, struct prediction *p)
{
	const struct range *mem = firmware(r);

	if (mem && (r->root_ok || !r->memory->tree->reserved_memory))
		mb_reserve(&r->mb, mem->base, mem->size);
	else if (mem && mb_is_memory(&r->mb, mem->base, mem->size))
		set_boots(p, UNKNOWN, xstrdup("what happens when the kernel uses the memory of the "
					      "firmware, which is not reserved, as all of "
					      "/reserved-memory is ignored"));
}

static void one_pass(struct regions *r, struct prediction *p)
{
	struct order order[MAX_RESERVED_REGIONS];
	const struct range *mem = firmware(r);
	size_t n = 0;
	bool counts;

	if (mem) {
		order[n++] = (struct order){ mem->base, mem->size, SIZE_MAX };
		r->table--;
	}
	for (size_t i = 0; i < r->count; i++) {
		struct reserved *s = &r->region[i];

		if (s->why)
			continue;
		if (reserve_reg(r, s, &counts)) {
			if (s->reg_entries && save(r, s))
				order[n++] = (struct order){ s->mem.base, s->mem.size, i };
		} else if (!s->node->size.data) {
			s->why = WHY_EMPTY;
		} else if (save(r, s)) {
			order[n++] = (struct order){ 0, 0, i };
		}
	}
	if (n >= 2)
		kernel_sort(order, n);
	for (size_t i = 0; i < n; i++) {
		struct reserved *s = &r->region[order[i].index];

		if (order[i].index != SIZE_MAX && (order[i].size || alloc_dynamic(r, s)))
			init_region(r, s, p);
	}
}

/* The static ones are reserved here, and become regions in the second pass */
static void first_pass(struct regions *r, struct prediction *p)
{
	size_t dynamic[MAX_RESERVED_REGIONS], n = 0, total = 0;
	bool counts;

	for (size_t i = 0; i < r->count; i++) {
		struct reserved *s = &r->region[i];

		if (s->why)
			continue;
		if (reserve_reg(r, s, &counts)) {
			total += counts;
			continue;
		}
		if (!s->node->size.data) {
			if (!s->why)
				s->why = WHY_EMPTY;
			continue;
		}
		s->why = WHY_NONE;
		if (n < MAX_RESERVED_REGIONS) {
			dynamic[n++] = i;
			continue;
		}
		s->why = WHY_TABLE_FULL;
		if (rules(r)->dynamic_unchecked)
			set_boots(p, UNKNOWN, format("what the kernel overwrites: it has room for "
						     "%u dynamic regions, and does not check",
						     MAX_RESERVED_REGIONS));
	}
	for (size_t i = 0; i < n; i++) {
		struct reserved *s = &r->region[dynamic[i]];

		if (!alloc_dynamic(r, s))
			continue;
		total++;
		save_and_init(r, s, p);
	}
	r->table = total;
}

static void reserve_memreserve(struct regions *r, const void *fdt, size_t len)
{
	const unsigned char *blob = fdt;

	/* off_mem_rsvmap of the header; the list ends with a size of 0 */
	for (size_t at = read_cells(blob + 16, 1); at < len && len - at >= 16; at += 16) {
		uint64_t base = read_cells(blob + at, 2), size = read_cells(blob + at + 8, 2);

		if (!size || !mb_reserve(&r->mb, base, size))
			return;
	}
}

static bool is_root_ok(const struct tree *t, struct prediction *p)
{
	if (t->rm_ac.len < 4 || t->rm_sc.len < 4 || !t->rm_ranges ||
	    read_cells(t->rm_ac.data, 1) != t->ac || read_cells(t->rm_sc.data, 1) != t->sc)
		return false;
	if (t->ac + t->sc && t->ac <= MAX_CELLS && t->sc <= MAX_CELLS)
		return true;
	if (t->reserved_memory)
		add_unknown(p, format("what the kernel reads from %u address and %u size cells",
				      t->ac, t->sc));
	return false;
}

/**
 * regions_reserve() - the first pass, or the only one
 * @r: filled; regions_free() frees it
 * @m: the memory
 * @fdt: the blob, for its /memreserve/
 * @len: bytes of it
 * @p: told what may kill the boot
 */
void regions_reserve(struct regions *r, const struct memory *m, const void *fdt, size_t len,
		     struct prediction *p)
{
	const struct tree *t = m->tree;

	*r = (struct regions){
		.memory = m, .count = t->nr_nodes, .lowmem_end = m->lowmem_end,
		.default_region = NO_REGION, .table = MAX_RESERVED_REGIONS,
		.root_ok = is_root_ok(t, p),
	};
	mb_copy(&r->mb, &m->mb);
	r->region = xzalloc(r->count, sizeof(*r->region));
	r->entry = xzalloc(r->count, sizeof(*r->entry));
	for (size_t i = 0; i < r->count; i++) {
		struct reserved *s = &r->region[i];

		s->node = &t->node[i];
		s->mem = (struct range){ NONE, NONE };
		if (!status_okay(&s->node->status, rules(r)->status_is_string))
			s->why = WHY_DISABLED;
		else if (!r->root_ok)
			s->why = WHY_ROOT;
	}
	if (!rules(r)->memreserve_last)
		reserve_memreserve(r, fdt, len);
	reserve_firmware(r, p);
	if (r->root_ok && rules(r)->two_passes)
		first_pass(r, p);
	else if (r->root_ok)
		one_pass(r, p);
	if (rules(r)->memreserve_last)
		reserve_memreserve(r, fdt, len);
	if (m->set->arch->regions_reserved)
		m->set->arch->regions_reserved(m, &r->mb);
	if (r->mb.reserved.overflow || r->mb.memory.overflow)
		set_boots(p, rules(r)->full_array_panics ? NO : UNKNOWN,
			  format("more ranges of memory than memblock has room for (%zu of memory, "
				 "%zu of reserved memory)", r->mb.memory.limit,
				 r->mb.reserved.limit));
}

/**
 * regions_init_static() - the second pass
 * @r: what the first pass left
 * @d: the default area, where that is placed before; or NULL
 * @p: told what may kill the boot
 */
void regions_init_static(struct regions *r, const struct default_area *d, struct prediction *p)
{
	const struct arch *arch = r->memory->set->arch;

	if (d && d->exists) {
		r->nr_areas++;
		if (d->mem.base != NONE)
			mb_reserve(&r->mb, d->mem.base, d->mem.size);
	}
	if (arch->lowmem)
		r->lowmem_end = arch->lowmem(r->memory, &r->mb);
	mb_copy(&r->early, &r->mb);
	r->late = true;
	for (size_t i = 0; i < r->count && r->root_ok && rules(r)->two_passes; i++) {
		struct reserved *s = &r->region[i];

		if (!s->why && !s->dynamic && s->reg_entries && s->mem.size)
			save_and_init(r, s, p);
	}
}

/**
 * regions_unmapped() - look for memory that is given back without a map
 * @r: after both passes
 * @p: told what may kill the boot
 *
 * A region with no-map that the second pass gives back is memory without a map. What the
 * kernel allocates next comes from the top; what comes from there later, and what the page
 * allocator hands out, is chance.
 */
void regions_unmapped(const struct regions *r, struct prediction *p)
{
	uint64_t page = r->memory->set->page_size;
	uint64_t at = mb_find(&r->mb, page, page, 0, UINT64_MAX, false);

	if (!rules(r)->two_passes || !r->memory->loaded_known)
		return;
	for (size_t i = 0; i < r->count; i++) {
		const struct reserved *s = &r->region[i];

		if (s->fate != FATE_FAILED || s->dynamic || !s->node->no_map || !s->placed ||
		    is_reserved(r, s))
			continue;
		region_problem(p, i, true, xstrdup("its memory is returned to the page allocator "
						   "although it is not mapped: the kernel crashes "
						   "when it uses it"), NULL);
		if (at >= s->mem.base && at - s->mem.base < s->mem.size)
			set_boots(p, NO, NULL);
		else
			set_boots(p, UNKNOWN, format("when the kernel uses the memory of %s, which is "
						     "not mapped", s->node->name));
	}
}

void regions_free(struct regions *r)
{
	mb_free(&r->mb);
	mb_free(&r->early);
	free(r->region);
	free(r->entry);
	free(r->returned);
	free(r->remap);
}
