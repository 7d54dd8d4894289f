/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the engine share of one boot; for them alone */
#ifndef BOOT_H
#define BOOT_H

#include "engine.h"
#include "tree.h"

#define MAX_RESERVED_REGIONS	64
#define CMA_MAX_NAME		64
#define COMMAND_LINE_SIZE	2048
#define NAME_MAX_LEN		255
#define MAX_TOLD		65536	/* consumers, if regions share a phandle */
#define PMD_SIZE		(2 * MIB)

/* What became of a node, and why */
enum fate {
	FATE_UNSEEN,		/* the kernel never took it up */
	FATE_RESERVED,		/* memory is reserved, and that is all */
	FATE_CMA,
	FATE_FAILED,		/* it was a region, and was given back */
};

enum why {
	WHY_NONE,
	WHY_DISABLED,
	WHY_ROOT,		/* all of /reserved-memory is ignored */
	WHY_REG,		/* reg of no whole number of entries */
	WHY_EMPTY,		/* neither reg nor size, or nothing in them */
	WHY_SIZE,
	WHY_ALIGNMENT,
	WHY_ALLOC_RANGES,
	WHY_NO_ROOM,
	WHY_TABLE_FULL,
	WHY_NO_MAP,
	WHY_NOT_REUSABLE,
	WHY_NOT_POOL,
	WHY_CMDLINE,
	WHY_MISALIGNED,
	WHY_NO_SLOT,
	WHY_NOT_RESERVED,
	WHY_NO_CMA,
	WHY_NEEDS_NO_MAP,
};

struct area {
	size_t region;		/* or NO_REGION */
	struct range mem;
	char name[CMA_MAX_NAME];
	bool active;
	bool doubtful;		/* there may be no room for it */
};

#define NO_REGION	SIZE_MAX

struct state {
	const struct node *node;
	struct range mem;
	enum fate fate;
	enum why why;
	bool dynamic;
	bool placed;		/* mem is where the kernel reserved it */
	bool saved;		/* in the kernel's table of regions */
	bool entry_failed;	/* a no-map region whose memory was reserved already */
	size_t area;
	unsigned int reg_entries;
	struct range fixed;	/* where a reg that is told to be better lies */
};

/* A region that was given back */
struct late {
	struct range mem;
	bool no_map;
};

/* Lowmem that arm maps anew, page by page, for a CMA area */
struct remap {
	struct range mem;
	size_t region;		/* or NO_REGION */
};

struct boot {
	const struct settings *set;
	const struct tree *tree;
	struct prediction *p;
	struct memblock mb;
	bool memory_known;
	bool loaded_known;	/* so dynamic regions are where mb says */
	struct state *state;
	size_t count;
	size_t saved;		/* entries in the kernel's table */
	size_t *entry;		/* which regions they are */
	size_t table;		/* room in it */
	struct area *area;
	size_t nr_areas;
	size_t default_area;
	struct memblock early;	/* when page tables are made */
	struct late *late;	/* what became of the reservations after that */
	size_t nr_late;
	bool is_late;
	uint64_t dma_limit, dma32_limit;	/* borders between zones */
	uint64_t phys_mask;	/* what the kernel keeps of an address */
	uint64_t phys_offset;	/* arm: where lowmem starts */
	uint64_t lowmem_end;	/* arm: and where it ends */
	struct remap *remap;
	size_t nr_remaps;
	bool initrd_lost;
	/* Of the command line */
	char cmdline[COMMAND_LINE_SIZE];
	bool cma_given;
	uint64_t cma_size, cma_base, cma_limit;
	bool mem_given;
	uint64_t mem_limit;
	struct range *user_memory;	/* arm: mem=, which stands for all memory */
	size_t nr_user_memory;
	uint64_t vmalloc_size;
	bool odd_parameter;	/* which places something, too */
	enum export_mode export;
	char *export_unknown;
	bool selected;		/* the tree or the command line selects the regions */
};

void note_unknown(struct boot *b, char *text);
void region_problem(struct boot *b, size_t i, bool error, char *text, char *fix);
void tree_problem(struct boot *b, bool error, char *text, char *fix);
void boots(struct boot *b, enum answer answer, char *why);
bool is_pool(const struct node *n);
bool is_cma_candidate(const struct node *n);
bool aligned(const struct boot *b, const struct range *r);
const struct loaded *loaded(const struct settings *s, const char *name);

void arm_vmalloc(struct boot *b, const char *value);
void arm_memory(struct boot *b);
void arm_lowmem(struct boot *b);
void arm_add_remap(struct boot *b, struct range mem, size_t region);
void arm_remap(struct boot *b);

void explain(struct boot *b);

#endif
