// SPDX-License-Identifier: GPL-2.0-only
/*
 * What 32-bit arm has of its own: lowmem, which alone is always mapped, and that it
 * maps CMA areas in there once more. Read beside arch/arm/mm/mmu.c, adjust_lowmem_bounds(),
 * and arch/arm/mm/dma-mapping.c, dma_contiguous_remap().
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"

#define VMALLOC_END	0xff800000ULL
#define VMALLOC_OFFSET	(8 * MIB)
#define MODULES		(16 * MIB)

static uint64_t pmd_of(uint64_t address)
{
	return address & ~(PMD_SIZE - 1);
}

void arm_vmalloc(struct boot *b, const char *value)
{
	uint64_t most = VMALLOC_END - (b->set->page_offset + 32 * MIB + VMALLOC_OFFSET);
	uint64_t size = memparse(value, NULL) & UINT32_MAX;

	b->vmalloc_size = size < 16 * MIB ? 16 * MIB : size > most ? most : size;
}

/* mem= takes the place of all that the tree says, and may be given several times */
static void user_memory(struct boot *b)
{
	uint64_t page = b->set->page_size;

	mb_remove(&b->mb, 0, UINT64_MAX);
	for (size_t i = 0; i < b->nr_user_memory; i++) {
		const struct range *r = &b->user_memory[i];
		uint64_t base = r->base == NONE ? b->phys_offset : r->base;
		uint64_t start = (base + page - 1) & ~(page - 1);
		uint64_t size = start > base + r->size ? 0 : r->size - (start - base);

		if (!b->set->lpae) {
			if (start > UINT32_MAX)
				continue;
			if (start + size > UINT32_MAX)
				size = UINT32_MAX - start;
		}
		mb_add(&b->mb, start, size & ~(page - 1));
	}
	mb_remove(&b->mb, 0, b->phys_offset);
}

/*
 * The kernel unpacks itself to the start of the 128 MiB that it was loaded to, or if
 * that is no memory, to the start of memory, and takes what lies before for none.
 */
void arm_memory(struct boot *b)
{
	const struct loaded *kernel = loaded(b->set, "kernel");
	uint64_t start = kernel ? kernel->mem.base & ~(128 * MIB - 1) : 0;

	if (kernel && mb_is_memory(&b->mb, start, 1))
		b->phys_offset = start;
	else if (b->mb.memory.count)
		b->phys_offset = pmd_of(mb_start(&b->mb) + PMD_SIZE - 1);
	else if (!b->nr_user_memory || b->user_memory[0].base == NONE)
		return;
	else
		b->phys_offset = pmd_of(b->user_memory[0].base);
	mb_remove(&b->mb, 0, b->phys_offset);
	if (b->nr_user_memory)
		user_memory(b);
}

/* Done before the regions are reserved, and again after that */
void arm_lowmem(struct boot *b)
{
	uint64_t limit = VMALLOC_END - b->vmalloc_size - VMALLOC_OFFSET - b->set->page_offset +
			 b->phys_offset;
	const struct mb_list *list = &b->mb.memory;
	uint64_t mapped = 0, end;

	b->lowmem_end = 0;
	for (size_t i = 0; i < list->count; i++) {
		uint64_t base = list->range[i].base;

		if (list->range[i].nomap)
			continue;
		if (base != pmd_of(base))
			mb_mark_nomap(&b->mb, base, pmd_of(base + PMD_SIZE - 1) - base, true);
		break;
	}
	for (size_t i = 0; i < list->count; i++) {
		const struct mb_range *r = &list->range[i];

		end = r->base + r->size;
		if (r->nomap || r->base >= limit)
			continue;
		if (end > b->lowmem_end)
			b->lowmem_end = end < limit ? end : limit;
		if (mapped)
			continue;
		if (r->base != pmd_of(r->base))
			mapped = r->base;
		else if (end != pmd_of(end))
			mapped = b->lowmem_end;
	}
	mapped = pmd_of(mapped ? mapped : b->lowmem_end);
	end = mb_end(&b->mb);
	if (!b->set->highmem && end > b->lowmem_end)
		mb_remove(&b->mb, mapped, end - mapped);
}

void arm_add_remap(struct boot *b, struct range mem, size_t region)
{
	if (b->set->arch != ARCH_ARM || !b->set->has_cma)
		return;
	b->remap = xrealloc(b->remap, (b->nr_remaps + 1) * sizeof(*b->remap));
	b->remap[b->nr_remaps++] = (struct remap){ mem, region };
}

static const char *remap_name(const struct boot *b, const struct remap *m)
{
	return m->region == NO_REGION ? "the default area" : b->state[m->region].node->name;
}

/* Is this piece of lowmem mapped by a single entry, and so in the way of finer ones? */
static bool is_section(const struct boot *b, uint64_t pmd)
{
	return pmd + PMD_SIZE <= b->lowmem_end &&
	       mb_memory_in(&b->early, pmd, PMD_SIZE) == PMD_SIZE &&
	       !mb_nomap_in(&b->early, pmd, PMD_SIZE);
}

/*
 * Does the next page table lie where nothing is mapped? How many there are already,
 * for other things, is known only roughly.
 */
static enum answer table_is_mapped(const struct boot *b, const struct memblock *tables,
				   const struct memblock *done)
{
	uint64_t page = b->set->page_size, end = b->lowmem_end;
	uint64_t at = mb_find(tables, page, page, 0, end, false);
	bool first = at && mb_is_memory(done, at, page), last;
	struct memblock more;

	mb_copy(&more, tables);
	mb_take(&more, 64 * page, end);
	at = mb_find(&more, page, page, 0, end, false);
	last = at && mb_is_memory(done, at, page);
	mb_free(&more);
	return first && last ? NO : first || last ? UNKNOWN : YES;
}

static void kernel_dies(struct boot *b, const struct remap *m, const char *why)
{
	char *text = format("the kernel maps %s anew, %s, and dies", remap_name(b, m), why);

	if (m->region == NO_REGION)
		tree_problem(b, true, text, NULL);
	else
		region_problem(b, m->region, true, text, NULL);
	boots(b, NO, NULL);
}

/*
 * The map is taken down in steps of 2 MiB from the base on, however that is aligned,
 * and set up again for the area alone. The kernel does not allow that twice for one
 * page: @vmlist holds what vm_area_add_early() has seen.
 */
static void remap(struct boot *b, const struct remap *m, struct memblock *done,
		  struct memblock *tables, struct memblock *vmlist)
{
	const struct loaded *kernel = loaded(b->set, "kernel");
	uint64_t kernel_end = kernel ? kernel->mem.base + kernel->mem.size : 0;
	uint64_t page = b->set->page_size, start = m->mem.base, end, size, last, at;

	end = (start + m->mem.size) & b->phys_mask;
	if (end > b->lowmem_end)
		end = b->lowmem_end;
	if (start >= end || (start < b->phys_offset && end <= b->phys_offset))
		return;
	if (kernel && start < kernel_end && b->phys_offset < pmd_of(end + PMD_SIZE - 1) &&
	    pmd_of(start) < kernel_end) {
		kernel_dies(b, m, "and that is where it is itself");
		return;
	}
	if (start < b->phys_offset)
		return;
	at = start & ~(page - 1);
	size = ((end + page - 1) & ~(page - 1)) - at;
	if (mb_memory_in(vmlist, at, size)) {
		kernel_dies(b, m, "a part of it for the second time");
		return;
	}
	mb_add(vmlist, at, size);
	for (at = start; at < end; at += PMD_SIZE) {
		mb_add(done, pmd_of(at), PMD_SIZE);
		mb_reserve(done, pmd_of(at), PMD_SIZE);
	}
	last = pmd_of(end - 1);
	if (!mb_is_reserved(done, last, PMD_SIZE) && is_section(b, last)) {
		kernel_dies(b, m, "from a base that is not a multiple of 2 MiB");
		return;
	}
	mb_reserve(done, last, PMD_SIZE);
	if (b->loaded_known) {
		switch (table_is_mapped(b, tables, done)) {
		case NO:
			kernel_dies(b, m, "and would put page tables there in the meantime");
			return;
		case UNKNOWN:
			boots(b, UNKNOWN, xstrdup("whether the kernel has page tables where nothing "
						  "is mapped for a moment"));
			break;
		default:
			break;
		}
		mb_take(tables, (last + PMD_SIZE - pmd_of(start)) / PMD_SIZE * page, b->lowmem_end);
	}
	mb_remove(done, start & ~(page - 1), size);
}

/* Does the kernel use this page in some way? */
static bool is_used(const struct boot *b, uint64_t at)
{
	uint64_t page = b->set->page_size;

	if (at >= b->lowmem_end || !mb_memory_in(&b->mb, at, page) || mb_nomap_in(&b->mb, at, page))
		return false;
	if (!mb_is_reserved(&b->mb, at, page))
		return true;
	for (size_t i = 0; i < b->set->nr_loaded; i++) {
		const struct range *r = &b->set->loaded[i].mem;

		if (at < r->base + r->size && r->base < at + page)
			return true;
	}
	for (size_t i = 0; i < b->nr_areas; i++) {
		const struct range *r = &b->area[i].mem;

		if (r->base != NONE && at >= r->base && at - r->base < r->size)
			return true;
	}
	return false;
}

void arm_remap(struct boot *b)
{
	uint64_t page = b->set->page_size;
	/* memory: not mapped any more; reserved: mapped in pages */
	struct memblock done, tables, vmlist;

	if (b->nr_remaps > b->set->cma_slots) {
		tree_problem(b, true, format("%zu CMA areas are set up or tried, and 32-bit arm keeps "
					     "a table of %u, of which Linux %s does not check the end",
					     b->nr_remaps, b->set->cma_slots, b->set->kernel),
			     format("CONFIG_CMA_AREAS=%zu or more, in the kernel", b->nr_remaps));
		boots(b, UNKNOWN, xstrdup("what lies behind that table and is overwritten"));
		return;
	}
	if (!b->memory_known)
		return;
	mb_init(&done, page, b->phys_mask);
	mb_init(&vmlist, page, b->phys_mask);
	mb_copy(&tables, &b->early);
	for (size_t i = 0; i < b->nr_remaps && b->p->boots != NO; i++)
		if (b->remap[i].mem.base != NONE)
			remap(b, &b->remap[i], &done, &tables, &vmlist);
	if (b->loaded_known && b->p->boots != NO && table_is_mapped(b, &tables, &done) == NO) {
		tree_problem(b, true, xstrdup("the kernel puts page tables where nothing is mapped, as an "
					      "area beside it is not aligned to 2 MiB, and dies"),
			     NULL);
		boots(b, NO, NULL);
	}
	for (size_t i = 0; i < done.memory.count && b->p->boots != NO; i++) {
		const struct mb_range *r = &done.memory.range[i];
		bool used = false;

		for (uint64_t at = r->base; at < r->base + r->size && !used; at += page)
			used = is_used(b, at);
		if (used)
			boots(b, UNKNOWN, format("what happens when memory at 0x%" PRIx64 " is used: it "
						 "is not mapped, as an area beside it is not aligned to "
						 "2 MiB", r->base));
	}
	mb_free(&done);
	mb_free(&vmlist);
	mb_free(&tables);
}
