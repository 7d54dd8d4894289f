// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "render.h"

/* Names as they are, if they are printable */
char *escaped(const char *s)
{
	char *buf = xmalloc(4 * strlen(s) + 1), *p = buf;

	for (; *s; s++) {
		if (isascii((unsigned char)*s) && isgraph((unsigned char)*s) && *s != '\\')
			*p++ = *s;
		else
			p += sprintf(p, "\\x%02x", (unsigned char)*s);
	}
	*p = '\0';
	return buf;
}

/* Bytes that are no ASCII are taken for Latin-1, so that the result is UTF-8 */
void json_string(FILE *f, const char *s)
{
	if (!s) {
		fputs("null", f);
		return;
	}
	fputc('"', f);
	for (; *s; s++) {
		unsigned char c = *s;

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(f, "\\u%04x", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

void json_number(FILE *f, uint64_t value)
{
	if (value == NONE)
		fputs("null", f);
	else
		fprintf(f, "%" PRIu64, value);
}

void json_strings(FILE *f, const struct strings *list)
{
	fputc('[', f);
	for (size_t i = 0; list && i < list->count; i++) {
		fputs(i ? ", " : "", f);
		json_string(f, list->item[i]);
	}
	fputc(']', f);
}

static void json_problems(FILE *f, const struct problem *list, size_t n)
{
	fputc('[', f);
	for (size_t i = 0; i < n; i++) {
		fprintf(f, "%s{\"severity\": \"%s\", \"text\": ", i ? ", " : "",
			list[i].error ? "error" : "warning");
		json_string(f, list[i].text);
		fputs(", \"fix\": ", f);
		json_string(f, list[i].fix);
		fputc('}', f);
	}
	fputc(']', f);
}

static void json_member(FILE *f, const char *key, const char *value)
{
	fprintf(f, ", \"%s\": ", key);
	json_string(f, value);
}

static void json_range(FILE *f, const struct range *r)
{
	fputs(", \"base\": ", f);
	json_number(f, r->base);
	fputs(", \"size\": ", f);
	json_number(f, r->size);
}

void print_json(FILE *f, const struct settings *s, const struct prediction *p, int status)
{
	fputs("{\n  \"version\": 1,\n  \"kernel\": ", f);
	json_string(f, s->kernel);
	fputs(",\n  \"arch\": ", f);
	json_string(f, s->arch_name);
	fputs(",\n  \"assumed\": ", f);
	json_strings(f, &p->assumed);
	fputs(",\n  \"heaps\": [", f);
	for (size_t i = 0; i < p->nr_heaps; i++) {
		const struct heap *h = &p->heap[i];

		fputs(i ? ",\n    {\"name\": " : "\n    {\"name\": ", f);
		json_string(f, h->name);
		json_member(f, "node", h->node);
		json_range(f, &h->mem);
		fprintf(f, ", \"certain\": %s}", h->certain ? "true" : "false");
	}
	fputs(p->nr_heaps ? "\n  ],\n  \"regions\": [" : "],\n  \"regions\": [", f);
	for (size_t i = 0; i < p->nr_regions; i++) {
		const struct region *r = &p->region[i];

		fputs(i ? ",\n    {\"node\": " : "\n    {\"node\": ", f);
		json_string(f, r->node);
		json_range(f, &r->mem);
		fprintf(f, ", \"flagged\": %s, \"enabled\": %s", r->flagged ? "true" : "false",
			r->enabled ? "true" : "false");
		json_member(f, "verdict", verdict_name(r->verdict));
		json_member(f, "heap", r->heap);
		json_member(f, "reason", r->reason);
		fputs(", \"consumers\": ", f);
		json_strings(f, &r->consumers);
		fputs(", \"problems\": ", f);
		json_problems(f, r->problem, r->nr_problems);
		fputc('}', f);
	}
	fputs(p->nr_regions ? "\n  ],\n  \"problems\": " : "],\n  \"problems\": ", f);
	json_problems(f, p->problem, p->nr_problems);
	fputs(",\n  \"unknown\": ", f);
	json_strings(f, &p->unknown);
	fprintf(f, ",\n  \"boots\": %s,\n  \"exit\": %d\n}\n",
		p->boots == YES ? "true" : p->boots == NO ? "false" : "null", status);
}

static const char *verdict_text(const struct region *r)
{
	static char buf[512];

	switch (r->verdict) {
	case VERDICT_HEAP:
		snprintf(buf, sizeof(buf), "heap %s", r->heap);
		break;
	case VERDICT_DEFAULT:
		snprintf(buf, sizeof(buf), "default%s%s", r->heap ? ": heap " : "", r->heap ?
			 r->heap : "");
		break;
	case VERDICT_NO_HEAP:
		snprintf(buf, sizeof(buf), "no heap: %s", r->reason);
		break;
	case VERDICT_IGNORED:
		snprintf(buf, sizeof(buf), "ignored%s%s", r->reason ? ": " : "", r->reason ?
			 r->reason : "");
		break;
	default:
		return verdict_name(r->verdict);
	}
	return buf;
}

static void print_problems(FILE *f, const char *indent, const struct problem *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fprintf(f, "%s%s: %s\n", indent, list[i].error ? "error" : "warning", list[i].text);
		if (list[i].fix)
			fprintf(f, "%s  change: %s\n", indent, list[i].fix);
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

void print_table(FILE *f, const struct settings *s, const struct prediction *p, bool explain)
{
	int width = width_of(p);
	bool other = false;

	if (explain) {
		fprintf(f, "Linux %s, %s, pages of %s, CMA in multiples of %s, %u CMA slots\n",
			s->kernel,
			s->arch_name, human(s->page_size), human(s->pageblock_size), s->cma_slots);
		for (size_t i = 0; i < p->nr_memory; i++)
			fprintf(f, "memory: 0x%" PRIx64 "..0x%" PRIx64 "\n", p->memory[i].base,
				p->memory[i].base + p->memory[i].size - 1);
		for (size_t i = 0; i < s->nr_loaded; i++)
			fprintf(f, "loaded: %s 0x%" PRIx64 "..0x%" PRIx64 "\n", s->loaded[i].name,
				s->loaded[i].mem.base,
				s->loaded[i].mem.base + s->loaded[i].mem.size - 1);
	}
	for (size_t i = 0; i < p->assumed.count; i++)
		fprintf(f, "assumed: %s\n", p->assumed.item[i]);
	if (!p->nr_regions)
		fputs("no reserved regions\n", f);
	else
		fprintf(f, "%-*s  %-12s %10s  %-4s  %s\n", width, "NODE", "BASE", "SIZE", "FLAG",
			"VERDICT");
	for (size_t i = 0; i < p->nr_regions; i++) {
		const struct region *r = &p->region[i];
		char base[24] = "-", *node = escaped(r->node);

		if (r->mem.base != NONE)
			snprintf(base, sizeof(base), "0x%" PRIx64, r->mem.base);
		fprintf(f, "%-*s  %-12s %10s  %-4s  %s\n", width, node, base, human(r->mem.size),
			r->flagged ? "yes" : "-", verdict_text(r));
		free(node);
		for (size_t k = 0; explain && k < r->story.count; k++)
			fprintf(f, "    %s\n", r->story.item[k]);
		for (size_t k = 0; k < r->consumers.count; k++)
			fprintf(f, "    used by %s\n", r->consumers.item[k]);
		print_problems(f, "    ", r->problem, r->nr_problems);
	}
	for (size_t i = 0; i < p->nr_heaps; i++) {
		const struct heap *h = &p->heap[i];

		if (!h->is_default)
			continue;
		if (!other)
			fputs("default area:", f);
		fprintf(f, "%s heap %s", other ? "," : "", h->name);
		if (!other && h->mem.base != NONE)
			fprintf(f, ", 0x%" PRIx64, h->mem.base);
		if (!other)
			fprintf(f, ", %s", human(h->mem.size));
		other = true;
	}
	if (other)
		fputc('\n', f);
	/* An area for the default, of which a region has taken the place since */
	for (size_t i = 0; i < p->nr_heaps; i++) {
		const struct heap *h = &p->heap[i];

		if (h->node || h->is_default)
			continue;
		fprintf(f, "area without a node: heap %s", h->name);
		if (h->mem.base != NONE)
			fprintf(f, ", 0x%" PRIx64, h->mem.base);
		fprintf(f, ", %s\n", human(h->mem.size));
	}
	print_problems(f, "", p->problem, p->nr_problems);
	for (size_t i = 0; i < p->unknown.count; i++)
		fprintf(f, "unknown: %s\n", p->unknown.item[i]);
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
	char *text = strchr(name, ' ') ? xstrdup(name) : escaped(name);

	if (r->base == NONE)
		fprintf(f, "  %c  %-24s  %10s  %s\n", ' ', "(unknown)", human(r->size), text);
	else
		fprintf(f, "  %c  0x%09" PRIx64 "..0x%09" PRIx64 "  %10s  %s\n", c, r->base,
			r->base + r->size - 1, human(r->size), text);
	free(text);
}

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
			draw(cell, sizeof(cell), m, &s->loaded[k].mem,
			     toupper((unsigned char)s->loaded[k].name[0]));
		for (size_t row = 0; row < ROWS; row++)
			fprintf(f, "0x%09" PRIx64 "  %.*s\n", m->base + m->size / ROWS * row,
				COLUMNS,
				cell + row * COLUMNS);
		fprintf(f, "0x%09" PRIx64 "  one character is %" PRIu64 " KiB\n", m->base + m->size,
			(uint64_t)(m->size / sizeof(cell) / KIB));
	}
	if (!p->nr_memory)
		fputs("no map: the memory is not known; --memory tells it\n", f);
	for (size_t k = 0; k < p->nr_regions; k++)
		legend(f, letter(k), &p->region[k].mem, p->region[k].name);
	for (size_t k = 0; k < p->nr_heaps; k++)
		if (!p->heap[k].node)
			legend(f, '=', &p->heap[k].mem, p->heap[k].is_default ? "default area" :
			       p->heap[k].name);
	for (size_t k = 0; k < s->nr_loaded; k++)
		legend(f, toupper((unsigned char)s->loaded[k].name[0]), &s->loaded[k].mem,
		       s->loaded[k].name);
	fputs("  !  more than one\n", f);
}
