// SPDX-License-Identifier: GPL-2.0-only
/*
 * flag-pools - set linux,cma-export-heap on every reusable shared-dma-pool
 *
 * Reads a device tree blob, writes one in which each such child of
 * /reserved-memory has the property, and prints the paths of those nodes.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libfdt.h>

#define FLAG		"linux,cma-export-heap"

/* Room for the properties that are added, and for their name */
#define ROOM		65536

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("flag-pools: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	exit(2);
}

/* A copy of the blob in @path, checked, with room to grow */
static void *read_blob(const char *path)
{
	FILE *file = fopen(path, "rb");
	size_t size = 0, space = 0, got;
	char *blob = NULL;
	void *fdt;
	int err;

	if (!file)
		die("%s: %s", path, strerror(errno));
	do {
		space += ROOM;
		blob = realloc(blob, space);
		if (!blob)
			die("%s: out of memory", path);
		got = fread(blob + size, 1, space - size, file);
		size += got;
	} while (size == space);
	if (ferror(file))
		die("%s: cannot be read", path);
	fclose(file);

	err = fdt_check_full(blob, size);
	if (err)
		die("%s: not a device tree: %s", path, fdt_strerror(err));
	fdt = malloc(size + ROOM);
	if (!fdt)
		die("%s: out of memory", path);
	err = fdt_open_into(blob, fdt, size + ROOM);
	if (err)
		die("%s: %s", path, fdt_strerror(err));
	free(blob);
	return fdt;
}

static void write_blob(const char *path, void *fdt)
{
	FILE *file = fopen(path, "wb");

	fdt_pack(fdt);
	if (!file)
		die("%s: %s", path, strerror(errno));
	if (fwrite(fdt, fdt_totalsize(fdt), 1, file) != 1 || fclose(file))
		die("%s: %s", path, strerror(errno));
}

int main(int argc, char **argv)
{
	static const char usage[] = "usage: flag-pools IN.dtb OUT.dtb\n";
	int parent, node, err;
	void *fdt;

	if (argc == 2 && !strcmp(argv[1], "-h")) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc != 3) {
		fputs(usage, stderr);
		return 2;
	}

	fdt = read_blob(argv[1]);
	parent = fdt_path_offset(fdt, "/reserved-memory");
	fdt_for_each_subnode(node, fdt, parent) {
		if (fdt_node_check_compatible(fdt, node, "shared-dma-pool") ||
		    !fdt_getprop(fdt, node, "reusable", NULL))
			continue;
		err = fdt_setprop_empty(fdt, node, FLAG);
		if (err)
			die("%s: %s", argv[1], fdt_strerror(err));
		printf("/reserved-memory/%s\n", fdt_get_name(fdt, node, NULL));
	}
	write_blob(argv[2], fdt);
	return 0;
}
