// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine: what happens to each node of /reserved-memory during the boot, in
 * the order in which it happens, and which heaps come of it. Read beside
 * drivers/of/of_reserved_mem.c, kernel/dma/contiguous.c, mm/cma.c and setup_arch()
 * of each architecture.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"

const char *verdict_name(enum verdict v)
{
	static const char * const name[] = {
		"heap", "private", "default", "no-heap", "ignored",
	};

	return name[v];
}

void note_unknown(struct boot *b, char *text)
{
	for (size_t i = 0; i < b->p->unknown.count; i++) {
		if (!strcmp(b->p->unknown.item[i], text)) {
			free(text);
			return;
		}
	}
	add_string(&b->p->unknown, text);
}

static void note_problem(struct problem **list, size_t *n, bool error, char *text, char *fix)
{
	*list = xrealloc(*list, (*n + 1) * sizeof(**list));
	(*list)[(*n)++] = (struct problem){ error, text, fix };
}

void region_problem(struct boot *b, size_t i, bool error, char *text, char *fix)
{
	struct region *r = &b->p->region[i];

	note_problem(&r->problem, &r->nr_problems, error, text, fix);
	if (error)
		b->p->bad = true;
}

void tree_problem(struct boot *b, bool error, char *text, char *fix)
{
	note_problem(&b->p->problem, &b->p->nr_problems, error, text, fix);
	if (error)
		b->p->bad = true;
}

/* It cannot get better than what is known already */
void boots(struct boot *b, enum answer answer, char *why)
{
	if (b->p->boots == YES || answer == NO)
		b->p->boots = answer;
	if (why)
		note_unknown(b, why);
}

/*
 * The command line
 */

/* A number with a suffix, as the kernel reads it */
uint64_t memparse(const char *text, const char **end)
{
	unsigned int radix = 10, shift = 0;
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
	switch (toupper((unsigned char)*text)) {
	case 'E':
		shift += 10;	/* fall through */
	case 'P':
		shift += 10;	/* fall through */
	case 'T':
		shift += 10;	/* fall through */
	case 'G':
		shift += 10;	/* fall through */
	case 'M':
		shift += 10;	/* fall through */
	case 'K':
		shift += 10;
		text++;
	}
	if (end)
		*end = text;
	return shift < 64 ? value << shift : 0;
}

static bool parameter_is(const char *given, const char *want)
{
	for (; *given && *want; given++, want++)
		if (*given != *want && !((*given == '-' || *given == '_') &&
					 (*want == '-' || *want == '_')))
			return false;
	return !*given && !*want;
}

static void set_export(struct boot *b, const char *value)
{
	free(b->export_unknown);
	b->export_unknown = NULL;
	b->export = EXPORT_AUTO;
	if (!strcmp(value, "all"))
		b->export = EXPORT_ALL;
	else if (!strcmp(value, "flagged"))
		b->export = EXPORT_FLAGGED;
	else if (strcmp(value, "auto"))
		b->export_unknown = xstrdup(value);
}

static void memory_parameter(struct boot *b, const char *value)
{
	uint64_t limit = memparse(value, &value);

	if (b->set->arch == ARCH_ARM) {
		b->user_memory = xrealloc(b->user_memory,
					  (b->nr_user_memory + 1) * sizeof(*b->user_memory));
		b->user_memory[b->nr_user_memory++] = (struct range){
			*value == '@' ? memparse(value + 1, NULL) : NONE, limit,
		};
		return;
	}
	limit &= ~(b->set->page_size - 1);
	/* Of several the last one counts on arm64, the least on riscv64 */
	if (b->set->arch == ARCH_ARM64 || !b->mem_given || limit < b->mem_limit)
		b->mem_limit = limit;
	b->mem_given = true;
}

static void parameter(struct boot *b, const char *name, const char *value)
{
	const char *end;

	if (parameter_is(name, "cma") && value) {
		b->cma_given = true;
		b->cma_size = memparse(value, &end) & b->phys_mask;
		if (*end != '@')
			return;
		b->cma_base = memparse(end + 1, &end) & b->phys_mask;
		b->cma_limit = *end == '-' ? memparse(end + 1, &end) : b->cma_base + b->cma_size;
		b->cma_limit &= b->phys_mask;
	} else if (parameter_is(name, "mem") && value) {
		memory_parameter(b, value);
	} else if (parameter_is(name, "vmalloc") && value && b->set->arch == ARCH_ARM) {
		arm_vmalloc(b, value);
	} else if (parameter_is(name, "cma_heap.export") && value) {
		set_export(b, value);
	} else if (parameter_is(name, "numa_cma") || parameter_is(name, "cma_pernuma") ||
		   parameter_is(name, "hugetlb_cma") || parameter_is(name, "crashkernel") ||
		   parameter_is(name, "reserve_mem") || parameter_is(name, "rodata") ||
		   parameter_is(name, "debug_pagealloc") || parameter_is(name, "movablecore") ||
		   parameter_is(name, "kernelcore")) {
		b->odd_parameter = true;
	}
}

/* Words, with quotes around blanks; what follows "--" is for init */
static void parse_cmdline(struct boot *b)
{
	char *at = b->cmdline;

	while (*at) {
		bool quoted = false;
		char *word, *value = NULL, *end;

		while (isspace((unsigned char)*at))
			at++;
		if (!*at)
			break;
		if (*at == '"') {
			quoted = true;
			at++;
		}
		word = at;
		for (bool in = quoted; *at; at++) {
			if (isspace((unsigned char)*at) && !in)
				break;
			if (!value && *at == '=')
				value = at;
			if (*at == '"')
				in = !in;
		}
		end = at;
		if (*at)
			at++;
		if (value) {
			*value++ = '\0';
			if (*value == '"') {
				value++;
				if (end > value && end[-1] == '"')
					end--;
			}
		}
		if (quoted && end > word && end[-1] == '"')
			end--;
		*end = '\0';
		if (!value && !strcmp(word, "--"))
			break;
		parameter(b, word, value);
	}
}

static void read_cmdline(struct boot *b)
{
	const struct settings *s = b->set;
	const struct prop *args = &b->tree->bootargs;
	size_t len;

	if (s->cmdline)
		len = strnlen(s->cmdline, COMMAND_LINE_SIZE - 1);
	else
		len = args->data ? strnlen((const char *)args->data,
					   args->len < COMMAND_LINE_SIZE ? args->len :
					   COMMAND_LINE_SIZE - 1) : 0;
	if (len)
		memcpy(b->cmdline, s->cmdline ? s->cmdline : (const char *)args->data, len);
	b->cmdline[len] = '\0';
	if (s->config_cmdline && *s->config_cmdline) {
		size_t add = strnlen(s->config_cmdline, COMMAND_LINE_SIZE - 1);

		if (s->config_cmdline_force || !len) {
			memcpy(b->cmdline, s->config_cmdline, add);
			b->cmdline[add] = '\0';
		} else if (s->config_cmdline_extend && len < COMMAND_LINE_SIZE - 2) {
			b->cmdline[len++] = ' ';
			if (add > COMMAND_LINE_SIZE - 1 - len)
				add = COMMAND_LINE_SIZE - 1 - len;
			memcpy(b->cmdline + len, s->config_cmdline, add);
			b->cmdline[len + add] = '\0';
		}
	}
	parse_cmdline(b);
	if (s->export)
		set_export(b, s->export);
}

/*
 * Memory, and what lies in it
 */

static void add_memory(struct boot *b, uint64_t base, uint64_t size)
{
	uint64_t page = b->set->page_size, skip = -base & (page - 1);

	if (size < page - (base & (page - 1)))
		return;
	if (skip) {
		size -= skip;
		base += skip;
	}
	size &= ~(page - 1);
	if (base > UINT64_MAX - size)
		size = UINT64_MAX - base;
	mb_add(&b->mb, base, size);
}

const struct loaded *loaded(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->nr_loaded; i++)
		if (!strcmp(s->loaded[i].name, name))
			return &s->loaded[i];
	return NULL;
}

static void setup_memory(struct boot *b)
{
	const struct settings *s = b->set;
	const struct tree *t = b->tree;
	unsigned int cells = t->ac + t->sc;

	mb_init(&b->mb, s->page_size, b->phys_mask);
	b->mb.memory.limit = s->arch == ARCH_ARM64 ? 1024 : 128;
	b->mb.reserved.limit = s->arch == ARCH_ARM64 ? 128 + s->nr_cpus + 1 : 128;

	for (size_t i = 0; i < s->nr_memory; i++)
		add_memory(b, s->memory[i].base, s->memory[i].size);
	if (!s->nr_memory && t->ac <= MAX_CELLS && t->sc <= MAX_CELLS && cells) {
		for (size_t i = 0; i < t->nr_memory; i++) {
			const struct prop *reg = &t->memory[i].reg;

			if (s->habit == HABIT_7 && reg->len % (4 * cells))
				continue;
			for (size_t at = 0; at + 4 * cells <= reg->len; at += 4 * cells) {
				uint64_t size = read_cells(reg->data + at + 4 * t->ac, t->sc);

				if (size)
					add_memory(b, read_cells(reg->data + at, t->ac), size);
			}
		}
	}
	if (s->arch == ARCH_ARM64)
		mb_remove(&b->mb, 1ULL << 48, UINT64_MAX);
	else if (s->arch == ARCH_ARM)
		arm_memory(b);
	else if (s->habit == HABIT_6_1 && loaded(s, "kernel"))
		mb_remove(&b->mb, 0, loaded(s, "kernel")->mem.base);
	b->memory_known = b->mb.memory.count;
	if (t->uefi && !s->nr_memory)
		b->memory_known = false;
}

/* mem= takes memory away from above, but not under kernel and initrd */
static void limit_memory(struct boot *b, const struct loaded *kernel, const struct range *initrd)
{
	uint64_t left = b->mem_limit, end = 0;

	if (b->set->arch == ARCH_RISCV64 && !left)
		return;
	if (!b->mem_given || b->mem_limit >= mb_total(&b->mb))
		return;
	for (size_t i = 0; i < b->mb.memory.count; i++) {
		const struct mb_range *r = &b->mb.memory.range[i];

		if (left <= r->size) {
			end = r->base + left;
			break;
		}
		left -= r->size;
	}
	mb_remove(&b->mb, end, UINT64_MAX - end);
	if (b->set->arch != ARCH_ARM64)
		return;
	if (kernel)
		mb_add(&b->mb, kernel->mem.base, kernel->mem.size);
	if (initrd->size)
		mb_add(&b->mb, initrd->base, initrd->size);
}

static void reserve_kernel(struct boot *b, struct range mem)
{
	if (b->set->arch == ARCH_ARM) {
		/* Its first page table ends 32 KiB behind the start of memory */
		uint64_t size = b->set->lpae ? 20 * KIB : 16 * KIB;

		mb_reserve(&b->mb, b->phys_offset + 32 * KIB - size, size);
	} else {
		mem.size = ((mem.base + mem.size + PMD_SIZE - 1) & ~(PMD_SIZE - 1)) - mem.base;
	}
	mb_reserve(&b->mb, mem.base, mem.size);
}

/* An initrd that is not all in memory, or in the way of something, is dropped */
static void reserve_initrd(struct boot *b, struct range mem)
{
	if (!b->memory_known)
		return;
	if (mb_memory_in(&b->mb, mem.base, mem.size) != mem.size ||
	    mb_is_reserved(&b->mb, mem.base, mem.size))
		boots(b, UNKNOWN, xstrdup("what happens without the initrd, which the kernel drops: "
					  "it is not in memory, or in the way"));
	else
		mb_reserve(&b->mb, mem.base, mem.size);
}

/* What is reserved when the kernel comes to /reserved-memory */
static void setup_loaded(struct boot *b)
{
	const struct settings *s = b->set;
	const struct loaded *kernel = loaded(s, "kernel"), *dtb = loaded(s, "dtb");
	const struct loaded *initrd = loaded(s, "initrd");
	const struct tree *t = b->tree;
	struct range rd = { 0, 0 };
	uint64_t page = s->page_size;

	if (initrd) {
		rd = initrd->mem;
	} else if (t->initrd_start.len >= 4 && t->initrd_end.len >= 4) {
		uint64_t from = read_cells(t->initrd_start.data, t->initrd_start.len / 4);
		uint64_t to = read_cells(t->initrd_end.data, t->initrd_end.len / 4);

		if (to > from)
			rd = (struct range){ from, to - from };
	}
	if (rd.size) {
		rd.size = (rd.base + rd.size + page - 1) / page * page;
		rd.base &= ~(page - 1);
		rd.size -= rd.base;
	}

	limit_memory(b, kernel, &rd);
	if (s->arch == ARCH_ARM64) {
		if (dtb)
			mb_reserve(&b->mb, dtb->mem.base, dtb->mem.size);
		if (rd.size)
			mb_reserve(&b->mb, rd.base, rd.size);
		if (kernel) {
			/* Linux 6.1 gives the first pages, before _stext, away */
			uint64_t skip = s->habit == HABIT_6_1 && kernel->mem.size > 64 * KIB ?
					64 * KIB : 0;

			mb_reserve(&b->mb, kernel->mem.base + skip, kernel->mem.size - skip);
		}
	} else {
		/* riscv64 reserves the tree after the regions that are in it */
		if (dtb && s->arch == ARCH_ARM)
			mb_reserve(&b->mb, dtb->mem.base, dtb->mem.size);
		if (s->arch == ARCH_ARM)
			arm_lowmem(b);
		if (kernel)
			reserve_kernel(b, kernel->mem);
		if (rd.size)
			reserve_initrd(b, rd);
	}
	b->loaded_known = b->memory_known && kernel && dtb && !t->uefi &&
			  !t->usable_memory_range && !t->elfcorehdr;
}

static void reserve_memreserve(struct boot *b, const void *fdt, size_t len)
{
	const unsigned char *blob = fdt;

	/* off_mem_rsvmap of the header; the list ends with a size of 0 */
	for (size_t at = read_cells(blob + 16, 1); at < len && len - at >= 16; at += 16) {
		uint64_t base = read_cells(blob + at, 2), size = read_cells(blob + at + 8, 2);

		if (!size || !mb_reserve(&b->mb, base, size))
			return;
	}
}

/*
 * One region
 */

bool is_pool(const struct node *n)
{
	return is_compatible(&n->compatible, "shared-dma-pool");
}

bool is_cma_candidate(const struct node *n)
{
	return is_pool(n) && n->reusable && !n->no_map;
}

/* The memory of a region that failed is free again, whoever else has it */
static void give_back(struct boot *b, struct state *s)
{
	for (size_t i = 0; i < b->set->nr_loaded; i++) {
		const struct loaded *l = &b->set->loaded[i];

		if (!s->node->no_map && s->placed && s->mem.base < l->mem.base + l->mem.size &&
		    l->mem.base < s->mem.base + s->mem.size)
			boots(b, UNKNOWN, format("the kernel gives the memory of %s away, where "
						 "the %s lies",
						 s->node->name, l->name));
	}
	if (!s->placed)
		return;
	if (b->is_late) {
		b->late = xrealloc(b->late, (b->nr_late + 1) * sizeof(*b->late));
		b->late[b->nr_late++] = (struct late){ s->mem, s->node->no_map };
	}
	if (s->node->no_map)
		mb_mark_nomap(&b->mb, s->mem.base, s->mem.size, false);
	else
		mb_unreserve(&b->mb, s->mem.base, s->mem.size);
}

bool aligned(const struct boot *b, const struct range *r)
{
	return !((r->base | r->size) & (b->set->pageblock_size - 1));
}

static void add_area(struct boot *b, size_t region, const char *name, struct range mem)
{
	bool is_format = b->set->habit != HABIT_7;
	struct area *a;

	b->area = xrealloc(b->area, (b->nr_areas + 1) * sizeof(*b->area));
	a = &b->area[b->nr_areas++];
	*a = (struct area){ .region = region, .mem = mem, .active = true };
	/* Up to 6.x the name is a format for printf */
	for (size_t n = 0; *name && n < sizeof(a->name) - 1; name++) {
		a->name[n++] = *name;
		if (*name != '%' || !is_format)
			continue;
		if (name[1] == '%')
			name++;
		else
			note_unknown(b, format("what the kernel makes of the %% in the name of "
					       "CMA area %zu",
					       b->nr_areas));
	}
}

/* What the drivers of shared-dma-pool and restricted-dma-pool make of a region */
static void init_region(struct boot *b, struct state *s)
{
	const struct node *n = s->node;
	bool newer = b->set->habit == HABIT_7, pool = is_pool(n);
	enum why why = WHY_NONE;

	s->fate = FATE_RESERVED;
	if (!pool)
		return;

	if (!b->set->has_cma)
		why = WHY_NO_CMA;
	else if (n->no_map)
		why = WHY_NO_MAP;
	else if (!n->reusable)
		why = WHY_NOT_REUSABLE;
	else if (b->cma_given && n->is_default)
		why = WHY_CMDLINE;
	else if (s->mem.base == NONE ? s->mem.size & (b->set->pageblock_size - 1) :
		 !aligned(b, &s->mem))
		why = WHY_MISALIGNED;
	else if (newer && s->mem.base != NONE &&
		 !mb_is_reserved(&b->mb, s->mem.base, s->mem.size))
		why = WHY_NOT_RESERVED;
	else if (b->nr_areas >= b->set->cma_slots)
		why = WHY_NO_SLOT;
	else if (s->mem.base != NONE && s->placed &&
		 !mb_is_reserved(&b->mb, s->mem.base, s->mem.size))
		why = WHY_NOT_RESERVED;

	if (!why) {
		s->fate = FATE_CMA;
		s->area = b->nr_areas;
		add_area(b, s - b->state, n->name, s->mem);
		if (b->set->habit == HABIT_6_1)
			arm_add_remap(b, s->mem, s - b->state);
		if (n->is_default)
			b->default_area = s->area;
		return;
	}
	s->why = why;
	/*
	 * What is not reusable is a coherent pool, but not on arm, if it is mapped. A
	 * reusable one is nothing else, and 7.x leaves one with no-map as it is.
	 */
	if (!n->reusable && b->set->arch == ARCH_ARM && !n->no_map)
		s->why = WHY_NEEDS_NO_MAP;
	else if (!n->reusable || (newer && why == WHY_NO_MAP))
		return;
	s->fate = FATE_FAILED;
	give_back(b, s);
}

/* Cells as an address or a size, of which the kernel keeps what it has room for */
static uint64_t phys_cells(const struct boot *b, const unsigned char *p, unsigned int n)
{
	return read_cells(p, n) & b->phys_mask;
}

/* Linux 6.1 looks at what became an area, later ones at what the tree says */
static bool is_remapped(const struct boot *b, const struct node *n)
{
	return b->set->habit != HABIT_6_1 && is_pool(n) && n->reusable &&
	       !(b->set->habit == HABIT_7 && n->no_map);
}

static bool reserve_static(struct boot *b, struct state *s, uint64_t base, uint64_t size)
{
	if (s->node->no_map) {
		if (mb_is_memory(&b->mb, base, size) && mb_is_reserved(&b->mb, base, size))
			return false;
		return mb_mark_nomap(&b->mb, base, size, true);
	}
	return mb_reserve(&b->mb, base, size);
}

/* Return: false if the node has no reg that the kernel takes for one */
static bool reserve_reg(struct boot *b, struct state *s, bool *counts)
{
	const struct tree *t = b->tree;
	const struct node *n = s->node;
	size_t entry = 4 * (t->ac + t->sc);
	bool newer = b->set->habit == HABIT_7;

	*counts = false;
	if (!n->reg.data)
		return false;
	if (n->reg.len % entry) {
		s->why = WHY_REG;
		return newer;	/* looked at again, as a dynamic one */
	}
	if (!n->reg.len) {
		s->why = WHY_EMPTY;
		*counts = true;
		return !newer;
	}
	s->reg_entries = n->reg.len / entry;
	if (newer && b->cma_given && n->is_default && is_cma_candidate(n)) {
		s->why = WHY_CMDLINE;
		s->mem.base = phys_cells(b, n->reg.data, t->ac);
		s->mem.size = phys_cells(b, n->reg.data + 4 * t->ac, t->sc);
		return true;
	}
	for (size_t at = 0; at < n->reg.len; at += entry) {
		uint64_t base = phys_cells(b, n->reg.data + at, t->ac);
		uint64_t size = phys_cells(b, n->reg.data + at + 4 * t->ac, t->sc);
		bool ok = size && reserve_static(b, s, base, size);

		if (ok && is_remapped(b, n))
			arm_add_remap(b, (struct range){ base, size }, s - b->state);

		if (!at) {
			s->mem = (struct range){ base, size };
			s->placed = ok;
			s->entry_failed = size && !ok;
			if (!size)
				s->why = WHY_EMPTY;
		}
		if (newer)
			break;
	}
	*counts = true;
	return true;
}

/* Near to another region, or from above: where alloc-ranges are searched from */
static bool search_bottom_up(const struct boot *b, uint64_t start, uint64_t end)
{
	bool bottom_up = false, top_down = false;

	if (b->set->habit == HABIT_6_1)
		return false;
	for (size_t i = 0; i < b->saved; i++) {
		const struct state *s = &b->state[b->entry[i]];

		if (!s->mem.size || s->mem.base == NONE)
			continue;
		if (start >= s->mem.base && start <= s->mem.base + s->mem.size)
			bottom_up = true;
		if (end >= s->mem.base && end <= s->mem.base + s->mem.size)
			top_down = true;
	}
	return bottom_up && !top_down;
}

static bool place(struct boot *b, struct state *s, uint64_t align, uint64_t start,
		  uint64_t end, bool bottom_up)
{
	uint64_t at;

	if (!b->memory_known) {
		s->mem.base = NONE;
		return !end || (end > start && end - start >= s->mem.size);
	}
	at = mb_alloc(&b->mb, s->mem.size, align ? align : 64, start, end ? end : b->phys_mask,
		      bottom_up);
	if (!at)
		return false;
	s->mem.base = at;
	s->placed = true;
	if (s->node->no_map)
		mb_mark_nomap(&b->mb, at, s->mem.size, true);
	return true;
}

/* A region that has a size, and the kernel says where */
static bool alloc_dynamic(struct boot *b, struct state *s)
{
	const struct tree *t = b->tree;
	const struct node *n = s->node;
	size_t entry = 4 * (t->ac + t->sc);
	bool newer = b->set->habit == HABIT_7, ok = false;
	uint64_t align = 0;

	s->dynamic = true;
	s->mem = (struct range){ NONE, NONE };
	if (!n->size.data || n->size.len != 4 * t->sc) {
		s->why = n->size.data ? WHY_SIZE : WHY_EMPTY;
		return false;
	}
	s->mem.size = phys_cells(b, n->size.data, t->sc);
	if (n->alignment.data) {
		if (n->alignment.len != 4 * t->ac) {
			s->why = WHY_ALIGNMENT;
			return false;
		}
		align = phys_cells(b, n->alignment.data, t->ac);
	}
	if (is_cma_candidate(n) && b->set->has_cma) {
		if (newer && b->cma_given && n->is_default) {
			s->why = WHY_CMDLINE;
			return false;
		}
		if (align < b->set->pageblock_size)
			align = b->set->pageblock_size;
	}

	if (n->alloc_ranges.data && !(newer && n->alloc_ranges.len % entry)) {
		if (n->alloc_ranges.len % entry) {
			s->why = WHY_ALLOC_RANGES;
			return false;
		}
		for (size_t at = 0; !ok && at < n->alloc_ranges.len; at += entry) {
			uint64_t start = phys_cells(b, n->alloc_ranges.data + at, t->ac);
			uint64_t end = start + read_cells(n->alloc_ranges.data + at + 4 * t->ac,
							  t->sc);

			end &= b->phys_mask;
			ok = place(b, s, align, start, end, search_bottom_up(b, start, end));
		}
	} else {
		ok = place(b, s, align, 0, 0, false);
	}
	if (!ok)
		s->why = WHY_NO_ROOM;
	else if (is_remapped(b, n))
		arm_add_remap(b, s->mem, s - b->state);
	return ok;
}

/*
 * All regions, in the order of each kernel
 */

/* The order in which Linux 6.1 sets regions up, from its heap sort */
struct order {
	uint64_t base, size;
	size_t index;
};

static int compare(const struct order *a, const struct order *b)
{
	if (a->base != b->base)
		return a->base < b->base ? -1 : 1;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return 0;
}

static void exchange(struct order *a, struct order *b)
{
	struct order tmp = *a;

	*a = *b;
	*b = tmp;
}

/*
 * Regions that compare as equal, as dynamic ones do, end up in the order that the
 * kernel's heap sort happens to give: so it must be the same one.
 */
static void heap_sort(struct order *v, size_t n)
{
	size_t start = n / 2;

	while (n > 1 || start) {
		size_t root, leaf, child;

		if (start) {
			root = --start;
		} else {
			if (!--n)
				break;
			exchange(&v[0], &v[n]);
			root = 0;
		}
		/* Down along the larger children, then up to where the root belongs */
		for (leaf = root; child = 2 * leaf + 1, child + 1 < n;)
			leaf = compare(&v[child], &v[child + 1]) >= 0 ? child : child + 1;
		if (child + 1 == n)
			leaf = child;
		while (leaf != root && compare(&v[root], &v[leaf]) >= 0)
			leaf = (leaf - 1) / 2;
		for (child = leaf; leaf != root;) {
			leaf = (leaf - 1) / 2;
			exchange(&v[leaf], &v[child]);
		}
	}
}

static bool save(struct boot *b, struct state *s)
{
	if (b->saved == b->table) {
		s->why = WHY_TABLE_FULL;
		return false;
	}
	b->entry[b->saved++] = s - b->state;
	s->saved = true;
	return true;
}

/* What RISC-V's firmware runs in, for which it adds a region, as the first one */
static const struct range *firmware(const struct boot *b)
{
	const struct loaded *l = loaded(b->set, "firmware");

	return l && b->set->arch == ARCH_RISCV64 ? &l->mem : NULL;
}

static void reserve_firmware(struct boot *b, bool root_ok)
{
	const struct range *mem = firmware(b);

	if (mem && (root_ok || !b->tree->reserved_memory))
		mb_reserve(&b->mb, mem->base, mem->size);
	else if (mem && mb_is_memory(&b->mb, mem->base, mem->size))
		boots(b, UNKNOWN, xstrdup("what happens when the kernel uses the memory of the "
					  "firmware, which is not reserved, as all of "
					  "/reserved-memory is ignored"));
}

static void regions_6_1(struct boot *b)
{
	struct order order[MAX_RESERVED_REGIONS];
	size_t n = 0;
	bool counts;

	b->table = MAX_RESERVED_REGIONS;
	if (firmware(b)) {
		order[n++] = (struct order){ firmware(b)->base, firmware(b)->size, SIZE_MAX };
		b->table--;
	}
	for (size_t i = 0; i < b->count; i++) {
		struct state *s = &b->state[i];

		if (s->why)
			continue;
		if (reserve_reg(b, s, &counts)) {
			if (s->reg_entries && save(b, s))
				order[n++] = (struct order){ s->mem.base, s->mem.size, i };
		} else if (s->why) {
			continue;
		} else if (!s->node->size.data) {
			s->why = WHY_EMPTY;
		} else if (save(b, s)) {
			order[n++] = (struct order){ 0, 0, i };
		}
	}
	if (n >= 2)
		heap_sort(order, n);
	for (size_t i = 0; i < n; i++) {
		struct state *s;

		if (order[i].index == SIZE_MAX)
			continue;
		s = &b->state[order[i].index];
		if (order[i].size || alloc_dynamic(b, s))
			init_region(b, s);
	}
}

static void regions_6_12(struct boot *b, bool newer)
{
	size_t dynamic[MAX_RESERVED_REGIONS], n = 0, total = 0;
	bool counts;

	b->table = MAX_RESERVED_REGIONS;
	for (size_t i = 0; i < b->count; i++) {
		struct state *s = &b->state[i];

		if (s->why)
			continue;
		if (reserve_reg(b, s, &counts)) {
			if (!newer || s->why != WHY_REG) {
				total += counts;
				continue;
			}
		} else if (s->why == WHY_REG) {
			continue;
		}
		if (!s->node->size.data) {
			if (!s->why)
				s->why = WHY_EMPTY;
			continue;
		}
		if (n == MAX_RESERVED_REGIONS) {
			s->why = WHY_TABLE_FULL;
			continue;
		}
		s->why = WHY_NONE;
		dynamic[n++] = i;
	}
	for (size_t i = 0; i < n; i++) {
		struct state *s = &b->state[dynamic[i]];

		if (!alloc_dynamic(b, s))
			continue;
		total++;
		if (!save(b, s))
			continue;
		init_region(b, s);
		/* What failed leaves its place to the next */
		if (newer && s->fate == FATE_FAILED) {
			s->saved = false;
			b->saved--;
		}
	}
	b->table = total;
}

/* The static ones, later in the boot, when there is room for a table of all */
static void late_regions(struct boot *b, bool newer)
{
	if (b->set->habit == HABIT_6_1)
		return;
	for (size_t i = 0; i < b->count; i++) {
		struct state *s = &b->state[i];

		if (s->why || s->dynamic || !s->reg_entries || !s->mem.size)
			continue;
		if (!save(b, s))
			continue;
		init_region(b, s);
		if (newer && s->fate == FATE_FAILED) {
			s->saved = false;
			b->saved--;
		}
	}
}

/*
 * The default area
 */

static void setup_zones(struct boot *b)
{
	const struct settings *s = b->set;
	uint64_t end = mb_end(&b->mb), limit32 = 1ULL << 32;

	if (s->arch == ARCH_ARM) {
		if (s->zone_dma)
			note_unknown(b, xstrdup("how far the zone of the DMA memory reaches: the "
						"kernel's code for each board decides"));
		return;
	}

	b->dma32_limit = s->zone_dma32 ? (end < limit32 ? end : limit32) : 0;
	b->dma_limit = mb_start(&b->mb) < UINT32_MAX && end > limit32 ? limit32 : end;
	if (!s->zone_dma)
		b->dma_limit = 0;
	if (b->tree->dma_limit_unknown && s->arch == ARCH_ARM64)
		note_unknown(b, xstrdup("how far the zone of the DMA memory reaches: the tree has "
					"dma-ranges"));
}

/*
 * Between the regions and the default area the kernel makes page tables, its own
 * form of the tree and, before 7.x, the map of all pages. How large the small
 * things are is known only roughly. So each size that they might have is tried, in
 * one piece and in pages: where the default area ends up in the same place each
 * time, that is where it is.
 */
struct guess {
	uint64_t tables, rest;
	bool pieces;
};

static bool take(struct memblock *mb, uint64_t size, bool pieces)
{
	if (!pieces)
		return !size || mb_alloc(mb, size, mb->page_size, 0, UINT64_MAX, false);
	return mb_take(mb, size, UINT64_MAX);
}

/* One struct page for each page of each section that has memory */
static uint64_t page_map_size(const struct boot *b)
{
	uint64_t section = 1ULL << b->set->section_bits, sections = 0, behind = 0;

	for (size_t i = 0; i < b->mb.memory.count; i++) {
		const struct mb_range *r = &b->mb.memory.range[i];
		uint64_t first = r->base / section, end = (r->base + r->size - 1) / section + 1;

		if (first < behind)
			first = behind;
		if (end > first)
			sections += end - first;
		behind = end;
	}
	return sections * (section / b->set->page_size * 64);
}

/* The default area comes before the regions with a reg, and before page tables */
static bool default_is_early(const struct boot *b)
{
	return b->set->arch == ARCH_ARM ||
	       (b->set->arch == ARCH_RISCV64 && strcmp(b->set->kernel, "7.3"));
}

/* Where CMA looks: above 4 GiB, in high memory, and then from the top of the rest */
static uint64_t find_room(const struct boot *b, struct memblock *mb, uint64_t size, uint64_t base,
			  uint64_t limit, bool from_4g)
{
	uint64_t align = b->set->pageblock_size, high = b->lowmem_end, at = 0;
	bool old = b->set->habit == HABIT_6_1;

	if (from_4g && !old)
		at = mb_find(mb, size, align, 1ULL << 32, limit, true);
	if (!at && b->set->arch == ARCH_ARM && base < high && limit > high) {
		at = mb_find(mb, size, align, high, limit, false);
		limit = high;
	}
	if (from_4g && old) {
		/* What it found in high memory is lost */
		if (at)
			mb_reserve(mb, at, size);
		at = mb_find(mb, size, align, 1ULL << 32, limit, true);
	}
	return at ? at : mb_find(mb, size, align, base, limit, false);
}

static uint64_t find_default(const struct boot *b, const struct guess *g, uint64_t size,
			     uint64_t base, uint64_t limit, bool fixed, bool from_4g)
{
	uint64_t at = 0, map = b->set->habit == HABIT_7 ? 0 : page_map_size(b);
	uint64_t map_align = (1ULL << b->set->section_bits) / b->set->page_size * 64;
	struct memblock mb;

	mb_copy(&mb, &b->early);
	if (!take(&mb, g->tables, g->pieces))
		goto out;
	for (size_t i = 0; i < b->nr_late; i++) {
		if (b->late[i].no_map)
			mb_mark_nomap(&mb, b->late[i].mem.base, b->late[i].mem.size, false);
		else
			mb_unreserve(&mb, b->late[i].mem.base, b->late[i].mem.size);
	}
	if (!take(&mb, g->rest, g->pieces))
		goto out;
	if (map && !mb_alloc(&mb, map, map_align, mb_start(&mb), UINT64_MAX, false))
		goto out;
	if (fixed) {
		at = mb_is_reserved(&mb, base, size) ? 0 : base;
		goto out;
	}
	at = find_room(b, &mb, size, base, limit, from_4g);
out:
	mb_free(&mb);
	return at;
}

/* Return: the address, NONE if it cannot be told, 0 if there is none */
static uint64_t place_default(struct boot *b, uint64_t size, uint64_t base, uint64_t limit,
			      bool fixed, bool from_4g, bool *certain)
{
	const struct settings *s = b->set;
	const struct tree *t = b->tree;
	uint64_t page = s->page_size, gigs = mb_total(&b->mb) / GIB + 1, step, at = 0;
	uint64_t mapped = mb_total(&b->mb) - mb_nomap_in(&b->mb, 0, UINT64_MAX);
	uint64_t low[2], high[2];
	bool first = true, differ = false;

	/* The kernel itself and what it allocates may break up the only room there is */
	if (!b->loaded_known && !fixed &&
	    mb_total(&b->mb) < 2 * (size + b->set->pageblock_size))
		*certain = false;
	if (!b->loaded_known || (s->zone_dma && s->arch == ARCH_ARM))
		return NONE;
	if (default_is_early(b) && !b->odd_parameter)
		return fixed ? base : find_room(b, &b->mb, size, base, limit, from_4g);
	if (page != 4 * KIB && !fixed) {
		struct memblock mb;

		/* Page tables come from the top, and may break up the only room of 32 or 512 MiB */
		mb_copy(&mb, &b->mb);
		*certain = mb_alloc(&mb, page, page, 0, UINT64_MAX, false) &&
			   find_room(b, &mb, size, base, limit, from_4g);
		mb_free(&mb);
	}
	if (!s->simple || b->odd_parameter || page != 4 * KIB)
		return NONE;
	low[0] = 2 * page;
	high[0] = (8 + gigs + 4 * (b->mb.memory.count + 1)) * page;
	/* A table for each 512 pages that are mapped, or none where there are blocks */
	if (s->map != MAP_BLOCKS)
		high[0] += mapped / 512;
	if (s->map == MAP_PAGES)
		low[0] += mapped / 512 / page * page;
	low[1] = t->all_nodes * 96 + t->all_props * 32 + t->names_len;
	high[1] = t->all_nodes * 512 + t->all_props * 192 + 2 * t->names_len + 16 * KIB;
	if (s->habit != HABIT_7) {
		/*
		 * The table of sections, what it leads to, and page tables of the map. With
		 * 4K pages the CPU decides whether more than 48 bits are addressed.
		 */
		unsigned int least = s->pa_bits < 48 ? s->pa_bits : 48;

		low[1] += (1ULL << (least - s->section_bits)) / 256 * 8;
		high[1] += (1ULL << (s->pa_bits - s->section_bits)) / 256 * 8 +
			   64 * KIB + gigs * 16 * KIB;
	}
	/* So large that it would take long to try, and no board is */
	if (gigs > 4096 || high[1] > 4 * MIB)
		return NONE;
	step = (high[1] - low[1]) / 16 / page * page + page;
	for (unsigned int i = 0; i < 4; i++) {
		for (uint64_t rest = low[1]; rest < high[1] + step; rest += step) {
			struct guess g = {
				i & 1 ? high[0] : low[0],
				(rest < high[1] ? rest : high[1]) / page * page + page, i & 2,
			};
			uint64_t here = find_default(b, &g, size, base, limit, fixed, from_4g);

			if (!first && here != at)
				differ = true;
			if (!first && !here != !at)
				*certain = false;
			if (!*certain)
				return NONE;
			at = here;
			first = false;
		}
	}
	return differ ? NONE : at;
}

/*
 * A region with no-map that 6.12 gives back, when memory is mapped already, is
 * memory without a map. What the kernel allocates next comes from the top; what
 * comes from there later, and what the page allocator hands out, is chance.
 */
static void unmapped(struct boot *b)
{
	uint64_t page = b->set->page_size, at = mb_find(&b->mb, page, page, 0, UINT64_MAX, false);

	for (size_t i = 0; i < b->count; i++) {
		const struct state *s = &b->state[i];

		if (b->set->habit != HABIT_6_12 || s->fate != FATE_FAILED || s->dynamic ||
		    !s->node->no_map || !s->placed || mb_is_reserved(&b->mb, s->mem.base,
								     s->mem.size))
			continue;
		region_problem(b, i, true, xstrdup("is given back although it is not mapped: the "
						   "kernel dies when it uses the memory"), NULL);
		if (at >= s->mem.base && at - s->mem.base < s->mem.size)
			boots(b, NO, NULL);
		else
			boots(b, UNKNOWN, format("when the kernel uses %s, which is given back "
						 "although it is not mapped", s->node->name));
	}
}

static uint64_t default_limit(const struct boot *b)
{
	uint64_t end = mb_end(&b->mb), limit32 = 1ULL << 32;

	switch (b->set->arch) {
	case ARCH_ARM:
		return b->phys_mask;
	case ARCH_RISCV64:
		return end < limit32 ? end : limit32;
	default:
		return b->dma_limit ? b->dma_limit : b->dma32_limit ? b->dma32_limit : 1ULL << 48;
	}
}

static void default_area(struct boot *b)
{
	const struct settings *s = b->set;
	uint64_t size = s->default_cma, base = 0, limit, align = s->pageblock_size, end;
	struct range mem = { NONE, NONE };
	bool fixed = false, certain = true;

	if (s->default_percent) {
		uint64_t part = mb_total(&b->mb) / s->page_size * s->default_percent / 100 *
				s->page_size;

		if (s->default_min)
			size = part < size ? part : size;
		else if (s->default_max)
			size = part > size ? part : size;
		else
			size = part;
		if (!b->memory_known) {
			note_unknown(b, xstrdup("the size of the default area, which is a part of "
						"the memory"));
			return;
		}
	}
	limit = default_limit(b);
	if (b->cma_given) {
		size = b->cma_size;
		base = b->cma_base;
		if (b->cma_limit && (s->habit == HABIT_7 || b->cma_limit < limit))
			limit = b->cma_limit;
		fixed = ((base + size) & b->phys_mask) == b->cma_limit;
	}
	if (!s->has_cma || !size || b->default_area != NO_REGION)
		return;

	if (b->nr_areas >= s->cma_slots) {
		tree_problem(b, true, xstrdup("no CMA slot is left for the default area"),
			     format("CONFIG_CMA_AREAS=%zu or more", b->nr_areas + 1));
		return;
	}
	if (fixed && base & (align - 1)) {
		tree_problem(b, true, format("cma=: the base is not a multiple of %s",
					     human(align)),
			     NULL);
		return;
	}
	base = (base + align - 1) & ~(align - 1);
	size = (size + align - 1) & ~(align - 1);
	limit &= ~(align - 1);
	if (!base)
		fixed = false;
	mem.size = size;
	if (!b->memory_known)
		goto add;

	if (fixed && s->arch == ARCH_ARM && base < b->lowmem_end && base + size > b->lowmem_end) {
		tree_problem(b, true, format("cma= lies on both sides of the end of lowmem, "
					     "0x%" PRIx64, b->lowmem_end), NULL);
		return;
	}
	end = mb_end(&b->mb);
	if (!limit || limit > end)
		limit = end;
	if (base + size > limit) {
		tree_problem(b, true, format("the default area of %s does not fit below 0x%" PRIx64,
					     human(size), limit), NULL);
		return;
	}
	if (fixed) {
		if (mb_is_reserved(&b->mb, base, size) ||
		    !place_default(b, size, base, limit, true, false, &certain)) {
			tree_problem(b, true, format("cma=: what is at 0x%" PRIx64 " is reserved "
						     "already", base),
				     NULL);
			return;
		}
		mb_reserve(&b->mb, base, size);
		mem.base = base;
	} else {
		bool from_4g = (s->habit == HABIT_7 ? limit : end) >= (1ULL << 32) + size &&
			       b->phys_mask > UINT32_MAX;

		mem.base = place_default(b, size, base, limit, false, from_4g, &certain);
		/* It may be known that there is room, and not where */
		if (mem.base && !mb_find(&b->mb, size, align, base, limit, false) &&
		    !(from_4g && mb_find(&b->mb, size, align, 1ULL << 32, limit, true)))
			mem.base = 0;
		if (mem.base && mem.base != NONE && default_is_early(b))
			mb_reserve(&b->mb, mem.base, size);
		if (!mem.base) {
			tree_problem(b, true, format("no room of %s for the default area",
						     human(size)),
				     NULL);
			return;
		}
	}
add:
	if (mem.base == NONE)
		note_unknown(b, xstrdup("where the kernel places the default area"));
	if (!certain)
		note_unknown(b, xstrdup("whether the kernel itself leaves room for the default "
					"area"));
	b->default_area = b->nr_areas;
	add_area(b, NO_REGION, "reserved", mem);
	arm_add_remap(b, mem, NO_REGION);
	b->area[b->default_area].doubtful = !certain;
}

static void scan_regions(struct boot *b, const void *fdt, size_t len)
{
	const struct tree *t = b->tree;
	bool newer = b->set->habit == HABIT_7, root_ok;

	root_ok = t->rm_ac.len >= 4 && t->rm_sc.len >= 4 && t->rm_ranges &&
		  read_cells(t->rm_ac.data, 1) == t->ac && read_cells(t->rm_sc.data, 1) == t->sc;
	if (t->reserved_memory && root_ok && (!(t->ac + t->sc) || t->ac > MAX_CELLS ||
					      t->sc > MAX_CELLS)) {
		root_ok = false;
		note_unknown(b, format("what the kernel reads from %u address and %u size cells",
				       t->ac, t->sc));
	}
	for (size_t i = 0; i < b->count; i++) {
		struct state *s = &b->state[i];

		s->area = NO_REGION;
		s->mem = (struct range){ NONE, NONE };
		if (!status_okay(&s->node->status, newer))
			s->why = WHY_DISABLED;
		else if (!root_ok)
			s->why = WHY_ROOT;
	}
	b->default_area = NO_REGION;
	if (b->set->habit == HABIT_6_1)
		reserve_memreserve(b, fdt, len);
	reserve_firmware(b, root_ok);
	if (root_ok) {
		if (b->set->habit == HABIT_6_1)
			regions_6_1(b);
		else
			regions_6_12(b, newer);
	}
	if (b->set->habit != HABIT_6_1)
		reserve_memreserve(b, fdt, len);
	if (b->set->arch == ARCH_RISCV64 && loaded(b->set, "dtb")) {
		const struct range *dtb = &loaded(b->set, "dtb")->mem;

		mb_reserve(&b->mb, dtb->base, dtb->size);
	}
	if (b->mb.reserved.overflow || b->mb.memory.overflow)
		boots(b, b->set->habit == HABIT_6_1 ? UNKNOWN : NO,
		      format("more pieces of reserved memory than the early allocator has room "
			     "for (%zu)",
			     b->mb.reserved.limit));
	if (default_is_early(b))
		default_area(b);
	if (b->set->arch == ARCH_ARM)
		arm_lowmem(b);
	mb_copy(&b->early, &b->mb);
	b->is_late = true;
	if (root_ok)
		late_regions(b, newer);
}

/* An area that lies in more than one zone cannot be used */
static void activate(struct boot *b)
{
	uint64_t border[] = { b->dma_limit, b->dma32_limit, b->lowmem_end };

	for (size_t i = 0; i < b->nr_areas; i++) {
		struct area *a = &b->area[i];

		if (a->mem.base == NONE || !b->memory_known)
			continue;
		for (size_t k = 0; k < 3; k++)
			if (border[k] && a->mem.base < border[k] &&
			    a->mem.base + a->mem.size > border[k] && border[k] < mb_end(&b->mb))
				a->active = false;
		if (mb_memory_in(&b->mb, a->mem.base, a->mem.size) != a->mem.size) {
			uint64_t section = 1ULL << b->set->section_bits;
			uint64_t from = a->mem.base & ~(section - 1);
			uint64_t to = (a->mem.base + a->mem.size + section - 1) & ~(section - 1);
			const char *name = a->region == NO_REGION ? "the default area" :
					   b->state[a->region].node->name;

			if (!b->set->flat && !mb_is_memory(&b->mb, from, to - from)) {
				boots(b, NO, NULL);
				continue;
			}
			/* There is an entry in the map of pages, or what is taken for one */
			a->doubtful |= b->set->flat;
			boots(b, UNKNOWN, format("what happens with %s, which is not all in "
						 "memory", name));
		}
	}
}

/*
 * Heaps
 */

static bool add_heap(struct boot *b, const char *name, const struct area *a, bool is_default)
{
	struct prediction *p = b->p;
	struct heap *h;

	for (size_t i = 0; i < p->nr_heaps; i++)
		if (!strcmp(p->heap[i].name, name))
			return false;
	p->heap = xrealloc(p->heap, (p->nr_heaps + 1) * sizeof(*p->heap));
	h = &p->heap[p->nr_heaps++];
	h->name = xstrdup(name);
	h->node = a->region == NO_REGION ? NULL : xstrdup(p->region[a->region].node);
	h->mem = a->mem;
	h->is_default = is_default;
	h->certain = !a->doubtful;
	return true;
}

static void no_heap(struct boot *b, size_t i, const char *reason)
{
	struct region *r = &b->p->region[i];

	free(r->reason);
	r->verdict = VERDICT_NO_HEAP;
	r->reason = xstrdup(reason);
}

/* The areas that have a heap by their own name, or will have one, as the exporter knows them */
struct claims {
	size_t *area;
	size_t count;
};

/* Why an area cannot have this heap; NULL if it can, "" if it has it */
static const char *claim(const struct boot *b, struct claims *c, size_t k, const char *name)
{
	const struct area *a = &b->area[k];
	bool is_default = k == b->default_area;

	if (strcmp(name, a->name) || strpbrk(name, "/%") || !name[strspn(name, ".")])
		return "name is invalid or too long";
	for (size_t i = 0; i < c->count; i++)
		if (!strcmp(name, b->area[c->area[i]].name))
			return c->area[i] == k ? "" : "name is already in use";
	if (is_default && b->set->default_name && !strcmp(name, "default_cma_region"))
		return "";
	if (!strcmp(name, "system") ||
	    (!is_default &&
	     (!strcmp(name, "system_cc_shared") || !strncmp(name, "protected,", 10) ||
	      (b->default_area != NO_REGION &&
	       (!strcmp(name, "default_cma_region") ||
		!strcmp(name, b->area[b->default_area].name))))))
		return "name is reserved";
	c->area = xrealloc(c->area, (c->count + 1) * sizeof(*c->area));
	c->area[c->count++] = k;
	return NULL;
}

/* A heap by the own name of an area */
static void own_heap(struct boot *b, size_t k)
{
	const struct area *a = &b->area[k];
	bool is_default = k == b->default_area;
	struct region *r;

	if (!add_heap(b, a->name, a, is_default) || a->region == NO_REGION)
		return;
	r = &b->p->region[a->region];
	r->verdict = r->wanted || !is_default ? VERDICT_HEAP : VERDICT_DEFAULT;
	free(r->heap);
	r->heap = xstrdup(a->name);
}

/* What dma_heap_add_cma() does; the order in which heaps are added makes no difference */
static void export_area(struct boot *b, struct claims *c, size_t k, const char *name)
{
	const char *reason = claim(b, c, k, name);
	const struct area *a = &b->area[k];

	if (!reason && !a->active && k != b->default_area && !b->set->heap_is_module) {
		c->count--;
		reason = "CMA area was not set up";
	}
	if (!reason)
		own_heap(b, k);
	else if (*reason && a->region != NO_REGION &&
		 (k != b->default_area || b->p->region[a->region].flagged))
		no_heap(b, a->region, reason);
}

/* As the device tree shows it, by the cells that /reserved-memory has */
static bool shows_misalignment(const struct boot *b, const struct node *n)
{
	const struct tree *t = b->tree;
	uint32_t ac = t->rm_ac.len >= 4 ? read_cells(t->rm_ac.data, 1) : 0;
	uint32_t sc = t->rm_sc.len >= 4 ? read_cells(t->rm_sc.data, 1) : 0;
	uint64_t low = 0;

	if (!ac || ac > 2 || !sc || sc > 2)
		return false;
	if (n->reg.data && n->reg.len >= 4 * (ac + sc))
		low = read_cells(n->reg.data + 4 * (ac - 1), 1) |
		      read_cells(n->reg.data + 4 * (ac + sc - 1), 1);
	else if (n->size.data && n->size.len >= 4 * sc)
		low = read_cells(n->size.data + 4 * (sc - 1), 1);
	return low & (b->set->pageblock_size - 1);
}

static const char *kernel_reason(const struct boot *b, const struct node *n, char *buf, size_t size)
{
	if (!is_pool(n))
		return "not a shared-dma-pool";
	if (n->no_map)
		return "no-map";
	if (!n->reusable)
		return "not reusable";
	if (!shows_misalignment(b, n))
		return "CMA area was not set up";
	snprintf(buf, size, "base or size is not a multiple of %" PRIu64 " KiB",
		 (uint64_t)(b->set->pageblock_size / KIB));
	return buf;
}

/* The kernel's table, in an order in which a name is found at once */
struct entry {
	const char *name;
	uint64_t base;
	size_t area;
};

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : x->base < y->base ? -1 : x->base > y->base;
}

static struct entry *sort_entries(const struct boot *b)
{
	struct entry *e = xmalloc(b->saved * sizeof(*e));

	for (size_t i = 0; i < b->saved; i++) {
		const struct state *s = &b->state[b->entry[i]];

		e[i] = (struct entry){ s->node->name, s->mem.base, s->area };
	}
	if (b->saved)
		qsort(e, b->saved, sizeof(*e), by_name);
	return e;
}

/* Which area the kernel finds when it looks for the name of a node: the lowest one */
static size_t area_by_name(const struct boot *b, const struct entry *e, const char *name)
{
	size_t low = 0, high = b->saved;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(e[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < b->saved && !strcmp(e[low].name, name) ? e[low].area : NO_REGION;
}

/* What the kernel does by itself, or without the series */
static void kernel_heaps(struct boot *b, struct claims *c, bool selected)
{
	const struct settings *s = b->set;
	size_t d = b->default_area;

	if (d != NO_REGION && s->default_name) {
		struct region *r = b->area[d].region == NO_REGION ? NULL :
				   &b->p->region[b->area[d].region];

		if (add_heap(b, "default_cma_region", &b->area[d], true) && r &&
		    r->verdict != VERDICT_HEAP) {
			r->verdict = VERDICT_DEFAULT;
			r->heap = xstrdup("default_cma_region");
		}
	}
	for (size_t k = 0; k < b->nr_areas; k++) {
		if (k == d ? s->default_name && !s->legacy_name && !s->exports_all :
		    !s->exports_all || selected)
			continue;
		if (c)
			export_area(b, c, k, b->area[k].name);
		else if (strcmp(b->area[k].name, "system"))
			own_heap(b, k);
	}
}

/* A kernel without the series, or with its option off: the flag means nothing */
static void without_exporter(struct boot *b)
{
	if (b->set->has_heap)
		kernel_heaps(b, NULL, false);
	for (size_t i = 0; i < b->count; i++) {
		struct region *r = &b->p->region[i];

		if (r->flagged && r->enabled && r->verdict != VERDICT_HEAP)
			no_heap(b, i, b->set->has_heap ? "the kernel does not know "
				"linux,cma-export-heap" :
				"the kernel has no CMA heaps");
	}
}

static void export_regions(struct boot *b)
{
	bool all = b->export == EXPORT_ALL, selected = all || b->export == EXPORT_FLAGGED;
	struct claims claims = { 0 };
	struct entry *entries;
	char buf[80];

	if (!b->set->has_heap || !b->set->has_export) {
		without_exporter(b);
		return;
	}
	entries = sort_entries(b);
	/* The exporter looks at the tree, not at the blob */
	selected |= b->tree->flagged_only && !b->tree->odd_name;
	for (size_t i = 0; i < b->count && !b->tree->odd_name; i++) {
		struct region *r = &b->p->region[i];
		const struct node *n = b->state[i].node;
		size_t k;

		selected |= n->flagged;
		if (!status_okay(&n->status, false) || !(n->flagged || all))
			continue;
		k = is_cma_candidate(n) ? area_by_name(b, entries, n->name) : NO_REGION;
		if (k == NO_REGION) {
			if (n->flagged)
				no_heap(b, i, kernel_reason(b, n, buf, sizeof(buf)));
			continue;
		}
		r->wanted = true;
		export_area(b, &claims, k, n->name);
	}
	free(entries);
	b->selected = selected;
	kernel_heaps(b, &claims, selected);
	free(claims.area);
}

/*
 * What to say of it
 */

static const char *why_text(const struct boot *b, const struct state *s)
{
	switch (s->why) {
	case WHY_DISABLED:
		return "disabled";
	case WHY_ROOT:
		return "the kernel ignores all of /reserved-memory";
	case WHY_REG:
		return "reg is no whole number of entries";
	case WHY_EMPTY:
		return "neither a reg nor a size";
	case WHY_SIZE:
		return "size has the wrong number of cells";
	case WHY_ALIGNMENT:
		return "alignment has the wrong number of cells";
	case WHY_ALLOC_RANGES:
		return "alloc-ranges is no whole number of entries";
	case WHY_NO_ROOM:
		return "there is no room for it";
	case WHY_TABLE_FULL:
		return "more regions than the kernel has room for";
	case WHY_CMDLINE:
		return "overridden by cma=";
	case WHY_MISALIGNED:
		return "base or size is not a multiple of what CMA deals in";
	case WHY_NO_SLOT:
		return "CMA slots are full";
	case WHY_NOT_RESERVED:
		return "its memory was given back with another region's";
	case WHY_NO_CMA:
		return "the kernel has no CMA";
	case WHY_NEEDS_NO_MAP:
		return "not reusable, and 32-bit arm has such a pool with no-map only";
	default:
		return b->set->has_cma ? NULL : "the kernel has no CMA";
	}
}

static void first_verdicts(struct boot *b)
{
	for (size_t i = 0; i < b->count; i++) {
		struct region *r = &b->p->region[i];
		const struct state *s = &b->state[i];
		const char *why = why_text(b, s);

		r->mem = s->mem;
		if (s->dynamic && !b->loaded_known)
			r->mem.base = NONE;
		r->dynamic = s->dynamic;
		r->cma = s->fate == FATE_CMA;
		r->verdict = s->fate == FATE_RESERVED || s->fate == FATE_CMA ?
			     VERDICT_PRIVATE : VERDICT_IGNORED;
		if (r->verdict == VERDICT_IGNORED && why)
			r->reason = xstrdup(why);
		if (s->dynamic && s->fate != FATE_UNSEEN && r->mem.base == NONE)
			note_unknown(b, format("where the kernel places %s%s", r->name,
					       b->memory_known ?
					       " (--loaded kernel=, initrd= and dtb=)" : ""));
		if (s->fate == FATE_CMA && r->mem.base == NONE) {
			b->area[s->area].mem.base = NONE;
			b->area[s->area].doubtful |= !b->memory_known;
		}
	}
}

static void setup_result(struct boot *b, struct tree *t)
{
	struct prediction *p = b->p;
	size_t told = 0;

	p->nr_regions = b->count = t->nr_nodes;
	p->region = xmalloc(b->count * sizeof(*p->region));
	b->state = xmalloc(b->count * sizeof(*b->state));
	b->entry = xmalloc(b->count * sizeof(*b->entry));
	memset(p->region, 0, b->count * sizeof(*p->region));
	memset(b->state, 0, b->count * sizeof(*b->state));
	for (size_t i = 0; i < b->count; i++) {
		const struct node *n = &t->node[i];
		struct region *r = &p->region[i];
		size_t low = 0, high = t->nr_consumers;

		b->state[i].node = n;
		r->name = xstrdup(n->name);
		r->node = format("/reserved-memory/%s", n->name);
		r->flagged = n->flagged;
		r->enabled = status_okay(&n->status, b->set->habit == HABIT_7);
		r->reusable = n->reusable;
		r->no_map = n->no_map;
		r->is_pool = is_pool(n);
		if (!n->phandle)
			continue;
		while (low < high) {
			size_t mid = low + (high - low) / 2;

			if (t->consumer[mid].phandle < n->phandle)
				low = mid + 1;
			else
				high = mid;
		}
		for (; low < t->nr_consumers && told < MAX_TOLD; low++, told++) {
			if (t->consumer[low].phandle != n->phandle)
				break;
			add_string(&r->consumers, xstrdup(t->consumer[low].path));
		}
	}
}

const char *predict(const void *fdt, size_t len, const struct settings *s,
		    struct prediction *p)
{
	struct boot b = {
		.set = s, .p = p, .vmalloc_size = 240 * MIB,
		.phys_mask = s->arch == ARCH_ARM && !s->lpae ? UINT32_MAX : UINT64_MAX,
	};
	struct tree t;
	const char *err;

	memset(p, 0, sizeof(*p));
	p->boots = YES;
	err = read_tree(fdt, len, s->habit == HABIT_7, &t);
	if (err) {
		free_tree(&t);
		return err;
	}
	b.tree = &t;
	setup_result(&b, &t);
	read_cmdline(&b);
	setup_memory(&b);
	setup_loaded(&b);
	p->memory = xmalloc(b.mb.memory.count * sizeof(*p->memory));
	for (size_t i = 0; i < b.mb.memory.count; i++)
		p->memory[p->nr_memory++] = (struct range){
			b.mb.memory.range[i].base, b.mb.memory.range[i].size,
		};
	if (!b.memory_known) {
		boots(&b, UNKNOWN, NULL);
		note_unknown(&b, xstrdup("how much memory there is, and where (--memory)"));
	}

	setup_zones(&b);
	scan_regions(&b, fdt, len);
	first_verdicts(&b);
	if (s->arch == ARCH_ARM)
		arm_remap(&b);
	else if (b.loaded_known)
		unmapped(&b);
	if (!default_is_early(&b))
		default_area(&b);
	activate(&b);
	export_regions(&b);
	explain(&b);

	for (size_t i = 0; i < b.count; i++)
		if (p->region[i].flagged && p->region[i].enabled &&
		    p->region[i].verdict != VERDICT_HEAP)
			p->bad = true;

	mb_free(&b.mb);
	mb_free(&b.early);
	free(b.late);
	free(b.remap);
	free(b.user_memory);
	free(b.area);
	free(b.state);
	free(b.entry);
	free(b.export_unknown);
	free_tree(&t);
	return NULL;
}

static void free_problems(struct problem *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(list[i].text);
		free(list[i].fix);
	}
	free(list);
}

void free_prediction(struct prediction *p)
{
	for (size_t i = 0; i < p->nr_regions; i++) {
		struct region *r = &p->region[i];

		free(r->node);
		free(r->name);
		free(r->heap);
		free(r->reason);
		free_strings(&r->consumers);
		free_strings(&r->story);
		free_problems(r->problem, r->nr_problems);
	}
	for (size_t i = 0; i < p->nr_heaps; i++) {
		free(p->heap[i].name);
		free(p->heap[i].node);
	}
	free_problems(p->problem, p->nr_problems);
	free(p->region);
	free(p->heap);
	free(p->memory);
	free_strings(&p->assumed);
	free_strings(&p->unknown);
	memset(p, 0, sizeof(*p));
}

/*
 * What a kernel is unless told otherwise: that of the architecture's defconfig, on arm
 * multi_v7_defconfig, with CMA, the series and its option on
 */
static const struct {
	const char *kernel;
	enum habit habit;
	bool default_name, exports_all;
} known[] = {
	{ "6.1", HABIT_6_1, false, false },
	{ "6.12", HABIT_6_12, false, false },
	{ "6.18", HABIT_6_12, true, false },
	{ "7.2", HABIT_7, true, true },
	{ "7.3", HABIT_7, true, true },
};

static const struct settings defaults[] = {
	{
		.arch_name = "arm64", .arch = ARCH_ARM64, .pageblock_size = 2 * MIB,
		.cma_slots = 20, .default_cma = 32 * MIB, .zone_dma = true, .zone_dma32 = true,
		.nr_cpus = 512, .pa_bits = 48, .section_bits = 27,
	}, {
		.arch_name = "arm", .arch = ARCH_ARM, .pageblock_size = 4 * MIB,
		.cma_slots = 8, .default_cma = 64 * MIB, .zone_dma = true,
		.nr_cpus = 16, .section_bits = 28,
		.highmem = true, .page_offset = 0xc0000000, .flat = true,
	}, {
		.arch_name = "riscv64", .arch = ARCH_RISCV64, .pageblock_size = 2 * MIB,
		.cma_slots = 8, .default_cma = 16 * MIB, .zone_dma32 = true,
		.nr_cpus = 64, .pa_bits = 56, .section_bits = 27,
	},
};

static const struct settings *defaults_of(const char *arch)
{
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (!strcmp(defaults[i].arch_name, arch))
			return &defaults[i];
	return NULL;
}

bool kernel_settings(struct settings *s, const char *kernel, const char *arch)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].kernel, kernel))
			continue;
		*s = *defaults_of(arch);
		s->kernel = known[i].kernel;
		s->habit = known[i].habit;
		s->default_name = s->legacy_name = known[i].default_name;
		s->exports_all = known[i].exports_all;
		s->page_size = 4 * KIB;
		s->has_cma = s->has_heap = s->has_export = true;
		return true;
	}
	return false;
}

const char *kernels(void)
{
	return "6.1 6.12 6.18 7.2 7.3";
}

bool is_arch(const char *name)
{
	return defaults_of(name);
}

const char *architectures(void)
{
	return "arm64 arm riscv64";
}
