// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-dt - write a random device tree with reserved memory
 *
 * The tree is one of QEMU's virt machine. It follows from the architecture and two
 * numbers, the seed of a run and the number of the tree in it, and from nothing
 * else: the tree of QEMU itself is not asked, and the random numbers are made here.
 *
 * What to boot it with goes to standard output, as assignments for a shell.
 */
#include <errno.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/heap-names.h"
#include "../common/size.h"
#include "../common/util.h"

/* The virt machine */
#define PHANDLE_GIC		1
#define PHANDLE_CLOCK		2
#define PHANDLE_CPU		3
#define PHANDLE_TEST		4

static const struct machine {
	const char *arch;
	uint64_t ram;			/* where it starts */
	uint64_t lowmem;		/* size of what is mapped of it, or 0 for all */
	const char *cpu;
} machines[] = {
	{ "arm64", 1 * GIB, 0, "arm,cortex-a57" },
	{ "arm", 1 * GIB, 768 * MIB, "arm,cortex-a15" },
	{ "riscv64", 2 * GIB, 0, "riscv" },
};

static const struct machine *machine = machines;

#define RAM			(machine->ram)
#define KERNEL			(RAM + 2 * MIB)
#define INITRD			(RAM + 128 * MIB)

#define PAGEBLOCK		(4 * MIB)
#define MAX_REGIONS		72
/* The kernel takes 2 MiB, and QEMU adds as much again */
#define BLOB_SIZE		(MIB - 128 * KIB)
#define MAX_NAME		5000

struct region {
	char name[MAX_NAME];
	const char *compatible[3];
	unsigned int nr_compatible;
	struct range reg[3];
	unsigned int nr_reg;
	int reg_bytes;			/* more or less than it should have */
	bool has_reg, has_size, has_alignment, has_alloc_ranges;
	uint64_t size, alignment;
	int size_bytes, alignment_bytes, alloc_bytes;
	struct range alloc[2];
	unsigned int nr_alloc;
	bool reusable, no_map, is_default, label;
	enum { FLAG_NONE, FLAG_EMPTY, FLAG_ZERO, FLAG_NO } flag;
	const char *status;
	bool empty_status;
};

struct tree {
	uint64_t ram_size;
	unsigned int ac, sc;		/* cells of the root */
	unsigned int rac, rsc;		/* of /reserved-memory; 9 for none */
	enum { RANGES_EMPTY, RANGES_MISSING, RANGES_VALUE } ranges;
	bool flagged_only;
	bool lethal;			/* may have what is likely to kill the boot */
	unsigned int defects;		/* a region has one, in percent */
	struct region regions[MAX_REGIONS];
	unsigned int nr_regions;
	struct range memreserve;
	char cmdline[512];
	unsigned int deep, many, large;	/* nodes in each other, in a row, bytes */
};

static void *fdt;
static uint64_t state;

/* splitmix64, by Sebastiano Vigna, public domain */
static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static uint64_t next(void)
{
	return mix(state += 0x9e3779b97f4a7c15ULL);
}

/* A number below @n. That it is slightly uneven does not matter. */
static uint64_t below(uint64_t n)
{
	return next() % n;
}

static bool percent(unsigned int p)
{
	return below(100) < p;
}

#define PICK(array)	((array)[below(ARRAY_SIZE(array))])

static uint64_t ram_end(const struct tree *t)
{
	return RAM + t->ram_size;
}

static bool overlaps(struct range a, struct range b)
{
	return a.base < b.base + b.size && b.base < a.base + a.size;
}

/* Is there nothing else, be it another region or what is loaded? */
static bool is_free(const struct tree *t, struct range r)
{
	const struct range loaded[] = {
		{ RAM, 48 * MIB }, { INITRD, 16 * MIB },
	};

	for (size_t i = 0; i < ARRAY_SIZE(loaded); i++)
		if (overlaps(r, loaded[i]))
			return false;
	for (unsigned int i = 0; i < t->nr_regions; i++)
		for (unsigned int j = 0; j < t->regions[i].nr_reg; j++)
			if (overlaps(r, t->regions[i].reg[j]))
				return false;
	return true;
}

/* A place in memory where @size bytes are free, or just any */
static struct range place(const struct tree *t, uint64_t size)
{
	struct range r = { RAM, size };

	for (unsigned int tries = 0; tries < 64; tries++) {
		/* The start of memory, where 32 bits reach, is preferred */
		uint64_t window = percent(80) && t->ram_size > GIB ? GIB : t->ram_size;

		if (size >= window)
			break;
		r.base = RAM + below((window - size) / PAGEBLOCK + 1) * PAGEBLOCK;
		if (is_free(t, r))
			break;
	}
	return r;
}

static uint64_t some_size(void)
{
	static const unsigned int mib[] = { 4, 4, 4, 8, 8, 12, 16, 16, 20, 32, 64 };

	return PICK(mib) * MIB;
}

static void pool(struct region *r)
{
	r->compatible[0] = "shared-dma-pool";
	r->nr_compatible = 1;
	r->reusable = true;
	if (percent(65))
		r->flag = FLAG_EMPTY;
}

static void make_static(struct tree *t, struct region *r)
{
	r->has_reg = true;
	r->nr_reg = 1;
	r->reg[0] = place(t, some_size());
	/* Across the border of two zones */
	if (ram_end(t) > 4 * GIB && percent(15))
		r->reg[0].base = 4 * GIB - r->reg[0].size / 2 / PAGEBLOCK * PAGEBLOCK;
	if (machine->lowmem && t->ram_size > machine->lowmem + 64 * MIB && percent(15))
		r->reg[0].base = RAM + machine->lowmem -
				 below(r->reg[0].size / PAGEBLOCK + 1) * PAGEBLOCK;
}

static void make_dynamic(struct tree *t, struct region *r)
{
	static const uint64_t alignments[] = {
		0, 4 * KIB, 0x3000, 64 * KIB, 2 * MIB,
		4 * MIB, 4 * MIB, 8 * MIB, 16 * MIB, 64 * MIB,
	};

	r->has_size = true;
	r->size = some_size();
	if (percent(40)) {
		r->has_alignment = true;
		r->alignment = PICK(alignments);
	}
	if (percent(50)) {
		r->has_alloc_ranges = true;
		r->nr_alloc = 1 + percent(25);
		for (unsigned int i = 0; i < r->nr_alloc; i++) {
			uint64_t slack = below(16) * PAGEBLOCK;

			r->alloc[i] = place(t, r->size + slack);
			/* Next to another region the kernel turns around */
			if (t->nr_regions && percent(40)) {
				const struct region *n = &t->regions[below(t->nr_regions)];

				if (n->nr_reg && percent(50))
					r->alloc[i].base = n->reg[0].base + n->reg[0].size;
				else if (n->nr_reg)
					r->alloc[i].base = n->reg[0].base - r->alloc[i].size;
			}
		}
	}
}

static uint64_t odd(void)
{
	static const uint64_t some[] = {
		1, 0x234, 4 * KIB, 0x3000, 64 * KIB, MIB, 2 * MIB, 2 * MIB, 3 * MIB,
	};

	return PICK(some);
}

static void break_static(struct tree *t, struct region *r)
{
	static const int bytes[] = { -4, 4, -8, 8 };
	struct range *reg = &r->reg[0];
	const struct region *other;

	switch (t->lethal && percent(25) ? 10 + below(2) : below(14)) {
	case 0:
		reg->base += odd();
		break;
	case 1:
		reg->size += odd();
		break;
	case 2:
		reg->base += odd();
		reg->size += odd();
		break;
	case 3: case 4: case 12: case 13:
		if (!t->nr_regions)
			break;
		other = &t->regions[below(t->nr_regions)];
		if (!other->nr_reg)
			break;
		/* The same, a part at either end, all of it, or a hair */
		reg->base = other->reg[0].base;
		switch (below(6)) {
		case 0:
			reg->size = other->reg[0].size;
			break;
		case 1:
			reg->base += other->reg[0].size / PAGEBLOCK / 2 * PAGEBLOCK;
			break;
		case 2:
			reg->base -= reg->size / 2 / PAGEBLOCK * PAGEBLOCK;
			break;
		case 3:
			reg->size = other->reg[0].size + PAGEBLOCK;
			break;
		case 4:
			reg->base += other->reg[0].size - 4 * KIB;
			break;
		case 5:
			reg->size = PAGEBLOCK;
			break;
		}
		break;
	case 5:
		reg->size = 0;
		break;
	case 6:
		r->reg_bytes = PICK(bytes);
		break;
	case 7:
		r->nr_reg = 2 + percent(30);
		for (unsigned int i = 1; i < r->nr_reg; i++)
			r->reg[i] = place(t, some_size());
		break;
	case 8:
		r->has_size = true;
		r->size = some_size();
		break;
	case 9:
		/* No place at all */
		r->has_reg = false;
		r->nr_reg = 0;
		break;
	case 10:
		/* Where it may well not be free to have */
		if (!t->lethal)
			break;
		switch (below(5)) {
		case 0:
			reg->base = KERNEL + below(16) * 2 * MIB;
			break;
		case 1:
			reg->base = INITRD + below(4) * 2 * MIB;
			break;
		case 2:
			reg->base = RAM;
			break;
		case 3:
			reg->base = INITRD - reg->size + PAGEBLOCK;
			break;
		case 4:
			reg->size = t->ram_size / 2 / PAGEBLOCK * PAGEBLOCK;
			break;
		}
		break;
	case 11:
		/* Not memory, or in part */
		if (!t->lethal)
			break;
		switch (below(5)) {
		case 0:
			reg->base = ram_end(t) - PAGEBLOCK;
			reg->size = 2 * PAGEBLOCK;
			break;
		case 1:
			reg->base = ram_end(t) + below(64) * PAGEBLOCK;
			break;
		case 2:
			reg->base = below(RAM / PAGEBLOCK) * PAGEBLOCK;
			break;
		case 3:
			reg->base = RAM - PAGEBLOCK;
			reg->size = 2 * PAGEBLOCK;
			break;
		case 4:
			reg->base = t->ac == 2 ? 64 * GIB << below(6) : 3 * GIB + GIB / 2;
			break;
		}
		break;
	}
}

static void break_dynamic(struct tree *t, struct region *r)
{
	switch (below(10)) {
	case 0:
		r->size += odd();
		break;
	case 1:
		r->size = t->ram_size + below(2) * GIB;
		break;
	case 2:
		r->size = 0;
		break;
	case 3:
		r->size_bytes = percent(50) ? 4 : -4;
		break;
	case 4:
		r->has_alignment = true;
		r->alignment = 4 * MIB;
		r->alignment_bytes = percent(50) ? 4 : -4;
		break;
	case 5:
		r->has_alignment = true;
		r->alignment = percent(50) ? GIB : odd();
		break;
	case 6:
		/* No memory there, or too little */
		r->has_alloc_ranges = true;
		r->nr_alloc = 1;
		switch (below(4)) {
		case 0:
			r->alloc[0] = (struct range){ ram_end(t), 64 * MIB };
			break;
		case 1:
			r->alloc[0] = (struct range){ 256 * MIB, 256 * MIB };
			break;
		case 2:
			r->alloc[0] = place(t, PAGEBLOCK);
			r->alloc[0].size = r->size - 4 * KIB;
			break;
		case 3:
			r->alloc[0] = (struct range){ RAM, 0 };
			break;
		}
		if (percent(40))
			r->alloc[r->nr_alloc++] = place(t, r->size);
		break;
	case 7:
		r->has_alloc_ranges = true;
		r->nr_alloc = 1;
		r->alloc[0] = place(t, r->size);
		r->alloc_bytes = percent(50) ? 4 : -4;
		break;
	case 8:
		/* Ends of the range that are not aligned */
		r->has_alloc_ranges = true;
		r->nr_alloc = 1;
		r->alloc[0] = place(t, r->size + PAGEBLOCK);
		r->alloc[0].base += odd();
		r->alloc[0].size += odd();
		break;
	case 9:
		/* All of memory, and more */
		r->has_alloc_ranges = true;
		r->nr_alloc = 1;
		r->alloc[0] = (struct range){ 0, t->sc == 2 ? 8 * GIB : 4 * GIB - 1 };
		break;
	}
}

static void break_either(struct region *r)
{
	static const char * const states[] = {
		"disabled", "disabled", "fail", "reserved", "okay", "ok", "",
	};

	switch (below(9)) {
	case 0:
		r->no_map = true;
		break;
	case 1:
		r->reusable = false;
		break;
	case 2:
		r->reusable = false;
		r->no_map = true;
		break;
	case 3:
		switch (below(4)) {
		case 0:
			r->compatible[0] = "restricted-dma-pool";
			r->reusable = percent(50);
			break;
		case 1:
			r->nr_compatible = 0;
			break;
		case 2:
			r->compatible[0] = "vendor,pool";
			r->compatible[1] = "shared-dma-pool";
			r->nr_compatible = 2;
			break;
		case 3:
			r->compatible[0] = "vendor,pool";
			break;
		}
		break;
	case 4:
		r->status = PICK(states);
		r->empty_status = percent(3);
		break;
	case 5: case 6:
		r->is_default = true;
		break;
	case 7:
		r->flag = percent(50) ? FLAG_ZERO : FLAG_NO;
		break;
	case 8:
		r->label = true;
		break;
	}
}

static bool is_taken(const struct tree *t, const char *name)
{
	for (unsigned int i = 0; i < t->nr_regions; i++)
		if (!strcmp(t->regions[i].name, name))
			return true;
	return false;
}

static void name_region(const struct tree *t, struct region *r)
{
	static const char * const names[] = {
		"camera", "camera", "video", "video", "dsp", "display", "npu", "buffer", "pool",
		"linux,cma", "linux,cma", "reserved", "system", "default_cma_region",
		"cma", "memory", "a.b+c_d,e-f",
	};
	/* Reserved for the kernel, or not valid as names of files or heaps */
	static const char * const odd[] = {
		SYSTEM_HEAP, SYSTEM_SHARED_HEAP, DEFAULT_HEAP, RESERVED_AREA, TEE_HEAPS "video",
		TEE_HEAPS, ".", "..", "...", "50%", "a%b", "%d", "%u@0", "%%d", "%",
	};
	static const unsigned int lengths[] = { 31, 62, 63, 64, 65, 120, 255, 256 };
	const char *name = PICK(names);
	unsigned int address = below(100);

	if (percent(2)) {
		unsigned int len = PICK(lengths);

		memset(r->name, 'n', len);
		snprintf(r->name + len - 4, 5, "%04x", (unsigned int)below(0x10000));
	} else if (percent(5)) {
		name = PICK(odd);
		/* Up to 6.12 the name is used as a format string, and that heap's name is chance */
		if (r->is_default && strchr(name, '%'))
			name = "%%";
		snprintf(r->name, sizeof(r->name), "%s", name);
	} else if (percent(1)) {
		snprintf(r->name, sizeof(r->name), "%s%%%%", name);
	} else if (r->has_reg && address < 70) {
		snprintf(r->name, sizeof(r->name), "%s@%" PRIx64, name, r->reg[0].base);
	} else if (address < 80) {
		snprintf(r->name, sizeof(r->name), "%s@%" PRIx64, name,
			 RAM + below(64) * PAGEBLOCK);
	} else {
		snprintf(r->name, sizeof(r->name), "%s", name);
	}
	/* Two nodes of one name are no device tree */
	for (unsigned int n = 0; is_taken(t, r->name); n++)
		snprintf(r->name, sizeof(r->name), "%s%u", name, n);
}

static void add_region(struct tree *t)
{
	struct region *r = &t->regions[t->nr_regions];
	bool is_static = percent(70);

	pool(r);
	if (is_static)
		make_static(t, r);
	else
		make_dynamic(t, r);
	r->is_default = percent(6);
	/* A region that will not be one selects all the same */
	if (percent(3)) {
		r->status = "disabled";
		r->flag = FLAG_EMPTY;
	}
	while (percent(t->defects)) {
		if (percent(45))
			break_either(r);
		else if (is_static)
			break_static(t, r);
		else
			break_dynamic(t, r);
		if (percent(60))
			break;
	}
	name_region(t, r);
	t->nr_regions++;
}

/* About as many as CMA has slots for, small ones in a row */
static void add_many(struct tree *t)
{
	unsigned int count = 58 + below(10);
	uint64_t base = RAM + 160 * MIB;
	bool plain = percent(50);

	for (; t->nr_regions < count; base += PAGEBLOCK) {
		struct region *r = &t->regions[t->nr_regions];

		pool(r);
		if (!plain && percent(10)) {
			r->has_size = true;
			r->size = PAGEBLOCK;
		} else {
			r->has_reg = true;
			r->nr_reg = 1;
			r->reg[0] = (struct range){ base, PAGEBLOCK };
		}
		if (!plain && percent(8))
			break_either(r);
		if (r->has_reg)
			snprintf(r->name, sizeof(r->name), "pool@%" PRIx64, base);
		else
			snprintf(r->name, sizeof(r->name), "pool-%u", t->nr_regions);
		t->nr_regions++;
	}
}

static void __attribute__((format(printf, 2, 3)))
add_option(struct tree *t, const char *fmt, ...)
{
	size_t len = strlen(t->cmdline);
	va_list ap;

	if (len)
		t->cmdline[len++] = ' ';
	va_start(ap, fmt);
	vsnprintf(t->cmdline + len, sizeof(t->cmdline) - len, fmt, ap);
	va_end(ap);
}

static void add_cma(struct tree *t)
{
	static const char * const sizes[] = {
		"0", "1M", "3M", "4M", "5M", "8M", "8M", "16M", "32M", "64M", "0x1000000", "20480K",
		"128M", "200M", "1G", "100", "", "x",
	};
	static const char * const limits[] = {
		"0x50000000", "0x60000000", "1G", "0x48000000", "0x47ffffff", "0",
	}, * const limits_2g[] = {
		"0x90000000", "0xa0000000", "2G", "0x88000000", "0x87ffffff", "0",
	};
	uint64_t size = some_size();
	struct range r;

	switch (below(10)) {
	case 0: case 1: case 2: case 3: case 4:
		add_option(t, "cma=%s", PICK(sizes));
		break;
	case 5: case 6: case 7:
		r = place(t, size);
		/* At a place that is free, one that is taken, one askew, one outside */
		if (percent(25) && t->nr_regions && t->regions[0].nr_reg)
			r.base = t->regions[0].reg[0].base;
		else if (percent(20))
			r.base += odd();
		else if (percent(8))
			r.base = percent(50) ? ram_end(t) : percent(50) ? INITRD : KERNEL;
		if (percent(10))
			r.size += odd();
		add_option(t, "cma=%" PRIu64 "K@0x%" PRIx64, r.size / KIB, r.base);
		break;
	case 8:
		r = place(t, size + below(32) * PAGEBLOCK);
		if (percent(20))
			r.base += odd();
		if (percent(20))
			r.size += odd();
		add_option(t, "cma=%" PRIu64 "M@0x%" PRIx64 "-0x%" PRIx64, size / MIB, r.base,
			   r.base + r.size);
		break;
	case 9:
		add_option(t, "cma=%" PRIu64 "M@0-%s", size / MIB,
			   machine->ram == GIB ? PICK(limits) : PICK(limits_2g));
		break;
	}
}

static void make_cmdline(struct tree *t)
{
	static const char * const exports[] = {
		"flagged", "flagged", "all", "all", "auto", "nonsense", "ALL", "",
	}, * const vmalloc[] = {
		"1M", "64M", "300M", "400M", "500M", "0x20000000",
	};

	if (percent(30))
		add_cma(t);
	if (percent(25))
		add_option(t, "cma_heap.export=%s", PICK(exports));
	/* The last one counts */
	if (percent(3))
		add_cma(t);
	if (percent(3))
		add_option(t, "cma_heap.export=%s", PICK(exports));
	if (percent(2))
		add_option(t, "cma-heap.export=%s", PICK(exports));
	if (percent(1))
		add_option(t, "cma");
	if (machine->lowmem && percent(5))
		add_option(t, "vmalloc=%s", PICK(vmalloc));
	/* On arm each one adds memory */
	if (machine->lowmem && percent(2))
		add_option(t, "mem=200M mem=56M@0x4c800000");
	/* Not less than what is loaded needs */
	if (percent(3))
		add_option(t, "mem=%" PRIu64 "M",
			   t->ram_size / MIB - below(t->ram_size / MIB - 180));
}

static void make_tree(struct tree *t)
{
	static const unsigned int small[] = {
		256, 320, 384, 500, 512, 512, 512, 512, 640, 768, 1000,
	};
	static const unsigned int large[] = {
		1024, 1024, 1536, 2048, 2048, 3072, 3200, 4096, 5120,
	};
	unsigned int count, cells;

	t->ram_size = (percent(75) ? PICK(small) : PICK(large)) * MIB;
	t->ac = 2;
	t->sc = 2;
	cells = below(100);
	if (cells < 10 && t->ram_size <= 2 * GIB) {
		t->ac = 1;
		t->sc = 1;
	} else if (cells < 15 && t->ram_size < 4 * GIB) {
		t->sc = 1;
	}
	t->rac = t->ac;
	t->rsc = t->sc;
	if (percent(3)) {
		t->rac = percent(30) ? 9 : 1 + below(3);
		t->rsc = percent(30) ? 9 : 1 + below(2);
	}
	if (percent(3))
		t->ranges = percent(50) ? RANGES_MISSING : RANGES_VALUE;
	t->flagged_only = percent(10);
	t->lethal = percent(15);
	t->defects = percent(50) ? 12 : percent(70) ? 45 : 85;

	if (percent(5) && t->ram_size >= 512 * MIB) {
		add_many(t);
	} else {
		count = percent(3) ? 0 : 1 + below(percent(20) ? 12 : 5);
		while (count--)
			add_region(t);
	}
	if (percent(5))
		t->memreserve = place(t, (1 + below(2048)) * 4 * KIB);
	make_cmdline(t);
}

static void checked(int err)
{
	if (err)
		die("%s", fdt_strerror(err));
}

static uint8_t *put(uint8_t *p, uint64_t value, unsigned int cells)
{
	for (; cells; cells--, p += 4)
		fdt32_st(p, cells > 2 ? 0 : value >> 32 * (cells - 1));
	return p;
}

/* Ranges in the cells of the tree. @more bytes than that, or fewer. */
static void put_ranges(const char *name, const struct range *r, unsigned int count,
		       unsigned int ac, unsigned int sc, int more)
{
	uint8_t buf[256] = { 0 }, *p = buf;

	for (unsigned int i = 0; i < count; i++)
		p = put(put(p, r[i].base, ac), r[i].size, sc);
	checked(fdt_property(fdt, name, buf, p - buf + more < 0 ? 0 : p - buf + more));
}

static void put_number(const char *name, uint64_t value, unsigned int cells, int more)
{
	uint8_t buf[16] = { 0 };

	put(buf, value, cells);
	checked(fdt_property(fdt, name, buf, (int)cells * 4 + more));
}

static void put_u32s(const char *name, const uint32_t *v, unsigned int count)
{
	uint8_t buf[64], *p = buf;

	while (count--)
		p = put(p, *v++, 1);
	checked(fdt_property(fdt, name, buf, p - buf));
}

#define U32S(name, ...)	put_u32s(name, (const uint32_t[]){ __VA_ARGS__ }, \
				 sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

/* Strings are as the compiler puts them, with a NUL after each */
#define STRINGS(name, s)	checked(fdt_property(fdt, name, s, sizeof(s)))
#define EMPTY(name)		checked(fdt_property(fdt, name, NULL, 0))

static void begin(const char *name)
{
	checked(fdt_begin_node(fdt, name));
}

static void end(void)
{
	checked(fdt_end_node(fdt));
}

/* What the virt machine has, as far as the guest looks at it */
static void put_arm(const struct tree *t)
{
	const struct range gic[] = { { 0x8000000, 0x10000 }, { 0x8010000, 0x10000 } };
	const struct range uart = { 0x9000000, 0x1000 }, ram = { RAM, t->ram_size };

	STRINGS("compatible", "linux,dummy-virt");
	STRINGS("model", "linux,dummy-virt");
	U32S("interrupt-parent", PHANDLE_GIC);

	begin("chosen");
	STRINGS("stdout-path", "/pl011@9000000");
	end();

	begin("psci");
	STRINGS("compatible", "arm,psci-1.0\0arm,psci-0.2\0arm,psci");
	STRINGS("method", "hvc");
	end();

	begin("memory@40000000");
	STRINGS("device_type", "memory");
	put_ranges("reg", &ram, 1, t->ac, t->sc, 0);
	end();

	begin("cpus");
	U32S("#address-cells", 1);
	U32S("#size-cells", 0);
	begin("cpu@0");
	STRINGS("device_type", "cpu");
	checked(fdt_property_string(fdt, "compatible", machine->cpu));
	U32S("reg", 0);
	end();
	end();

	begin("timer");
	STRINGS("compatible", "arm,armv8-timer\0arm,armv7-timer");
	U32S("interrupts", 1, 13, 0x104, 1, 14, 0x104, 1, 11, 0x104, 1, 10, 0x104);
	EMPTY("always-on");
	end();

	begin("intc@8000000");
	STRINGS("compatible", "arm,cortex-a15-gic");
	put_ranges("reg", gic, 2, t->ac, t->sc, 0);
	U32S("#interrupt-cells", 3);
	EMPTY("interrupt-controller");
	U32S("phandle", PHANDLE_GIC);
	end();

	begin("apb-pclk");
	STRINGS("compatible", "fixed-clock");
	U32S("#clock-cells", 0);
	U32S("clock-frequency", 24000000);
	STRINGS("clock-output-names", "clk24mhz");
	U32S("phandle", PHANDLE_CLOCK);
	end();

	begin("pl011@9000000");
	STRINGS("compatible", "arm,pl011\0arm,primecell");
	put_ranges("reg", &uart, 1, t->ac, t->sc, 0);
	U32S("interrupts", 0, 1, 4);
	U32S("clocks", PHANDLE_CLOCK, PHANDLE_CLOCK);
	STRINGS("clock-names", "uartclk\0apb_pclk");
	end();

	for (uint32_t i = 0; i < 32; i++) {
		struct range mmio = { 0xa000000 + 0x200 * i, 0x200 };
		char name[32];

		snprintf(name, sizeof(name), "virtio_mmio@%" PRIx64, mmio.base);
		begin(name);
		STRINGS("compatible", "virtio,mmio");
		put_ranges("reg", &mmio, 1, t->ac, t->sc, 0);
		U32S("interrupts", 0, 16 + i, 1);
		EMPTY("dma-coherent");
		end();
	}
}

static void put_mmio(const struct tree *t, const char *name, uint64_t base, uint64_t size)
{
	const struct range r = { base, size };
	char full[32];

	snprintf(full, sizeof(full), "%s@%" PRIx64, name, base);
	begin(full);
	put_ranges("reg", &r, 1, t->ac, t->sc, 0);
}

static void put_riscv(const struct tree *t)
{
	STRINGS("compatible", "riscv-virtio");
	STRINGS("model", "riscv-virtio,qemu");

	begin("chosen");
	STRINGS("stdout-path", "/soc/serial@10000000");
	end();

	put_mmio(t, "memory", RAM, t->ram_size);
	STRINGS("device_type", "memory");
	end();

	begin("cpus");
	U32S("#address-cells", 1);
	U32S("#size-cells", 0);
	U32S("timebase-frequency", 10000000);
	begin("cpu@0");
	STRINGS("device_type", "cpu");
	U32S("reg", 0);
	STRINGS("status", "okay");
	checked(fdt_property_string(fdt, "compatible", machine->cpu));
	/* In the words of older kernels and of newer ones */
	STRINGS("riscv,isa", "rv64imafdc_zicsr_zifencei");
	STRINGS("riscv,isa-base", "rv64i");
	STRINGS("riscv,isa-extensions", "i\0m\0a\0f\0d\0c\0zicsr\0zifencei");
	STRINGS("mmu-type", "riscv,sv48");
	begin("interrupt-controller");
	U32S("#interrupt-cells", 1);
	EMPTY("interrupt-controller");
	STRINGS("compatible", "riscv,cpu-intc");
	U32S("phandle", PHANDLE_CPU);
	end();
	end();
	end();

	begin("poweroff");
	STRINGS("compatible", "syscon-poweroff");
	U32S("regmap", PHANDLE_TEST);
	U32S("offset", 0);
	U32S("value", 0x5555);
	end();

	begin("soc");
	U32S("#address-cells", t->ac);
	U32S("#size-cells", t->sc);
	STRINGS("compatible", "simple-bus");
	EMPTY("ranges");

	put_mmio(t, "test", 0x100000, 0x1000);
	STRINGS("compatible", "sifive,test1\0sifive,test0\0syscon");
	U32S("phandle", PHANDLE_TEST);
	end();

	put_mmio(t, "clint", 0x2000000, 0x10000);
	STRINGS("compatible", "sifive,clint0\0riscv,clint0");
	U32S("interrupts-extended", PHANDLE_CPU, 3, PHANDLE_CPU, 7);
	end();

	put_mmio(t, "plic", 0xc000000, 0x600000);
	STRINGS("compatible", "sifive,plic-1.0.0\0riscv,plic0");
	U32S("#address-cells", 0);
	U32S("#interrupt-cells", 1);
	EMPTY("interrupt-controller");
	U32S("interrupts-extended", PHANDLE_CPU, 11, PHANDLE_CPU, 9);
	U32S("riscv,ndev", 96);
	U32S("phandle", PHANDLE_GIC);
	end();

	put_mmio(t, "serial", 0x10000000, 0x100);
	STRINGS("compatible", "ns16550a");
	U32S("clock-frequency", 3686400);
	U32S("interrupt-parent", PHANDLE_GIC);
	U32S("interrupts", 10);
	end();

	for (uint32_t i = 1; i <= 8; i++) {
		put_mmio(t, "virtio_mmio", 0x10000000 + 0x1000 * i, 0x1000);
		STRINGS("compatible", "virtio,mmio");
		U32S("interrupt-parent", PHANDLE_GIC);
		U32S("interrupts", i);
		end();
	}
	end();
}

static void put_region(const struct tree *t, const struct region *r)
{
	char compatible[128];
	unsigned int len = 0;

	begin(r->name);
	for (unsigned int i = 0; i < r->nr_compatible; i++) {
		strcpy(compatible + len, r->compatible[i]);
		len += strlen(r->compatible[i]) + 1;
	}
	if (len)
		checked(fdt_property(fdt, "compatible", compatible, len));
	if (r->status)
		checked(fdt_property(fdt, "status", r->status,
				     r->empty_status ? 0 : strlen(r->status) + 1));
	/* In the cells of the root, as the kernel reads them, if there are none here */
	if (r->has_reg)
		put_ranges("reg", r->reg, r->nr_reg, t->rac == 9 ? t->ac : t->rac,
			   t->rsc == 9 ? t->sc : t->rsc, r->reg_bytes);
	if (r->has_size)
		put_number("size", r->size, t->rsc == 9 ? t->sc : t->rsc, r->size_bytes);
	if (r->has_alignment)
		put_number("alignment", r->alignment, t->rac == 9 ? t->ac : t->rac,
			   r->alignment_bytes);
	if (r->has_alloc_ranges)
		put_ranges("alloc-ranges", r->alloc, r->nr_alloc, t->rac == 9 ? t->ac : t->rac,
			   t->rsc == 9 ? t->sc : t->rsc, r->alloc_bytes);
	if (r->reusable)
		EMPTY("reusable");
	if (r->no_map)
		EMPTY("no-map");
	if (r->is_default)
		EMPTY("linux,cma-default");
	if (r->label)
		STRINGS("label", "a-label");
	switch (r->flag) {
	case FLAG_NONE:
		break;
	case FLAG_EMPTY:
		EMPTY("linux,cma-export-heap");
		break;
	case FLAG_ZERO:
		U32S("linux,cma-export-heap", 0);
		break;
	case FLAG_NO:
		STRINGS("linux,cma-export-heap", "no");
		break;
	}
	end();
}

/* What a region is made of, in a place where none is looked for, or too often */
static void put_hostile(const struct tree *t)
{
	const struct range some = { RAM + 64 * MIB, PAGEBLOCK };
	char name[32];

	for (unsigned int i = 0; i < t->deep + t->many; i++) {
		snprintf(name, sizeof(name), "hostile-%u", i);
		begin(name);
		STRINGS("compatible", "shared-dma-pool");
		EMPTY("reusable");
		EMPTY("linux,cma-export-heap");
		if (i < t->deep)
			put_ranges("reg", &some, 1, t->ac, t->sc, 0);
		else
			end();
	}
	for (unsigned int i = 0; i < t->deep; i++)
		end();
	if (t->large) {
		void *bytes = xzalloc(t->large, 1);

		begin("large");
		STRINGS("compatible", "shared-dma-pool");
		EMPTY("reusable");
		checked(fdt_property(fdt, "reg", bytes, t->large));
		checked(fdt_property(fdt, "linux,cma-export-heap", bytes, t->large));
		end();
		free(bytes);
	}
}

static void put_tree(const struct tree *t)
{
	const struct range same = { RAM, GIB };

	fdt = xrealloc(NULL, BLOB_SIZE, 1);
	checked(fdt_create(fdt, BLOB_SIZE));
	if (t->memreserve.size)
		checked(fdt_add_reservemap_entry(fdt, t->memreserve.base, t->memreserve.size));
	checked(fdt_finish_reservemap(fdt));
	begin("");
	U32S("#address-cells", t->ac);
	U32S("#size-cells", t->sc);
	if (strcmp(machine->arch, "riscv64"))
		put_arm(t);
	else
		put_riscv(t);
	if (t->nr_regions || t->deep || t->many || t->large) {
		begin("reserved-memory");
		if (t->rac != 9)
			U32S("#address-cells", t->rac);
		if (t->rsc != 9)
			U32S("#size-cells", t->rsc);
		if (t->ranges == RANGES_EMPTY)
			EMPTY("ranges");
		else if (t->ranges == RANGES_VALUE)
			put_ranges("ranges", (const struct range[]){ { RAM, RAM }, same }, 2,
				   t->ac, t->sc, 0);
		if (t->flagged_only)
			EMPTY("linux,cma-export-flagged-only");
		for (unsigned int i = 0; i < t->nr_regions; i++)
			put_region(t, &t->regions[i]);
		put_hostile(t);
		end();
	}
	end();
	checked(fdt_finish(fdt));
}

static void hostile_name(char *name)
{
	static const char * const names[] = {
		".", "..", "@", "@@0", "-", " ", "a/b", "/", "%", "%s%s%s%n", "%pOF%p%px",
		"%*d%99999d", "\n", "a\tb", "\177", "\303\244", "\377\376", "#", "a#1", "system",
	};
	static const unsigned int lengths[] = {
		1, 31, 63, 64, 65, 255, 256, 257, 1023, 4095, 4900,
	};
	unsigned int len = PICK(lengths);

	switch (below(4)) {
	case 0:
		strcpy(name, PICK(names));
		return;
	case 1:
		memset(name, 'n', len);
		break;
	case 2:
		len = 1 + below(40);
		/* fall through */
	default:
		for (unsigned int i = 0; i < len; i++)
			name[i] = 1 + below(255);
	}
	name[len] = '\0';
}

/* Trees that nobody makes by mistake. They are sound as blobs. */
static void make_hostile(struct tree *t)
{
	unsigned int share = percent(30) ? 0 : percent(50) ? 30 : 90;

	for (unsigned int i = 0; i < t->nr_regions; i++)
		if (percent(share))
			hostile_name(t->regions[i].name);
	if (percent(15))
		t->deep = 1 + below(percent(80) ? 60 : 70);
	if (percent(15))
		t->many = 1 + below(percent(90) ? 100 : 1000);
	if (percent(10))
		t->large = below(200 * KIB);
}

/* Another length, with the same padding: the blob is still sound */
static void change_length(struct fdt_property *p)
{
	uint32_t len = fdt32_to_cpu(p->len);

	if (len)
		p->len = cpu_to_fdt32((len - 1) / 4 * 4 + 1 + below(4));
}

static void change_value(struct fdt_property *p)
{
	static const uint32_t cells[] = {
		0, 1, 3, 4, 5, 0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff,
	};
	uint32_t len = fdt32_to_cpu(p->len);

	if (len >= 4 && percent(50))
		fdt32_st(p->data + below(len / 4) * 4, PICK(cells));
	else if (len)
		p->data[below(len)] ^= percent(50) ? UINT64_C(1) << below(8) : below(256);
}

/* Its name becomes that of another one, the end of a name, or none at all */
static void change_name(struct fdt_property *p)
{
	uint32_t size = fdt_size_dt_strings(fdt);

	p->nameoff = cpu_to_fdt32(percent(5) ? below(UINT32_MAX) : below(size));
}

static void mutate(void)
{
	int parent = fdt_path_offset(fdt, "/reserved-memory"), at[8192], node, depth = 0, property;
	unsigned int count = 0;

	if (parent < 0)
		return;
	for (node = parent; node >= 0 && depth >= 0; node = fdt_next_node(fdt, node, &depth))
		fdt_for_each_property_offset(property, fdt, node)
			if (count < ARRAY_SIZE(at))
				at[count++] = property;

	for (unsigned int i = percent(40) ? 0 : 1 + below(percent(70) ? 3 : 40); i && count; i--) {
		struct fdt_property *p;

		/* The cells are at the start */
		property = at[below(percent(20) && count > 2 ? 2 : count)];
		p = (void *)(uintptr_t)fdt_offset_ptr(fdt, property, sizeof(*p));
		switch (below(6)) {
		case 0:
			change_length(p);
			break;
		case 1:
			change_name(p);
			break;
		default:
			change_value(p);
		}
	}
}

static void save(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		die("%s: %s", path, strerror(errno));
	fwrite(fdt, 1, fdt_totalsize(fdt), f);
	if (ferror(f) | fclose(f)) {
		unlink(path);
		die("%s: cannot be written", path);
	}
}

static uint64_t number(const char *what, const char *text)
{
	uint64_t value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-')
		die("%s '%s': not a number", what, text);
	return value;
}

int main(int argc, char **argv)
{
	static const char usage[] =
		"usage: fuzz-dt [-a arm64|arm|riscv64] [-m] SEED INDEX FILE.dtb\n"
		"\n"
		"Writes tree INDEX of those that SEED gives, and prints memory and command line\n"
		"to boot it with. With -m they are mutated, and hostile.\n"
		"exit status: 0 written, 2 usage, or it cannot be written\n";
	static struct tree tree;
	bool hostile;

	if (argc == 2 && !strcmp(argv[1], "-h")) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc >= 3 && !strcmp(argv[1], "-a")) {
		size_t i = 0;

		while (i < ARRAY_SIZE(machines) && strcmp(machines[i].arch, argv[2]))
			i++;
		if (i == ARRAY_SIZE(machines))
			die("architecture '%s' is not known", argv[2]);
		machine = &machines[i];
		argc -= 2;
		argv += 2;
	}
	hostile = argc == 5 && !strcmp(argv[1], "-m");
	if (argc != 4 && !hostile) {
		fputs(usage, stderr);
		return 2;
	}
	argv += hostile;
	state = mix(mix(number("seed", argv[1])) + number("index", argv[2]));
	make_tree(&tree);
	if (hostile)
		make_hostile(&tree);
	put_tree(&tree);
	if (hostile)
		mutate();
	save(argv[3]);
	printf("memory=%" PRIu64 "M\ncmdline='%s'\n", tree.ram_size / MIB, tree.cmdline);
	return fflush(stdout) ? 2 : 0;
}
