// SPDX-License-Identifier: GPL-2.0-only
/* Are the heaps of a system those that its tree and its settings give? */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "../common/heap-names.h"
#include "arch.h"
#include "cmdline.h"
#include "config.h"
#include "doctor.h"
#include "predict.h"
#include "render.h"
#include "system.h"

#define EXPORT_FILE	"/sys/module/cma_heap/parameters/export"

/* What the prediction of this boot is made from */
struct boot {
	char *blob;
	size_t blob_len;
	char *cmdline;
	struct config config;
	char *export;
	struct loaded image;
	struct settings set;
};

static void note(struct sys *s, char *text)
{
	add_unique(&s->notes, text);
}

/* A file without which there is nothing to predict */
static char *needed(const struct sys *s, const char *path, size_t *len)
{
	char *text = sys_read(s, path, len);

	if (!text)
		die("%s%s: %s%s", s->root, path, strerror(errno),
		    errno == EACCES ? "; root may read it" :
		    errno == ENOENT && strstr(path, "/fdt") ?
		    "; this system did not boot with a device tree" : "");
	return text;
}

/* Of the running system, or of a copy by its tree */
static const struct arch *arch_of_system(const struct sys *s, const struct boot *b)
{
	const struct arch *arch = *s->root ? arch_of_tree(b->blob, b->blob_len) : NULL;
	struct utsname u;
	char *names;

	if (!*s->root && !uname(&u))
		arch = arch_of_machine(u.machine);
	if (arch)
		return arch;
	names = arch_names(", ");
	die("the rules of this architecture are not known; there are: %s", names);
}

static const struct kernel *kernel_of_system(const struct sys *s)
{
	const char *dot = strchr(s->release, '.');
	size_t len = dot ? (size_t)(dot + 1 - s->release) + strspn(dot + 1, "0123456789") :
		     strlen(s->release);
	char *version = xstrndup(s->release, len), *versions;
	const struct kernel *kernel = kernel_of(version);

	if (!kernel) {
		versions = kernel_versions(", ");
		die("Linux %s: its rules are not known; there are: %s", version, versions);
	}
	free(version);
	return kernel;
}

/* The CMA alignment from the kernel itself: what no configuration can get wrong */
static void read_pageblock(struct sys *s, struct settings *set)
{
	size_t len;
	char *text = sys_read(s, "/proc/pagetypeinfo", &len), *at;

	if (!text) {
		note(s, format("CMA alignment: /proc/pagetypeinfo: %s", strerror(errno)));
		return;
	}
	at = strstr(text, "Pages per block:");
	if (at && strtoull(at + strlen("Pages per block:"), NULL, 10))
		set->pageblock_size = strtoull(at + strlen("Pages per block:"), NULL, 10) *
				      s->page_size;
	free(text);
}

/* Where the kernel's image is, if /proc/iomem shows it; others than root see zeros */
static bool read_image(const struct sys *s, struct range *mem)
{
	uint64_t from, to, start = NONE, end = 0;
	size_t len;
	char *text = sys_read(s, "/proc/iomem", &len), *rest = text, *line;

	while (rest && (line = strsep(&rest, "\n"))) {
		const char *name = strstr(line, " : ");

		if (!name || sscanf(line, "%" SCNx64 "-%" SCNx64, &from, &to) != 2 || !to)
			continue;
		if (!strcmp(name, " : Kernel code"))
			start = from;
		else if (!strcmp(name, " : Kernel data"))
			end = to + 1;
	}
	free(text);
	if (start == NONE || end <= start)
		return false;
	*mem = (struct range){ start, end - start };
	return true;
}

/* Without its .config the size of the default area is what the log says, or the command line */
static void without_config(const struct sys *s, struct boot *b)
{
	struct cmdline c = { 0 };

	parse_cmdline(&c, b->cmdline, UINT64_MAX);
	if (s->default_area.size != NONE && !c.cma_given)
		b->set.default_cma = s->default_area.size;
	free_cmdline(&c);
}

static void read_boot(struct sys *s, struct boot *b)
{
	struct settings *set = &b->set;
	const char *err = NULL;
	size_t len;
	char *text;

	*b = (struct boot){ .image = { .name = (char *)"kernel" } };
	b->blob = needed(s, "/sys/firmware/fdt", &b->blob_len);
	b->cmdline = needed(s, "/proc/cmdline", &len);
	b->cmdline[strcspn(b->cmdline, "\n")] = '\0';
	settings_init(set, kernel_of_system(s), arch_of_system(s, b));
	text = sys_config(s);
	if (text)
		err = config_read(&b->config, text, set);
	else
		without_config(s, b);
	if (err)
		die("the kernel's configuration: %s", err);
	/* What the tree and the command line said is in /proc/cmdline already */
	set->config_cmdline = NULL;
	set->page_size = s->page_size;
	set->cmdline = b->cmdline;
	read_pageblock(s, set);
	b->export = sys_read(s, EXPORT_FILE, &len);
	if (b->export) {
		b->export[strcspn(b->export, "\n")] = '\0';
		set->export = b->export;
		set->has_export = true;
	}
	if (read_image(s, &b->image.mem)) {
		set->loaded = &b->image;
		set->nr_loaded = 1;
	} else {
		note(s, xstrdup("load address of the kernel: /proc/iomem shows it to root only"));
	}
}

static void free_boot(struct boot *b)
{
	free(b->blob);
	free(b->cmdline);
	free(b->export);
	config_free(&b->config);
}

/* What the kernel log has to say of a heap, or NULL */
static const char *log_of(const struct sys *s, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < s->log.warnings.count; i++) {
		const char *text = strchr(s->log.warnings.item[i], ' ') + 1;

		if (!strncmp(text, name, len) && !strncmp(text + len, ": ", 2))
			return text + len + 2;
	}
	return NULL;
}

static const char *why_missing(const struct sys *s, const struct settings *set,
			       const struct heap *want)
{
	const char *log = log_of(s, want->name);

	if (log)
		return log;
	if (set->heap_is_module && !sys_exists(s, "/sys/module/cma_heap"))
		return "the module cma_heap is not loaded";
	if (want->node && !sys_exists(s, EXPORT_FILE))
		return "this kernel does not support " FLAG;
	return "the kernel log has no reason";
}

static void compare_heap(const struct heap *want, const struct sys_heap *h,
			 struct strings *differences)
{
	if (h->mem.base != NONE && want->mem.base != NONE && h->mem.base != want->mem.base)
		add_string(differences, format("%s: is at 0x%" PRIx64 ", and 0x%" PRIx64
					       " was predicted", want->name, h->mem.base,
					       want->mem.base));
	if (h->mem.size != NONE && want->mem.size != NONE && h->mem.size != want->mem.size)
		add_string(differences, format("%s: has %s, and %s were predicted", want->name,
					       size_text(h->mem.size), size_text(want->mem.size)));
	if (!h->owner)
		add_string(differences, format("%s: there is no /dev/dma_heap/%s: the device manager "
					       "did not make it", want->name, want->name));
}

static void compare(const struct sys *s, const struct settings *set, const struct prediction *p,
		    struct strings *differences)
{
	struct strings predicted = { 0 };

	for (size_t i = 0; i < p->nr_heaps; i++) {
		const struct heap *want = &p->heap[i];
		const struct sys_heap *h = sys_heap(s, want->name);

		add_unique(&predicted, xstrdup(want->name));
		if (h)
			compare_heap(want, h, differences);
		else if (want->certain)
			add_string(differences, format("%s: is missing: %s", want->name,
						       why_missing(s, set, want)));
	}
	for (size_t i = 0; i < s->nr_heaps; i++) {
		const char *name = s->heap[i].name;

		if (!is_system_heap(name) && find_unique(&predicted, name) == NOT_FOUND)
			add_string(differences, format("%s: is there and was not predicted: a driver "
						       "may have added it", name));
	}
	free_strings(&predicted);
}

static void print_json(const struct sys *s, const struct settings *set, const struct prediction *p,
		       const struct strings *differences, int status)
{
	struct json j = { .f = stdout };

	json_open(&j, NULL, '{');
	json_number(&j, "version", 1);
	put_prediction(&j, "prediction", set, p);
	json_strings(&j, "differences", differences);
	json_strings(&j, "log", &s->log.warnings);
	json_strings(&j, "notes", &s->notes);
	json_number(&j, "exit", status);
	json_close(&j);
}

static void print_all(const struct sys *s, const struct settings *set, const struct prediction *p,
		      const struct strings *differences)
{
	printf("Linux %s, pages of %s, CMA alignment %s\n", s->release, size_text(set->page_size),
	       size_text(set->pageblock_size));
	if (s->flagged_only)
		puts("/reserved-memory has linux,cma-export-flagged-only");
	print_table(stdout, set, p, false);
	print_lines(stdout, "kernel log: ", &s->log.warnings);
	print_lines(stdout, "difference: ", differences);
	print_lines(stdout, "not known: ", &s->notes);
	puts(differences->count ? "the heaps are not those that were predicted" :
	     "the heaps are those that were predicted");
}

/**
 * doctor() - predict this boot, and compare with what there is
 * @root: "", or a folder with a copy of the system's /sys, /proc and /dev
 * @json: as JSON
 *
 * Return: the exit status.
 */
int doctor(const char *root, bool json)
{
	struct strings differences = { 0 };
	struct prediction p;
	const char *err;
	struct boot b;
	struct sys s;
	int status;

	read_system(&s, root);
	read_boot(&s, &b);
	err = predict(b.blob, b.blob_len, &b.set, &p);
	if (err)
		die("%s/sys/firmware/fdt: not a device tree: %s", root, err);
	if (!b.config.text) {
		add_string(&p.assumed, format("%u CMA slots, default area of %s", b.set.cma_slots,
					      size_text(b.set.default_cma)));
		if (b.set.arch->assumed)
			add_string(&p.assumed, xstrdup(b.set.arch->assumed));
	}
	compare(&s, &b.set, &p, &differences);
	status = p.bad || differences.count ? 1 : 0;
	if (json)
		print_json(&s, &b.set, &p, &differences, status);
	else
		print_all(&s, &b.set, &p, &differences);

	free_prediction(&p);
	free_strings(&differences);
	free_boot(&b);
	free_system(&s);
	return status;
}
