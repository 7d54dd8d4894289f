// SPDX-License-Identifier: GPL-2.0-only
/*
 * cma-heaps - which CMA heaps a device tree gives, before the boot and on the board
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "config.h"
#include "doctor.h"
#include "list.h"
#include "predict.h"
#include "render.h"

#define MAX_BLOB	(64 * MIB)
#define MAX_SLOTS	65536

/* An option: of which the parser and the help text are made */
struct opt {
	char letter;		/* or 0 */
	const char *name, *argument, *help;
};

enum { KERNEL, ARCHITECTURE, CONFIG, PAGE_SIZE, PAGEBLOCK, SLOTS, DEFAULT_CMA, CMDLINE, MEMORY,
	LOADED, JSON, MAP, EXPLAIN, HELP };

static const struct opt predict_options[] = {
	[KERNEL] = { 'k', "kernel", "X.Y",
		     "the kernel's rules (default: that of --config, or @k)" },
	[ARCHITECTURE] = { 'a', "arch", "ARCH", "@A (default: that of --config, or of the\n"
			   "tree's CPUs, or @a)" },
	[CONFIG] = { 0, "config", "FILE", "settings from a kernel's .config" },
	[PAGE_SIZE] = { 0, "page-size", "4k|16k|64k", "" },
	[PAGEBLOCK] = { 0, "pageblock-size", "SIZE", "the CMA alignment" },
	[SLOTS] = { 0, "cma-slots", "N", "" },
	[DEFAULT_CMA] = { 0, "default-cma", "SIZE", "of the default area; 0 for none" },
	[CMDLINE] = { 0, "cmdline", "STRING", "instead of the tree's bootargs" },
	[MEMORY] = { 0, "memory", "BASE+SIZE", "instead of the tree's memory; repeatable" },
	[LOADED] = { 0, "loaded", "NAME=BASE+SIZE", "address and size of kernel, initrd, dtb or\n"
		     "anything that is loaded; repeatable" },
	[JSON] = { 0, "json", NULL, "instead of the table" },
	[MAP] = { 0, "map", NULL, "draw the memory, to scale" },
	[EXPLAIN] = { 0, "explain", NULL, "how the kernel comes to its verdicts" },
	[HELP] = { 'h', "help", NULL, "" },
	{ 0 }
};

enum { SYSTEM_JSON, SYSTEM_ROOT, SYSTEM_HELP };

static const struct opt system_options[] = {
	[SYSTEM_JSON] = { 0, "json", NULL, "instead of the table" },
	[SYSTEM_ROOT] = { 0, "root", "DIR", "a copy of a board's /sys, /proc and /dev" },
	[SYSTEM_HELP] = { 'h', "help", NULL, "" },
	{ 0 }
};

static void print_help_text(FILE *f, const char *text)
{
	for (; *text; text++) {
		char *names;

		if (*text == '\n') {
			fprintf(f, "\n%31s", "");
		} else if (*text != '@') {
			fputc(*text, f);
		} else if (*++text == 'k') {
			fputs(kernel_default()->version, f);
		} else if (*text == 'a') {
			fputs(arch_default()->name, f);
		} else {
			names = arch_names(", ");
			fputs(names, f);
			free(names);
		}
	}
}

static void print_options(FILE *f, const struct opt *list)
{
	for (const struct opt *o = list; o->name; o++) {
		int n = o->letter ? fprintf(f, "  -%c, ", o->letter) : fprintf(f, "      ");

		n += fprintf(f, "--%s%s%s", o->name, o->argument ? " " : "",
			     o->argument ? o->argument : "");
		if (*o->help)
			fprintf(f, "%*s", n < 30 ? 31 - n : 1, "");
		print_help_text(f, o->help);
		fputc('\n', f);
	}
}

static void print_usage(FILE *f)
{
	char *versions = kernel_versions(" ");

	fputs("usage: cma-heaps predict FILE.dtb [options]\n"
	      "       cma-heaps list [--json] [--root DIR]\n"
	      "       cma-heaps doctor [--json] [--root DIR]\n"
	      "       cma-heaps --versions | --architectures\n"
	      "\n"
	      "predict: which heaps a device tree gives, and why a region gives none\n", f);
	print_options(f, predict_options);
	fputs("\nlist: the heaps of this system; doctor: why one of them is missing\n", f);
	print_options(f, system_options);
	fprintf(f, "\nkernels: %s\n"
		"exit status: 0 every flagged, enabled region is a heap and nothing is wrong;\n"
		"1 otherwise; 2 unreadable input or wrong usage\n", versions);
	free(versions);
}

static void __attribute__((noreturn)) wrong_usage(void)
{
	print_usage(stderr);
	exit(2);
}

/* What could not be written is an error too */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout))
		die("standard output: %s", strerror(errno));
	return status;
}

/* Return: the number of the next option, whose argument is in optarg, or -1 */
static int next_option(int argc, char **argv, const struct opt *list)
{
	struct option options[ARRAY_SIZE(predict_options)] = { 0 };
	char letters[2 * ARRAY_SIZE(predict_options) + 1] = "";
	size_t n = 0;
	int got;

	for (int i = 0; list[i].name; i++) {
		options[i] = (struct option){
			list[i].name, list[i].argument ? required_argument : no_argument, NULL,
			256 + i,
		};
		if (list[i].letter)
			letters[n++] = list[i].letter;
		if (list[i].letter && list[i].argument)
			letters[n++] = ':';
	}
	got = getopt_long(argc, argv, letters, options, NULL);
	for (int i = 0; got >= 0 && list[i].name; i++)
		if (got == 256 + i || got == list[i].letter)
			return i;
	if (got >= 0)
		wrong_usage();
	return -1;
}

static uint64_t size_option(const char *option, const char *text)
{
	uint64_t size;

	if (!parse_size(text, &size))
		die("%s %s: invalid size (" SIZE_EXAMPLES ")", option, text);
	return size;
}

static struct range range_option(const char *option, const char *given, const char *text)
{
	struct range r;

	if (!parse_range(text, &r))
		die("%s %s: invalid BASE+SIZE (example: 0x80000000+2G)", option, given);
	return r;
}

/* What the options of predict say; NULL where they say nothing */
struct given {
	const char *file, *kernel, *arch, *config, *page_size, *pageblock, *slots, *default_cma;
	const char *cmdline;
	struct range *memory;
	size_t nr_memory;
	struct loaded *loaded;
	size_t nr_loaded;
	bool json, map, explain;
};

static void add_memory(struct given *g, const char *text)
{
	struct range r = range_option("--memory", text, text);

	if (r.base % (4 * KIB))
		die("--memory %s: no page starts there; hexadecimal is 0x...", text);
	*add_item(g->memory, g->nr_memory) = r;
}

static void add_loaded(struct given *g, const char *text)
{
	const char *equals = strchr(text, '=');

	if (!equals || equals == text)
		die("--loaded %s: invalid NAME=BASE+SIZE (example: kernel=0x80200000+32M)", text);
	*add_item(g->loaded, g->nr_loaded) = (struct loaded){
		xstrndup(text, equals - text), range_option("--loaded", text, equals + 1),
	};
}

static void parse_options(struct given *g, int argc, char **argv)
{
	const char **value[] = {
		[KERNEL] = &g->kernel, [ARCHITECTURE] = &g->arch, [CONFIG] = &g->config,
		[PAGE_SIZE] = &g->page_size, [PAGEBLOCK] = &g->pageblock, [SLOTS] = &g->slots,
		[DEFAULT_CMA] = &g->default_cma, [CMDLINE] = &g->cmdline,
	};
	int i;

	while ((i = next_option(argc, argv, predict_options)) >= 0) {
		switch (i) {
		case MEMORY:
			add_memory(g, optarg);
			break;
		case LOADED:
			add_loaded(g, optarg);
			break;
		case JSON:
			g->json = true;
			break;
		case MAP:
			g->map = true;
			break;
		case EXPLAIN:
			g->explain = true;
			break;
		case HELP:
			print_usage(stdout);
			exit(finish(0));
		default:
			*value[i] = optarg;
		}
	}
	if (argc - optind != 1)
		wrong_usage();
	g->file = argv[optind];
}

/* A whole file, with a 0 behind its end */
static char *read_input(const char *path, size_t *len)
{
	char *text = read_file(strcmp(path, "-") ? path : "/dev/stdin", MAX_BLOB, len);

	if (!text)
		die("%s: %s", path, strerror(errno));
	return text;
}

static char *read_config(const char *path)
{
	size_t len;
	char *text = read_input(path, &len);

	if (!strncmp(text, "\x1f\x8b", 2))
		die("%s: is compressed; zcat makes a kernel configuration of it", path);
	if (!strstr(text, "CONFIG_"))
		die("%s: not a kernel configuration", path);
	if (!strstr(text, "# Linux/"))
		die("%s: a part of a kernel configuration, which does not say at its head for what "
		    "kernel it is; take the .config of the build", path);
	return text;
}

static const struct arch *known_arch(const char *what, const char *name)
{
	const struct arch *arch = arch_of(name);
	char *names;

	if (arch)
		return arch;
	names = arch_names(" ");
	die("%s %s, which is not known; there are: %s", what, name, names);
}

/* By the option, the .config or the tree; NULL if none of them has it */
static const struct arch *choose_arch(const struct given *g, const char *config, const char *blob,
				      size_t len)
{
	const struct arch *wanted = g->arch ? known_arch("--arch", g->arch) : NULL, *is = NULL;
	char *name = config ? config_arch(config) : NULL, *what;

	if (name) {
		what = format("%s: is for", g->config);
		is = known_arch(what, name);
		if (wanted && wanted != is)
			die("%s %s, and not for --arch %s", what, name, g->arch);
		free(what);
		free(name);
	}
	return wanted ? wanted : is ? is : arch_of_tree(blob, len);
}

static const struct kernel *choose_kernel(const struct given *g, const char *config)
{
	char *version = config ? config_version(config) : NULL, *versions;
	const char *wanted = g->kernel ? g->kernel : version;
	const struct kernel *kernel = wanted ? kernel_of(wanted) : kernel_default();

	if (!kernel) {
		versions = kernel_versions(" ");
		die("kernel %s is not known; --kernel takes: %s", wanted, versions);
	}
	free(version);
	return kernel;
}

static void set_page_size(struct settings *s, const struct given *g)
{
	const uint64_t *size = s->arch->page_sizes;

	s->page_size = size_option("--page-size", g->page_size);
	while (*size && *size != s->page_size)
		size++;
	if (!*size)
		die("--page-size %s: %s does not have it", g->page_size, s->arch->name);
	if (!g->config && s->arch->page_size)
		s->arch->page_size(s);
}

static void set_pageblock(struct settings *s, const struct given *g)
{
	uint64_t size = size_option("--pageblock-size", g->pageblock);

	if (!size || size & (size - 1))
		die("--pageblock-size %s: not a power of two", g->pageblock);
	if (size < s->page_size)
		die("--pageblock-size %s: less than a page; 2M is 2 MiB", g->pageblock);
	s->pageblock_size = size;
}

static void set_slots(struct settings *s, const struct given *g)
{
	char *end;
	unsigned long n = strtoul(g->slots, &end, 0);

	if (end == g->slots || *end || n > MAX_SLOTS)
		die("--cma-slots %s: invalid number (0 to %u)", g->slots, MAX_SLOTS);
	s->cma_slots = n;
}

static void apply_options(struct settings *s, const struct given *g)
{
	if (g->page_size)
		set_page_size(s, g);
	if (g->pageblock)
		set_pageblock(s, g);
	if (g->slots)
		set_slots(s, g);
	if (g->default_cma) {
		s->default_cma = size_option("--default-cma", g->default_cma);
		s->default_percent = 0;
	}
	s->cmdline = g->cmdline;
	s->memory = g->memory;
	s->nr_memory = g->nr_memory;
	s->loaded = g->loaded;
	s->nr_loaded = g->nr_loaded;
}

/* What was not given, and is that of the defconfig */
static void note_assumed(struct prediction *p, const struct settings *s, const struct given *g)
{
	if (!g->config && !g->page_size && s->arch->page_sizes[1])
		add_string(&p->assumed, format("page size %s", size_text(s->page_size)));
	if (!g->config && !g->pageblock)
		add_string(&p->assumed, format("CMA alignment %s", size_text(s->pageblock_size)));
	if (!g->config && !g->slots)
		add_string(&p->assumed, format("%u CMA slots", s->cma_slots));
	if (!g->config && !g->default_cma)
		add_string(&p->assumed, format("default area of %s", size_text(s->default_cma)));
	if (!g->config && s->arch->assumed)
		add_string(&p->assumed, xstrdup(s->arch->assumed));
	if (s->heap_is_module)
		add_string(&p->assumed, xstrdup("the module cma_heap is loaded, which nothing does by "
						"itself: modprobe cma_heap, or a line cma_heap in a "
						"file of /etc/modules-load.d"));
}

static int cmd_predict(int argc, char **argv)
{
	struct config config = { 0 };
	const struct arch *arch;
	struct prediction p;
	struct given g = { 0 };
	struct settings s;
	const char *err;
	char *blob, *text;
	size_t len;
	bool versioned;

	parse_options(&g, argc, argv);
	text = g.config ? read_config(g.config) : NULL;
	blob = read_input(g.file, &len);
	arch = choose_arch(&g, text, blob, len);
	settings_init(&s, choose_kernel(&g, text), arch ? arch : arch_default());
	versioned = g.kernel || text;
	err = text ? config_read(&config, text, &s) : NULL;
	if (err)
		die("%s: %s", g.config, err);
	apply_options(&s, &g);

	err = predict(blob, len, &s, &p);
	if (err)
		die("%s: not a device tree: %s%s", g.file, err, strstr(blob, "/dts-v1/") ?
		    "; dtc -O dtb compiles this source" : "");
	if (!versioned)
		add_string(&p.assumed, format("Linux %s", s.kernel->version));
	if (!arch)
		add_string(&p.assumed, format("architecture %s", s.arch->name));
	note_assumed(&p, &s, &g);
	if (g.json)
		put_prediction(&(struct json){ .f = stdout }, NULL, &s, &p);
	else
		print_table(stdout, &s, &p, g.explain);
	if (g.map && !g.json)
		print_map(stdout, &s, &p);
	len = p.bad;

	free_prediction(&p);
	config_free(&config);
	free(blob);
	free(g.memory);
	for (size_t i = 0; i < g.nr_loaded; i++)
		free(g.loaded[i].name);
	free(g.loaded);
	return len;
}

/* list and doctor */
static int cmd_system(int argc, char **argv, int (*run)(const char *root, bool json))
{
	const char *root = "";
	bool json = false;
	int i;

	while ((i = next_option(argc, argv, system_options)) >= 0) {
		if (i == SYSTEM_JSON)
			json = true;
		else if (i == SYSTEM_ROOT)
			root = optarg;
		else
			print_usage(stdout);
		if (i == SYSTEM_HELP)
			return 0;
	}
	if (optind != argc)
		wrong_usage();
	return run(root, json);
}

static int print_names(char *names)
{
	puts(names);
	free(names);
	return 0;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";

	if (!strcmp(command, "predict"))
		return finish(cmd_predict(argc - 1, argv + 1));
	if (!strcmp(command, "list"))
		return finish(cmd_system(argc - 1, argv + 1, list));
	if (!strcmp(command, "doctor"))
		return finish(cmd_system(argc - 1, argv + 1, doctor));
	if (!strcmp(command, "--versions"))
		return finish(print_names(kernel_versions("\n")));
	if (!strcmp(command, "--architectures"))
		return finish(print_names(arch_names("\n")));
	if (strcmp(command, "-h") && strcmp(command, "--help"))
		wrong_usage();
	print_usage(stdout);
	return finish(0);
}
