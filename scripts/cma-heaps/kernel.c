// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

/* Each version has the facts of the one before it, and its own */
#define FACTS_6_12 \
	.two_passes = true, .memreserve_last = true, .near_others = true, \
	.full_array_panics = true, .slots_are_all = true, .above_4g_first = true, \
	.image_whole = true, .memory_below_image = true, .max_order_inclusive = true, \
	.thp_pageblocks = true, .arm64_52_bits = true, .arm64_512_cpus = true, \
	.riscv_sparse = true

#define FACTS_6_18 FACTS_6_12, \
	.allocations_marked = true, .plain_names = true, .reserved_first = true, \
	.limit_overrides = true, .above_4g_by_limit = true, .map_by_cpu = true, \
	.pageblock_max_order = true, .default_heap = true

#define FACTS_7_2 FACTS_6_18, \
	.status_is_string = true, .memory_is_list = true, .first_entry_only = true, \
	.reg_is_list = true, .alloc_ranges_are_list = true, .pools_verified = true, \
	.entry_reused = true, .page_map_late = true, .exports_all = true, \
	.riscv_no_pagealloc = true

#define FACTS_7_3 FACTS_7_2, \
	.default_late = true

static const struct kernel kernels[] = {
	{ .version = "6.1" },
	{ .version = "6.12", .facts = { FACTS_6_12 }, .is_default = true },
	{ .version = "6.18",
	  .facts = { FACTS_6_18, .dynamic_unchecked = true, .legacy_option = true } },
	{ .version = "7.2", .facts = { FACTS_7_2 } },
	{ .version = "7.3", .facts = { FACTS_7_3 } },
};

/**
 * kernel_at() - go through the versions
 * @i: number from 0 on, oldest version first
 *
 * Return: the version, or NULL behind the last one.
 */
const struct kernel *kernel_at(size_t i)
{
	return i < ARRAY_SIZE(kernels) ? &kernels[i] : NULL;
}

/**
 * kernel_of() - find a version
 * @version: X.Y
 *
 * Return: the version, or NULL if its facts are not known.
 */
const struct kernel *kernel_of(const char *version)
{
	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++)
		if (!strcmp(kernels[i].version, version))
			return &kernels[i];
	return NULL;
}

const struct kernel *kernel_default(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++)
		if (kernels[i].is_default)
			return &kernels[i];
	return NULL;
}

/**
 * kernel_versions() - name the versions
 * @separator: what goes between two
 *
 * Return: their names, oldest first, which the caller frees.
 */
char *kernel_versions(const char *separator)
{
	char *list = xstrdup("");

	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		char *longer = format("%s%s%s", list, i ? separator : "", kernels[i].version);

		free(list);
		list = longer;
	}
	return list;
}

/**
 * loaded() - load address and size of something in memory when the kernel starts
 * @s: the settings
 * @name: "kernel", "initrd", "dtb" or "firmware"
 *
 * Return: NULL if that is not known.
 */
const struct loaded *loaded(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->nr_loaded; i++)
		if (!strcmp(s->loaded[i].name, name))
			return &s->loaded[i];
	return NULL;
}
