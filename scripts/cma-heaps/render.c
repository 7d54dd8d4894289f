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

static void json_strings(FILE *f, const struct strings *list)
{
	fputc('[', f);
	for (size_t i = 0; i < list->count; i++) {
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
	json_string(f, s->arch);
	fputs(",\n  \"assumed\": ", f);
	json_strings(f, &p->assumed);
	fputs(",\n  \"heaps\": [", f);
	for (size_t i = 0; i < p->nr_heaps; i++) {
		const struct heap *h = &p->heap[i];

		fputs(i ? ",\n    {\"name\": " : "\n    {\"name\": ", f);
		json_string(f, h->name);
		json_member(f, "node", h->node);
		json_range(f, &h->mem);
		fputc('}', f);
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
		snprintf(buf, sizeof(buf), "default%s%s", r->heap ? ": heap " : "", r->heap ? r->heap : "");
		break;
	case VERDICT_NO_HEAP:
		snprintf(buf, sizeof(buf), "no heap: %s", r->reason);
		break;
	case VERDICT_IGNORED:
		snprintf(buf, sizeof(buf), "ignored%s%s", r->reason ? ": " : "", r->reason ? r->reason : "");
		break;
	default:
		return verdict_name(r->verdict);
	}
	return buf;
}

void print_table(FILE *f, const struct prediction *p, bool explain)
{
	int width = 4;

	for (size_t i = 0; i < p->nr_regions; i++)
		if ((int)strlen(p->region[i].node) > width)
			width = strlen(p->region[i].node);
	if (width > 60)
		width = 60;
	fprintf(f, "%-*s  %-12s %10s  %-4s  %s\n", width, "NODE", "BASE", "SIZE", "FLAG", "VERDICT");
	for (size_t i = 0; i < p->nr_regions; i++) {
		const struct region *r = &p->region[i];
		char base[24] = "-", *node = escaped(r->node);

		if (r->mem.base != NONE)
			snprintf(base, sizeof(base), "0x%" PRIx64, r->mem.base);
		fprintf(f, "%-*s  %-12s %10s  %-4s  %s\n", width, node, base, human(r->mem.size),
			r->flagged ? "yes" : "-", verdict_text(r));
		free(node);
	}
	for (size_t i = 0; i < p->unknown.count; i++)
		fprintf(f, "unknown: %s\n", p->unknown.item[i]);
	(void)explain;
}
