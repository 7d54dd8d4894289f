// SPDX-License-Identifier: GPL-2.0-only
/* What a kernel's .config says of CMA, heaps and memory */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

/* The value of an option, up to the end of its line; "" if it is not set */
static char *value_of(const char *text, const char *option)
{
	size_t len = strlen(option);
	const char *at = text;

	while (at) {
		if (!strncmp(at, option, len) && at[len] == '=')
			return xstrndup(at + len + 1, strcspn(at + len + 1, "\r\n"));
		at = strchr(at, '\n');
		if (at)
			at++;
	}
	return xstrdup("");
}

static bool is_on(const char *text, const char *option)
{
	char *value = value_of(text, option);
	bool on = *value == 'y' || *value == 'm';

	free(value);
	return on;
}

static unsigned int number(const char *text, const char *option, unsigned int otherwise)
{
	char *value = value_of(text, option);
	unsigned int n = isdigit((unsigned char)*value) ? strtoul(value, NULL, 0) : otherwise;

	free(value);
	return n;
}

/* A string without its quotes */
static char *string_of(const char *text, const char *option)
{
	char *value = value_of(text, option), *from = value, *to = value;

	if (*from == '"')
		from++;
	while (*from && *from != '"') {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from++;
	}
	*to = '\0';
	return value;
}

/* Pages that the kernel keeps together, which is what CMA deals in */
static uint64_t pageblock(const char *text, const struct settings *s)
{
	unsigned int shift = s->page_size == 64 * KIB ? 16 : s->page_size == 16 * KIB ? 14 : 12;
	/* Up to 6.3 it was a count of orders, not the largest one */
	unsigned int count = s->habit == HABIT_6_1;
	unsigned int max = number(text, "CONFIG_ARCH_FORCE_MAX_ORDER", (shift == 16 ? 13 :
				  shift == 14 ? 11 : 10) + count) - count;
	unsigned int huge = shift - 3;
	bool has_huge = is_on(text, "CONFIG_HUGETLB_PAGE");

	if (s->habit != HABIT_6_1)
		has_huge |= is_on(text, "CONFIG_TRANSPARENT_HUGEPAGE");
	if (s->habit == HABIT_7)
		max = number(text, "CONFIG_PAGE_BLOCK_MAX_ORDER", max);
	if (has_huge && huge < max)
		max = huge;
	return s->page_size << (max < 32 ? max : 32);
}

/* X.Y of the kernel that the file is for, from its head; or NULL */
char *config_version(const char *text)
{
	const char *at = strstr(text, "# Linux/"), *end;
	unsigned int dots = 0;

	at = at ? strchr(at + 2, ' ') : NULL;
	if (!at)
		return NULL;
	for (end = ++at; isdigit((unsigned char)*end) || (*end == '.' && !dots++); end++)
		;
	return end > at ? xstrndup(at, end - at) : NULL;
}

/* The architecture that the file is for, in the words of --arch; or NULL */
char *config_arch(const char *text)
{
	const char *at = strstr(text, "# Linux/");
	char *arch;

	if (!at)
		return NULL;
	at += strlen("# Linux/");
	arch = xstrndup(at, strcspn(at, " \r\n"));
	if (!strcmp(arch, "riscv")) {
		free(arch);
		arch = xstrdup(is_on(text, "CONFIG_64BIT") ? "riscv64" : "riscv32");
	}
	return arch;
}

/**
 * read_config() - take the settings from a kernel's .config
 * @c: keeps the strings that the settings point to
 * @text: the file, with a 0 at its end; taken over
 * @s: settings that are right for the kernel's version
 */
void read_config(struct config *c, char *text, struct settings *s)
{
	char *cmdline;

	c->text = text;
	s->has_cma = is_on(text, "CONFIG_DMA_CMA");
	s->has_heap = is_on(text, "CONFIG_DMABUF_HEAPS_CMA");
	s->has_export = is_on(text, "CONFIG_DMABUF_HEAPS_CMA_EXPORT");
	s->legacy_name = s->default_name && is_on(text, "CONFIG_DMABUF_HEAPS_CMA_LEGACY");
	s->page_size = is_on(text, "CONFIG_ARM64_64K_PAGES") ? 64 * KIB :
		       is_on(text, "CONFIG_ARM64_16K_PAGES") ? 16 * KIB : 4 * KIB;
	if (s->arch == ARCH_ARM64)
		s->section_bits = s->page_size == 64 * KIB ? 29 : 27;
	s->pageblock_size = pageblock(text, s);
	s->cma_slots = number(text, "CONFIG_CMA_AREAS", 0) + (s->habit == HABIT_6_1);
	s->default_cma = number(text, "CONFIG_CMA_SIZE_MBYTES", 0) * MIB;
	s->default_percent = is_on(text, "CONFIG_CMA_SIZE_SEL_MBYTES") ? 0 :
			     number(text, "CONFIG_CMA_SIZE_PERCENTAGE", 0);
	s->default_min = is_on(text, "CONFIG_CMA_SIZE_SEL_MIN");
	s->default_max = is_on(text, "CONFIG_CMA_SIZE_SEL_MAX");
	s->highmem = is_on(text, "CONFIG_HIGHMEM");
	s->lpae = is_on(text, "CONFIG_ARM_LPAE");
	s->page_offset = number(text, "CONFIG_PAGE_OFFSET", s->page_offset);
	s->flat = is_on(text, "CONFIG_FLATMEM");
	s->zone_dma = is_on(text, "CONFIG_ZONE_DMA");
	s->zone_dma32 = is_on(text, "CONFIG_ZONE_DMA32");
	s->nr_cpus = number(text, "CONFIG_NR_CPUS", s->nr_cpus);
	s->pa_bits = number(text, "CONFIG_ARM64_PA_BITS", s->pa_bits);
	s->simple = !is_on(text, "CONFIG_NUMA") && !is_on(text, "CONFIG_KVM") &&
		    (s->arch == ARCH_RISCV64 || !is_on(text, "CONFIG_EFI")) &&
		    !is_on(text, "CONFIG_ACPI") &&
		    !is_on(text, "CONFIG_KEXEC_HANDOVER") && !is_on(text, "CONFIG_XEN");
	if (s->arch != ARCH_ARM64)
		s->map = is_on(text, "CONFIG_DEBUG_PAGEALLOC") || is_on(text, "CONFIG_KFENCE") ?
			 MAP_BY_CPU : MAP_BLOCKS;
	else if (s->habit == HABIT_7)
		s->map = MAP_BY_CPU;
	else if (is_on(text, "CONFIG_RODATA_FULL_DEFAULT_ENABLED"))
		s->map = MAP_PAGES;
	else if (is_on(text, "CONFIG_DEBUG_PAGEALLOC") || is_on(text, "CONFIG_KFENCE"))
		s->map = MAP_BY_CPU;
	else
		s->map = MAP_BLOCKS;

	cmdline = value_of(text, "CONFIG_DMABUF_HEAPS_CMA");
	s->heap_is_module = *cmdline == 'm';
	free(cmdline);
	cmdline = string_of(text, "CONFIG_CMDLINE");
	add_string(&c->kept, cmdline);
	s->config_cmdline = cmdline;
	s->config_cmdline_force = is_on(text, "CONFIG_CMDLINE_FORCE");
	s->config_cmdline_extend = is_on(text, "CONFIG_CMDLINE_EXTEND");
}

void free_config(struct config *c)
{
	free(c->text);
	free_strings(&c->kept);
}
