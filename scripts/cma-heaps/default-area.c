// SPDX-License-Identifier: GPL-2.0-only
/* Read beside dma_contiguous_reserve() and cma_declare_contiguous_nid() */
#include <inttypes.h>
#include <stdlib.h>

#include "default-area.h"

/* What is asked for, by the settings and the command line */
struct request {
	uint64_t size, base, limit;
	bool fixed;		/* at @base */
	bool above_4g;		/* looked for there first */
};

static const struct settings *settings(const struct regions *r)
{
	return r->memory->set;
}

static bool is_early(const struct settings *s)
{
	return s->arch->default_early && s->arch->default_early(s);
}

/*
 * Between the regions and the default area the kernel makes page tables, its own
 * form of the tree and, before 7.x, the map of all pages. How large the small
 * things are is known only roughly. So each size that they might have is tried, in
 * one piece and in pages: where the default area ends up in the same place each
 * time, that is where it is.
 */
struct guess {
	uint64_t tables, rest;
	bool pieces;
};

static bool take(struct memblock *mb, uint64_t size, bool pieces)
{
	if (!pieces)
		return !size || mb_alloc(mb, size, mb->page_size, 0, UINT64_MAX, false);
	return mb_take(mb, size, UINT64_MAX);
}

/* One struct page for each page of each section that has memory */
static uint64_t page_map_size(const struct regions *r)
{
	const struct settings *s = settings(r);
	uint64_t section = 1ULL << s->section_bits, sections = 0, behind = 0;

	for (size_t i = 0; i < r->mb.memory.count; i++) {
		const struct mb_range *m = &r->mb.memory.range[i];
		uint64_t first = m->base / section, end = (m->base + m->size - 1) / section + 1;

		if (first < behind)
			first = behind;
		if (end > first)
			sections += end - first;
		behind = end;
	}
	return sections * (section / s->page_size * 64);
}

/* Where CMA looks: above 4 GiB, in high memory, and then from the top of the rest */
static uint64_t find_room(const struct regions *r, struct memblock *mb, const struct request *q)
{
	const struct settings *s = settings(r);
	uint64_t align = s->pageblock_size, high = r->memory->lowmem_end, limit = q->limit, at = 0;
	bool first = facts(s)->above_4g_first;

	if (q->above_4g && first)
		at = mb_find(mb, q->size, align, 1ULL << 32, limit, true);
	if (!at && high && q->base < high && limit > high) {
		at = mb_find(mb, q->size, align, high, limit, false);
		limit = high;
	}
	if (q->above_4g && !first) {
		/* What it found in high memory is lost */
		if (at)
			mb_reserve(mb, at, q->size);
		at = mb_find(mb, q->size, align, 1ULL << 32, limit, true);
	}
	return at ? at : mb_find(mb, q->size, align, q->base, limit, false);
}

/* The same in a copy of memblock, which is the caller's */
static uint64_t find_room_in(const struct regions *r, const struct memblock *mb,
			     const struct request *q)
{
	struct memblock copy;
	uint64_t at;

	mb_copy(&copy, mb);
	at = find_room(r, &copy, q);
	mb_free(&copy);
	return at;
}

/* Where the default area is if the guess is right; 0 if there is no room */
static uint64_t find_default(const struct regions *r, const struct guess *g,
			     const struct request *q)
{
	const struct settings *s = settings(r);
	uint64_t at = 0, map = facts(s)->page_map_late ? 0 : page_map_size(r);
	uint64_t map_align = (1ULL << s->section_bits) / s->page_size * 64;
	struct memblock mb;
	bool ok;

	mb_copy(&mb, &r->early);
	ok = take(&mb, g->tables, g->pieces);
	for (size_t i = 0; ok && i < r->nr_returned; i++) {
		const struct returned *b = &r->returned[i];

		if (b->no_map)
			mb_mark_nomap(&mb, b->mem.base, b->mem.size, false);
		else
			mb_unreserve(&mb, b->mem.base, b->mem.size);
	}
	ok = ok && take(&mb, g->rest, g->pieces) &&
	     (!map || mb_alloc(&mb, map, map_align, mb_start(&mb), UINT64_MAX, false));
	if (ok && q->fixed)
		at = mb_is_reserved(&mb, q->base, q->size) ? 0 : q->base;
	else if (ok)
		at = find_room(r, &mb, q);
	mb_free(&mb);
	return at;
}

/* The least and the most that page tables, and all else, may take */
static void limits_of_guess(const struct regions *r, uint64_t low[2], uint64_t high[2])
{
	const struct settings *s = settings(r);
	const struct tree *t = r->memory->tree;
	uint64_t page = s->page_size, gigs = mb_total(&r->mb) / GIB + 1;
	uint64_t mapped = mb_total(&r->mb) - mb_nomap_in(&r->mb, 0, UINT64_MAX);
	unsigned int least = s->pa_bits < 48 ? s->pa_bits : 48;

	low[0] = 2 * page;
	high[0] = (8 + gigs + 4 * (r->mb.memory.count + 1)) * page;
	/* A table for each 512 pages that are mapped, or none where there are blocks */
	if (s->map != MAP_BLOCKS)
		high[0] += mapped / 512;
	if (s->map == MAP_PAGES)
		low[0] += mapped / 512 / page * page;
	low[1] = t->all_nodes * 96 + t->all_props * 32 + t->names_len;
	high[1] = t->all_nodes * 512 + t->all_props * 192 + 2 * t->names_len + 16 * KIB;
	if (facts(s)->page_map_late)
		return;
	/*
	 * The table of sections, what it leads to, and page tables of the map. With
	 * 4K pages the CPU decides whether more than 48 bits are addressed.
	 */
	low[1] += (1ULL << (least - s->section_bits)) / 256 * 8;
	high[1] += (1ULL << (s->pa_bits - s->section_bits)) / 256 * 8 + 64 * KIB +
		   gigs * 16 * KIB;
}

/* Return: the address, NONE if it cannot be told, 0 if there is none */
static uint64_t guess_place(const struct regions *r, const struct request *q, bool *certain)
{
	uint64_t page = settings(r)->page_size, low[2], high[2], step, at = 0;
	bool first = true, differ = false;

	limits_of_guess(r, low, high);
	/* So large that it would take long to try, and no board is */
	if (mb_total(&r->mb) / GIB >= 4096 || high[1] > 4 * MIB)
		return NONE;
	step = (high[1] - low[1]) / 16 / page * page + page;
	for (unsigned int i = 0; i < 4; i++) {
		for (uint64_t rest = low[1]; rest < high[1] + step; rest += step) {
			struct guess g = {
				i & 1 ? high[0] : low[0],
				(rest < high[1] ? rest : high[1]) / page * page + page, i & 2,
			};
			uint64_t here = find_default(r, &g, q);

			differ |= !first && here != at;
			if (!first && !here != !at)
				*certain = false;
			if (!*certain)
				return NONE;
			at = here;
			first = false;
		}
	}
	return differ ? NONE : at;
}

/* The same, by what is known of the kernel */
static uint64_t place(const struct regions *r, const struct request *q, const struct zones *z,
		      bool *certain)
{
	const struct settings *s = settings(r);
	bool odd = r->memory->cmdline->odd_parameter;

	/* The kernel itself and what it allocates may break up the only room there is */
	if (!r->memory->loaded_known && !q->fixed &&
	    mb_total(&r->mb) < 2 * (q->size + s->pageblock_size))
		*certain = false;
	if (!r->memory->loaded_known || z->unknown)
		return NONE;
	if (is_early(s) && !odd)
		return q->fixed ? q->base : find_room_in(r, &r->mb, q);
	if (s->page_size != 4 * KIB && !q->fixed) {
		struct memblock mb;

		/* Page tables come from the top, and may break up the only room of 32 or 512 MiB */
		mb_copy(&mb, &r->mb);
		*certain = mb_alloc(&mb, s->page_size, s->page_size, 0, UINT64_MAX, false) &&
			   find_room(r, &mb, q);
		mb_free(&mb);
	}
	if (!s->simple || odd || s->page_size != 4 * KIB)
		return NONE;
	return guess_place(r, q, certain);
}

/* The size by the settings; NONE if it is a part of a memory that is not known */
static uint64_t size_by_settings(const struct regions *r)
{
	const struct settings *s = settings(r);
	uint64_t part;

	if (!s->default_percent)
		return s->default_cma;
	if (!r->memory->known)
		return NONE;
	part = mb_total(&r->mb) / s->page_size * s->default_percent / 100 * s->page_size;
	if (s->default_min)
		return part < s->default_cma ? part : s->default_cma;
	if (s->default_max)
		return part > s->default_cma ? part : s->default_cma;
	return part;
}

static struct request request_of(const struct regions *r, const struct zones *z)
{
	const struct cmdline *c = r->memory->cmdline;
	struct request q = { .size = size_by_settings(r), .limit = z->cma_limit };

	if (!c->cma_given || q.size == NONE)
		return q;
	q.size = c->cma_size;
	q.base = c->cma_base;
	if (c->cma_limit && (facts(settings(r))->limit_overrides || c->cma_limit < q.limit))
		q.limit = c->cma_limit;
	q.fixed = ((q.base + q.size) & r->memory->phys_mask) == c->cma_limit;
	return q;
}

/* Why the kernel refuses at once; or NULL */
static char *refused(const struct regions *r, const struct request *q)
{
	uint64_t high = r->memory->lowmem_end;

	if (q->fixed && high && q->base < high && q->base + q->size > high)
		return format("cma= lies on both sides of the end of lowmem, 0x%" PRIx64, high);
	if (q->base + q->size > q->limit)
		return format("the default area of %s does not fit below 0x%" PRIx64,
			      size_text(q->size), q->limit);
	if (q->fixed && mb_is_reserved(&r->mb, q->base, q->size))
		return format("cma=: memory at 0x%" PRIx64 " is already reserved", q->base);
	return NULL;
}

/* Is there a place for it at all? It may be known that there is, and not where */
static bool has_place(const struct regions *r, const struct request *q)
{
	uint64_t align = settings(r)->pageblock_size;

	return mb_find(&r->mb, q->size, align, q->base, q->limit, false) ||
	       (q->above_4g && mb_find(&r->mb, q->size, align, 1ULL << 32, q->limit, true));
}

/* Return: false if there is no default area, which was told */
static bool find_place(struct default_area *d, const struct regions *r, struct request *q,
		       struct prediction *p)
{
	uint64_t end = mb_end(&r->mb);
	bool by_limit = facts(settings(r))->above_4g_by_limit;
	char *why;

	if (!r->memory->known)
		return true;
	if (!q->limit || q->limit > end)
		q->limit = end;
	why = refused(r, q);
	if (why) {
		tree_problem(p, true, why, NULL);
		return false;
	}
	if (q->fixed) {
		d->mem.base = q->base;
		if (place(r, q, &d->zones, &d->certain))
			return true;
		tree_problem(p, true, format("cma=: memory at 0x%" PRIx64 " is already reserved",
					     q->base), NULL);
		return false;
	}
	q->above_4g = (by_limit ? q->limit : end) >= (1ULL << 32) + q->size &&
		      r->memory->phys_mask > UINT32_MAX;
	d->mem.base = place(r, q, &d->zones, &d->certain);
	if (d->mem.base && has_place(r, q))
		return true;
	tree_problem(p, true, format("no room of %s for the default area", size_text(q->size)),
		     NULL);
	return false;
}

/**
 * default_area_init() - place the area that no node of the tree is
 * @d: filled
 * @r: the regions, as far as the kernel has come
 * @p: told what is wrong or not known
 */
void default_area_init(struct default_area *d, const struct regions *r, struct prediction *p)
{
	const struct settings *s = settings(r);
	uint64_t align = s->pageblock_size;
	struct request q;

	*d = (struct default_area){ .mem = { NONE, NONE }, .slot = r->nr_areas, .certain = true };
	s->arch->zones(r->memory, &d->zones, p);
	q = request_of(r, &d->zones);
	if (q.size == NONE) {
		add_unknown(p, xstrdup("the size of the default area, which is a part of the "
				       "memory"));
		return;
	}
	if (!s->has_cma || !q.size || r->default_region != NO_REGION)
		return;
	if (r->nr_areas >= s->cma_slots) {
		tree_problem(p, true, xstrdup("no CMA slot is left for the default area"),
			     format("CONFIG_CMA_AREAS=%zu or more", r->nr_areas + 1));
		return;
	}
	if (q.fixed && q.base & (align - 1)) {
		tree_problem(p, true, format("cma=: the base is not a multiple of %s",
					     size_text(align)), NULL);
		return;
	}
	q.base = (q.base + align - 1) & ~(align - 1);
	q.size = (q.size + align - 1) & ~(align - 1);
	q.limit &= ~(align - 1);
	if (!q.base)
		q.fixed = false;
	d->mem.size = q.size;
	d->exists = find_place(d, r, &q, p);
	if (!d->exists)
		return;
	if (d->mem.base == NONE)
		add_unknown(p, xstrdup("where the kernel places the default area"));
	if (!d->certain)
		add_unknown(p, xstrdup("whether the kernel itself leaves room for the default "
				       "area"));
}
