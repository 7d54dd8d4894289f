// SPDX-License-Identifier: GPL-2.0-only
/* Read beside setup_bootmem() of arch/riscv/mm/init.c */
#include "arch.h"
#include "memory.h"

#define PMD_SIZE	(2 * MIB)

static const uint64_t page_sizes[] = { 4 * KIB, 0 };

static unsigned int cpu(const struct prop *compatible)
{
	return is_compatible(compatible, "riscv") ? 2 : 0;
}

static void defaults(struct settings *s)
{
	s->cma_slots = 8;
	s->default_cma = 16 * MIB;
	s->pageblock_size = 2 * MIB;
	s->zone_dma32 = true;
	s->pa_bits = 56;
	s->section_bits = 27;
	s->map = facts(s)->riscv_no_pagealloc ? MAP_BLOCKS : MAP_BY_CPU;
	s->flat = !facts(s)->riscv_sparse;
}

static void memory(struct memory *m, struct prediction *p)
{
	const struct loaded *kernel = loaded(m->set, "kernel");

	(void)p;
	if (kernel && !facts(m->set)->memory_below_image)
		mb_remove(&m->mb, 0, kernel->mem.base);
}

/* The least mem= counts */
static void limit(struct memory *m)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < m->cmdline->nr_mem; i++) {
		uint64_t size = m->cmdline->mem[i].size & ~(m->set->page_size - 1);

		least = size < least ? size : least;
	}
	if (least)
		memory_limit(m, least);
}

/* The tree is reserved after the regions that are in it */
static void reserve(struct memory *m, const struct range *initrd, struct prediction *p)
{
	const struct loaded *kernel = loaded(m->set, "kernel");
	uint64_t end;

	limit(m);
	if (kernel) {
		end = (kernel->mem.base + kernel->mem.size + PMD_SIZE - 1) & ~(PMD_SIZE - 1);
		mb_reserve(&m->mb, kernel->mem.base, end - kernel->mem.base);
	}
	memory_reserve_initrd(m, *initrd, p);
}

static void regions_reserved(const struct memory *m, struct memblock *mb)
{
	const struct loaded *dtb = loaded(m->set, "dtb");

	if (dtb)
		mb_reserve(mb, dtb->mem.base, dtb->mem.size);
}

static bool default_early(const struct settings *s)
{
	return !facts(s)->default_late;
}

static void zones(const struct memory *m, struct zones *z, struct prediction *p)
{
	uint64_t end = mb_end(&m->mb), limit32 = 1ULL << 32;

	(void)p;
	z->cma_limit = end < limit32 ? end : limit32;
	if (m->set->zone_dma32)
		z->dma32_limit = z->cma_limit;
	if (m->set->zone_dma)
		z->dma_limit = mb_start(&m->mb) < UINT32_MAX && end > limit32 ? limit32 : end;
}

static const struct arch riscv64 = {
	.name = "riscv64",
	.machine = "riscv64",
	.config_name = "riscv",
	.config_option = "CONFIG_64BIT",
	.page_sizes = page_sizes,
	.defconfig = "defconfig",
	.memory_limit = 128,
	.reserved_limit = 128,
	.firmware_region = true,
	.cpu = cpu,
	.defaults = defaults,
	.memory = memory,
	.reserve = reserve,
	.regions_reserved = regions_reserved,
	.default_early = default_early,
	.zones = zones,
};

ARCH(riscv64);
