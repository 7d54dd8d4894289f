// SPDX-License-Identifier: GPL-2.0-only
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tree.h"

/* A blob can have more than anyone reads; the rest is counted */
#define MAX_STRAYS	64
#define MAX_CONSUMERS	65536
#define MAX_PATH	1024

/* What a node is */
enum kind {
	OTHER, ROOT, RESERVED, REGION, MEMORY_OR_OTHER, CHOSEN, CPUS, CPU,
};

struct reference {
	struct prop phandles;
	char *path;
};

struct walk {
	const char *strings;
	size_t strings_len;
	struct tree *tree;
	unsigned int depth;		/* of the current node; the root is 1 */
	const char *name[MAX_DEPTH + 1];
	enum kind kind[MAX_DEPTH + 1];	/* of the node at each depth */
	/* A node below the root, until it is known whether it is memory */
	struct prop device_type;
	struct memory_node memory;
	struct reference *reference;	/* memory-region properties */
	size_t nr_references;
};

/* Properties of each kind of node, and where they go */
#define PROP(type, member)	offsetof(struct type, member), false
#define PRESENT(type, member)	offsetof(struct type, member), true

struct member {
	const char *name;
	size_t offset;
	bool is_flag;
};

static const struct member region_members[] = {
	{ "reg", PROP(node, reg) },
	{ "size", PROP(node, size) },
	{ "alignment", PROP(node, alignment) },
	{ "alloc-ranges", PROP(node, alloc_ranges) },
	{ "compatible", PROP(node, compatible) },
	{ "status", PROP(node, status) },
	{ "no-map", PRESENT(node, no_map) },
	{ "reusable", PRESENT(node, reusable) },
	{ "linux,cma-default", PRESENT(node, is_default) },
	{ FLAG, PRESENT(node, flagged) },
	{ 0 }
}, reserved_members[] = {
	{ "#address-cells", PROP(tree, rm_ac) },
	{ "#size-cells", PROP(tree, rm_sc) },
	{ "ranges", PRESENT(tree, rm_ranges) },
	{ FLAGGED_ONLY, PRESENT(tree, flagged_only) },
	{ 0 }
}, chosen_members[] = {
	{ "linux,initrd-start", PROP(tree, initrd_start) },
	{ "linux,initrd-end", PROP(tree, initrd_end) },
	{ "bootargs", PROP(tree, bootargs) },
	{ "linux,uefi-system-table", PRESENT(tree, uefi) },
	{ "linux,usable-memory-range", PRESENT(tree, usable_memory_range) },
	{ "linux,elfcorehdr", PRESENT(tree, elfcorehdr) },
	{ 0 }
}, memory_members[] = {
	{ "linux,usable-memory", PROP(memory_node, usable) },
	{ "reg", PROP(memory_node, reg) },
	{ "status", PROP(memory_node, status) },
	{ 0 }
};

/**
 * read_cells() - read a number of several cells
 * @p: its first byte
 * @n: how many cells of 4 bytes; of more than two the last ones count
 *
 * Return: the number.
 */
uint64_t read_cells(const unsigned char *p, unsigned int n)
{
	uint64_t value = 0;

	for (; n; n--, p += 4)
		value = value << 32 | (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
	return value;
}

/* The string at @at of a property, or NULL if none ends there */
static const char *string_at(const struct prop *p, size_t at)
{
	if (at >= p->len || !memchr(p->data + at, 0, p->len - at))
		return NULL;
	return (const char *)p->data + at;
}

/**
 * first_string() - the string that a property starts with
 * @p: the property, which the node need not have
 *
 * Return: the string, or NULL if there is none or it does not end.
 */
const char *first_string(const struct prop *p)
{
	return string_at(p, 0);
}

static bool string_is(const struct prop *p, const char *want)
{
	const char *s = first_string(p);

	return s && !strcmp(s, want);
}

/**
 * status_okay() - is a node enabled?
 * @status: its status
 * @must_be_string: take what is no string for no status at all. Otherwise the kernel
 *	reads on, into what follows, and that is not "okay".
 */
bool status_okay(const struct prop *status, bool must_be_string)
{
	if (!status->data)
		return true;
	if (!first_string(status))
		return must_be_string;
	return string_is(status, "okay") || string_is(status, "ok");
}

bool is_compatible(const struct prop *compatible, const char *want)
{
	const char *s;

	for (size_t at = 0; (s = string_at(compatible, at)); at += strlen(s) + 1)
		if (!strcasecmp(s, want))
			return true;
	return false;
}

bool is_pool(const struct node *n)
{
	return is_compatible(&n->compatible, "shared-dma-pool");
}

/**
 * is_cma_pool() - would the kernel make a CMA area of this region?
 * @n: the region
 */
bool is_cma_pool(const struct node *n)
{
	return is_pool(n) && n->reusable && !n->no_map;
}

/* The name of a property, or NULL if it lies outside of the strings */
static const char *property_name(const struct walk *w, uint32_t off)
{
	if (off >= w->strings_len || !memchr(w->strings + off, 0, w->strings_len - off))
		return NULL;
	return w->strings + off;
}

static bool is_node(const char *name, const char *want)
{
	size_t len = strlen(want);

	return !strncmp(name, want, len) && (!name[len] || name[len] == '@');
}

static enum kind kind_of(const struct walk *w, const char *name)
{
	enum kind parent = w->depth > 1 ? w->kind[w->depth - 1] : OTHER;

	if (w->depth == 1)
		return ROOT;
	if (parent == ROOT && !w->tree->reserved_memory && is_node(name, "reserved-memory"))
		return RESERVED;
	if (parent == ROOT)
		return is_node(name, "chosen") ? CHOSEN : is_node(name, "cpus") ? CPUS :
		       MEMORY_OR_OTHER;
	if (parent == RESERVED)
		return REGION;
	return parent == CPUS && is_node(name, "cpu") ? CPU : OTHER;
}

static void enter(struct walk *w, const char *name)
{
	struct tree *t = w->tree;

	t->all_nodes++;
	t->names_len += strlen(name) + 1;
	if (++w->depth > MAX_DEPTH)
		return;
	t->overlay |= w->depth == 3 && !strcmp(name, "__overlay__");
	w->name[w->depth] = name;
	w->kind[w->depth] = kind_of(w, name);
	switch (w->kind[w->depth]) {
	case MEMORY_OR_OTHER:
		w->device_type = (struct prop){ 0 };
		w->memory = (struct memory_node){ 0 };
		break;
	case RESERVED:
		t->reserved_memory = true;
		t->odd_name = strchr(name, '@');
		break;
	case REGION:
		add_item(t->node, t->nr_nodes)->name = name;
		break;
	default:
		break;
	}
}

static void leave(struct walk *w)
{
	struct tree *t = w->tree;

	if (w->depth == 2 && w->kind[2] == MEMORY_OR_OTHER && string_is(&w->device_type, "memory"))
		*add_item(t->memory, t->nr_memory) = w->memory;
	if (w->depth)
		w->depth--;
}

static char *path_of(const struct walk *w)
{
	char buf[MAX_PATH];
	size_t at = 0;

	for (unsigned int i = 2; i <= w->depth && at + 1 < sizeof(buf); i++) {
		size_t len = strnlen(w->name[i], sizeof(buf) - at - 2);

		buf[at++] = '/';
		memcpy(buf + at, w->name[i], len);
		at += len;
	}
	if (!at)
		buf[at++] = '/';
	return xstrndup(buf, at);
}

/* Are at most two letters missing, too many, wrong or exchanged with their neighbours? */
static bool is_near(const char *a, const char *b)
{
	unsigned int row[3][32];
	size_t m = strlen(a), n = strlen(b);

	if (m >= 32 || n >= 32 || m + 2 < n || n + 2 < m)
		return false;
	for (size_t j = 0; j <= n; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= m; i++) {
		unsigned int *now = row[i % 3], *last = row[(i + 2) % 3];
		unsigned int *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= n; j++) {
			unsigned int best = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[m % 3][n] <= 2;
}

/* The property that counts in this kind of node, and that @name is nearly */
static const char *nearly(enum kind kind, const char *name)
{
	static const char * const in_region[] = { FLAG, "linux,cma-default", "reusable" };
	static const char * const in_reserved[] = { FLAGGED_ONLY };
	const char * const *list = kind == REGION ? in_region : in_reserved;
	size_t count = kind == REGION ? ARRAY_SIZE(in_region) : ARRAY_SIZE(in_reserved);

	for (size_t i = 0; i < count; i++) {
		const char *comma = strchr(list[i], ','), *given = strchr(name, ',');

		if (!strcmp(name, list[i]))
			return NULL;
		if (is_near(name, list[i]))
			return list[i];
		/* The vendor may be missing, or another one */
		if (comma && !strcmp(given ? given + 1 : name, comma + 1))
			return list[i];
	}
	return NULL;
}

static void add_stray(struct walk *w, const char *name, const char *meant)
{
	struct tree *t = w->tree;

	if (t->nr_strays == MAX_STRAYS) {
		t->more_strays++;
		return;
	}
	*add_item(t->stray, t->nr_strays) = (struct stray){ path_of(w), xstrdup(name), meant };
}

static void look_for_strays(struct walk *w, enum kind kind, const char *name)
{
	bool misplaced = !strcmp(name, FLAG) ? kind != REGION :
			 !strcmp(name, FLAGGED_ONLY) && kind != RESERVED;
	const char *meant;

	if (misplaced) {
		add_stray(w, name, NULL);
	} else if (kind == REGION || kind == RESERVED) {
		meant = nearly(kind, name);
		if (meant)
			add_stray(w, name, meant);
	}
}

/* The first of several properties of one name counts */
static void set_member(const struct member *list, void *object, const char *name, struct prop value)
{
	for (; list->name; list++) {
		void *member = (char *)object + list->offset;

		if (strcmp(list->name, name))
			continue;
		if (list->is_flag)
			*(bool *)member = true;
		else if (!((struct prop *)member)->data)
			*(struct prop *)member = value;
		return;
	}
}

static void root_property(struct tree *t, const char *name, struct prop value)
{
	if (value.len < 4)
		return;
	if (!strcmp(name, "#address-cells") && !t->has_ac) {
		t->ac = read_cells(value.data, 1);
		t->has_ac = true;
	} else if (!strcmp(name, "#size-cells") && !t->has_sc) {
		t->sc = read_cells(value.data, 1);
		t->has_sc = true;
	}
}

static void property(struct walk *w, const char *name, struct prop value)
{
	struct tree *t = w->tree;
	enum kind kind;

	if (!name || w->depth > MAX_DEPTH || !w->depth)
		return;
	kind = w->kind[w->depth];
	if (!strcmp(name, "memory-region") && value.len >= 4)
		*add_item(w->reference, w->nr_references) = (struct reference){ value, path_of(w) };
	if (!strcmp(name, "dma-ranges") && value.len)
		t->dma_ranges = true;
	look_for_strays(w, kind, name);

	switch (kind) {
	case ROOT:
		root_property(t, name, value);
		break;
	case RESERVED:
		set_member(reserved_members, t, name, value);
		break;
	case REGION:
		set_member(region_members, &t->node[t->nr_nodes - 1], name, value);
		if (!strcmp(name, "phandle") && value.len == 4)
			t->node[t->nr_nodes - 1].phandle = read_cells(value.data, 1);
		break;
	case MEMORY_OR_OTHER:
		set_member(memory_members, &w->memory, name, value);
		if (!strcmp(name, "device_type") && !w->device_type.data)
			w->device_type = value;
		break;
	case CPU:
		if (!strcmp(name, "compatible") && !t->cpu.data)
			t->cpu = value;
		break;
	case CHOSEN:
		set_member(chosen_members, t, name, value);
		break;
	default:
		break;
	}
}

static int by_phandle(const void *a, const void *b)
{
	const struct node *x = *(struct node * const *)a, *y = *(struct node * const *)b;

	if (x->phandle != y->phandle)
		return x->phandle < y->phandle ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Of regions with the same phandle the first one has the consumers */
static struct node *node_by_phandle(struct node **nodes, size_t count, uint32_t phandle)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (nodes[mid]->phandle < phandle)
			low = mid + 1;
		else
			high = mid;
	}
	return low < count && nodes[low]->phandle == phandle ? nodes[low] : NULL;
}

static void find_consumers(struct walk *w)
{
	struct tree *t = w->tree;
	struct node **nodes = xzalloc(t->nr_nodes, sizeof(*nodes));
	size_t count = 0, found = 0;

	for (size_t i = 0; i < t->nr_nodes; i++)
		if (t->node[i].phandle)
			nodes[count++] = &t->node[i];
	if (count)
		qsort(nodes, count, sizeof(*nodes), by_phandle);
	for (size_t i = 0; i < w->nr_references; i++) {
		const struct reference *r = &w->reference[i];

		for (size_t at = 0; at + 4 <= r->phandles.len; at += 4) {
			uint32_t phandle = read_cells(r->phandles.data + at, 1);
			struct node *n = node_by_phandle(nodes, count, phandle);
			struct strings *list = n ? &n->consumers : NULL;

			/* Twice in one property is once */
			if (!list || (list->count && !strcmp(list->item[list->count - 1], r->path)))
				continue;
			if (found++ < MAX_CONSUMERS)
				add_string(list, xstrdup(r->path));
			else
				t->more_consumers++;
		}
		free(r->path);
	}
	free(w->reference);
	free(nodes);
}

/* Return: NULL, or what is wrong with the header */
static const char *check_header(const void *fdt, size_t len)
{
	int err;

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
	return NULL;
}

static const char *read_structure(struct walk *w, const void *fdt)
{
	int offset, next;
	uint32_t tag;

	for (offset = 0;; offset = next) {
		tag = fdt_next_tag(fdt, offset, &next);
		if (tag == FDT_END)
			break;
		/* A length of nearly 4 GiB leads older libfdts backwards */
		if (next <= offset)
			return "its structure is broken";
		if (tag == FDT_BEGIN_NODE) {
			/* Its name ends inside the blob, or this were no tag */
			enter(w, fdt_offset_ptr(fdt, offset + FDT_TAGSIZE, 1));
		} else if (tag == FDT_END_NODE) {
			leave(w);
			if (!w->depth)
				break;
		} else if (tag == FDT_PROP) {
			const struct fdt_property *p = fdt_offset_ptr(fdt, offset, sizeof(*p));
			struct prop value = {
				(const unsigned char *)p->data, fdt32_to_cpu(p->len),
			};

			w->tree->all_props++;
			property(w, property_name(w, fdt32_to_cpu(p->nameoff)), value);
		}
	}
	if (tag == FDT_END && next < 0)
		return fdt_strerror(next);
	if (w->depth || !w->name[1])
		return "its structure is broken";
	if (w->tree->overlay)
		return "an overlay; merged into its tree by fdtoverlay it can be read";
	return NULL;
}

/**
 * read_tree() - read what matters from a blob
 * @fdt: the blob
 * @len: bytes of it that there are
 * @t: filled; its pointers lead into the blob. free_tree() frees it, also after an error.
 *
 * Return: NULL, or what is wrong with the blob.
 */
const char *read_tree(const void *fdt, size_t len, struct tree *t)
{
	struct walk w = { .tree = t };
	const char *err;

	memset(t, 0, sizeof(*t));
	t->ac = t->sc = 1;
	err = check_header(fdt, len);
	if (err)
		return err;
	w.strings = (const char *)fdt + fdt_off_dt_strings(fdt);
	w.strings_len = fdt_size_dt_strings(fdt);
	err = read_structure(&w, fdt);
	find_consumers(&w);
	return err;
}

void free_tree(struct tree *t)
{
	for (size_t i = 0; i < t->nr_strays; i++) {
		free(t->stray[i].path);
		free(t->stray[i].name);
	}
	for (size_t i = 0; i < t->nr_nodes; i++)
		free_strings(&t->node[i].consumers);
	free(t->stray);
	free(t->node);
	free(t->memory);
	memset(t, 0, sizeof(*t));
}
