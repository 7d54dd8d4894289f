// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../common/escape.h"
#include "arch.h"
#include "render.h"

/**
 * print_line() - print a line with a text in which names may be
 * @f: where to
 * @what: printed as it is, before it
 * @text: any bytes
 */
void print_line(FILE *f, const char *what, const char *text)
{
	fputs(what, f);
	print_text(f, text);
	fputc('\n', f);
}

void print_lines(FILE *f, const char *what, const struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		print_line(f, what, list->item[i]);
}

/**
 * address_text() - an address as text
 * @base: the address, or NONE
 *
 * Return: the text, which the caller frees.
 */
char *address_text(uint64_t base)
{
	return base == NONE ? xstrdup("-") : format("0x%" PRIx64, base);
}

static void put_problems(struct json *j, const char *key, const struct problems *list)
{
	json_open(j, key, '[');
	for (size_t i = 0; i < list->count; i++) {
		json_open(j, NULL, '{');
		json_string(j, "severity", list->item[i].error ? "error" : "warning");
		json_string(j, "text", list->item[i].text);
		json_string(j, "fix", list->item[i].fix);
		json_close(j);
	}
	json_close(j);
}

static void put_heap(struct json *j, const struct heap *h)
{
	json_open(j, NULL, '{');
	json_name(j, "name", h->name);
	json_name(j, "node", h->node);
	json_number(j, "base", h->mem.base);
	json_number(j, "size", h->mem.size);
	json_bool(j, "certain", h->certain);
	json_close(j);
}

static void put_region(struct json *j, const struct region *r)
{
	json_open(j, NULL, '{');
	json_name(j, "node", r->node);
	json_number(j, "base", r->mem.base);
	json_number(j, "size", r->mem.size);
	json_bool(j, "flagged", r->flagged);
	json_bool(j, "enabled", r->enabled);
	json_string(j, "verdict", verdict_name(r->verdict));
	json_name(j, "heap", r->heap);
	json_string(j, "reason", r->reason);
	json_names(j, "consumers", &r->consumers);
	put_problems(j, "problems", &r->problems);
	json_close(j);
}

/**
 * put_prediction() - write a prediction as a JSON object
 * @j: the writer
 * @key: of the object, or NULL
 * @s: the settings that it is for
 * @p: the prediction
 */
void put_prediction(struct json *j, const char *key, const struct settings *s,
		    const struct prediction *p)
{
	json_open(j, key, '{');
	json_number(j, "version", 1);
	json_string(j, "kernel", s->kernel->version);
	json_string(j, "arch", s->arch->name);
	json_strings(j, "assumed", &p->assumed);
	json_bool(j, "flagged_only", p->flagged_only);
	json_open(j, "heaps", '[');
	for (size_t i = 0; i < p->nr_heaps; i++)
		put_heap(j, &p->heap[i]);
	json_close(j);
	json_open(j, "regions", '[');
	for (size_t i = 0; i < p->nr_regions; i++)
		put_region(j, &p->region[i]);
	json_close(j);
	put_problems(j, "problems", &p->problems);
	json_strings(j, "unknown", &p->unknown);
	if (p->boots == UNKNOWN)
		json_null(j, "boots");
	else
		json_bool(j, "boots", p->boots == YES);
	json_number(j, "exit", p->bad);
	json_close(j);
}

static char *verdict_text(const struct region *r)
{
	switch (r->verdict) {
	case VERDICT_HEAP:
		return format("heap %s", r->heap);
	case VERDICT_DEFAULT:
		return format("default%s%s", r->heap ? ": heap " : "", r->heap ? r->heap : "");
	case VERDICT_NO_HEAP:
		return format("no heap: %s", r->reason);
	case VERDICT_IGNORED:
		return format("ignored%s%s", r->reason ? ": " : "", r->reason ? r->reason : "");
	default:
		return xstrdup(verdict_name(r->verdict));
	}
}

static void print_problems(FILE *f, const char *indent, const struct problems *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct problem *problem = &list->item[i];

		fputs(indent, f);
		print_line(f, problem->error ? "error: " : "warning: ", problem->text);
		if (!problem->fix)
			continue;
		fputs(indent, f);
		print_line(f, "  change: ", problem->fix);
	}
}

static int width_of(const struct prediction *p)
{
	int width = 4;

	for (size_t i = 0; i < p->nr_regions; i++)
		if ((int)strlen(p->region[i].node) > width && strlen(p->region[i].node) <= 60)
			width = strlen(p->region[i].node);
	return width;
}

static void print_header(FILE *f, const struct settings *s, const struct prediction *p)
{
	fprintf(f, "Linux %s, %s, pages of %s, CMA alignment %s, %u CMA slots\n",
		s->kernel->version, s->arch->name, size_text(s->page_size),
		size_text(s->pageblock_size), s->cma_slots);
	fprintf(f, "default export policy: %s\n", facts(s)->exports_all ? "all reusable regions" :
		"the default area alone");
	if (p->flagged_only)
		fputs("/reserved-memory has linux,cma-export-flagged-only\n", f);
	for (size_t i = 0; i < p->nr_memory; i++)
		fprintf(f, "memory: 0x%" PRIx64 "..0x%" PRIx64 "\n", p->memory[i].base,
			p->memory[i].base + p->memory[i].size - 1);
	for (size_t i = 0; i < s->nr_loaded; i++) {
		fputs("loaded: ", f);
		print_text(f, s->loaded[i].name);
		fprintf(f, " 0x%" PRIx64 "..0x%" PRIx64 "\n", s->loaded[i].mem.base,
			s->loaded[i].mem.base + s->loaded[i].mem.size - 1);
	}
}

static void print_region(FILE *f, const struct region *r, int width, bool explain)
{
	char *base = address_text(r->mem.base), *node = escape_name(r->node);
	char *verdict = verdict_text(r);

	fprintf(f, "%-*s  %-12s %10s  %-4s  ", width, node, base, size_text(r->mem.size),
		r->flagged ? "yes" : "-");
	print_line(f, "", verdict);
	free(base);
	free(node);
	free(verdict);
	if (explain)
		print_lines(f, "    ", &r->story);
	print_lines(f, "    used by ", &r->consumers);
	print_problems(f, "    ", &r->problems);
}

/* The heaps of the default area, and of one for it of which a region has taken the place since */
static void print_default(FILE *f, const struct prediction *p)
{
	const struct heap *first = NULL;

	for (size_t i = 0; i < p->nr_heaps; i++) {
		const struct heap *h = &p->heap[i];

		if (!h->is_default)
			continue;
		fputs(first ? ", heap " : "default area: heap ", f);
		print_text(f, h->name);
		if (!first && h->mem.base != NONE)
			fprintf(f, ", 0x%" PRIx64, h->mem.base);
		if (!first)
			fprintf(f, ", %s", size_text(h->mem.size));
		first = h;
	}
	if (first)
		fputc('\n', f);
	for (size_t i = 0; i < p->nr_heaps; i++) {
		const struct heap *h = &p->heap[i];

		if (h->node || h->is_default)
			continue;
		fputs("area without a node: heap ", f);
		print_text(f, h->name);
		if (h->mem.base != NONE)
			fprintf(f, ", 0x%" PRIx64, h->mem.base);
		fprintf(f, ", %s\n", size_text(h->mem.size));
	}
}

/**
 * print_table() - print a prediction for people
 * @f: where to
 * @s: the settings that it is for
 * @p: the prediction
 * @explain: tell how the kernel comes to its verdicts, too
 */
void print_table(FILE *f, const struct settings *s, const struct prediction *p, bool explain)
{
	int width = width_of(p);

	if (explain)
		print_header(f, s, p);
	print_lines(f, "assumed: ", &p->assumed);
	if (!p->nr_regions)
		fputs("no reserved regions\n", f);
	else
		fprintf(f, "%-*s  %-12s %10s  %-4s  %s\n", width, "NODE", "BASE", "SIZE", "FLAG",
			"VERDICT");
	for (size_t i = 0; i < p->nr_regions; i++)
		print_region(f, &p->region[i], width, explain);
	print_default(f, p);
	print_problems(f, "", &p->problems);
	print_lines(f, "unknown: ", &p->unknown);
	if (p->boots == NO)
		fputs("the kernel does not boot with this tree\n", f);
}

/*
 * The map: each memory range as rows of cells, to scale. What is smaller than a
 * cell has one.
 */
#define COLUMNS		64
#define ROWS		8

static char letter(size_t i)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	return i < sizeof(letters) - 1 ? letters[i] : '*';
}

static char initial(const struct loaded *l)
{
	unsigned char c = l->name[0];

	return isascii(c) && isgraph(c) ? toupper(c) : '#';
}

static void draw(char *cell, size_t n, const struct range *m, const struct range *r, char c)
{
	uint64_t per = m->size / n + !!(m->size % n), from, to;

	if (r->base == NONE || !r->size || r->size == NONE || r->base >= m->base + m->size ||
	    r->base + r->size <= m->base)
		return;
	from = (r->base > m->base ? r->base - m->base : 0) / per;
	to = (r->base + r->size < m->base + m->size ? r->base + r->size - 1 - m->base :
	      m->size - 1) / per;
	for (; from <= to && from < n; from++)
		cell[from] = cell[from] == '.' || cell[from] == c ? c : '!';
}

static void legend(FILE *f, char c, const struct range *r, const char *name)
{
	if (r->base == NONE)
		fprintf(f, "  %c  %-24s  %10s  ", ' ', "(unknown)", size_text(r->size));
	else
		fprintf(f, "  %c  0x%09" PRIx64 "..0x%09" PRIx64 "  %10s  ", c, r->base,
			r->base + r->size - 1, size_text(r->size));
	print_line(f, "", name);
}

/**
 * print_map() - draw the memory
 * @f: where to
 * @s: the settings, with what is loaded
 * @p: the prediction
 */
void print_map(FILE *f, const struct settings *s, const struct prediction *p)
{
	char cell[ROWS * COLUMNS];

	for (size_t i = 0; i < p->nr_memory; i++) {
		const struct range *m = &p->memory[i];

		memset(cell, '.', sizeof(cell));
		for (size_t k = 0; k < p->nr_regions; k++)
			draw(cell, sizeof(cell), m, &p->region[k].mem, letter(k));
		for (size_t k = 0; k < p->nr_heaps; k++)
			if (!p->heap[k].node)
				draw(cell, sizeof(cell), m, &p->heap[k].mem, '=');
		for (size_t k = 0; k < s->nr_loaded; k++)
			draw(cell, sizeof(cell), m, &s->loaded[k].mem, initial(&s->loaded[k]));
		for (size_t row = 0; row < ROWS; row++)
			fprintf(f, "0x%09" PRIx64 "  %.*s\n", m->base + m->size / ROWS * row,
				COLUMNS, cell + row * COLUMNS);
		fprintf(f, "0x%09" PRIx64 "  one character is %" PRIu64 " KiB\n", m->base + m->size,
			(uint64_t)(m->size / sizeof(cell) / KIB));
	}
	if (!p->nr_memory)
		fputs("no map: the memory is not known; give it by --memory\n", f);
	for (size_t k = 0; k < p->nr_regions; k++)
		legend(f, letter(k), &p->region[k].mem, p->region[k].name);
	for (size_t k = 0; k < p->nr_heaps; k++)
		if (!p->heap[k].node)
			legend(f, '=', &p->heap[k].mem, p->heap[k].is_default ? "default area" :
			       p->heap[k].name);
	for (size_t k = 0; k < s->nr_loaded; k++)
		legend(f, initial(&s->loaded[k]), &s->loaded[k].mem, s->loaded[k].name);
	fputs("  !  more than one\n", f);
}
