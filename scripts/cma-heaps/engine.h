/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kernel will make of a device tree: blob and settings in, regions and
 * heaps out. No files, no output; shared by predict, doctor and the fuzzer.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "memblock.h"
#include "util.h"

/* Versions differ in when and how they set regions up, so only known ones do */
enum habit {
	HABIT_6_1,
	HABIT_6_12,
	HABIT_7,
};

enum arch {
	ARCH_ARM64,
	ARCH_ARM,
	ARCH_RISCV64,
};

/* Memory is mapped page by page or in blocks; in 7.x the CPU decides */
enum map {
	MAP_BY_CPU,
	MAP_PAGES,
	MAP_BLOCKS,
};

enum export_mode {
	EXPORT_AUTO,
	EXPORT_FLAGGED,
	EXPORT_ALL,
};

struct range {
	uint64_t base;
	uint64_t size;
};

struct loaded {
	char *name;
	struct range mem;
};

struct settings {
	const char *kernel;		/* X.Y */
	const char *arch_name;
	enum arch arch;
	enum habit habit;
	uint64_t page_size;
	uint64_t pageblock_size;	/* what CMA regions must be a multiple of */
	unsigned int cma_slots;
	uint64_t default_cma;		/* size of the default area, 0: none */
	unsigned int default_percent;	/* of memory */
	bool default_min, default_max;	/* the smaller or the larger of the two */
	bool zone_dma, zone_dma32;
	bool highmem;			/* arm: memory without a map of its own is used */
	bool lpae;			/* arm: addresses of 40 bits */
	uint64_t page_offset;		/* arm: where in its address space memory is */
	bool flat;			/* one map of all pages, holes or not */
	bool default_name;		/* the default area has "default_cma_region" */
	bool legacy_name;		/* and its own name, too */
	bool exports_all;		/* by default all reusable regions are heaps */
	bool has_cma, has_heap, has_export;
	bool heap_is_module;
	bool simple;			/* nothing else is placed before the default area */
	enum map map;
	unsigned int nr_cpus;
	unsigned int pa_bits;
	unsigned int section_bits;
	const char *cmdline;		/* NULL: what the tree says */
	const char *export;		/* NULL: what the command line says */
	const char *config_cmdline;
	bool config_cmdline_force, config_cmdline_extend;
	struct range *memory;		/* instead of the tree's */
	size_t nr_memory;
	struct loaded *loaded;
	size_t nr_loaded;
};

enum verdict {
	VERDICT_HEAP,
	VERDICT_PRIVATE,
	VERDICT_DEFAULT,
	VERDICT_NO_HEAP,
	VERDICT_IGNORED,
};

struct problem {
	bool error;
	char *text;
	char *fix;		/* or NULL */
};

struct region {
	char *node;		/* its path */
	char *name;
	struct range mem;	/* NONE where it is not known */
	bool dynamic;
	bool flagged, enabled, reusable, no_map, is_pool;
	bool cma;		/* becomes a CMA area */
	bool wanted;		/* would be a heap if it could */
	enum verdict verdict;
	char *heap;		/* or NULL */
	char *reason;		/* or NULL */
	struct strings consumers;
	struct strings story;	/* how the kernel comes to the verdict */
	struct problem *problem;
	size_t nr_problems;
};

struct heap {
	char *name;
	char *node;		/* path of the region, or NULL */
	struct range mem;
	bool is_default;
	bool certain;		/* or it may not be there */
};

enum answer {
	NO,
	YES,
	UNKNOWN,
};

struct prediction {
	struct strings assumed, unknown;
	struct heap *heap;
	size_t nr_heaps;
	struct region *region;
	size_t nr_regions;
	struct range *memory;
	size_t nr_memory;
	struct problem *problem;	/* of the tree as a whole */
	size_t nr_problems;
	enum answer boots;
	bool bad;			/* an error, or a flagged region is no heap */
};

/* What cannot be seen of a kernel for 32-bit arm but in its configuration */
#define ARM_ASSUMED	"CONFIG_HIGHMEM, no CONFIG_ARM_LPAE, and a split of memory at 3 GiB"

const char *verdict_name(enum verdict v);
bool kernel_settings(struct settings *s, const char *kernel, const char *arch);
const char *kernels(void);
bool is_arch(const char *name);
const char *architectures(void);
uint64_t memparse(const char *text, const char **end);

/* NULL, or what is wrong with the blob */
const char *predict(const void *fdt, size_t len, const struct settings *s,
		    struct prediction *p);
void free_prediction(struct prediction *p);

#endif
