// SPDX-License-Identifier: GPL-2.0-only
/* Read beside the early_param() of kernel/dma/contiguous.c and of each architecture */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../common/param.h"
#include "cmdline.h"

#define COMMAND_LINE_SIZE	2048

/**
 * memparse() - a number with a suffix, as the kernel's lib/cmdline.c reads it
 * @text: the number, of which the kernel lets more than 64 bits overflow
 * @end: set to what is behind it, unless NULL
 *
 * Return: the number, 0 if there is none.
 */
uint64_t memparse(const char *text, const char **end)
{
	static const char suffixes[] = "KMGTPE";
	unsigned int radix = 10, shift = 0;
	const char *suffix;
	uint64_t value = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X') &&
	    isxdigit((unsigned char)text[2])) {
		radix = 16;
		text += 2;
	} else if (text[0] == '0') {
		radix = 8;
	}
	for (; isxdigit((unsigned char)*text); text++) {
		unsigned int digit = isdigit((unsigned char)*text) ? *text - '0' :
				     tolower((unsigned char)*text) - 'a' + 10;

		if (digit >= radix)
			break;
		value = value * radix + digit;
	}
	suffix = *text ? strchr(suffixes, toupper((unsigned char)*text)) : NULL;
	if (suffix) {
		shift = 10 * (suffix - suffixes + 1);
		text++;
	}
	if (end)
		*end = text;
	return value << shift;
}

static void set_export(struct cmdline *c, const char *value)
{
	free(c->export_unknown);
	c->export_unknown = NULL;
	c->export = EXPORT_AUTO;
	if (!strcmp(value, "all"))
		c->export = EXPORT_ALL;
	else if (!strcmp(value, "flagged"))
		c->export = EXPORT_FLAGGED;
	else if (strcmp(value, "auto"))
		c->export_unknown = xstrdup(value);
}

static void cma_parameter(struct cmdline *c, const char *value, uint64_t phys_mask)
{
	const char *end;

	c->cma_given = true;
	c->cma_size = memparse(value, &end) & phys_mask;
	if (*end != '@')
		return;
	c->cma_base = memparse(end + 1, &end) & phys_mask;
	c->cma_limit = *end == '-' ? memparse(end + 1, &end) : c->cma_base + c->cma_size;
	c->cma_limit &= phys_mask;
}

static bool places_memory(const char *name)
{
	static const char * const names[] = {
		"numa_cma", "cma_pernuma", "hugetlb_cma", "crashkernel", "reserve_mem", "rodata",
		"debug_pagealloc", "movablecore", "kernelcore",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (param_is(name, names[i]))
			return true;
	return false;
}

/**
 * parse_cmdline() - take in the parameters of one command line
 * @c: what is known so far
 * @text: the command line
 * @phys_mask: bits that an address has
 */
void parse_cmdline(struct cmdline *c, const char *text, uint64_t phys_mask)
{
	char *copy = xstrdup(text), *at = copy, *name, *value;
	const char *end;

	while (next_param(&at, &name, &value)) {
		c->odd_parameter |= places_memory(name);
		if (!value)
			continue;
		if (param_is(name, "cma")) {
			cma_parameter(c, value, phys_mask);
		} else if (param_is(name, "mem")) {
			struct range *r = add_item(c->mem, c->nr_mem);

			r->size = memparse(value, &end);
			r->base = *end == '@' ? memparse(end + 1, NULL) : NONE;
		} else if (param_is(name, "vmalloc")) {
			c->vmalloc_given = true;
			c->vmalloc = memparse(value, NULL);
		} else if (param_is(name, EXPORT_PARAMETER)) {
			set_export(c, value);
		}
	}
	free(copy);
}

/**
 * read_cmdline() - put the command line of a boot together, and take it in
 * @c: filled; free_cmdline() frees it
 * @s: settings: a command line, or what is built into the kernel
 * @bootargs: what the tree has
 * @phys_mask: bits that an address has
 */
void read_cmdline(struct cmdline *c, const struct settings *s, const struct prop *bootargs,
		  uint64_t phys_mask)
{
	const char *built_in = s->config_cmdline ? s->config_cmdline : "", *given = s->cmdline;
	char line[COMMAND_LINE_SIZE] = "", *args = NULL;

	memset(c, 0, sizeof(*c));
	if (!given && bootargs->data)
		given = args = xstrndup((const char *)bootargs->data, bootargs->len);
	if (*built_in && (s->config_cmdline_force || !given || !*given))
		given = built_in;
	if (given)
		strncat(line, given, sizeof(line) - 1);
	if (given != built_in && *built_in && s->config_cmdline_extend &&
	    strlen(line) < sizeof(line) - 2) {
		strcat(line, " ");
		strncat(line, built_in, sizeof(line) - 1 - strlen(line));
	}
	free(args);
	parse_cmdline(c, line, phys_mask);
	if (s->export)
		set_export(c, s->export);
}

void free_cmdline(struct cmdline *c)
{
	free(c->mem);
	free(c->export_unknown);
}
