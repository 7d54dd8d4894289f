// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: any bytes as a device tree, through all that predict does but
 * the reading of the file. The first byte chooses kernel, architecture and settings, what
 * follows up to a 0 is the command line, the rest is the blob.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../scripts/cma-heaps/engine.h"
#include "../scripts/cma-heaps/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char * const kernel[] = { "6.1", "6.12", "7.2", "7.3" };
	static const char * const arch[] = { "arm64", "arm", "riscv64", "arm64" };
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
	void *blob;

	if (!null)
		null = fopen("/dev/null", "w");
	if (!size || !null)
		return 0;
	kernel_settings(&s, kernel[*data & 3], arch[*data >> 6]);
	if (*data & 4) {
		s.loaded = loaded;
		s.nr_loaded = sizeof(loaded) / sizeof(loaded[0]);
		s.simple = true;
		s.map = MAP_BLOCKS;
	}
	if (*data & 8) {
		s.memory = &memory;
		s.nr_memory = 1;
	}
	if (*data & 16)
		s.cma_slots = 3;
	if (*data & 32) {
		s.lpae = true;
		s.highmem = false;
		s.zone_dma = false;
	}
	data++;
	size--;
	end = memchr(data, 0, size);
	if (!end)
		return 0;
	s.cmdline = (const char *)data;
	size -= end + 1 - data;

	/* Exactly as large as it is, so that one byte too far is seen; and aligned */
	blob = xmalloc(size);
	memcpy(blob, end + 1, size);
	if (!predict(blob, size, &s, &p)) {
		print_json(null, &s, &p, p.bad);
		print_table(null, &s, &p, true);
		print_map(null, &s, &p);
		free_prediction(&p);
	}
	free(blob);
	return 0;
}
