// SPDX-License-Identifier: GPL-2.0-only
/* Read beside mm/cma.c, cma_init_reserved_mem() and cma_activate_area() */
#include <stdlib.h>
#include <string.h>

#include "areas.h"

/* What printf() makes of the name: a pointer that it follows is whatever there is */
static void use_as_format(const char *conversion, size_t slot, struct prediction *p)
{
	char *text = format("what the kernel makes of the %% in the name of CMA area %zu, which it "
			    "uses as a format string", slot + 1);
	char letter = conversion[strspn(conversion, "-+ #0123456789.*hlLqjzt")];

	if (letter == 's' || letter == 'p')
		set_boots(p, UNKNOWN, text);
	else
		add_unknown(p, text);
}

/* Up to 6.12 the name is a format for printf */
static void set_name(struct area *a, const char *name, bool is_format, size_t slot,
		     struct prediction *p)
{
	for (size_t n = 0; *name && n < sizeof(a->name) - 1; name++) {
		a->name[n++] = *name;
		if (*name != '%' || !is_format)
			continue;
		if (name[1] == '%')
			name++;
		else
			use_as_format(name + 1, slot, p);
	}
}

static const char *label(const struct areas *a, const struct area *area)
{
	return area->region == NO_REGION ? "the default area" :
	       a->regions->region[area->region].node->name;
}

/* An area that spans more than one zone cannot be used */
static void look_at_zones(const struct areas *a, struct area *area)
{
	const struct zones *z = &a->without_node->zones;
	uint64_t border[] = { z->dma_limit, z->dma32_limit, a->regions->lowmem_end };
	uint64_t end = mb_end(&a->regions->mb);

	for (size_t i = 0; i < ARRAY_SIZE(border); i++)
		if (border[i] && area->mem.base < border[i] && border[i] < end &&
		    area->mem.base + area->mem.size > border[i])
			area->active = false;
}

/* The kernel does not look whether an area is memory, and what struct pages it has */
static void look_at_memory(const struct areas *a, struct area *area, struct prediction *p)
{
	const struct memblock *mb = &a->regions->mb;
	const struct settings *s = a->regions->memory->set;
	uint64_t section = 1ULL << s->section_bits, from, to;

	if (mb_memory_in(mb, area->mem.base, area->mem.size) == area->mem.size)
		return;
	from = area->mem.base & ~(section - 1);
	to = (area->mem.base + area->mem.size + section - 1) & ~(section - 1);
	if (!s->flat && !mb_is_memory(mb, from, to - from)) {
		set_boots(p, NO, NULL);
		return;
	}
	/* There is an entry in the map of pages, or what is taken for one */
	area->doubtful |= s->flat;
	set_boots(p, UNKNOWN, format("what happens with %s, which is not all in memory",
				     label(a, area)));
}

/**
 * areas_init() - put all areas together, and activate them
 * @a: filled; areas_free() frees it
 * @r: the regions, after both passes
 * @d: the area that no region is
 * @p: told what may kill the boot
 */
void areas_init(struct areas *a, const struct regions *r, const struct default_area *d,
		struct prediction *p)
{
	const struct settings *s = r->memory->set;
	bool is_format = !facts(s)->plain_names;

	*a = (struct areas){ .regions = r, .without_node = d, .default_area = NO_REGION };
	for (size_t i = 0; i < r->count; i++)
		a->count += r->region[i].fate == FATE_CMA;
	a->count += d->exists;
	a->area = xzalloc(a->count, sizeof(*a->area));

	if (d->exists) {
		a->area[d->slot] = (struct area){ .region = NO_REGION, .mem = d->mem };
		a->area[d->slot].doubtful = !d->certain;
		set_name(&a->area[d->slot], "reserved", is_format, d->slot, p);
		a->default_area = d->slot;
	}
	for (size_t i = 0; i < r->count; i++) {
		const struct reserved *region = &r->region[i];
		struct area *area = &a->area[region->slot];

		if (region->fate != FATE_CMA)
			continue;
		*area = (struct area){ .region = i, .mem = region->mem };
		set_name(area, region->node->name, is_format, region->slot, p);
		/* Where it is placed is known only with what else there is in memory */
		if (region->dynamic && !r->memory->loaded_known)
			area->mem.base = NONE;
		area->doubtful = area->mem.base == NONE && !r->memory->known;
		/* A region takes the place of the other one, also if that came first */
		if (i == r->default_region)
			a->default_area = region->slot;
	}
	for (size_t i = 0; i < a->count; i++) {
		struct area *area = &a->area[i];

		area->active = true;
		if (area->mem.base == NONE || !r->memory->known)
			continue;
		look_at_zones(a, area);
		look_at_memory(a, area, p);
	}
}

void areas_free(struct areas *a)
{
	free(a->area);
}
