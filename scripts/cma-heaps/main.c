// SPDX-License-Identifier: GPL-2.0-only
/*
 * cma-heaps - which CMA heaps a device tree gives, before the boot and on the board
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "engine.h"
#include "render.h"
#include "system.h"
#include "tree.h"

#define MAX_BLOB	(64 * MIB)
#define DEFAULT_KERNEL	"6.12"
#define DEFAULT_ARCH	"arm64"

static const char usage[] =
"usage: cma-heaps predict FILE.dtb [options]\n"
"       cma-heaps list [--json]\n"
"       cma-heaps doctor [--json]\n"
"\n"
"predict: which heaps a device tree gives, and why a region gives none\n"
"  -k, --kernel X.Y             the kernel's rules (default: that of --config, or " DEFAULT_KERNEL ")\n"
"  -a, --arch ARCH              arm64, arm or riscv64 (default: that of --config, or of the\n"
"                               tree's CPUs, or " DEFAULT_ARCH ")\n"
"      --config FILE            settings from a kernel's .config\n"
"      --page-size 4k|16k|64k\n"
"      --pageblock-size SIZE    what CMA regions must be a multiple of\n"
"      --cma-slots N\n"
"      --default-cma SIZE       of the default area; 0 for none\n"
"      --cmdline STRING         instead of the tree's bootargs\n"
"      --memory BASE+SIZE       instead of the tree's memory; repeatable\n"
"      --loaded NAME=BASE+SIZE  where kernel, initrd, dtb or anything lies; repeatable\n"
"      --json                   instead of the table\n"
"      --map                    draw the memory, to scale\n"
"      --explain                how the kernel comes to its verdicts\n"
"  -h, --help\n"
"\n"
"list: the heaps of this system; doctor: why one of them is missing\n"
"\n"
"exit status: 0 every flagged, enabled region is a heap and nothing is wrong;\n"
"1 otherwise; 2 unreadable input or wrong usage\n";

static void __attribute__((noreturn)) wrong_usage(void)
{
	fputs(usage, stderr);
	exit(2);
}

/* What could not be written is an error too */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout))
		die("standard output: %s", strerror(errno));
	return status;
}

static uint64_t size_option(const char *option, const char *text)
{
	const char *end;
	uint64_t size = memparse(text, &end);

	if (end == text || *end)
		die("%s %s: no size; 16M, 0x1000000 and 16384K are", option, text);
	return size;
}

static struct range range_option(const char *option, const char *text)
{
	struct range r;
	const char *end;

	r.base = memparse(text, &end);
	if (end == text || *end != '+')
		die("%s %s: not BASE+SIZE", option, text);
	text = end + 1;
	r.size = memparse(text, &end);
	if (end == text || *end || !r.size || r.base + r.size < r.base)
		die("%s: '%s' is no size", option, text);
	return r;
}

enum {
	OPT_CMA_SLOTS = 256, OPT_DEFAULT_CMA, OPT_MAP, OPT_EXPLAIN, OPT_JSON, OPT_MEMORY,
	OPT_LOADED, OPT_CMDLINE, OPT_CONFIG, OPT_PAGE_SIZE, OPT_PAGEBLOCK,
};

static const struct option options[] = {
	{ "kernel", required_argument, NULL, 'k' },
	{ "arch", required_argument, NULL, 'a' },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "page-size", required_argument, NULL, OPT_PAGE_SIZE },
	{ "pageblock-size", required_argument, NULL, OPT_PAGEBLOCK },
	{ "cma-slots", required_argument, NULL, OPT_CMA_SLOTS },
	{ "default-cma", required_argument, NULL, OPT_DEFAULT_CMA },
	{ "cmdline", required_argument, NULL, OPT_CMDLINE },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "loaded", required_argument, NULL, OPT_LOADED },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "map", no_argument, NULL, OPT_MAP },
	{ "explain", no_argument, NULL, OPT_EXPLAIN },
	{ "help", no_argument, NULL, 'h' },
	{ 0 }
};

static int cmd_predict(int argc, char **argv)
{
	const char *kernel = NULL, *arch = NULL, *config = NULL, *page = NULL, *pageblock = NULL;
	const char *slots = NULL, *default_cma = NULL, *cmdline = NULL, *err;
	bool json = false, explain = false, map = false, kernel_assumed, arch_assumed;
	struct config conf = { 0 };
	struct prediction p;
	struct settings s;
	struct range *memory = NULL;
	struct loaded *loaded = NULL;
	size_t nr_memory = 0, nr_loaded = 0, len;
	char *blob, *plus, *text = NULL, *version = NULL, *config_for = NULL;
	int opt, status;

	while ((opt = getopt_long(argc, argv, "k:a:h", options, NULL)) != -1) {
		switch (opt) {
		case 'k':
			kernel = optarg;
			break;
		case 'a':
			arch = optarg;
			break;
		case OPT_CONFIG:
			config = optarg;
			break;
		case OPT_PAGE_SIZE:
			page = optarg;
			break;
		case OPT_PAGEBLOCK:
			pageblock = optarg;
			break;
		case OPT_CMA_SLOTS:
			slots = optarg;
			break;
		case OPT_DEFAULT_CMA:
			default_cma = optarg;
			break;
		case OPT_CMDLINE:
			cmdline = optarg;
			break;
		case OPT_MEMORY:
			memory = xrealloc(memory, (nr_memory + 1) * sizeof(*memory));
			memory[nr_memory] = range_option("--memory", optarg);
			if (memory[nr_memory++].base % (4 * KIB))
				die("--memory %s: no page starts there; hexadecimal is 0x...",
				    optarg);
			break;
		case OPT_LOADED:
			plus = strchr(optarg, '=');
			if (!plus || plus == optarg)
				die("--loaded %s: not NAME=BASE+SIZE", optarg);
			loaded = xrealloc(loaded, (nr_loaded + 1) * sizeof(*loaded));
			loaded[nr_loaded].name = xstrndup(optarg, plus - optarg);
			loaded[nr_loaded++].mem = range_option("--loaded", plus + 1);
			break;
		case OPT_JSON:
			json = true;
			break;
		case OPT_MAP:
			map = true;
			break;
		case OPT_EXPLAIN:
			explain = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			wrong_usage();
		}
	}
	if (argc - optind != 1)
		wrong_usage();

	if (arch && !is_arch(arch))
		die("--arch %s is not known; there are: %s", arch, architectures());
	if (config) {
		text = read_whole(config, MAX_BLOB, &len);
		if (!strncmp(text, "\x1f\x8b", 2))
			die("%s: is compressed; zcat makes a kernel configuration of it", config);
		if (!strstr(text, "CONFIG_"))
			die("%s: no kernel configuration", config);
		if (!strstr(text, "# Linux/"))
			die("%s: no whole kernel configuration, which says at its head for what kernel it "
			    "is, but a part of one; take the .config of the build", config);
		version = config_version(text);
		config_for = config_arch(text);
		if (config_for && !is_arch(config_for))
			die("%s: is for %s, which is not known; there are: %s", config, config_for,
			    architectures());
		if (config_for && arch && strcmp(config_for, arch))
			die("%s: is for %s, and not for --arch %s", config, config_for, arch);
	}
	blob = read_whole(argv[optind], MAX_BLOB, &len);
	if (!arch)
		arch = config_for ? config_for : tree_arch(blob, len);
	arch_assumed = !arch;
	if (!arch)
		arch = DEFAULT_ARCH;
	kernel_assumed = !kernel;
	if (!kernel)
		kernel = version ? version : DEFAULT_KERNEL;
	if (!kernel_settings(&s, kernel, arch))
		die("kernel %s is not known; --kernel takes: %s", kernel, kernels());
	if (config)
		read_config(&conf, text, &s);
	if (page) {
		s.page_size = size_option("--page-size", page);
		if (s.page_size != 4 * KIB && s.page_size != 16 * KIB && s.page_size != 64 * KIB)
			die("--page-size %s: arm64 has 4k, 16k and 64k", page);
		if (s.page_size != 4 * KIB && s.arch != ARCH_ARM64)
			die("--page-size %s: %s has 4k", page, arch);
		if (!config && s.arch == ARCH_ARM64) {
			s.pageblock_size = s.page_size == 4 * KIB ? 2 * MIB :
					   s.page_size == 16 * KIB ? 32 * MIB : 512 * MIB;
			s.section_bits = s.page_size == 64 * KIB ? 29 : 27;
		}
	}
	if (pageblock) {
		s.pageblock_size = size_option("--pageblock-size", pageblock);
		if (!s.pageblock_size || s.pageblock_size & (s.pageblock_size - 1))
			die("--pageblock-size %s: not a power of two", pageblock);
		if (s.pageblock_size < s.page_size)
			die("--pageblock-size %s: less than a page; 2M is 2 MiB", pageblock);
	}
	if (slots) {
		char *end;
		unsigned long n = strtoul(slots, &end, 0);

		if (end == slots || *end || n > 65536)
			die("--cma-slots %s: not a number of areas", slots);
		s.cma_slots = n;
	}
	if (default_cma) {
		s.default_cma = size_option("--default-cma", default_cma);
		s.default_percent = 0;
	}
	s.cmdline = cmdline;
	s.memory = memory;
	s.nr_memory = nr_memory;
	s.loaded = loaded;
	s.nr_loaded = nr_loaded;

	err = predict(blob, len, &s, &p);
	if (err)
		die("%s: not a device tree: %s%s", argv[optind], err, strstr(blob, "/dts-v1/") ?
		    "; dtc -O dtb compiles this source" : "");
	if (!strcmp(s.kernel, DEFAULT_KERNEL) && !version && kernel_assumed)
		add_string(&p.assumed, format("Linux %s", s.kernel));
	if (arch_assumed)
		add_string(&p.assumed, format("architecture %s", arch));
	if (!config && !page && s.arch == ARCH_ARM64)
		add_string(&p.assumed, xstrdup("page size 4 KiB"));
	if (!config && !pageblock)
		add_string(&p.assumed, format("pageblock size %s", human(s.pageblock_size)));
	if (!config && !slots)
		add_string(&p.assumed, format("%u CMA slots", s.cma_slots));
	if (!config && !default_cma)
		add_string(&p.assumed, format("default area of %s", human(s.default_cma)));
	if (!config && s.arch == ARCH_ARM)
		add_string(&p.assumed, xstrdup(ARM_ASSUMED));
	if (s.heap_is_module)
		add_string(&p.assumed, xstrdup("the module cma_heap is loaded, which nothing does by itself: "
					       "modprobe cma_heap, or a line cma_heap in a file of "
					       "/etc/modules-load.d"));
	status = p.bad ? 1 : 0;
	if (json)
		print_json(stdout, &s, &p, status);
	else
		print_table(stdout, &s, &p, explain);
	if (map && !json)
		print_map(stdout, &s, &p);

	free_prediction(&p);
	free(blob);
	free_config(&conf);
	free(version);
	free(config_for);
	free(memory);
	for (size_t i = 0; i < nr_loaded; i++)
		free(loaded[i].name);
	free(loaded);
	return finish(status);
}

/* list and doctor know no other option */
static bool json_option(int argc, char **argv)
{
	static const struct option only[] = {
		{ "json", no_argument, NULL, OPT_JSON },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	bool json = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", only, NULL)) != -1) {
		switch (opt) {
		case OPT_JSON:
			json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			wrong_usage();
		}
	}
	if (optind != argc)
		wrong_usage();
	return json;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		wrong_usage();
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return finish(0);
	}
	if (!strcmp(argv[1], "predict"))
		return cmd_predict(argc - 1, argv + 1);
	if (!strcmp(argv[1], "list"))
		return finish(cmd_list(json_option(argc - 1, argv + 1)));
	if (!strcmp(argv[1], "doctor"))
		return finish(cmd_doctor(json_option(argc - 1, argv + 1)));
	wrong_usage();
}
