// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls dma_heap_add_cma() from a module that is unloaded again, and logs what it
 * returned: for an area without a heap, for the same once more, for one that is a heap
 * already, with the node of another area, and for no area.
 */
#include <linux/dma-heap-cma.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>

static struct cma *area_of(struct device_node *np)
{
	struct reserved_mem *rmem = np ? of_reserved_mem_lookup(np) : NULL;

	return rmem ? rmem->priv : NULL;
}

static int __init caller_init(void)
{
	struct device_node *dsp = of_find_node_by_path("/reserved-memory/dsp@52000000");
	struct device_node *camera = of_find_node_by_path("/reserved-memory/camera@50000000");
	struct cma *private = area_of(dsp), *flagged = area_of(camera);

	if (!private || !flagged)
		return -ENODEV;
	pr_info("caller_once: new: %d\n", dma_heap_add_cma(private, dsp));
	pr_info("caller_once: again: %d\n", dma_heap_add_cma(private, NULL));
	pr_info("caller_once: flagged: %d\n", dma_heap_add_cma(flagged, camera));
	pr_info("caller_once: other node: %d\n", dma_heap_add_cma(private, camera));
	pr_info("caller_once: no area: %d\n", dma_heap_add_cma(NULL, dsp));
	of_node_put(camera);
	of_node_put(dsp);

	return 0;
}
module_init(caller_init);

static void __exit caller_exit(void)
{
}
module_exit(caller_exit);

MODULE_DESCRIPTION("Caller of dma_heap_add_cma()");
MODULE_LICENSE("GPL");
