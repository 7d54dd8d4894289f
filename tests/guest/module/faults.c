// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes each reserved region a heap, and has something fail on the way: first the
 * calls that can fail, then the first allocation, the second and so on, each for
 * another region. Every third region is left alone. It is the probe on
 * should_failslab() of the KUnit suite. What failed is told with its callers,
 * innermost first:
 *
 *	heap_faults: NAME: FUNCTION <- CALLER <- ...
 *	heap_faults: allocations: NUMBER	no heap takes more, and all failed
 */
#include <linux/dma-heap.h>
#include <linux/dma-map-ops.h>
#include <linux/error-injection.h>
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>

static const char * const calls[] = {
	"__xa_alloc", "cdev_add", "dev_set_name", "device_add",
};

static struct {
	struct task_struct *task;
	const char *heap;
	const char *call;		/* what is to fail; NULL for an allocation */
	unsigned int countdown;		/* which time it does; 0 for none */
} fault;

static int at_probe(struct kprobe *kp, struct pt_regs *regs)
{
	bool is_call = strcmp(kp->symbol_name, "should_failslab");
	unsigned long callers[24];
	unsigned int count, i = 0;

	/* What kmemleak itself takes is not on the way */
	if (!is_call && regs_get_kernel_argument(regs, 1) & (__force unsigned long)__GFP_NOMEMALLOC)
		return 0;
	if (current != fault.task || !fault.countdown || is_call != !!fault.call ||
	    (is_call && strcmp(kp->symbol_name, fault.call)) || --fault.countdown)
		return 0;

	/* The direct caller is not in the trace: there is no frame yet */
	count = stack_trace_save(callers, ARRAY_SIZE(callers), 0);
	while (i < count && callers[i] - (unsigned long)kp->addr > 8)
		i++;
	pr_info("heap_faults: %s: %s <- %ps", fault.heap, kp->symbol_name,
		(void *)procedure_link_pointer(regs));
	while (++i < count)
		pr_cont(" <- %ps", (void *)callers[i]);
	pr_cont("\n");

	regs_set_return_value(regs, -ENOMEM);
	instruction_pointer_set(regs, procedure_link_pointer(regs));
	return 1;
}
NOKPROBE_SYMBOL(at_probe);

static void add_heaps(void)
{
	struct device_node *parent = of_find_node_by_path("/reserved-memory"), *np;
	unsigned int regions = 0, step = 0, nth = 0;
	bool done = false;

	for_each_available_child_of_node(parent, np) {
		fault.countdown = 0;
		if (!done && ++regions % 3) {
			fault.heap = np->full_name;
			fault.call = step < ARRAY_SIZE(calls) ? calls[step] : NULL;
			nth = fault.call ? 1 : step - ARRAY_SIZE(calls) + 1;
			fault.countdown = nth;
			step++;
		}
		dma_heap_add_cma(dma_contiguous_get_area_by_node(np), np);
		if (fault.countdown && !fault.call) {
			pr_info("heap_faults: allocations: %u\n", nth - 1);
			done = true;
		}
	}
	fault.countdown = 0;
	of_node_put(parent);
}

static int __init faults_init(void)
{
	static struct kprobe probes[ARRAY_SIZE(calls) + 1];
	int ret = 0, count;

	fault.task = current;
	for (count = 0; count < ARRAY_SIZE(probes); count++) {
		probes[count].symbol_name = count ? calls[count - 1] : "should_failslab";
		probes[count].pre_handler = at_probe;
		ret = register_kprobe(&probes[count]);
		if (ret) {
			pr_err("heap_faults: %s: no probe: %d\n", probes[count].symbol_name, ret);
			break;
		}
	}
	if (!ret)
		add_heaps();
	while (count--)
		unregister_kprobe(&probes[count]);

	return ret;
}
module_init(faults_init);

static void __exit faults_exit(void)
{
}
module_exit(faults_exit);

MODULE_DESCRIPTION("Faults on the way to a heap");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
