// SPDX-License-Identifier: GPL-2.0-only
/* The heaps of a system */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/escape.h"
#include "list.h"
#include "render.h"
#include "system.h"

static void put_heap(struct json *j, const struct sys_heap *h)
{
	char *mode = h->owner ? format("%04o", h->mode) : NULL;
	struct strings none = { 0 };

	json_open(j, NULL, '{');
	json_name(j, "name", h->name);
	json_name(j, "node", h->node);
	json_number(j, "base", h->mem.base);
	json_number(j, "size", h->mem.size);
	json_number(j, "free", h->free);
	json_name(j, "owner", h->owner);
	json_name(j, "group", h->group);
	json_string(j, "mode", mode);
	json_names(j, "consumers", h->region ? &h->region->consumers : &none);
	json_close(j);
	free(mode);
}

static void print_json(const struct sys *s)
{
	struct json j = { .f = stdout };

	json_open(&j, NULL, '{');
	json_number(&j, "version", 1);
	json_string(&j, "kernel", s->release);
	json_bool(&j, "flagged_only", s->flagged_only);
	json_open(&j, "heaps", '[');
	for (size_t i = 0; i < s->nr_heaps; i++)
		put_heap(&j, &s->heap[i]);
	json_close(&j);
	json_strings(&j, "notes", &s->notes);
	json_close(&j);
}

enum { NAME, NODE, BASE, SIZE, FREE, OWNER, MODE, COLUMNS };

/* The columns of a heap, which the caller frees */
static void row_of(const struct sys_heap *h, char **row)
{
	row[NAME] = escape_name(h->name);
	row[NODE] = h->node ? escape_name(h->node) : xstrdup("-");
	row[BASE] = address_text(h->mem.base);
	row[SIZE] = xstrdup(size_text(h->mem.size));
	row[FREE] = xstrdup(size_text(h->free));
	row[OWNER] = h->owner ? format("%s:%s", h->owner, h->group) : xstrdup("-");
	row[MODE] = h->owner ? format("%04o", h->mode) : xstrdup("-");
}

static void print_row(char * const *row, const int *width)
{
	for (int k = 0; k < COLUMNS; k++) {
		bool right = k == SIZE || k == FREE;

		printf("%*s%s", k == MODE ? 0 : right ? width[k] : -width[k], row[k],
		       k == MODE ? "\n" : "  ");
	}
}

static void print_heaps(const struct sys *s)
{
	char *head[COLUMNS] = { "HEAP", "NODE", "BASE", "SIZE", "FREE", "OWNER", "MODE" };
	char *(*rows)[COLUMNS] = xzalloc(s->nr_heaps, sizeof(*rows));
	int width[COLUMNS];

	for (int k = 0; k < COLUMNS; k++)
		width[k] = strlen(head[k]);
	for (size_t i = 0; i < s->nr_heaps; i++) {
		row_of(&s->heap[i], rows[i]);
		for (int k = 0; k < COLUMNS; k++)
			if ((int)strlen(rows[i][k]) > width[k])
				width[k] = strlen(rows[i][k]);
	}
	print_row(head, width);
	for (size_t i = 0; i < s->nr_heaps; i++) {
		print_row(rows[i], width);
		if (s->heap[i].region)
			print_lines(stdout, "    used by ", &s->heap[i].region->consumers);
		for (int k = 0; k < COLUMNS; k++)
			free(rows[i][k]);
	}
	free(rows);
}

/* What the tree reserves and is not a heap */
static void print_regions(const struct sys *s)
{
	if (s->flagged_only)
		puts("/reserved-memory has linux,cma-export-flagged-only: other regions are private");
	for (size_t i = 0; i < s->nr_regions; i++) {
		const struct sys_region *r = &s->region[i];
		char *name, *base;

		if (r->has_heap)
			continue;
		name = escape_name(r->name);
		base = address_text(r->mem.base);
		printf("/reserved-memory/%s (%sflagged%s, at %s) has no heap\n", name,
		       r->flagged ? "" : "not ", r->enabled ? "" : ", disabled", base);
		free(name);
		free(base);
	}
}

/**
 * list() - show the heaps of a system
 * @root: "", or a folder with a copy of its /sys, /proc and /dev
 * @json: as JSON
 *
 * Return: the exit status.
 */
int list(const char *root, bool json)
{
	struct sys s;
	int status;

	read_system(&s, root);
	status = sys_exists(&s, HEAP_CLASS) ? 0 : 1;
	if (json) {
		print_json(&s);
	} else {
		print_heaps(&s);
		print_regions(&s);
		print_lines(stdout, "not known: ", &s.notes);
	}
	free_system(&s);
	return status;
}
