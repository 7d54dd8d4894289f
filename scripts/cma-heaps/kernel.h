/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernels: how their versions differ, and the settings of one. A step of the boot asks
 * for a fact by its name, never for a version.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include "../common/size.h"
#include "../common/util.h"

/*
 * What changed since 6.1, where every fact is false: in which function, and by which commit
 * or between which of the versions that were read. All are named after what is so since then.
 */
struct facts {
	/* of_fdt_device_is_available(): a status that is no string is none; 6.19 to 7.2 */
	bool status_is_string;
	/* early_init_dt_scan_memory(): nor is a reg of no whole number of entries; 6.19 to 7.2 */
	bool memory_is_list;
	/*
	 * fdt_scan_reserved_mem(): first all that have a reg are reserved, then the others
	 * placed; those with a reg become regions when memory is mapped. 8a6e02d0c00e
	 */
	bool two_passes;
	/* early_init_fdt_scan_reserved_mem(): /memreserve/ comes last. b41328187629 */
	bool memreserve_last;
	/* __reserved_mem_alloc_in_range(): dynamic regions go next to others. 83ba7361e168 */
	bool near_others;
	/* __reserved_mem_reserve_reg(): of a reg only the first entry counts; 6.19 to 7.2 */
	bool first_entry_only;
	/* The same: a reg that is empty or no whole number of entries is none; 6.19 to 7.2 */
	bool reg_is_list;
	/* __reserved_mem_alloc_size(): the same of alloc-ranges; 6.19 to 7.2 */
	bool alloc_ranges_are_list;
	/*
	 * __rmem_cma_verify_node(): a pool that cma= replaces gets no memory, and one with
	 * no-map keeps it, without an area; 6.19 to 7.2
	 */
	bool pools_verified;
	/* fdt_init_reserved_mem_node(): what failed leaves its entry to the next; 6.19 to 7.2 */
	bool entry_reused;
	/*
	 * fdt_scan_reserved_mem(): no check that there are not more than 64 dynamic regions.
	 * Since 8a6e02d0c00e, but 6.12.118 and 7.2 have the check.
	 */
	bool dynamic_unchecked;
	/* __memblock_reserve(): what is allocated has MEMBLOCK_RSRV_KERN; 6.13 to 6.18 */
	bool allocations_marked;
	/* memblock_double_array(): a full array is a panic. e96c6b8f212a */
	bool full_array_panics;
	/* cma_new_area(): the name is no format any more. c009da4258f9 */
	bool plain_names;
	/* cma_init_reserved_mem(): is it reserved, and then is there a slot? c009da4258f9 */
	bool reserved_first;
	/* MAX_CMA_AREAS: one for the default area is not on top of CONFIG_CMA_AREAS; 6.2 to 6.12 */
	bool slots_are_all;
	/* dma_contiguous_reserve(): the limit in cma= may be above the zone; 6.13 to 6.18 */
	bool limit_overrides;
	/* cma_declare_contiguous_nid(): above 4 GiB before high memory; 6.2 to 6.12 */
	bool above_4g_first;
	/* cma_alloc_mem(): if the limit is above 4 GiB, not if memory is. c009da4258f9 */
	bool above_4g_by_limit;
	/* sparse_init() comes behind dma_contiguous_reserve(). 4267739cabb8 */
	bool page_map_late;
	/* riscv's setup_bootmem() leaves the default area to misc_mem_init(); 7.2 to 7.3 */
	bool default_late;
	/* arm64_memblock_init() reserves the kernel from _text, not from _stext on; 6.2 to 6.12 */
	bool image_whole;
	/* riscv's setup_bootmem(): memory may start below the kernel. 3335068f8721 */
	bool memory_below_image;
	/* arm64's force_pte_mapping(): the CPU decides about blocks. a166563e7ec3 */
	bool map_by_cpu;
	/* MAX_ORDER is the largest order, not one more. 23baf831a32c */
	bool max_order_inclusive;
	/* pageblock_order: transparent huge pages count, too; 6.2 to 6.12 */
	bool thp_pageblocks;
	/* CONFIG_PAGE_BLOCK_MAX_ORDER. e13e7922d034 */
	bool pageblock_max_order;
	/* add_default_cma_heap(): the default area is "default_cma_region". 854acbe75ff4 */
	bool default_heap;
	/* The same: its own name only with CONFIG_DMABUF_HEAPS_CMA_LEGACY, until 4f5f8baf7341 */
	bool legacy_option;
	/* add_cma_heaps(): all reusable regions are heaps by default. 4f5f8baf7341 */
	bool exports_all;
	/* arm64's defconfig has addresses of 52 bits. 352b0395b505 */
	bool arm64_52_bits;
	/* arm64's Kconfig: NR_CPUS is 512 by default. 3fbd56f0e7c1 */
	bool arm64_512_cpus;
	/* riscv's defconfig has SPARSEMEM; 6.2 to 6.12 */
	bool riscv_sparse;
	/* The same: it has no DEBUG_PAGEALLOC, which may map memory page by page; 6.12 to 7.2 */
	bool riscv_no_pagealloc;
};

struct kernel {
	const char *version;		/* X.Y */
	struct facts facts;
	bool is_default;		/* where the version is not known */
};

const struct kernel *kernel_at(size_t i);
const struct kernel *kernel_of(const char *version);
const struct kernel *kernel_default(void);
char *kernel_versions(const char *separator);

/* Memory is mapped page by page or in blocks, or the CPU decides that */
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

/* Something in memory when the kernel starts */
struct loaded {
	char *name;
	struct range mem;
};

struct arch;

struct settings {
	const struct kernel *kernel;
	const struct arch *arch;
	uint64_t page_size;
	uint64_t pageblock_size;	/* the CMA alignment, CMA_MIN_ALIGNMENT_BYTES */
	unsigned int cma_slots;
	uint64_t default_cma;		/* size of the default area, 0: none */
	unsigned int default_percent;	/* of memory */
	bool default_min, default_max;	/* the smaller or the larger of the two */
	bool zone_dma, zone_dma32;
	bool highmem;			/* memory without a map of its own is used */
	bool lpae;			/* 32-bit: addresses of 40 bits */
	uint64_t page_offset;		/* 32-bit: where in its address space memory is */
	bool flat;			/* one map of all pages, holes or not */
	bool legacy_name;		/* CONFIG_DMABUF_HEAPS_CMA_LEGACY */
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

const struct loaded *loaded(const struct settings *s, const char *name);

static inline const struct facts *facts(const struct settings *s)
{
	return &s->kernel->facts;
}

#endif
