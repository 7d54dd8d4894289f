// SPDX-License-Identifier: GPL-2.0-only
/*
 * The boot, step by step, in the order in which it happens. Each step writes its own part of
 * the state, and reads those of the steps before it.
 */
#include <string.h>

#include "arch.h"
#include "areas.h"
#include "cmdline.h"
#include "default-area.h"
#include "explain.h"
#include "export.h"
#include "memory.h"
#include "predict.h"
#include "reserved.h"
#include "tree.h"

static void describe_regions(struct prediction *p, struct tree *t, const struct facts *f)
{
	p->nr_regions = t->nr_nodes;
	p->region = xzalloc(p->nr_regions, sizeof(*p->region));
	p->flagged_only = t->flagged_only;
	for (size_t i = 0; i < p->nr_regions; i++) {
		struct node *n = &t->node[i];
		struct region *r = &p->region[i];

		r->name = xstrdup(n->name);
		r->node = format("/reserved-memory/%s", n->name);
		r->flagged = n->flagged;
		r->enabled = status_okay(&n->status, f->status_is_string);
		r->consumers = n->consumers;
		n->consumers = (struct strings){ 0 };
	}
}

/* A flagged, enabled region that is not a heap is what the tool is there to find */
static void look_for_missing_heaps(struct prediction *p)
{
	for (size_t i = 0; i < p->nr_regions; i++) {
		const struct region *r = &p->region[i];

		if (r->flagged && r->enabled && r->verdict != VERDICT_HEAP)
			p->bad = true;
	}
}

/**
 * predict() - find out what a kernel makes of a device tree
 * @fdt: the blob
 * @len: bytes of it that there are
 * @s: the kernel, and what is known of the machine
 * @p: filled; free_prediction() frees it
 *
 * Return: NULL, or what is wrong with the blob. Then @p is empty.
 */
const char *predict(const void *fdt, size_t len, const struct settings *s, struct prediction *p)
{
	bool early = s->arch->default_early && s->arch->default_early(s);
	struct default_area default_area;
	struct exported exported;
	struct cmdline cmdline;
	struct regions regions;
	struct memory memory;
	struct areas areas;
	struct tree tree;
	const char *err;

	memset(p, 0, sizeof(*p));
	p->boots = YES;
	err = read_tree(fdt, len, &tree);
	if (err) {
		free_tree(&tree);
		return err;
	}
	describe_regions(p, &tree, facts(s));
	read_cmdline(&cmdline, s, &tree.bootargs, phys_mask_of(s));
	memory_init(&memory, s, &tree, &cmdline, p);

	regions_reserve(&regions, &memory, fdt, len, p);
	if (early)
		default_area_init(&default_area, &regions, p);
	regions_init_static(&regions, early ? &default_area : NULL, p);
	if (!early)
		default_area_init(&default_area, &regions, p);
	first_verdicts(&regions, p);

	areas_init(&areas, &regions, &default_area, p);
	if (s->arch->map_areas)
		s->arch->map_areas(&areas, p);
	else
		regions_unmapped(&regions, p);
	export_heaps(&exported, &areas, p);
	explain(&areas, &exported, p);
	look_for_missing_heaps(p);

	exported_free(&exported);
	areas_free(&areas);
	regions_free(&regions);
	memory_free(&memory);
	free_cmdline(&cmdline);
	free_tree(&tree);
	return NULL;
}
