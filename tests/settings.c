// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: settings VERSION ARCH [CONFIG]
 *
 * Prints the settings that cma-heaps predict assumes for a kernel, or those that it takes
 * from its .config, one a line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../scripts/cma-heaps/arch.h"
#include "../scripts/cma-heaps/config.h"

static char *read_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	if (f && getdelim(&text, &room, '\0', f) < 0) {
		free(text);
		text = NULL;
	}
	if (f)
		fclose(f);
	return text;
}

#define NUMBER(field) \
	printf("%s %" PRIu64 "\n", #field, (uint64_t)s->field)

static void print(const struct settings *s)
{
	printf("defconfig %s\n", s->arch->defconfig);
	NUMBER(page_size);
	NUMBER(pageblock_size);
	NUMBER(cma_slots);
	NUMBER(default_cma);
	NUMBER(default_percent);
	NUMBER(default_min);
	NUMBER(default_max);
	NUMBER(zone_dma);
	NUMBER(zone_dma32);
	NUMBER(highmem);
	NUMBER(lpae);
	NUMBER(page_offset);
	NUMBER(flat);
	if (facts(s)->legacy_option)
		NUMBER(legacy_name);
	NUMBER(has_cma);
	NUMBER(has_heap);
	NUMBER(has_export);
	NUMBER(heap_is_module);
	NUMBER(simple);
	NUMBER(map);
	NUMBER(nr_cpus);
	NUMBER(pa_bits);
	NUMBER(section_bits);
	printf("cmdline %s\n", s->config_cmdline ? s->config_cmdline : "");
	NUMBER(config_cmdline_force);
	NUMBER(config_cmdline_extend);
}

int main(int argc, char **argv)
{
	const struct kernel *kernel = argc > 2 ? kernel_of(argv[1]) : NULL;
	const struct arch *arch = argc > 2 ? arch_of(argv[2]) : NULL;
	const char *err = NULL;
	struct config config = { 0 };
	struct settings s;

	if (!kernel || !arch || argc > 4) {
		fprintf(stderr, "usage: settings VERSION ARCH [CONFIG]\n");
		return 2;
	}
	settings_init(&s, kernel, arch);
	if (argc == 4) {
		char *text = read_text(argv[3]);

		err = text ? config_read(&config, text, &s) : "cannot be read";
		if (err)
			fprintf(stderr, "settings: %s: %s\n", argv[3], err);
	}
	if (!err)
		print(&s);
	config_free(&config);
	return !!err;
}
