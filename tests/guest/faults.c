// SPDX-License-Identifier: GPL-2.0-only
/*
 * Built into a kernel, it has something fail while the flagged regions become heaps:
 * first the calls that can fail, then the first allocation, the second and so on, each
 * for another region. Every third region is left alone. There can be no probes yet when
 * these are queued, so it is later requests that fail, three times for the default area:
 * the first in dma_heap_add_cma(), the second in __add_cma_heap(), the third not at all.
 * What failed is logged with its callers, innermost first:
 *
 *	heap_faults: NAME: FUNCTION <- CALLER <- ...
 *	heap_faults: allocations: NUMBER	no heap takes more, and all failed
 *
 * With heap_faults_no_class on the command line it is the class of all heaps that fails.
 */
#include <linux/cma.h>
#include <linux/dma-heap-cma.h>
#include <linux/dma-map-ops.h>
#include <linux/error-injection.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kprobes.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

static const char * const calls[] = {
	"__xa_alloc", "cdev_add", "kobject_set_name_vargs", "device_add",
};

static bool no_class;
core_param(heap_faults_no_class, no_class, bool, 0);

static struct {
	struct task_struct *task;
	const char *heap;
	const char *call;		/* what is to fail; NULL for an allocation */
	unsigned int countdown;		/* which time it does; 0 for none */
} fault;

/* dma_heap_add_cma(), without a node: the default area */
static int at_request(struct kprobe *kp, struct pt_regs *regs)
{
	static unsigned int requests;
	struct cma *cma = (void *)regs_get_kernel_argument(regs, 0);

	fault.countdown = 0;
	if (no_class || regs_get_kernel_argument(regs, 1) || ++requests > 2)
		return 0;

	fault.task = current;
	fault.heap = cma_get_name(cma);
	fault.call = NULL;
	fault.countdown = requests;
	return 0;
}
NOKPROBE_SYMBOL(at_request);

/* __add_cma_heap(): the next one of the queue. Only regions have a unit address. */
static int at_heap(struct kprobe *kp, struct pt_regs *regs)
{
	static unsigned int regions, step, nth;
	static bool done;
	const char *name = (void *)regs_get_kernel_argument(regs, 1);

	if (fault.countdown && !fault.call) {
		pr_info("heap_faults: allocations: %u\n", nth - 1);
		done = true;
	}
	/* Of the default area, see above */
	if (!strchr(name, '@'))
		return 0;
	fault.countdown = 0;
	if (done || no_class || !(++regions % 3))
		return 0;

	fault.task = current;
	fault.heap = name;
	fault.call = step < ARRAY_SIZE(calls) ? calls[step] : NULL;
	nth = fault.call ? 1 : step - ARRAY_SIZE(calls) + 1;
	fault.countdown = nth;
	step++;
	return 0;
}
NOKPROBE_SYMBOL(at_heap);

static int fail(struct pt_regs *regs)
{
	regs_set_return_value(regs, -ENOMEM);
	instruction_pointer_set(regs, procedure_link_pointer(regs));
	return 1;
}
NOKPROBE_SYMBOL(fail);

static int at_call(struct kprobe *kp, struct pt_regs *regs)
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

	return fail(regs);
}
NOKPROBE_SYMBOL(at_call);

static int at_class(struct kprobe *kp, struct pt_regs *regs)
{
	const char *name = (void *)regs_get_kernel_argument(regs, 0);

	return no_class && !strcmp(name, "dma_heap") ? fail(regs) : 0;
}
NOKPROBE_SYMBOL(at_class);

static void __init probe(const char *symbol, kprobe_pre_handler_t handler)
{
	static struct kprobe probes[ARRAY_SIZE(calls) + 4];
	static unsigned int count;
	struct kprobe *kp = &probes[count++];
	int ret;

	kp->symbol_name = symbol;
	kp->pre_handler = handler;
	ret = register_kprobe(kp);
	if (ret)
		pr_err("heap_faults: %s: no probe: %d\n", symbol, ret);
}

static int __init faults_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		probe(calls[i], at_call);
	probe("should_failslab", at_call);
	probe("dma_heap_add_cma", at_request);
	probe("__add_cma_heap", at_heap);
	probe("class_create", at_class);

	return 0;
}
core_initcall(faults_init);

static int __init faults_again(void)
{
	struct cma *cma = dev_get_cma_area(NULL);
	int second, third;

	if (no_class)
		return 0;

	second = dma_heap_add_cma(cma, NULL);
	third = dma_heap_add_cma(cma, NULL);
	pr_info("heap_faults: two more requests: %d %d\n", second, third);

	return 0;
}
late_initcall(faults_again);
