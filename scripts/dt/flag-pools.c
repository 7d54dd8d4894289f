// SPDX-License-Identifier: GPL-2.0-only
/*
 * flag-pools - set linux,cma-export-heap on every reusable shared-dma-pool
 *
 * Reads device tree blobs, and prints a line for each such node: board, name of the node,
 * and "private" if that names a DSP, an IPU, fastrpc or an Ethos core, whose driver
 * expects to have the region to itself, else "-". With -o writes copies of the blobs in
 * which these nodes have the property.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
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

/* Is @node an enabled shared-dma-pool that is reusable? */
static bool is_pool(const void *fdt, int node)
{
	const char *status = fdt_getprop(fdt, node, "status", NULL);

	return !fdt_node_check_compatible(fdt, node, "shared-dma-pool") &&
	       fdt_getprop(fdt, node, "reusable", NULL) &&
	       (!status || !strcmp(status, "okay") || !strcmp(status, "ok"));
}

static bool is_private(const char *name)
{
	static const char * const users[] = { "dsp", "ipu", "fastrpc", "ethos" };
	size_t i;

	for (i = 0; i < sizeof(users) / sizeof(*users); i++)
		if (strstr(name, users[i]))
			return true;
	return false;
}

/* Flag the pools of the blob at @path, and write it to the folder @out unless NULL */
static void flag_pools(const char *path, const char *out)
{
	const char *file = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	void *fdt = read_blob(path);
	int parent = fdt_path_offset(fdt, "/reserved-memory");
	char target[4096];
	int node, err;

	fdt_for_each_subnode(node, fdt, parent) {
		const char *name = fdt_get_name(fdt, node, NULL);

		if (!is_pool(fdt, node))
			continue;
		printf("%s %s %s\n", file, name, is_private(name) ? "private" : "-");
		err = fdt_setprop_empty(fdt, node, FLAG);
		if (err)
			die("%s: %s", path, fdt_strerror(err));
	}
	if (out) {
		if (snprintf(target, sizeof(target), "%s/%s", out, file) >= (int)sizeof(target))
			die("%s: name is too long", path);
		write_blob(target, fdt);
	}
	free(fdt);
}

int main(int argc, char **argv)
{
	static const char usage[] = "usage: flag-pools [-o DIR] BOARD.dtb...\n";
	const char *out = NULL;
	int opt;

	while ((opt = getopt(argc, argv, "ho:")) != -1) {
		switch (opt) {
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'o':
			out = optarg;
			break;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind == argc) {
		fputs(usage, stderr);
		return 2;
	}
	for (; optind < argc; optind++)
		flag_pools(argv[optind], out);
	return 0;
}
