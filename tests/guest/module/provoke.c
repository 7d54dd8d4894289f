// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fault for each detector of the debug kernel, that it may be seen to be found.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/timer.h>

static DEFINE_MUTEX(provoke_a);
static DEFINE_MUTEX(provoke_b);

static void __init provoke_lockdep(void)
{
	mutex_lock(&provoke_a);
	mutex_lock(&provoke_b);
	mutex_unlock(&provoke_b);
	mutex_unlock(&provoke_a);
	mutex_lock(&provoke_b);
	mutex_lock(&provoke_a);
	mutex_unlock(&provoke_a);
	mutex_unlock(&provoke_b);
}

static void __init provoke_atomic_sleep(void)
{
	preempt_disable();
	might_sleep();
	preempt_enable();
}

static void __init provoke_dma_api(void)
{
	struct device *dev = root_device_register("provoke");
	void *buf = kzalloc(64, GFP_KERNEL);

	/* Without a look at whether the mapping failed */
	if (!IS_ERR(dev) && buf && !dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(64)))
		dma_unmap_single(dev, dma_map_single(dev, buf, 64, DMA_TO_DEVICE), 64,
				 DMA_TO_DEVICE);
	kfree(buf);
	if (!IS_ERR(dev))
		root_device_unregister(dev);
}

static void provoke_timeout(struct timer_list *timer)
{
}

static void __init provoke_debugobjects(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, provoke_timeout, 0);
	mod_timer(timer, jiffies + 3600 * HZ);
	kfree(timer);
}

static void __init provoke_ubsan(void)
{
	static int array[4];
	unsigned int index = ARRAY_SIZE(array);

	OPTIMIZER_HIDE_VAR(index);
	if (array[index])
		pr_info("provoke: %d\n", array[index]);
}

static void __init provoke_kmemleak(void)
{
	/* More than one: what is left of a pointer on the stack counts as one */
	for (int i = 0; i < 8; i++) {
		void *lost = kzalloc(192, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(lost);
	}
}

static void __init provoke_kasan(void)
{
	int *gone = kzalloc(64, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(gone);
	kfree(gone);
	if (READ_ONCE(*gone))
		pr_info("provoke: %d\n", *gone);
}

static int __init provoke_init(void)
{
	/* First this one: other reports turn it off */
	provoke_lockdep();
	provoke_atomic_sleep();
	provoke_dma_api();
	provoke_debugobjects();
	provoke_ubsan();
	provoke_kmemleak();
	provoke_kasan();
	return 0;
}
module_init(provoke_init);

static void __exit provoke_exit(void)
{
}
module_exit(provoke_exit);

MODULE_DESCRIPTION("A fault for each detector");
MODULE_LICENSE("GPL");
