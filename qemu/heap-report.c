// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap-report - judge a boot: are the heaps there that should be?
 *
 * Reads what the guest sent to its results port (see tests/guest/init.c), the
 * console log and the device tree that was booted, prints the guest's table and
 * a verdict, and writes the report as JSON.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <libfdt.h>

#define NONE		UINT64_MAX
#define MAX_ITEMS	512

enum {
	EXIT_AS_EXPECTED = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_DIED = 3,
	EXIT_TIMEOUT = 124,
};

/* A heap as the guest found it */
struct heap {
	char *name;
	char *node;		/* NULL if the heap has none */
	uint64_t base, size;	/* of its region, or NONE */
	uint64_t abase, asize;	/* of the test allocation, or NONE */
};

/* What the user, or the tree, says of a heap */
struct expectation {
	char *name;
	char *node;		/* NULL if it does not matter */
	uint64_t size;		/* NONE if it does not matter */
};

struct strings {
	char *item[MAX_ITEMS];
	unsigned int count;
};

/* A property of the tree that was booted, as the guest told of it */
struct property {
	char *path;
	char *value;		/* hexadecimal digits */
};

struct run {
	const char *arch, *cmdline, *console, *dtb;
	char *kernel;
	bool timeout, boot_loader;
	bool started, done;
	struct property *tree;
	size_t nr_tree;
	unsigned int planned, passed;
	struct heap heaps[MAX_ITEMS];
	unsigned int nr_heaps;
	struct expectation expected[MAX_ITEMS], absent[MAX_ITEMS];
	unsigned int nr_expected, nr_absent;
	struct strings table, failed, messages, splats, missing, unexpected, dropped;
	struct strings warnings, silent;	/* messages to come, and those that did not */
};

/* Names that belong to heaps of the kernel's own, whatever the tree says */
static const char * const kernel_heaps[] = { "system", "reserved", "default_cma_region" };

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("heap-report: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(EXIT_USAGE);
}

static void *checked(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

static void __attribute__((format(printf, 2, 3)))
add(struct strings *list, const char *fmt, ...)
{
	va_list ap;

	if (list->count == MAX_ITEMS)
		return;
	va_start(ap, fmt);
	if (vasprintf(&list->item[list->count++], fmt, ap) < 0)
		die("out of memory");
	va_end(ap);
}

static bool is_kernel_heap(const char *name)
{
	for (size_t i = 0; i < sizeof(kernel_heaps) / sizeof(kernel_heaps[0]); i++)
		if (!strcmp(name, kernel_heaps[i]))
			return true;
	return false;
}

/* The same escapes that the guest uses, so that names can be compared */
static char *escaped(const char *s)
{
	char *buf = checked(malloc(4 * strlen(s) + 1)), *p = buf;

	for (; *s; s++) {
		if (isascii((unsigned char)*s) && isgraph((unsigned char)*s) && *s != '\\')
			*p++ = *s;
		else
			p += sprintf(p, "\\x%02x", (unsigned char)*s);
	}
	*p = '\0';
	return buf;
}

/**
 * parse_size() - read a size with an optional suffix K, M or G
 * @text: what the user wrote
 *
 * Return: the size in bytes, or NONE if @text is no size.
 */
static uint64_t parse_size(const char *text)
{
	unsigned int shift = 0;
	uint64_t value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *text == '-')
		return NONE;
	switch (toupper((unsigned char)*end)) {
	case 'G':
		shift += 10;	/* fall through */
	case 'M':
		shift += 10;	/* fall through */
	case 'K':
		shift += 10;
		end++;
	}
	if (*end || value > UINT64_MAX >> shift)
		return NONE;
	return value << shift;
}

static void expect(struct run *run, const char *name, const char *node, uint64_t size)
{
	if (run->nr_expected < MAX_ITEMS)
		run->expected[run->nr_expected++] = (struct expectation){
			checked(strdup(name)), node ? checked(strdup(node)) : NULL, size,
		};
}

static void expect_absent(struct run *run, const char *name, const char *node)
{
	if (run->nr_absent < MAX_ITEMS)
		run->absent[run->nr_absent++] = (struct expectation){
			checked(strdup(name)), node ? checked(strdup(node)) : NULL, NONE,
		};
}

/*
 * The last cma_heap.export= of a command line counts. In a parameter the kernel takes - for _.
 * Return: its value, which ends at a blank or the end, or ""
 */
static const char *export_mode(const char *cmdline)
{
	static const char parameter[] = "cma_heap.export=";
	const char *mode = "", *word = cmdline;

	while (*word) {
		size_t len = strcspn(word, " "), n = 0;

		while (n < len && n < strlen(parameter) &&
		       (word[n] == parameter[n] || (word[n] == '-' && parameter[n] == '_')))
			n++;
		if (n == strlen(parameter))
			mode = word + n;
		word += len;
		word += strspn(word, " ");
	}
	return mode;
}

static bool mode_is(const char *mode, const char *want)
{
	size_t len = strlen(want);

	return !strncmp(mode, want, len) && (!mode[len] || mode[len] == ' ');
}

/* Linux from 6.19 on exports every pool of a tree that selects none */
static bool exports_all(const char *kernel)
{
	unsigned int major = 0, minor = 0;

	if (!kernel || sscanf(kernel, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor >= 19);
}

static void *read_dtb(const struct run *run, size_t *size)
{
	int fd = open(run->dtb, O_RDONLY);
	struct stat st;
	void *fdt;

	if (fd < 0 || fstat(fd, &st))
		die("%s: %s", run->dtb, strerror(errno));
	fdt = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (fdt == MAP_FAILED || fdt_check_full(fdt, st.st_size))
		die("%s: not a device tree", run->dtb);
	*size = st.st_size;
	return fdt;
}

static bool is_enabled(const void *fdt, int node)
{
	const char *status = fdt_getprop(fdt, node, "status", NULL);

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

/*
 * Without -e and -n, what the tree says is expected: flagged and enabled nodes are
 * heaps, the others are not. With cma_heap.export=all every reusable pool is one, and
 * also if the tree selects none and that is the kernel's default export policy.
 */
static void expect_what_the_tree_says(struct run *run)
{
	const char *mode = export_mode(run->cmdline);
	bool all = mode_is(mode, "all"), selected = mode_is(mode, "flagged");
	int parent, node, len;
	size_t size;
	void *fdt = read_dtb(run, &size);

	parent = fdt_path_offset(fdt, "/reserved-memory");
	if (parent < 0)
		return;
	selected |= !!fdt_getprop(fdt, parent, "linux,cma-export-flagged-only", NULL);
	fdt_for_each_subnode(node, fdt, parent)
		selected |= !!fdt_getprop(fdt, node, "linux,cma-export-heap", NULL);
	all |= !selected && exports_all(run->kernel);

	fdt_for_each_subnode(node, fdt, parent) {
		bool enabled = is_enabled(fdt, node);
		bool pool = !fdt_node_check_compatible(fdt, node, "shared-dma-pool") &&
			    fdt_getprop(fdt, node, "reusable", NULL) &&
			    !fdt_getprop(fdt, node, "no-map", NULL);
		bool flagged = fdt_getprop(fdt, node, "linux,cma-export-heap", NULL);
		char *name = escaped(fdt_get_name(fdt, node, &len)), *path;

		if (asprintf(&path, "/reserved-memory/%s", name) < 0)
			die("out of memory");
		if (enabled && (flagged || (all && pool)))
			expect(run, name, path, NONE);
		else if (!fdt_getprop(fdt, node, "linux,cma-default", NULL))
			expect_absent(run, name, path);
		free(path);
		free(name);
	}
	munmap(fdt, size);
}

static const char *booted_value(const struct run *run, const char *path)
{
	for (size_t i = 0; i < run->nr_tree; i++)
		if (!strcmp(run->tree[i].path, path))
			return run->tree[i].value;
	return NULL;
}

static void compare_property(struct run *run, const char *node, const char *name,
			     const unsigned char *data, int len)
{
	char *path, *value = checked(malloc(2 * len + 1));
	const char *booted;

	if (asprintf(&path, "%s/%s", node, name) < 0)
		die("out of memory");
	value[0] = '\0';
	for (int i = 0; i < len; i++)
		sprintf(value + 2 * i, "%02x", data[i]);
	booted = booted_value(run, path);
	if (!booted || strcmp(booted, value))
		add(&run->dropped, booted ? "%s has another value" : "there is no %s", path);
	free(path);
	free(value);
}

/* Each node has a property "name", made by the kernel */
static void compare_nodes(struct run *run, const void *fdt, int node, const char *path)
{
	const char *name;
	char *below;
	int at, len;

	if (asprintf(&below, "%s/name", path) < 0)
		die("out of memory");
	if (!booted_value(run, below)) {
		add(&run->dropped, "there is no %s", path);
		free(below);
		return;
	}
	free(below);

	fdt_for_each_property_offset(at, fdt, node) {
		const void *data = fdt_getprop_by_offset(fdt, at, &name, &len);
		char *text = escaped(name);

		if (data && strcmp(name, "name"))
			compare_property(run, path, text, data, len);
		free(text);
	}
	fdt_for_each_subnode(at, fdt, node) {
		char *text;

		name = fdt_get_name(fdt, at, NULL);
		/* What boot loaders fill in, and what tells of labels */
		if (!*path && (!strcmp(name, "chosen") || !strncmp(name, "memory@", 7) ||
			       !strcmp(name, "memory") || !strcmp(name, "__symbols__")))
			continue;
		text = escaped(name);
		if (asprintf(&below, "%s/%s", path, text) < 0)
			die("out of memory");
		compare_nodes(run, fdt, at, below);
		free(below);
		free(text);
	}
}

/* Is all that was asked for in the tree that was booted? */
static void compare_tree(struct run *run)
{
	size_t size;
	void *fdt = read_dtb(run, &size);

	compare_nodes(run, fdt, 0, "");
	munmap(fdt, size);
}

static uint64_t number(const char *field)
{
	return strcmp(field, "-") ? strtoull(field, NULL, 16) : NONE;
}

static void read_results(struct run *run, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while (file && (n = getline(&line, &size, file)) > 0) {
		char *field[8] = { 0 }, *save = NULL, *word;
		unsigned int count = 0, value;

		if (line[n - 1] == '\n')
			line[n - 1] = '\0';

		if (line[0] == '#') {
			add(&run->table, "%s", line + (line[1] == ' ' ? 2 : 1));
			continue;
		}
		if (sscanf(line, "1..%u", &run->planned) == 1)
			continue;
		if (sscanf(line, "ok %u", &value) == 1) {
			run->passed++;
			continue;
		}
		if (sscanf(line, "not ok %u", &value) == 1) {
			add(&run->failed, "%s", line);
			continue;
		}
		for (word = strtok_r(line, "\t", &save); word && count < 8;
		     word = strtok_r(NULL, "\t", &save))
			field[count++] = word;

		if (!count)
			continue;
		if (!strcmp(field[0], "guest")) {
			run->started = true;
		} else if (!strcmp(field[0], "kernel") && count == 2) {
			run->kernel = checked(strdup(field[1]));
		} else if (!strcmp(field[0], "message") && count == 2) {
			add(&run->messages, "%s", field[1]);
		} else if (!strcmp(field[0], "tree") && count >= 2) {
			run->tree = checked(realloc(run->tree, (run->nr_tree + 1) *
							       sizeof(*run->tree)));
			run->tree[run->nr_tree++] = (struct property){
				checked(strdup(field[1])),
				checked(strdup(count > 2 ? field[2] : "")),
			};
		} else if (!strcmp(field[0], "done") || !strcmp(field[0], "shell")) {
			/* A shell is left by stopping the machine, or by its exit */
			run->done = true;
		} else if (!strcmp(field[0], "heap") && count == 7 && run->nr_heaps < MAX_ITEMS) {
			struct heap *h = &run->heaps[run->nr_heaps++];

			h->name = checked(strdup(field[1]));
			h->node = strcmp(field[2], "-") ? checked(strdup(field[2])) : NULL;
			h->base = number(field[3]);
			h->size = number(field[4]);
			h->abase = number(field[5]);
			h->asize = number(field[6]);
		}
	}
	free(line);
	if (file)
		fclose(file);
}

static bool has_any(const char *line, const char * const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(line, texts[i]))
			return true;
	return false;
}

/* Lines of the kernel log that no good boot has */
static void read_console(struct run *run)
{
	static const char * const bad[] = {
		"WARNING: ", "BUG: ", "kernel BUG at", "Oops", "Internal error: ",
		"Kernel panic", "Unable to handle kernel", "cannot create duplicate filename",
		"KASAN: ", "UBSAN: ", "KCSAN: ", "kmemleak: ", "DEBUG_LOCKS_WARN_ON",
		"INFO: task ", "rcu: INFO: ", "list_add corruption", "list_del corruption",
		"refcount_t: ", "ODEBUG: ", "DMA-API: ", "] BUG ",
		"INFO: trying to register non-static key",
	};
	/* What the detectors say of themselves at the start */
	static const char * const good[] = {
		"kmemleak: Kernel memory leak detector initialized",
		"DMA-API: preallocated ", "DMA-API: debugging enabled by kernel config",
		"DMA-API: debugging disabled on kernel command line",
	};
	FILE *file = fopen(run->console, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (!file)
		die("%s: %s", run->console, strerror(errno));
	while ((n = getline(&line, &size, file)) > 0) {
		/* The command line may quote anything */
		if (strstr(line, "Kernel command line:"))
			continue;
		line[strcspn(line, "\r\n")] = '\0';
		/* Unless asked for, this comes of an error */
		if (strstr(line, "kmemleak: Kernel memory leak detector disabled") &&
		    run->cmdline && strstr(run->cmdline, "kmemleak=off"))
			continue;
		if (has_any(line, bad, sizeof(bad) / sizeof(bad[0])) &&
		    !has_any(line, good, sizeof(good) / sizeof(good[0])))
			add(&run->splats, "%s", line);
	}
	free(line);
	fclose(file);
}

static const struct heap *find_heap(const struct run *run, const char *name)
{
	for (unsigned int i = 0; i < run->nr_heaps; i++)
		if (!strcmp(run->heaps[i].name, name))
			return &run->heaps[i];
	return NULL;
}

static bool meets(const struct heap *h, const struct expectation *e)
{
	if (!h || (e->size != NONE && h->size != e->size))
		return false;
	if (!e->node)
		return true;
	/* A heap of the kernel's own may have the name of a node */
	return h->node ? !strcmp(h->node, e->node) : !is_kernel_heap(h->name);
}

/* Each message of the heaps must be one that was asked for, and the other way round */
static void compare_messages(struct run *run)
{
	bool seen[MAX_ITEMS] = { 0 };

	for (unsigned int i = 0; i < run->messages.count; i++) {
		unsigned int k = 0;

		while (k < run->warnings.count &&
		       (seen[k] || strcmp(run->messages.item[i], run->warnings.item[k])))
			k++;
		if (k < run->warnings.count)
			seen[k] = true;
		else
			add(&run->splats, "%s", run->messages.item[i]);
	}
	for (unsigned int k = 0; k < run->warnings.count; k++)
		if (!seen[k])
			add(&run->silent, "%s", run->warnings.item[k]);
}

static void compare(struct run *run)
{
	for (unsigned int i = 0; i < run->nr_expected; i++)
		if (!meets(find_heap(run, run->expected[i].name), &run->expected[i]))
			add(&run->missing, "%s", run->expected[i].name);
	for (unsigned int i = 0; i < run->nr_absent; i++)
		if (meets(find_heap(run, run->absent[i].name), &run->absent[i]))
			add(&run->unexpected, "%s", run->absent[i].name);
}

static int verdict(const struct run *run)
{
	if (run->timeout)
		return EXIT_TIMEOUT;
	if (!run->started || !run->done)
		return EXIT_DIED;
	if (run->dropped.count || run->missing.count || run->unexpected.count ||
	    run->failed.count || run->splats.count || run->silent.count ||
	    run->passed != run->planned)
		return EXIT_FAILED;
	return EXIT_AS_EXPECTED;
}

static void json_string(FILE *f, const char *s)
{
	if (!s) {
		fputs("null", f);
		return;
	}
	fputc('"', f);
	for (; *s; s++) {
		unsigned char c = *s;

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			fprintf(f, "\\u%04x", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

static void json_number(FILE *f, uint64_t value)
{
	if (value == NONE)
		fputs("null", f);
	else
		fprintf(f, "%" PRIu64, value);
}

static void json_strings(FILE *f, const char *key, const struct strings *list)
{
	fprintf(f, "  \"%s\": [", key);
	for (unsigned int i = 0; i < list->count; i++) {
		fputs(i ? ", " : "", f);
		json_string(f, list->item[i]);
	}
	fputs("],\n", f);
}

static void write_json(const struct run *run, FILE *f, int status)
{
	fputs("{\n  \"kernel\": ", f);
	json_string(f, run->kernel);
	fputs(",\n  \"arch\": ", f);
	json_string(f, run->arch);
	fputs(",\n  \"cmdline\": ", f);
	json_string(f, run->cmdline);
	fputs(",\n  \"heaps\": [", f);
	for (unsigned int i = 0; i < run->nr_heaps; i++) {
		const struct heap *h = &run->heaps[i];

		fputs(i ? ",\n    {\"name\": " : "\n    {\"name\": ", f);
		json_string(f, h->name);
		fputs(", \"node\": ", f);
		json_string(f, h->node);
		fputs(", \"base\": ", f);
		json_number(f, h->base);
		fputs(", \"size\": ", f);
		json_number(f, h->size);
		fputs(", \"allocation\": {\"base\": ", f);
		json_number(f, h->abase);
		fputs(", \"size\": ", f);
		json_number(f, h->asize);
		fputs("}}", f);
	}
	fputs(run->nr_heaps ? "\n  ],\n" : "],\n", f);
	json_strings(f, "dropped", &run->dropped);
	json_strings(f, "missing", &run->missing);
	json_strings(f, "unexpected", &run->unexpected);
	json_strings(f, "messages", &run->messages);
	json_strings(f, "splats", &run->splats);
	fputs("  \"console\": ", f);
	json_string(f, run->console);
	fprintf(f, ",\n  \"exit\": %d\n}\n", status);
}

/* A file is there whole or not at all; anything else is just written to */
static void save_json(const struct run *run, const char *path, int status)
{
	bool failed, in_place;
	char *tmp = NULL;
	struct stat st;
	FILE *f;
	int fd;

	if (!strcmp(path, "-")) {
		write_json(run, stdout, status);
		return;
	}
	in_place = !lstat(path, &st) && !S_ISREG(st.st_mode);
	if (asprintf(&tmp, in_place ? "%s" : "%s.XXXXXX", path) < 0)
		die("out of memory");
	fd = in_place ? open(path, O_WRONLY | O_TRUNC) : mkstemp(tmp);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		die("%s: %s", path, strerror(errno));
	write_json(run, f, status);
	failed = ferror(f) || (!in_place && fchmod(fd, 0644));
	failed = fclose(f) || failed;
	if (failed || (!in_place && rename(tmp, path))) {
		if (!in_place)
			unlink(tmp);
		die("%s: %s", path, strerror(errno));
	}
	free(tmp);
}

static void print_list(const char *what, const struct strings *list)
{
	for (unsigned int i = 0; i < list->count; i++)
		fprintf(stderr, "%s: %s\n", what, list->item[i]);
}

static void print_console_end(const char *path)
{
	enum { LAST = 20 };
	char *ring[LAST] = { 0 }, *line = NULL;
	FILE *file = fopen(path, "r");
	unsigned int count = 0;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0) {
		free(ring[count % LAST]);
		ring[count++ % LAST] = checked(strdup(line));
	}
	for (unsigned int i = count > LAST ? count - LAST : 0; i < count; i++)
		fputs(ring[i % LAST], stderr);
	for (unsigned int i = 0; i < LAST; i++)
		free(ring[i]);
	free(line);
	if (file)
		fclose(file);
}

static void print_verdict(const struct run *run, int status)
{
	for (unsigned int i = 0; i < run->table.count; i++)
		puts(run->table.item[i]);
	fflush(stdout);

	if (status == EXIT_TIMEOUT || status == EXIT_DIED) {
		print_console_end(run->console);
		fprintf(stderr, "%s; the whole console log is %s\n",
			status == EXIT_TIMEOUT ? "the guest was stopped by the timeout" :
			run->started ? "the kernel died" :
			"the kernel did not reach user space", run->console);
		return;
	}
	/* Of what follows from it there is no need to tell */
	if (run->dropped.count) {
		fprintf(stderr, "the boot loader dropped the device tree or its overlay: %s\n",
			run->dropped.item[0]);
	} else {
		print_list("missing heap", &run->missing);
		print_list("unexpected heap", &run->unexpected);
	}
	print_list("failed in the guest", &run->failed);
	print_list("in the kernel log", &run->splats);
	print_list("not in the kernel log", &run->silent);
	if (run->passed + run->failed.count != run->planned)
		fprintf(stderr, "the guest planned %u checks and made %u\n", run->planned,
			run->passed + run->failed.count);
	if (status == EXIT_AS_EXPECTED)
		printf("as expected: %u there, %u absent, %u checks passed in the guest\n",
		       run->nr_expected, run->nr_absent, run->passed);
	else
		fprintf(stderr, "not as expected; the console log is %s\n", run->console);
}

static const struct option options[] = {
	{ "results", required_argument, NULL, 'r' },
	{ "console", required_argument, NULL, 'C' },
	{ "dtb", required_argument, NULL, 'd' },
	{ "arch", required_argument, NULL, 'a' },
	{ "cmdline", required_argument, NULL, 'c' },
	{ "expect", required_argument, NULL, 'e' },
	{ "absent", required_argument, NULL, 'n' },
	{ "warning", required_argument, NULL, 'w' },
	{ "json", required_argument, NULL, 'j' },
	{ "boot-loader", no_argument, NULL, 'b' },
	{ "timeout", no_argument, NULL, 't' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 }
};

static const char usage[] =
"usage: heap-report --results FILE --console FILE --dtb FILE [options]\n"
"\n"
"      --results FILE      what the guest sent\n"
"      --console FILE      the console log\n"
"      --dtb FILE          the device tree that was booted\n"
"      --arch ARCH         for the report\n"
"      --cmdline STRING    the kernel's command line\n"
"  -e, --expect NAME[=SIZE]  this heap must exist (with this size); repeatable\n"
"  -n, --absent NAME       this heap must not exist; repeatable\n"
"  -w, --warning TEXT      cma_heap: or dma_heap: must log this; repeatable. Any other\n"
"                          warning or error of theirs is a failure\n"
"  -j, --json FILE         write the report there\n"
"      --boot-loader       the guest told of the tree that it was booted with, and\n"
"                          the boot loader may have dropped what was asked for\n"
"      --timeout           the guest was stopped by the timeout\n"
"  -h, --help              this text\n"
"\n"
"Without -e and -n the device tree says what to expect.\n"
"exit status: 0 as expected, 1 not, 2 usage, 3 the kernel died, 124 timeout\n";

int main(int argc, char **argv)
{
	static struct run run = { .arch = "", .cmdline = "" };
	const char *results = NULL, *json = NULL;
	bool told = false;
	int opt, status;
	char *size;

	while ((opt = getopt_long(argc, argv, "e:n:w:j:h", options, NULL)) != -1) {
		switch (opt) {
		case 'r':
			results = optarg;
			break;
		case 'C':
			run.console = optarg;
			break;
		case 'd':
			run.dtb = optarg;
			break;
		case 'a':
			run.arch = optarg;
			break;
		case 'c':
			run.cmdline = optarg;
			break;
		case 'e':
			told = true;
			size = strchr(optarg, '=');
			if (size) {
				*size++ = '\0';
				if (parse_size(size) == NONE)
					die("'%s' is no size; 16M, 0x1000000 and 16384K are", size);
			}
			expect(&run, optarg, NULL, size ? parse_size(size) : NONE);
			break;
		case 'n':
			told = true;
			expect_absent(&run, optarg, NULL);
			break;
		case 'w':
			add(&run.warnings, "%s", optarg);
			break;
		case 'j':
			json = optarg;
			break;
		case 'b':
			run.boot_loader = true;
			break;
		case 't':
			run.timeout = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_AS_EXPECTED;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (!results || !run.console || !run.dtb || optind != argc) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}

	read_results(&run, results);
	if (!told)
		expect_what_the_tree_says(&run);
	read_console(&run);
	compare(&run);
	compare_messages(&run);
	if (run.boot_loader && run.started)
		compare_tree(&run);
	status = verdict(&run);
	print_verdict(&run, status);
	fflush(stdout);
	if (json)
		save_json(&run, json, status);
	return status;
}
