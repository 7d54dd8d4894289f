// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "config.h"
#include "kconfig.h"

const struct arch *arch_of(const char *name)
{
	for_each_arch(a)
		if (!strcmp((*a)->name, name))
			return *a;
	return NULL;
}

/**
 * arch_of_machine() - find the architecture of a running kernel
 * @machine: what uname -m prints
 *
 * Return: the architecture, or NULL if it is not known.
 */
const struct arch *arch_of_machine(const char *machine)
{
	for_each_arch(a)
		if (!strncmp(machine, (*a)->machine, strlen((*a)->machine)))
			return *a;
	return NULL;
}

/**
 * arch_of_tree() - find the architecture that the CPUs of a tree are made for
 * @fdt: the blob
 * @len: bytes of it
 *
 * Return: the architecture, or NULL if the tree does not tell.
 */
const struct arch *arch_of_tree(const void *fdt, size_t len)
{
	const struct arch *found = NULL;
	unsigned int best = 0;
	struct tree t;

	if (!read_tree(fdt, len, &t)) {
		for_each_arch(a) {
			unsigned int score = (*a)->cpu(&t.cpu);

			if (score > best) {
				best = score;
				found = *a;
			}
		}
	}
	free_tree(&t);
	return found;
}

const struct arch *arch_default(void)
{
	for_each_arch(a)
		if ((*a)->is_default)
			return *a;
	return NULL;
}

char *arch_names(const char *separator)
{
	char *list = xstrdup("");

	for_each_arch(a) {
		char *longer = format("%s%s%s", list, *list ? separator : "", (*a)->name);

		free(list);
		list = longer;
	}
	return list;
}

/**
 * settings_init() - what a kernel is unless told otherwise
 * @s: filled
 * @kernel: its version
 * @arch: its architecture
 *
 * That is the architecture's defconfig, with CMA, the series and its option switched on.
 */
void settings_init(struct settings *s, const struct kernel *kernel, const struct arch *arch)
{
	*s = (struct settings){
		.kernel = kernel, .arch = arch, .page_size = arch->page_sizes[0],
		.has_cma = true, .has_heap = true, .has_export = true, .legacy_name = true,
	};
	arch->defaults(s);
	if (arch->page_size)
		arch->page_size(s);
}

static unsigned int log2_of(uint64_t size)
{
	unsigned int shift = 0;

	while (size >>= 1)
		shift++;
	return shift;
}

/* include/linux/pageblock-flags.h: the order of a huge page, if that is not above the largest */
static uint64_t pageblock(const char *text, const struct settings *s)
{
	const struct facts *f = facts(s);
	unsigned int shift = log2_of(s->page_size), huge = shift - 3;
	/* Of pages of 4 KiB the largest order is not that of a huge page, but 4 MiB */
	unsigned int max = shift == 12 ? 10 : huge;
	bool has_huge = kconfig_is_on(text, "CONFIG_HUGETLB_PAGE");
	unsigned int forced = kconfig_number(text, "CONFIG_ARCH_FORCE_MAX_ORDER", 0);

	if (forced)
		max = forced - !f->max_order_inclusive;
	if (f->thp_pageblocks)
		has_huge |= kconfig_is_on(text, "CONFIG_TRANSPARENT_HUGEPAGE");
	if (f->pageblock_max_order)
		max = kconfig_number(text, "CONFIG_PAGE_BLOCK_MAX_ORDER", max);
	if (has_huge && huge < max)
		max = huge;
	return s->page_size << (max < 32 ? max : 32);
}

/* Behind "# Linux/" at the head of a .config, or NULL */
static const char *head_of(const char *text)
{
	static const char head[] = "# Linux/";
	const char *at = strstr(text, head);

	return at ? at + strlen(head) : NULL;
}

/**
 * config_version() - find the version that a .config is for
 * @text: the file
 *
 * Return: X.Y, which the caller frees, or NULL if its head does not tell.
 */
char *config_version(const char *text)
{
	const char *head = head_of(text), *at = head ? strchr(head, ' ') : NULL, *end;
	unsigned int dots = 0;

	if (!at)
		return NULL;
	for (end = ++at; isdigit((unsigned char)*end) || (*end == '.' && !dots++); end++)
		;
	return end > at ? xstrndup(at, end - at) : NULL;
}

/**
 * config_arch() - find the architecture that a .config is for
 * @text: the file
 *
 * Return: its name for arch_of(), or what the head says if it is not known; the caller
 * frees it. NULL if the head does not tell.
 */
char *config_arch(const char *text)
{
	const char *head = head_of(text);
	size_t len = head ? strcspn(head, " \r\n") : 0;

	if (!head)
		return NULL;
	for_each_arch(a) {
		const struct arch *arch = *a;

		if (strlen(arch->config_name) != len || strncmp(arch->config_name, head, len))
			continue;
		if (!arch->config_option || kconfig_is_on(text, arch->config_option))
			return xstrdup(arch->name);
		return format("%s without %s", arch->config_name, arch->config_option);
	}
	return xstrndup(head, len);
}

static void read_heaps(const char *text, struct settings *s)
{
	s->has_cma = kconfig_is_on(text, "CONFIG_DMA_CMA");
	s->has_heap = kconfig_is_on(text, "CONFIG_DMABUF_HEAPS_CMA");
	s->has_export = kconfig_is_on(text, "CONFIG_DMABUF_HEAPS_CMA_EXPORT");
	s->heap_is_module = kconfig_is_module(text, "CONFIG_DMABUF_HEAPS_CMA");
	s->legacy_name = kconfig_is_on(text, "CONFIG_DMABUF_HEAPS_CMA_LEGACY");
	s->cma_slots = kconfig_number(text, "CONFIG_CMA_AREAS", 0) + !facts(s)->slots_are_all;
	s->default_cma = kconfig_number(text, "CONFIG_CMA_SIZE_MBYTES", 0) * MIB;
	s->default_percent = kconfig_is_on(text, "CONFIG_CMA_SIZE_SEL_MBYTES") ? 0 :
			     kconfig_number(text, "CONFIG_CMA_SIZE_PERCENTAGE", 0);
	s->default_min = kconfig_is_on(text, "CONFIG_CMA_SIZE_SEL_MIN");
	s->default_max = kconfig_is_on(text, "CONFIG_CMA_SIZE_SEL_MAX");
}

/* What is in the way of telling where the default area goes */
static bool is_simple(const char *text)
{
	static const char * const options[] = {
		"CONFIG_NUMA", "CONFIG_KVM", "CONFIG_ACPI", "CONFIG_KEXEC_HANDOVER", "CONFIG_XEN",
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (kconfig_is_on(text, options[i]))
			return false;
	return true;
}

/**
 * config_read() - take the settings from a kernel's .config
 * @c: keeps what the settings point to; config_free() frees it
 * @text: the file, with a 0 at its end; taken over
 * @s: settings of settings_init() for the version and the architecture
 *
 * Return: NULL, or what is wrong with the file.
 */
const char *config_read(struct config *c, char *text, struct settings *s)
{
	const char *err;

	c->text = text;
	c->cmdline = kconfig_string(text, "CONFIG_CMDLINE");
	s->config_cmdline = c->cmdline;
	s->config_cmdline_force = kconfig_is_on(text, "CONFIG_CMDLINE_FORCE");
	s->config_cmdline_extend = kconfig_is_on(text, "CONFIG_CMDLINE_EXTEND");
	read_heaps(text, s);
	s->flat = kconfig_is_on(text, "CONFIG_FLATMEM");
	s->zone_dma = kconfig_is_on(text, "CONFIG_ZONE_DMA");
	s->zone_dma32 = kconfig_is_on(text, "CONFIG_ZONE_DMA32");
	s->simple = is_simple(text);
	s->map = kconfig_is_on(text, "CONFIG_DEBUG_PAGEALLOC") ||
		 kconfig_is_on(text, "CONFIG_KFENCE") ? MAP_BY_CPU : MAP_BLOCKS;
	err = s->arch->config ? s->arch->config(text, s) : NULL;
	s->pageblock_size = pageblock(text, s);
	return err;
}

void config_free(struct config *c)
{
	free(c->text);
	free(c->cmdline);
}
