// SPDX-License-Identifier: GPL-2.0-only
/*
 * 32-bit: lowmem, which alone is always mapped, and that the kernel maps CMA areas in it a
 * second time. Read beside arch/arm/mm/mmu.c, adjust_lowmem_bounds(), and
 * arch/arm/mm/dma-mapping.c, dma_contiguous_remap().
 */
#include <inttypes.h>
#include <string.h>

#include "arch.h"
#include "areas.h"
#include "kconfig.h"
#include "memory.h"

#define VMALLOC_END	0xff800000ULL
#define VMALLOC_OFFSET	(8 * MIB)
#define VMALLOC_DEFAULT	(240 * MIB)
#define PMD_SIZE	(2 * MIB)

static const uint64_t page_sizes[] = { 4 * KIB, 0 };

static unsigned int cpu(const struct prop *compatible)
{
	static const char * const v7[] = {
		"arm,cortex-a5", "arm,cortex-a7", "arm,cortex-a8", "arm,cortex-a9",
		"arm,cortex-a12", "arm,cortex-a15", "arm,cortex-a17",
	};
	const char *s = first_string(compatible);

	/* arm,arm926ej-s and the like, and then those of ARMv7 */
	if (s && !strncmp(s, "arm,arm", 7) && s[7] >= '0' && s[7] <= '9')
		return 2;
	for (size_t i = 0; s && i < ARRAY_SIZE(v7); i++)
		if (!strcmp(s, v7[i]))
			return 2;
	return 0;
}

static void defaults(struct settings *s)
{
	s->cma_slots = 8;
	s->default_cma = 64 * MIB;
	/* SOC_AM33XX makes the largest order 11, and there are no huge pages */
	s->pageblock_size = 8 * MIB;
	s->zone_dma = true;
	s->section_bits = 28;
	s->highmem = true;
	s->page_offset = 0xc0000000;
	s->flat = true;
	s->map = MAP_BLOCKS;
}

static const char *config(const char *text, struct settings *s)
{
	s->highmem = kconfig_is_on(text, "CONFIG_HIGHMEM");
	s->lpae = kconfig_is_on(text, "CONFIG_ARM_LPAE");
	s->page_offset = kconfig_number(text, "CONFIG_PAGE_OFFSET", s->page_offset);
	s->simple &= !kconfig_is_on(text, "CONFIG_EFI");
	return NULL;
}

static uint64_t phys_mask(const struct settings *s)
{
	return s->lpae ? UINT64_MAX : UINT32_MAX;
}

static uint64_t pmd_of(uint64_t address)
{
	return address & ~(PMD_SIZE - 1);
}

static uint64_t vmalloc_size(const struct memory *m)
{
	uint64_t most = VMALLOC_END - (m->set->page_offset + 32 * MIB + VMALLOC_OFFSET);
	uint64_t size = m->cmdline->vmalloc & UINT32_MAX;

	if (!m->cmdline->vmalloc_given)
		return VMALLOC_DEFAULT;
	return size < 16 * MIB ? 16 * MIB : size > most ? most : size;
}

/* mem= takes the place of all that the tree says, and may be given several times */
static void user_memory(struct memory *m)
{
	uint64_t page = m->set->page_size;

	mb_remove(&m->mb, 0, UINT64_MAX);
	for (size_t i = 0; i < m->cmdline->nr_mem; i++) {
		const struct range *r = &m->cmdline->mem[i];
		uint64_t base = r->base == NONE ? m->phys_offset : r->base;
		uint64_t start = (base + page - 1) & ~(page - 1);
		uint64_t size = start > base + r->size ? 0 : r->size - (start - base);

		if (!m->set->lpae) {
			if (start > UINT32_MAX)
				continue;
			if (start + size > UINT32_MAX)
				size = UINT32_MAX - start;
		}
		mb_add(&m->mb, start, size & ~(page - 1));
	}
	mb_remove(&m->mb, 0, m->phys_offset);
}

/*
 * The kernel unpacks itself to the start of the 128 MiB that it was loaded to, or if
 * that is no memory, to the start of memory, and takes what lies before for none.
 */
static void memory(struct memory *m, struct prediction *p)
{
	const struct loaded *kernel = loaded(m->set, "kernel");
	uint64_t start = kernel ? kernel->mem.base & ~(128 * MIB - 1) : 0;
	const struct cmdline *c = m->cmdline;

	(void)p;
	if (kernel && mb_is_memory(&m->mb, start, 1))
		m->phys_offset = start;
	else if (m->mb.memory.count)
		m->phys_offset = pmd_of(mb_start(&m->mb) + PMD_SIZE - 1);
	else if (!c->nr_mem || c->mem[0].base == NONE)
		return;
	else
		m->phys_offset = pmd_of(c->mem[0].base);
	mb_remove(&m->mb, 0, m->phys_offset);
	if (c->nr_mem)
		user_memory(m);
}

/* Done before the regions are reserved, and again after that */
static uint64_t lowmem(const struct memory *m, struct memblock *mb)
{
	uint64_t limit = VMALLOC_END - vmalloc_size(m) - VMALLOC_OFFSET - m->set->page_offset +
			 m->phys_offset;
	const struct mb_list *list = &mb->memory;
	uint64_t mapped = 0, lowmem_end = 0, end;

	for (size_t i = 0; i < list->count; i++) {
		uint64_t base = list->range[i].base;

		if (list->range[i].flag)
			continue;
		if (base != pmd_of(base))
			mb_mark_nomap(mb, base, pmd_of(base + PMD_SIZE - 1) - base, true);
		break;
	}
	for (size_t i = 0; i < list->count; i++) {
		const struct mb_range *r = &list->range[i];

		end = r->base + r->size;
		if (r->flag || r->base >= limit)
			continue;
		if (end > lowmem_end)
			lowmem_end = end < limit ? end : limit;
		if (mapped)
			continue;
		if (r->base != pmd_of(r->base))
			mapped = r->base;
		else if (end != pmd_of(end))
			mapped = lowmem_end;
	}
	mapped = pmd_of(mapped ? mapped : lowmem_end);
	end = mb_end(mb);
	if (!m->set->highmem && end > lowmem_end)
		mb_remove(mb, mapped, end - mapped);
	return lowmem_end;
}

/* The first page table of the kernel ends 32 KiB behind the start of memory */
static void reserve(struct memory *m, const struct range *initrd, struct prediction *p)
{
	const struct loaded *kernel = loaded(m->set, "kernel"), *dtb = loaded(m->set, "dtb");
	uint64_t table = m->set->lpae ? 20 * KIB : 16 * KIB;

	if (dtb)
		mb_reserve(&m->mb, dtb->mem.base, dtb->mem.size);
	m->lowmem_end = lowmem(m, &m->mb);
	if (kernel) {
		mb_reserve(&m->mb, m->phys_offset + 32 * KIB - table, table);
		mb_reserve(&m->mb, kernel->mem.base, kernel->mem.size);
	}
	memory_reserve_initrd(m, *initrd, p);
}

static bool default_early(const struct settings *s)
{
	(void)s;
	return true;
}

static void zones(const struct memory *m, struct zones *z, struct prediction *p)
{
	z->cma_limit = m->phys_mask;
	z->unknown = m->set->zone_dma;
	if (z->unknown)
		add_unknown(p, xstrdup("how far the zone of the DMA memory reaches: the kernel's "
				       "code for each board decides"));
}

/* The second map, while it is made */
struct mapping {
	const struct memory *memory;
	const struct regions *regions;
	struct memblock done;	/* memory: not mapped any more; reserved: mapped in pages */
	struct memblock tables;	/* where page tables are allocated */
	struct memblock vmlist;	/* what vm_area_add_early() has seen */
	struct prediction *p;
};

/* Is this piece of lowmem mapped by a single entry, and so in the way of finer ones? */
static bool is_section(const struct regions *r, uint64_t pmd)
{
	return pmd + PMD_SIZE <= r->lowmem_end &&
	       mb_memory_in(&r->early, pmd, PMD_SIZE) == PMD_SIZE &&
	       !mb_nomap_in(&r->early, pmd, PMD_SIZE);
}

/*
 * Does the next page table lie where nothing is mapped? How many there are already,
 * for other things, is known only roughly.
 */
static enum answer table_is_mapped(const struct mapping *map)
{
	uint64_t page = map->memory->set->page_size, end = map->regions->lowmem_end;
	uint64_t at = mb_find(&map->tables, page, page, 0, end, false);
	bool first = at && mb_is_memory(&map->done, at, page), last;
	struct memblock more;

	mb_copy(&more, &map->tables);
	mb_take(&more, 64 * page, end);
	at = mb_find(&more, page, page, 0, end, false);
	last = at && mb_is_memory(&map->done, at, page);
	mb_free(&more);
	return first && last ? NO : first || last ? UNKNOWN : YES;
}

static void crashes(struct mapping *map, const struct remap *r, const char *why)
{
	const char *name = r->region == NO_REGION ? "the default area" :
			   map->regions->region[r->region].node->name;
	char *text = format("the kernel remaps %s, %s, and crashes", name, why);

	if (r->region == NO_REGION)
		tree_problem(map->p, true, text, NULL);
	else
		region_problem(map->p, r->region, true, text, NULL);
	set_boots(map->p, NO, NULL);
}

/*
 * The map is taken down in steps of 2 MiB from the base on, however that is aligned,
 * and set up again for the area alone. The kernel does not allow that twice for one
 * page.
 */
static void remap(struct mapping *map, const struct remap *r)
{
	const struct memory *m = map->memory;
	const struct loaded *kernel = loaded(m->set, "kernel");
	uint64_t kernel_end = kernel ? kernel->mem.base + kernel->mem.size : 0;
	uint64_t page = m->set->page_size, start = r->mem.base, end, size, last, at;

	end = (start + r->mem.size) & m->phys_mask;
	if (end > map->regions->lowmem_end)
		end = map->regions->lowmem_end;
	if (start >= end || (start < m->phys_offset && end <= m->phys_offset))
		return;
	if (kernel && start < kernel_end && m->phys_offset < pmd_of(end + PMD_SIZE - 1) &&
	    pmd_of(start) < kernel_end) {
		crashes(map, r, "over itself");
		return;
	}
	if (start < m->phys_offset)
		return;
	at = start & ~(page - 1);
	size = ((end + page - 1) & ~(page - 1)) - at;
	if (mb_memory_in(&map->vmlist, at, size)) {
		crashes(map, r, "a part of it for the second time");
		return;
	}
	mb_add(&map->vmlist, at, size);
	for (at = start; at < end; at += PMD_SIZE) {
		mb_add(&map->done, pmd_of(at), PMD_SIZE);
		mb_reserve(&map->done, pmd_of(at), PMD_SIZE);
	}
	last = pmd_of(end - 1);
	if (!mb_is_reserved(&map->done, last, PMD_SIZE) && is_section(map->regions, last)) {
		crashes(map, r, "from a base that is not a multiple of 2 MiB");
		return;
	}
	mb_reserve(&map->done, last, PMD_SIZE);
	if (m->loaded_known) {
		switch (table_is_mapped(map)) {
		case NO:
			crashes(map, r, "and would put page tables there in the meantime");
			return;
		case UNKNOWN:
			set_boots(map->p, UNKNOWN, xstrdup("whether the kernel has page tables "
							   "where nothing is mapped for a "
							   "moment"));
			break;
		default:
			break;
		}
		mb_take(&map->tables, (last + PMD_SIZE - pmd_of(start)) / PMD_SIZE * page,
			map->regions->lowmem_end);
	}
	mb_remove(&map->done, start & ~(page - 1), size);
}

/* Does the kernel use this page in some way? */
static bool is_used(const struct areas *a, uint64_t at)
{
	const struct settings *s = a->regions->memory->set;
	const struct memblock *mb = &a->regions->mb;
	uint64_t page = s->page_size;

	if (at >= a->regions->lowmem_end || !mb_memory_in(mb, at, page) ||
	    mb_nomap_in(mb, at, page))
		return false;
	if (!mb_is_reserved(mb, at, page))
		return true;
	for (size_t i = 0; i < s->nr_loaded; i++) {
		const struct range *r = &s->loaded[i].mem;

		if (at < r->base + r->size && r->base < at + page)
			return true;
	}
	for (size_t i = 0; i < a->count; i++) {
		const struct range *r = &a->area[i].mem;

		if (r->base != NONE && at >= r->base && at - r->base < r->size)
			return true;
	}
	return false;
}

/* Memory beside an area that is not mapped any more, and is used */
static void look_for_holes(const struct areas *a, const struct mapping *map)
{
	uint64_t page = map->memory->set->page_size;

	for (size_t i = 0; i < map->done.memory.count; i++) {
		const struct mb_range *r = &map->done.memory.range[i];
		bool used = false;

		for (uint64_t at = r->base; at < r->base + r->size && !used; at += page)
			used = is_used(a, at);
		if (used)
			set_boots(map->p, UNKNOWN,
				  format("what happens when memory at 0x%" PRIx64 " is used: it is "
					 "not mapped, as an area beside it is not aligned to 2 MiB",
					 r->base));
	}
}

static void map_areas(const struct areas *a, struct prediction *p)
{
	const struct regions *r = a->regions;
	const struct memory *m = r->memory;
	struct remap without_node = { a->without_node->mem, NO_REGION };
	size_t count = r->nr_remaps + a->without_node->exists;
	struct mapping map = { .memory = m, .regions = r, .p = p };
	unsigned int slots = m->set->cma_slots;

	if (!m->set->has_cma)
		return;
	if (count > slots) {
		tree_problem(p, true, format("%zu CMA areas are set up or tried, and 32-bit arm keeps "
					     "a table of %u, of which Linux %s does not check the end",
					     count, slots, m->set->kernel->version),
			     format("CONFIG_CMA_AREAS=%zu or more, in the kernel", count));
		set_boots(p, UNKNOWN, xstrdup("what lies behind that table and is overwritten"));
		return;
	}
	if (!m->known)
		return;
	mb_init(&map.done, m->set->page_size, m->phys_mask);
	mb_init(&map.vmlist, m->set->page_size, m->phys_mask);
	mb_copy(&map.tables, &r->early);
	for (size_t i = 0; i < count && p->boots != NO; i++) {
		const struct remap *next = i < r->nr_remaps ? &r->remap[i] : &without_node;

		if (next->mem.base != NONE)
			remap(&map, next);
	}
	if (m->loaded_known && p->boots != NO && table_is_mapped(&map) == NO) {
		tree_problem(p, true, xstrdup("the kernel puts page tables where nothing is mapped, "
					      "as an area beside it is not aligned to 2 MiB, and "
					      "crashes"), NULL);
		set_boots(p, NO, NULL);
	}
	if (p->boots != NO)
		look_for_holes(a, &map);
	mb_free(&map.done);
	mb_free(&map.vmlist);
	mb_free(&map.tables);
}

static const struct arch arm = {
	.name = "arm",
	.machine = "armv",
	.config_name = "arm",
	.page_sizes = page_sizes,
	.defconfig = "multi_v7_defconfig",
	.assumed = "CONFIG_HIGHMEM, no CONFIG_ARM_LPAE, and a split of memory at 3 GiB",
	.memory_limit = 128,
	.reserved_limit = 128,
	.remaps_areas = true,
	.coherent_needs_no_map = true,
	.cpu = cpu,
	.defaults = defaults,
	.config = config,
	.phys_mask = phys_mask,
	.memory = memory,
	.reserve = reserve,
	.lowmem = lowmem,
	.default_early = default_early,
	.zones = zones,
	.map_areas = map_areas,
};

ARCH(arm);
