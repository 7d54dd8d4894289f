// SPDX-License-Identifier: GPL-2.0-only
/* Read beside arch/arm64/mm/init.c */
#include <string.h>

#include "arch.h"
#include "kconfig.h"
#include "memory.h"

#define TEXT_OFFSET	(64 * KIB)	/* of _stext, behind _text */

static const uint64_t page_sizes[] = { 4 * KIB, 16 * KIB, 64 * KIB, 0 };

static unsigned int cpu(const struct prop *compatible)
{
	const char *s = first_string(compatible);

	return s && !strncmp(s, "arm,", 4) ? 1 : 0;
}

/* The largest order is that of a huge page: a table that is full of pages */
static void page_size(struct settings *s)
{
	s->pageblock_size = s->page_size / 8 * s->page_size;
	s->section_bits = s->page_size == 64 * KIB ? 29 : 27;
}

static void defaults(struct settings *s)
{
	s->cma_slots = 20;
	s->default_cma = 32 * MIB;
	s->zone_dma = true;
	s->zone_dma32 = true;
	s->nr_cpus = facts(s)->arm64_512_cpus ? 512 : 256;
	s->pa_bits = facts(s)->arm64_52_bits ? 52 : 48;
	s->map = facts(s)->map_by_cpu ? MAP_BY_CPU : MAP_PAGES;
}

static const char *config(const char *text, struct settings *s)
{
	s->page_size = kconfig_is_on(text, "CONFIG_ARM64_64K_PAGES") ? 64 * KIB :
		       kconfig_is_on(text, "CONFIG_ARM64_16K_PAGES") ? 16 * KIB : 4 * KIB;
	s->section_bits = s->page_size == 64 * KIB ? 29 : 27;
	s->nr_cpus = kconfig_number(text, "CONFIG_NR_CPUS", s->nr_cpus);
	s->pa_bits = kconfig_number(text, "CONFIG_ARM64_PA_BITS", s->pa_bits);
	s->simple &= !kconfig_is_on(text, "CONFIG_EFI");
	if (facts(s)->map_by_cpu)
		s->map = MAP_BY_CPU;
	else if (kconfig_is_on(text, "CONFIG_RODATA_FULL_DEFAULT_ENABLED"))
		s->map = MAP_PAGES;
	return s->pa_bits == 48 || s->pa_bits == 52 ? NULL : "CONFIG_ARM64_PA_BITS: not 48 or 52";
}

/* With pages of 4 and 16 KiB it takes a CPU with LPA2 to have more than 48 bits */
static void memory(struct memory *m, struct prediction *p)
{
	unsigned int bits = m->set->page_size == 64 * KIB ? m->set->pa_bits : 48;

	if (bits < m->set->pa_bits && mb_end(&m->mb) > 1ULL << bits)
		add_unknown(p, xstrdup("whether the kernel uses memory above 256 TiB: the CPU "
				       "decides"));
	mb_remove(&m->mb, 1ULL << bits, UINT64_MAX);
}

/* The last mem= counts */
static void limit(struct memory *m)
{
	const struct cmdline *c = m->cmdline;

	if (c->nr_mem && c->mem[c->nr_mem - 1].size >= m->set->page_size)
		memory_limit(m, c->mem[c->nr_mem - 1].size & ~(m->set->page_size - 1));
}

static void reserve(struct memory *m, const struct range *initrd, struct prediction *p)
{
	const struct loaded *kernel = loaded(m->set, "kernel"), *dtb = loaded(m->set, "dtb");
	uint64_t skip;

	(void)p;
	limit(m);
	if (kernel && m->cmdline->nr_mem)
		mb_add(&m->mb, kernel->mem.base, kernel->mem.size);
	if (m->known && initrd->size && initrd->base >= mb_start(&m->mb))
		mb_add(&m->mb, initrd->base, initrd->size);
	if (dtb)
		mb_reserve(&m->mb, dtb->mem.base, dtb->mem.size);
	if (initrd->size)
		mb_reserve(&m->mb, initrd->base, initrd->size);
	if (!kernel)
		return;
	skip = !facts(m->set)->image_whole && kernel->mem.size > TEXT_OFFSET ? TEXT_OFFSET : 0;
	mb_reserve(&m->mb, kernel->mem.base + skip, kernel->mem.size - skip);
}

static void zones(const struct memory *m, struct zones *z, struct prediction *p)
{
	uint64_t end = mb_end(&m->mb), limit32 = 1ULL << 32;

	if (m->set->zone_dma32)
		z->dma32_limit = end < limit32 ? end : limit32;
	if (m->set->zone_dma)
		z->dma_limit = mb_start(&m->mb) < UINT32_MAX && end > limit32 ? limit32 : end;
	z->cma_limit = z->dma_limit ? z->dma_limit : z->dma32_limit ? z->dma32_limit : 1ULL << 48;
	if (m->tree->dma_ranges)
		add_unknown(p, xstrdup("how far the zone of the DMA memory reaches: the tree has "
				       "dma-ranges"));
}

static const struct arch arm64 = {
	.name = "arm64",
	.is_default = true,
	.machine = "aarch64",
	.config_name = "arm64",
	.page_sizes = page_sizes,
	.defconfig = "defconfig",
	.memory_limit = 1024,
	.reserved_limit = 128,
	.cpu = cpu,
	.defaults = defaults,
	.page_size = page_size,
	.config = config,
	.memory = memory,
	.reserve = reserve,
	.zones = zones,
};

ARCH(arm64);
