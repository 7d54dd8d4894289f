// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that makes the region of a node a heap, from a module that can be
 * unloaded again.
 */
#include <linux/dma-heap.h>
#include <linux/dma-map-ops.h>
#include <linux/module.h>
#include <linux/of.h>

static char *node = "/reserved-memory/dsp@52000000";
module_param(node, charp, 0444);

static int __init caller_init(void)
{
	struct device_node *np = of_find_node_by_path(node);
	int ret;

	if (!np)
		return -ENODEV;
	ret = dma_heap_add_cma(dma_contiguous_get_area_by_node(np), np);
	of_node_put(np);
	pr_info("caller_once: %s: %d\n", node, ret);

	return ret;
}
module_init(caller_init);

static void __exit caller_exit(void)
{
}
module_exit(caller_exit);

MODULE_DESCRIPTION("Caller of dma_heap_add_cma()");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
