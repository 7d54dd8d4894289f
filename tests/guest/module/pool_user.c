// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that uses a coherent pool, as its memory-region. From then on the region's
 * priv is the pool, which an exporter must not take for a CMA area.
 */
#include <linux/module.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>

static int pool_user_probe(struct platform_device *pdev)
{
	int ret = of_reserved_mem_device_init(&pdev->dev);

	dev_info(&pdev->dev, "pool_user: %d\n", ret);
	return ret;
}

static const struct of_device_id pool_user_ids[] = {
	{ .compatible = "test,pool-user" },
	{ }
};

static struct platform_driver pool_user_driver = {
	.driver = { .name = "pool_user", .of_match_table = pool_user_ids },
	.probe = pool_user_probe,
};
module_platform_driver(pool_user_driver);

MODULE_DESCRIPTION("User of a coherent pool");
MODULE_LICENSE("GPL");
