// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <libfdt.h>

#include "tree.h"

#define MAX_MISPLACED	64
#define MAX_CONSUMERS	65536
#define MAX_PATH	1024

struct walk {
	const void *fdt;
	const char *strings;
	size_t strings_len;
	struct tree *tree;
	unsigned int depth;		/* of the current node; the root is 1 */
	const char *name[MAX_DEPTH + 1];
	/* What the node at each depth is */
	enum {
		OTHER, ROOT, RESERVED, REGION, MEMORY_OR_OTHER, CHOSEN, CPUS, CPU,
	} kind[MAX_DEPTH + 1];
	/* A node below the root, until it is known whether it is memory */
	struct prop device_type, usable, reg, status;
	uint32_t *phandles;
	size_t nr_phandles;
};

uint64_t read_cells(const unsigned char *p, unsigned int n)
{
	uint64_t value = 0;

	for (; n; n--, p += 4)
		value = value << 32 | (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
	return value;
}

/* The length of the string that a property starts with, or none if it never ends */
static bool string_in(const struct prop *p, size_t at, size_t *len)
{
	const unsigned char *end;

	if (at >= p->len)
		return false;
	end = memchr(p->data + at, 0, p->len - at);
	if (!end)
		return false;
	*len = end - (p->data + at);
	return true;
}

static bool string_is(const struct prop *p, const char *want)
{
	size_t len;

	return string_in(p, 0, &len) && !strcmp((const char *)p->data, want);
}

/*
 * Linux 7.x takes a status that is no string for none at all; older ones read on,
 * into what follows, and that is not "okay".
 */
bool status_okay(const struct prop *status, bool newer)
{
	size_t len;

	if (!status->data)
		return true;
	if (!string_in(status, 0, &len))
		return newer;
	return string_is(status, "okay") || string_is(status, "ok");
}

bool is_compatible(const struct prop *compatible, const char *want)
{
	size_t at = 0, len;

	for (; string_in(compatible, at, &len); at += len + 1)
		if (!strcasecmp((const char *)compatible->data + at, want))
			return true;
	return false;
}

static bool named(const struct walk *w, uint32_t off, const char *want)
{
	size_t len = strlen(want) + 1;

	return off < w->strings_len && len <= w->strings_len - off &&
	       !memcmp(w->strings + off, want, len);
}

static bool is_node(const char *name, const char *want)
{
	size_t len = strlen(want);

	return !strncmp(name, want, len) && (!name[len] || name[len] == '@');
}

static void *grow(void *array, size_t count, size_t size)
{
	/* Powers of two */
	if (count & (count - 1))
		return array;
	return xrealloc(array, (count ? 2 * count : 1) * size);
}

static void enter(struct walk *w, const char *name)
{
	struct tree *t = w->tree;

	t->all_nodes++;
	t->names_len += strlen(name) + 1;
	if (w->depth >= MAX_DEPTH) {
		w->depth++;
		return;
	}
	w->depth++;
	w->name[w->depth] = name;
	w->kind[w->depth] = OTHER;
	if (w->depth == 1) {
		w->kind[1] = ROOT;
	} else if (w->depth == 2) {
		memset(&w->device_type, 0, sizeof(w->device_type));
		memset(&w->usable, 0, sizeof(w->usable));
		memset(&w->reg, 0, sizeof(w->reg));
		memset(&w->status, 0, sizeof(w->status));
		w->kind[2] = MEMORY_OR_OTHER;
		if (!t->reserved_memory && is_node(name, "reserved-memory")) {
			t->reserved_memory = true;
			t->odd_name = strchr(name, '@');
			w->kind[2] = RESERVED;
		} else if (is_node(name, "chosen")) {
			w->kind[2] = CHOSEN;
		} else if (is_node(name, "cpus")) {
			w->kind[2] = CPUS;
		}
	} else if (w->depth == 3 && w->kind[2] == CPUS && is_node(name, "cpu")) {
		w->kind[3] = CPU;
	} else if (w->depth == 3 && !strcmp(name, "__overlay__")) {
		t->overlay = true;
	} else if (w->depth == 3 && w->kind[2] == RESERVED) {
		w->kind[3] = REGION;
		t->node = grow(t->node, t->nr_nodes, sizeof(*t->node));
		t->node[t->nr_nodes++] = (struct node){
			.name = name, .name_len = strlen(name),
		};
	}
}

static void leave(struct walk *w, bool newer)
{
	struct tree *t = w->tree;

	if (w->depth == 2 && string_is(&w->device_type, "memory") &&
	    status_okay(&w->status, newer) && (w->usable.data || w->reg.data)) {
		t->memory = grow(t->memory, t->nr_memory, sizeof(*t->memory));
		t->memory[t->nr_memory++].reg = w->usable.data ? w->usable : w->reg;
	}
	if (w->depth)
		w->depth--;
}

/* The first of several properties of one name counts */
static void set(struct prop *p, struct prop value)
{
	if (!p->data)
		*p = value;
}

static void path_of(const struct walk *w, char *buf, size_t size)
{
	size_t at = 0;

	for (unsigned int i = 2; i <= w->depth && at + 1 < size; i++) {
		size_t len = strnlen(w->name[i], size - at - 2);

		buf[at++] = '/';
		memcpy(buf + at, w->name[i], len);
		at += len;
	}
	if (!at)
		buf[at++] = '/';
	buf[at] = '\0';
}

static void add_consumer(struct walk *w, struct prop value)
{
	struct tree *t = w->tree;
	char path[MAX_PATH];

	path_of(w, path, sizeof(path));
	for (size_t i = 0; i + 4 <= value.len && t->nr_consumers < MAX_CONSUMERS; i += 4) {
		t->consumer = grow(t->consumer, t->nr_consumers, sizeof(*t->consumer));
		t->consumer[t->nr_consumers++] = (struct consumer){
			read_cells(value.data + i, 1), xstrdup(path),
		};
	}
}

static void property(struct walk *w, uint32_t nameoff, struct prop value)
{
	struct tree *t = w->tree;
	struct node *n;

	if (w->depth > MAX_DEPTH || !w->depth)
		return;
	if (named(w, nameoff, "memory-region"))
		add_consumer(w, value);
	if (named(w, nameoff, "dma-ranges") && value.len)
		t->dma_limit_unknown = true;
	if (w->kind[w->depth] != REGION && t->misplaced.count < MAX_MISPLACED &&
	    named(w, nameoff, "linux,cma-export-heap")) {
		char path[MAX_PATH];

		path_of(w, path, sizeof(path));
		add_string(&t->misplaced, xstrdup(path));
	}

	switch (w->kind[w->depth]) {
	case ROOT:
		if (named(w, nameoff, "#address-cells") && value.len >= 4 && !t->has_ac) {
			t->ac = read_cells(value.data, 1);
			t->has_ac = true;
		} else if (named(w, nameoff, "#size-cells") && value.len >= 4 && !t->has_sc) {
			t->sc = read_cells(value.data, 1);
			t->has_sc = true;
		}
		break;
	case RESERVED:
		if (named(w, nameoff, "#address-cells"))
			set(&t->rm_ac, value);
		else if (named(w, nameoff, "#size-cells"))
			set(&t->rm_sc, value);
		else if (named(w, nameoff, "ranges"))
			t->rm_ranges = true;
		else if (named(w, nameoff, "linux,cma-export-flagged-only"))
			t->flagged_only = true;
		break;
	case REGION:
		n = &t->node[t->nr_nodes - 1];
		if (named(w, nameoff, "reg"))
			set(&n->reg, value);
		else if (named(w, nameoff, "size"))
			set(&n->size, value);
		else if (named(w, nameoff, "alignment"))
			set(&n->alignment, value);
		else if (named(w, nameoff, "alloc-ranges"))
			set(&n->alloc_ranges, value);
		else if (named(w, nameoff, "compatible"))
			set(&n->compatible, value);
		else if (named(w, nameoff, "status"))
			set(&n->status, value);
		else if (named(w, nameoff, "no-map"))
			n->no_map = true;
		else if (named(w, nameoff, "reusable"))
			n->reusable = true;
		else if (named(w, nameoff, "linux,cma-default"))
			n->is_default = true;
		else if (named(w, nameoff, "linux,cma-export-heap"))
			n->flagged = true;
		else if (named(w, nameoff, "phandle") && value.len == 4)
			n->phandle = read_cells(value.data, 1);
		break;
	case MEMORY_OR_OTHER:
		if (named(w, nameoff, "device_type"))
			set(&w->device_type, value);
		else if (named(w, nameoff, "linux,usable-memory"))
			set(&w->usable, value);
		else if (named(w, nameoff, "reg"))
			set(&w->reg, value);
		else if (named(w, nameoff, "status"))
			set(&w->status, value);
		break;
	case CPU:
		if (named(w, nameoff, "compatible"))
			set(&t->cpu, value);
		break;
	case CHOSEN:
		if (named(w, nameoff, "linux,initrd-start"))
			set(&t->initrd_start, value);
		else if (named(w, nameoff, "linux,initrd-end"))
			set(&t->initrd_end, value);
		else if (named(w, nameoff, "bootargs"))
			set(&t->bootargs, value);
		else if (named(w, nameoff, "linux,uefi-system-table"))
			t->uefi = true;
		else if (named(w, nameoff, "linux,usable-memory-range"))
			t->usable_memory_range = true;
		else if (named(w, nameoff, "linux,elfcorehdr"))
			t->elfcorehdr = true;
		break;
	default:
		break;
	}
}

static int by_phandle(const void *a, const void *b)
{
	const struct consumer *x = a, *y = b;

	if (x->phandle != y->phandle)
		return x->phandle < y->phandle ? -1 : 1;
	return strcmp(x->path, y->path);
}

/**
 * read_tree() - read what matters from a blob
 * @fdt: the blob
 * @len: bytes of it that there are
 * @newer: read as Linux 7.x does, where it differs
 * @t: filled; its pointers lead into the blob
 *
 * Return: NULL, or what is wrong with the blob.
 */
const char *read_tree(const void *fdt, size_t len, bool newer, struct tree *t)
{
	struct walk w = { .fdt = fdt, .tree = t };
	int offset, next, err;
	uint32_t tag;

	memset(t, 0, sizeof(*t));
	t->ac = t->sc = 1;
	t->dma_limit = NONE;

	if (len < sizeof(struct fdt_header))
		return "shorter than a header";
	err = fdt_check_header(fdt);
	if (err)
		return fdt_strerror(err);
	if (fdt_version(fdt) < 16)
		return "a version that is too old";
	if (fdt_totalsize(fdt) > len)
		return "cut short";
	if (fdt_off_dt_strings(fdt) > fdt_totalsize(fdt) ||
	    fdt_size_dt_strings(fdt) > fdt_totalsize(fdt) - fdt_off_dt_strings(fdt))
		return "its strings are not in it";
	w.strings = (const char *)fdt + fdt_off_dt_strings(fdt);
	w.strings_len = fdt_size_dt_strings(fdt);

	for (offset = 0;; offset = next) {
		tag = fdt_next_tag(fdt, offset, &next);
		if (tag == FDT_END)
			break;
		/* A length of nearly 4 GiB leads older libfdts backwards */
		if (next <= offset)
			return "its structure is broken";
		if (tag == FDT_BEGIN_NODE) {
			/* Its name ends inside the blob, or this were no tag */
			enter(&w, fdt_offset_ptr(fdt, offset + FDT_TAGSIZE, 1));
		} else if (tag == FDT_END_NODE) {
			leave(&w, newer);
			if (!w.depth)
				break;
		} else if (tag == FDT_PROP) {
			const struct fdt_property *p = fdt_offset_ptr(fdt, offset, sizeof(*p));
			struct prop value;

			value.len = fdt32_to_cpu(p->len);
			value.data = (const unsigned char *)p->data;
			t->all_props++;
			property(&w, fdt32_to_cpu(p->nameoff), value);
		}
	}
	if (tag == FDT_END && next < 0)
		return fdt_strerror(next);
	if (w.depth || !w.name[1])
		return "its structure is broken";
	if (t->overlay)
		return "an overlay; merged into its tree by fdtoverlay it can be read";

	if (t->nr_consumers)
		qsort(t->consumer, t->nr_consumers, sizeof(*t->consumer), by_phandle);
	return NULL;
}

/* The architecture that the CPUs of a tree are made for, in the words of --arch; or NULL */
const char *tree_arch(const void *fdt, size_t len)
{
	static const char * const arm[] = {
		"arm,cortex-a5", "arm,cortex-a7", "arm,cortex-a8", "arm,cortex-a9", "arm,cortex-a12",
		"arm,cortex-a15", "arm,cortex-a17",
	};
	const char *found = NULL, *cpu;
	struct tree t;
	size_t last;

	if (!read_tree(fdt, len, true, &t) && string_in(&t.cpu, 0, &last)) {
		cpu = (const char *)t.cpu.data;
		if (!strncmp(cpu, "arm,", 4))
			found = "arm64";
		/* arm,arm926ej-s and the like, and then those of ARMv7 */
		if (!strncmp(cpu, "arm,arm", 7) && cpu[7] >= '0' && cpu[7] <= '9')
			found = "arm";
		for (size_t i = 0; i < sizeof(arm) / sizeof(arm[0]); i++)
			if (!strcmp(cpu, arm[i]))
				found = "arm";
		if (is_compatible(&t.cpu, "riscv"))
			found = "riscv64";
	}
	free_tree(&t);
	return found;
}

void free_tree(struct tree *t)
{
	free_strings(&t->misplaced);
	for (size_t i = 0; i < t->nr_consumers; i++)
		free(t->consumer[i].path);
	free(t->consumer);
	free(t->node);
	free(t->memory);
	memset(t, 0, sizeof(*t));
}
