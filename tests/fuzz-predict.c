// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: any bytes as a device tree, through all that predict does but
 * the reading of the file. The first byte chooses kernel and architecture, the second one
 * settings; what follows up to a 0 is the command line, the rest is the blob.
 */
#include <stdlib.h>
#include <string.h>

#include "../scripts/cma-heaps/arch.h"
#include "../scripts/cma-heaps/config.h"
#include "../scripts/cma-heaps/predict.h"
#include "../scripts/cma-heaps/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Kernels differ fastest, so that the first byte of a seed counts them */
static void choose(struct settings *s, uint8_t number)
{
	size_t kernels = 0, arches = __stop_arches - __start_arches;

	while (kernel_at(kernels))
		kernels++;
	settings_init(s, kernel_at(number % kernels), __start_arches[number / kernels % arches]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct loaded loaded[] = {
		{ (char *)"firmware", { 0x40000000, 0x80000 } },
		{ (char *)"kernel", { 0x40200000, 0x420000 } },
		{ (char *)"initrd", { 0x48000000, 0x60000 } },
		{ (char *)"dtb", { 0x48200000, 0x9000 } },
	};
	static struct range memory = { 0x40000000, 0x20000000 };
	static FILE *null;
	struct prediction p;
	struct settings s;
	const uint8_t *end;
	uint8_t flags;
	void *blob;

	if (!null)
		null = fopen("/dev/null", "w");
	if (size < 2 || !null)
		return 0;
	choose(&s, data[0]);
	flags = data[1];
	if (flags & 1) {
		s.loaded = loaded;
		s.nr_loaded = ARRAY_SIZE(loaded);
		s.simple = true;
		s.map = MAP_BLOCKS;
	}
	if (flags & 2) {
		s.memory = &memory;
		s.nr_memory = 1;
	}
	if (flags & 4)
		s.cma_slots = 3;
	if (flags & 8) {
		s.lpae = true;
		s.highmem = false;
		s.zone_dma = false;
	}
	if (flags & 16)
		s.has_export = false;
	data += 2;
	size -= 2;
	end = memchr(data, 0, size);
	if (!end)
		return 0;
	s.cmdline = (const char *)data;
	size -= end + 1 - data;

	/* Exactly as large as it is, so that one byte too far is seen; and aligned */
	blob = xrealloc(NULL, size, 1);
	memcpy(blob, end + 1, size);
	if (!predict(blob, size, &s, &p)) {
		put_prediction(&(struct json){ .f = null }, NULL, &s, &p);
		print_table(null, &s, &p, true);
		print_map(null, &s, &p);
		free_prediction(&p);
	}
	free(blob);
	return 0;
}
