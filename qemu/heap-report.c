// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap-report - judge a boot: are the heaps there that should be?
 *
 * Reads what the guest sent to its results port (see tests/guest/init.c), the
 * console log and the device tree that was booted, prints the guest's table and
 * a verdict, and writes the report as JSON.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../scripts/common/escape.h"
#include "../scripts/common/heap-names.h"
#include "../scripts/common/json.h"
#include "../scripts/common/param.h"
#include "../scripts/common/size.h"
#include "../scripts/common/util.h"

#define MAX_BLOB	(64 * MIB)

enum {
	EXIT_AS_EXPECTED = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_DIED = 3,
	EXIT_TIMEOUT = 124,
};

/* A heap as the guest found it. Names are escaped here and below, as the guest sends them. */
struct heap {
	char *name;
	char *node;		/* NULL if the heap has none */
	struct range mem;	/* of its region, or NONE */
	struct range alloc;	/* of the test allocation, or NONE */
};

/* What the user, or the tree, expects of a heap */
struct expectation {
	char *name;
	char *node;		/* NULL if it does not matter */
	uint64_t size;		/* NONE if it does not matter */
};

/* A property of the tree that was booted, as the guest reported it */
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
	struct heap *heap;
	size_t nr_heaps;
	struct expectation *expected, *absent;
	size_t nr_expected, nr_absent;
	struct strings table, failed, messages, splats, missing, unexpected, dropped;
	struct strings warnings, silent;	/* messages to come, and those that did not */
};

/* A name that a user wrote, which may be one that was printed */
static char *given_name(const char *text)
{
	char *raw = xstrdup(text), *name;

	unescape(raw);
	name = escape_name(raw);
	free(raw);
	return name;
}

static void expect(struct run *run, char *name, const char *node, uint64_t size)
{
	*add_item(run->expected, run->nr_expected) = (struct expectation){
		name, node ? xstrdup(node) : NULL, size,
	};
}

static void expect_absent(struct run *run, char *name, const char *node)
{
	*add_item(run->absent, run->nr_absent) = (struct expectation){
		name, node ? xstrdup(node) : NULL, NONE,
	};
}

/* Linux from 6.19 on exports every pool of a tree that selects none */
static bool exports_all(const char *kernel)
{
	unsigned int major = 0, minor = 0;

	if (!kernel || sscanf(kernel, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor >= 19);
}

static void *read_dtb(const struct run *run)
{
	size_t size;
	char *fdt = read_file(run->dtb, MAX_BLOB, &size);
	int err;

	if (!fdt)
		die("%s: %s", run->dtb, strerror(errno));
	err = fdt_check_full(fdt, size);
	if (err)
		die("%s: not a device tree: %s", run->dtb, fdt_strerror(err));
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
	char *mode = export_param(run->cmdline);
	bool all = mode && !strcmp(mode, "all"), selected = mode && !strcmp(mode, "flagged");
	void *fdt = read_dtb(run);
	int parent, node;

	free(mode);
	parent = fdt_path_offset(fdt, "/reserved-memory");
	if (parent < 0) {
		free(fdt);
		return;
	}
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
		char *name = escape_name(fdt_get_name(fdt, node, NULL));
		char *path = format("/reserved-memory/%s", name);

		if (enabled && (flagged || (all && pool)))
			expect(run, name, path, NONE);
		else if (!fdt_getprop(fdt, node, "linux,cma-default", NULL))
			expect_absent(run, name, path);
		else
			free(name);
		free(path);
	}
	free(fdt);
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
	char *path = format("%s/%s", node, name), *value = xzalloc(2 * len + 1, 1);
	const char *booted = booted_value(run, path);

	for (int i = 0; i < len; i++)
		sprintf(value + 2 * i, "%02x", data[i]);
	if (!booted || strcmp(booted, value))
		add_string(&run->dropped, booted ? format("%s has another value", path) :
			   format("there is no %s", path));
	free(path);
	free(value);
}

/* Each node has a property "name", made by the kernel */
static void compare_nodes(struct run *run, const void *fdt, int node, const char *path)
{
	char *below = format("%s/name", path);
	const char *booted = booted_value(run, below), *name;
	int at, len;

	free(below);
	if (!booted) {
		add_string(&run->dropped, format("there is no %s", path));
		return;
	}
	fdt_for_each_property_offset(at, fdt, node) {
		const void *data = fdt_getprop_by_offset(fdt, at, &name, &len);
		char *text = escape_name(name);

		if (data && strcmp(name, "name"))
			compare_property(run, path, text, data, len);
		free(text);
	}
	fdt_for_each_subnode(at, fdt, node) {
		char *text;

		name = fdt_get_name(fdt, at, NULL);
		/* What boot loaders fill in, and the labels */
		if (!*path && (!strcmp(name, "chosen") || !strncmp(name, "memory@", 7) ||
			       !strcmp(name, "memory") || !strcmp(name, "__symbols__")))
			continue;
		text = escape_name(name);
		below = format("%s/%s", path, text);
		compare_nodes(run, fdt, at, below);
		free(below);
		free(text);
	}
}

/* Is all that was asked for in the tree that was booted? */
static void compare_tree(struct run *run)
{
	void *fdt = read_dtb(run);

	compare_nodes(run, fdt, 0, "");
	free(fdt);
}

static uint64_t number(const char *field)
{
	return strcmp(field, "-") ? strtoull(field, NULL, 16) : NONE;
}

/* One record, whose fields are separated by tabs */
static void read_record(struct run *run, char *line)
{
	char *field[8] = { 0 }, *save = NULL, *word;
	unsigned int count = 0;

	for (word = strtok_r(line, "\t", &save); word && count < ARRAY_SIZE(field);
	     word = strtok_r(NULL, "\t", &save))
		field[count++] = word;
	if (!count)
		return;
	if (!strcmp(field[0], "guest")) {
		run->started = true;
	} else if (!strcmp(field[0], "kernel") && count == 2) {
		free(run->kernel);
		run->kernel = xstrdup(field[1]);
	} else if (!strcmp(field[0], "message") && count == 2) {
		add_string(&run->messages, xstrdup(field[1]));
	} else if (!strcmp(field[0], "tree") && count >= 2) {
		*add_item(run->tree, run->nr_tree) = (struct property){
			xstrdup(field[1]), xstrdup(count > 2 ? field[2] : ""),
		};
	} else if (!strcmp(field[0], "done") || !strcmp(field[0], "shell")) {
		/* A shell is left by stopping the machine, or by its exit */
		run->done = true;
	} else if (!strcmp(field[0], "heap") && count == 7) {
		*add_item(run->heap, run->nr_heaps) = (struct heap){
			xstrdup(field[1]), strcmp(field[2], "-") ? xstrdup(field[2]) : NULL,
			{ number(field[3]), number(field[4]) },
			{ number(field[5]), number(field[6]) },
		};
	}
}

static void read_results(struct run *run, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while (file && (n = getline(&line, &size, file)) > 0) {
		unsigned int value;

		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (line[0] == '#')
			add_string(&run->table, xstrdup(line + (line[1] == ' ' ? 2 : 1)));
		else if (sscanf(line, "1..%u", &value) == 1)
			run->planned = value;
		else if (sscanf(line, "ok %u", &value) == 1)
			run->passed++;
		else if (sscanf(line, "not ok %u", &value) == 1)
			add_string(&run->failed, xstrdup(line));
		else
			read_record(run, line);
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
		/* Unless asked for, this is the result of an error */
		if (strstr(line, "kmemleak: Kernel memory leak detector disabled") &&
		    run->cmdline && strstr(run->cmdline, "kmemleak=off"))
			continue;
		if (has_any(line, bad, ARRAY_SIZE(bad)) && !has_any(line, good, ARRAY_SIZE(good)))
			add_string(&run->splats, xstrdup(line));
	}
	free(line);
	fclose(file);
}

static const struct heap *find_heap(const struct run *run, const char *name)
{
	for (size_t i = 0; i < run->nr_heaps; i++)
		if (!strcmp(run->heap[i].name, name))
			return &run->heap[i];
	return NULL;
}

static bool meets(const struct heap *h, const struct expectation *e)
{
	if (!h || (e->size != NONE && h->mem.size != e->size))
		return false;
	if (!e->node)
		return true;
	/* A heap of the kernel's own may have the name of a node */
	return h->node ? !strcmp(h->node, e->node) : !is_kernel_heap(h->name);
}

/* Each message of the heaps must be one that was asked for, and the other way round */
static void compare_messages(struct run *run)
{
	bool *seen = xzalloc(run->warnings.count, sizeof(*seen));

	for (size_t i = 0; i < run->messages.count; i++) {
		size_t k = 0;

		while (k < run->warnings.count &&
		       (seen[k] || strcmp(run->messages.item[i], run->warnings.item[k])))
			k++;
		if (k < run->warnings.count)
			seen[k] = true;
		else
			add_string(&run->splats, xstrdup(run->messages.item[i]));
	}
	for (size_t k = 0; k < run->warnings.count; k++)
		if (!seen[k])
			add_string(&run->silent, xstrdup(run->warnings.item[k]));
	free(seen);
}

static void compare(struct run *run)
{
	for (size_t i = 0; i < run->nr_expected; i++)
		if (!meets(find_heap(run, run->expected[i].name), &run->expected[i]))
			add_string(&run->missing, xstrdup(run->expected[i].name));
	for (size_t i = 0; i < run->nr_absent; i++)
		if (meets(find_heap(run, run->absent[i].name), &run->absent[i]))
			add_string(&run->unexpected, xstrdup(run->absent[i].name));
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

static void write_json(const struct run *run, FILE *f, int status)
{
	struct json j = { .f = f };

	json_open(&j, NULL, '{');
	json_string(&j, "kernel", run->kernel);
	json_string(&j, "arch", run->arch);
	json_string(&j, "cmdline", run->cmdline);
	json_open(&j, "heaps", '[');
	for (size_t i = 0; i < run->nr_heaps; i++) {
		const struct heap *h = &run->heap[i];

		json_open(&j, NULL, '{');
		json_string(&j, "name", h->name);
		json_string(&j, "node", h->node);
		json_number(&j, "base", h->mem.base);
		json_number(&j, "size", h->mem.size);
		json_open(&j, "allocation", '{');
		json_number(&j, "base", h->alloc.base);
		json_number(&j, "size", h->alloc.size);
		json_close(&j);
		json_close(&j);
	}
	json_close(&j);
	json_strings(&j, "dropped", &run->dropped);
	json_strings(&j, "missing", &run->missing);
	json_strings(&j, "unexpected", &run->unexpected);
	json_strings(&j, "messages", &run->messages);
	json_strings(&j, "splats", &run->splats);
	json_string(&j, "console", run->console);
	json_number(&j, "exit", status);
	json_close(&j);
}

/* A file is there whole or not at all; anything else is just written to */
static void save_json(const struct run *run, const char *path, int status)
{
	bool failed, in_place;
	struct stat st;
	char *tmp;
	FILE *f;
	int fd;

	if (!strcmp(path, "-")) {
		write_json(run, stdout, status);
		return;
	}
	in_place = !lstat(path, &st) && !S_ISREG(st.st_mode);
	tmp = format("%s%s", path, in_place ? "" : ".XXXXXX");
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
	for (size_t i = 0; i < list->count; i++) {
		fprintf(stderr, "%s: ", what);
		print_text(stderr, list->item[i]);
		fputc('\n', stderr);
	}
}

static void print_console_end(const char *path)
{
	enum { LAST = 20 };
	struct strings lines = { 0 };
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		add_string(&lines, xstrdup(line));
	}
	for (size_t i = lines.count > LAST ? lines.count - LAST : 0; i < lines.count; i++) {
		print_text(stderr, lines.item[i]);
		fputc('\n', stderr);
	}
	free_strings(&lines);
	free(line);
	if (file)
		fclose(file);
}

static void print_verdict(const struct run *run, FILE *out, int status)
{
	for (size_t i = 0; i < run->table.count; i++) {
		print_text(out, run->table.item[i]);
		fputc('\n', out);
	}
	fflush(out);

	if (status == EXIT_TIMEOUT || status == EXIT_DIED) {
		print_console_end(run->console);
		fprintf(stderr, "%s; the whole console log is %s\n",
			status == EXIT_TIMEOUT ? "the guest was stopped by the timeout" :
			run->started ? "the kernel died" :
			"the kernel did not reach user space", run->console);
		return;
	}
	/* What follows from it is not reported */
	if (run->dropped.count) {
		fputs("the boot loader dropped the device tree or its overlay: ", stderr);
		print_text(stderr, run->dropped.item[0]);
		fputc('\n', stderr);
	} else {
		print_list("missing heap", &run->missing);
		print_list("unexpected heap", &run->unexpected);
	}
	print_list("failed in the guest", &run->failed);
	print_list("in the kernel log", &run->splats);
	print_list("not in the kernel log", &run->silent);
	if (run->passed + run->failed.count != run->planned)
		fprintf(stderr, "the guest planned %u checks and made %zu\n", run->planned,
			run->passed + run->failed.count);
	if (status == EXIT_AS_EXPECTED)
		fprintf(out, "as expected: %zu there, %zu absent, %u checks passed in the guest\n",
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
"  -j, --json FILE         write the report there; \"-\" is stdout, and all else goes to stderr\n"
"      --boot-loader       the guest reported the tree that it was booted with, and\n"
"                          the boot loader may have dropped what was asked for\n"
"      --timeout           the guest was stopped by the timeout\n"
"  -h, --help              this text\n"
"\n"
"Without -e and -n the device tree says what to expect.\n"
"exit status: 0 as expected, 1 not, 2 usage, 3 the kernel died, 124 timeout\n";

int main(int argc, char **argv)
{
	struct run run = { .arch = "", .cmdline = "" };
	const char *results = NULL, *json = NULL;
	bool told = false;
	int opt, status;
	uint64_t bytes;
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
			bytes = NONE;
			size = strchr(optarg, '=');
			if (size) {
				*size++ = '\0';
				if (!parse_size(size, &bytes))
					die("%s=%s: invalid size (" SIZE_EXAMPLES ")", optarg,
					    size);
			}
			expect(&run, given_name(optarg), NULL, bytes);
			break;
		case 'n':
			told = true;
			if (strchr(optarg, '='))
				die("--absent %s: a heap that is absent has no size", optarg);
			expect_absent(&run, given_name(optarg), NULL);
			break;
		case 'w':
			add_string(&run.warnings, escape_text(optarg));
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
	print_verdict(&run, json && !strcmp(json, "-") ? stderr : stdout, status);
	fflush(stdout);
	if (json)
		save_json(&run, json, status);
	return status;
}
