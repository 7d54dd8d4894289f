// SPDX-License-Identifier: GPL-2.0-only
/* Read beside early_init_dt_scan_memory() and the start of setup_arch() */
#include <string.h>

#include "arch.h"
#include "memory.h"

uint64_t phys_mask_of(const struct settings *s)
{
	return s->arch->phys_mask ? s->arch->phys_mask(s) : UINT64_MAX;
}

/* Whole pages of a range, as early_init_dt_add_memory_arch() adds them */
static void add_memory(struct memory *m, uint64_t base, uint64_t size)
{
	uint64_t page = m->set->page_size, skip = -base & (page - 1);

	if (size < page - (base & (page - 1)))
		return;
	if (skip) {
		size -= skip;
		base += skip;
	}
	size &= ~(page - 1);
	if (base > UINT64_MAX - size)
		size = UINT64_MAX - base;
	mb_add(&m->mb, base, size);
}

static void add_node(struct memory *m, const struct memory_node *n)
{
	const struct tree *t = m->tree;
	bool list = facts(m->set)->memory_is_list;
	size_t entry = 4 * (t->ac + t->sc);
	const struct prop *reg = &n->usable;

	if (!status_okay(&n->status, facts(m->set)->status_is_string))
		return;
	if (!reg->data || (list && reg->len % entry))
		reg = &n->reg;
	if (!reg->data || (list && reg->len % entry))
		return;
	for (size_t at = 0; at + entry <= reg->len; at += entry) {
		uint64_t size = read_cells(reg->data + at + 4 * t->ac, t->sc);

		if (size)
			add_memory(m, read_cells(reg->data + at, t->ac), size);
	}
}

/**
 * memory_limit() - take memory away from above
 * @m: the memory
 * @limit: how many bytes stay
 */
void memory_limit(struct memory *m, uint64_t limit)
{
	uint64_t left = limit, end = 0;

	if (limit >= mb_total(&m->mb))
		return;
	for (size_t i = 0; i < m->mb.memory.count; i++) {
		const struct mb_range *r = &m->mb.memory.range[i];

		if (left <= r->size) {
			end = r->base + left;
			break;
		}
		left -= r->size;
	}
	mb_remove(&m->mb, end, UINT64_MAX - end);
}

/**
 * memory_reserve_initrd() - reserve the initrd, as reserve_initrd_mem() does
 * @m: the memory
 * @mem: where it lies
 * @p: told if the kernel drops it, as it is not all in memory, or in the way of something
 */
void memory_reserve_initrd(struct memory *m, struct range mem, struct prediction *p)
{
	if (!m->known || !mem.size)
		return;
	if (mb_memory_in(&m->mb, mem.base, mem.size) != mem.size ||
	    mb_is_reserved(&m->mb, mem.base, mem.size))
		set_boots(p, UNKNOWN, xstrdup("what happens without the initrd, which the kernel "
					      "drops: it is not in memory, or overlaps"));
	else
		mb_reserve(&m->mb, mem.base, mem.size);
}

/* Whole pages, from --loaded or from the tree */
static struct range initrd_range(const struct memory *m)
{
	const struct loaded *initrd = loaded(m->set, "initrd");
	uint64_t page = m->set->page_size, from = 0, to = 0;
	const struct tree *t = m->tree;

	if (initrd) {
		from = initrd->mem.base;
		to = from + initrd->mem.size;
	} else if (t->initrd_start.len >= 4 && t->initrd_end.len >= 4) {
		from = read_cells(t->initrd_start.data, t->initrd_start.len / 4);
		to = read_cells(t->initrd_end.data, t->initrd_end.len / 4);
	}
	if (to <= from)
		return (struct range){ 0, 0 };
	to = (to + page - 1) / page * page;
	from &= ~(page - 1);
	return (struct range){ from, to - from };
}

/**
 * memory_init() - find the memory, and reserve what is loaded
 * @m: filled; memory_free() frees it
 * @s: settings, which may stand in for what the tree says
 * @t: the tree
 * @c: the command line
 * @p: told what is not known
 */
void memory_init(struct memory *m, const struct settings *s, const struct tree *t,
		 const struct cmdline *c, struct prediction *p)
{
	struct range initrd;

	*m = (struct memory){ .set = s, .tree = t, .cmdline = c, .phys_mask = phys_mask_of(s) };
	mb_init(&m->mb, s->page_size, m->phys_mask);
	m->mb.marks = facts(s)->allocations_marked;
	m->mb.memory.limit = s->arch->memory_limit;
	m->mb.reserved.limit = s->arch->reserved_limit + (s->nr_cpus ? s->nr_cpus + 1 : 0);

	for (size_t i = 0; i < s->nr_memory; i++)
		add_memory(m, s->memory[i].base, s->memory[i].size);
	if (!s->nr_memory && t->ac <= MAX_CELLS && t->sc <= MAX_CELLS && t->ac + t->sc)
		for (size_t i = 0; i < t->nr_memory; i++)
			add_node(m, &t->memory[i]);
	if (s->arch->memory)
		s->arch->memory(m, p);
	/* With UEFI the memory is what UEFI says */
	m->known = m->mb.memory.count && (!t->uefi || s->nr_memory);

	initrd = initrd_range(m);
	s->arch->reserve(m, &initrd, p);
	m->loaded_known = m->known && loaded(s, "kernel") && loaded(s, "dtb") && !t->uefi &&
			  !t->usable_memory_range && !t->elfcorehdr;

	for (size_t i = 0; i < m->mb.memory.count; i++)
		*add_item(p->memory, p->nr_memory) = (struct range){
			m->mb.memory.range[i].base, m->mb.memory.range[i].size,
		};
	if (m->known)
		return;
	set_boots(p, UNKNOWN, NULL);
	add_unknown(p, xstrdup("how much memory there is, and where (--memory)"));
}

void memory_free(struct memory *m)
{
	mb_free(&m->mb);
}
