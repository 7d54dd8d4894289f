// SPDX-License-Identifier: GPL-2.0-only
/* Only reads */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/heap-names.h"
#include "config.h"
#include "system.h"
#include "tree.h"

#define DT		"/sys/firmware/devicetree/base"
#define RESERVED	DT "/reserved-memory"

/* Where a file of the system is */
static char *path_of(const struct sys *s, const char *path)
{
	return format("%s%s", s->root, path);
}

/**
 * sys_read() - read a file of the system
 * @s: the system
 * @path: its path there
 * @len: set to its size
 *
 * Return: the content, which the caller frees, or NULL with errno.
 */
char *sys_read(const struct sys *s, const char *path, size_t *len)
{
	char *full = path_of(s, path), *text = read_file(full, MAX_FILE, len);
	int saved = errno;

	free(full);
	errno = saved;
	return text;
}

bool sys_exists(const struct sys *s, const char *path)
{
	char *full = path_of(s, path);
	bool there = !access(full, F_OK);

	free(full);
	return there;
}

static DIR *open_dir(const struct sys *s, const char *path)
{
	char *full = path_of(s, path);
	DIR *dir = opendir(full);
	int saved = errno;

	free(full);
	errno = saved;
	return dir;
}

static bool is_dir(DIR *dir, const struct dirent *de)
{
	struct stat st;

	return de->d_name[0] != '.' && !fstatat(dirfd(dir), de->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
	       S_ISDIR(st.st_mode);
}

static void note(struct sys *s, char *text)
{
	add_unique(&s->notes, text);
}

/* A property of a child of /reserved-memory; without data if there is none */
static struct prop property(const struct sys *s, const char *node, const char *name)
{
	char *path = format(RESERVED "/%s/%s", node, name);
	struct prop p = { 0 };

	p.data = (unsigned char *)sys_read(s, path, &p.len);
	free(path);
	return p;
}

static bool has_property(const struct sys *s, const char *node, const char *name)
{
	struct prop p = property(s, node, name);

	free((void *)p.data);
	return p.data;
}

static uint32_t cell(const struct sys *s, const char *node, const char *name)
{
	struct prop p = property(s, node, name);
	uint32_t n = p.len >= 4 ? read_cells(p.data, 1) : 0;

	free((void *)p.data);
	return n;
}

static bool is_enabled(const struct sys *s, const char *node)
{
	struct prop p = property(s, node, "status");
	bool yes = status_okay(&p, false);

	free((void *)p.data);
	return yes;
}

static void read_region(struct sys *s, const char *name, uint32_t ac, uint32_t sc)
{
	struct sys_region *r = add_item(s->region, s->nr_regions);
	struct prop reg = property(s, name, "reg");

	*r = (struct sys_region){
		.name = xstrdup(name), .mem = { NONE, NONE }, .enabled = is_enabled(s, name),
		.flagged = has_property(s, name, FLAG),
		.is_default = has_property(s, name, "linux,cma-default"),
		.phandle = cell(s, name, "phandle"),
	};
	if (ac && sc && ac <= MAX_CELLS && sc <= MAX_CELLS && reg.len >= 4 * (ac + sc)) {
		r->mem.base = read_cells(reg.data, ac);
		r->mem.size = read_cells(reg.data + 4 * ac, sc);
	}
	free((void *)reg.data);
}

/* memory-region properties, wherever they are */
static void find_consumers(struct sys *s, const char *path, unsigned int depth)
{
	char *full = format(DT "%s", path), *file = format("%s/memory-region", full);
	struct dirent *de;
	size_t len;
	char *value = sys_read(s, file, &len);
	DIR *dir = depth < MAX_DEPTH ? open_dir(s, full) : NULL;

	for (size_t at = 0; value && at + 4 <= len; at += 4) {
		uint32_t phandle = read_cells((unsigned char *)value + at, 1);

		for (size_t i = 0; phandle && i < s->nr_regions; i++)
			if (s->region[i].phandle == phandle)
				add_string(&s->region[i].consumers, xstrdup(path));
	}
	while (dir && (de = readdir(dir))) {
		char *below;

		if (!is_dir(dir, de))
			continue;
		below = format("%s/%s", path, de->d_name);
		find_consumers(s, below, depth + 1);
		free(below);
	}
	if (dir)
		closedir(dir);
	free(value);
	free(file);
	free(full);
}

static void read_regions(struct sys *s)
{
	uint32_t ac = cell(s, ".", "#address-cells"), sc = cell(s, ".", "#size-cells");
	DIR *dir = open_dir(s, RESERVED);
	struct dirent *de;

	if (!sys_exists(s, DT))
		note(s, xstrdup("regions: there is no " DT));
	s->flagged_only = has_property(s, ".", FLAGGED_ONLY);
	while (dir && (de = readdir(dir)))
		if (is_dir(dir, de))
			read_region(s, de->d_name, ac, sc);
	if (dir)
		closedir(dir);
	if (s->nr_regions)
		find_consumers(s, "", 0);
}

static struct sys_region *find_region(const struct sys *s, const char *name)
{
	for (size_t i = 0; i < s->nr_regions; i++)
		if (!strcmp(s->region[i].name, name))
			return &s->region[i];
	return NULL;
}

/* All CMA areas together, but for those that could not be activated; or NONE */
static uint64_t cma_total(const struct sys *s)
{
	size_t len;
	char *text = sys_read(s, "/proc/meminfo", &len);
	char *line = text ? strstr(text, "CmaTotal:") : NULL;
	uint64_t kib = line ? strtoull(line + strlen("CmaTotal:"), NULL, 10) : 0;

	free(text);
	return line ? kib * KIB : NONE;
}

/* Where the kernel placed what has no reg */
static void read_log(struct sys *s)
{
	char *path = path_of(s, "/dev/kmsg");

	if (!boot_log_read(&s->log, path))
		note(s, format("kernel log: /dev/kmsg: %s", strerror(errno)));
	free(path);
	for (size_t i = 0; i < s->log.nr_regions; i++) {
		const struct log_region *l = &s->log.region[i];
		struct sys_region *r = find_region(s, l->name);

		/* If the log and the reg agree, the size in the reg is the exact one */
		if (r && l->mem.base != NONE && l->mem.base != r->mem.base)
			r->mem = l->mem;
	}
	s->default_area = s->log.default_area;
	s->default_area.size = boot_log_default_size(&s->log, cma_total(s));
}

/* Names as /etc has them: no network is asked, and a static build can */
static char *user_name(const struct sys *s, uid_t uid)
{
	char *path = path_of(s, "/etc/passwd"), *name = NULL;
	FILE *f = fopen(path, "re");
	struct passwd *pw;

	while (f && !name && (pw = fgetpwent(f)))
		if (pw->pw_uid == uid)
			name = xstrdup(pw->pw_name);
	if (f)
		fclose(f);
	free(path);
	return name ? name : uid ? format("%u", uid) : xstrdup("root");
}

static char *group_name(const struct sys *s, gid_t gid)
{
	char *path = path_of(s, "/etc/group"), *name = NULL;
	FILE *f = fopen(path, "re");
	struct group *gr;

	while (f && !name && (gr = fgetgrent(f)))
		if (gr->gr_gid == gid)
			name = xstrdup(gr->gr_name);
	if (f)
		fclose(f);
	free(path);
	return name ? name : gid ? format("%u", gid) : xstrdup("root");
}

static uint64_t number_in(const struct sys *s, const char *dir, const char *area, const char *file)
{
	char *path = format("%s/%s/%s", dir, area, file), *end;
	size_t len;
	char *text = sys_read(s, path, &len);
	uint64_t n = text ? strtoull(text, &end, 0) : NONE;

	if (text && end == text)
		n = NONE;
	free(text);
	free(path);
	return n;
}

/* Free memory of an area: the kernel shows it only with certain options */
static uint64_t free_in(struct sys *s, const char *area, const struct range *mem)
{
	static const char sysfs[] = "/sys/kernel/mm/cma", debugfs[] = "/sys/kernel/debug/cma";
	uint64_t available = number_in(s, sysfs, area, "available_pages");
	uint64_t total = number_in(s, sysfs, area, "total_pages");
	uint64_t base = NONE;

	if (available == NONE) {
		uint64_t used = number_in(s, debugfs, area, "used");

		total = number_in(s, debugfs, area, "count");
		base = number_in(s, debugfs, area, "base_pfn");
		if (total != NONE && used <= total)
			available = total - used;
	}
	if (available == NONE) {
		note(s, sys_exists(s, sysfs) ?
		     format("free memory: %s does not show it on this kernel, and %s cannot be read",
			    sysfs, debugfs) :
		     format("free memory: the kernel has no CONFIG_CMA_SYSFS, and %s cannot be read",
			    debugfs));
		return NONE;
	}
	/* Of two areas with the same name one is shown */
	if ((base != NONE && mem->base != NONE && base * s->page_size != mem->base) ||
	    (total != NONE && mem->size != NONE && total * s->page_size != mem->size)) {
		note(s, format("free memory of CMA area %s: there is another one of that name",
			       area));
		return NONE;
	}
	return available * s->page_size;
}

/* The region that is the default area: the last one that the kernel made */
static struct sys_region *default_region(const struct sys *s)
{
	struct sys_region *last = NULL;

	for (size_t i = 0; i < s->log.nr_regions; i++) {
		struct sys_region *r = find_region(s, s->log.region[i].name);

		if (r && r->is_default && s->log.region[i].cma)
			last = r;
	}
	for (size_t i = 0; i < s->nr_regions && !last; i++)
		if (s->region[i].is_default && s->region[i].enabled)
			last = &s->region[i];
	return last;
}

/* The region of a heap: the one of its name, or that of the default area */
static struct sys_region *region_of(const struct sys *s, const char *name)
{
	struct sys_region *r = NULL;

	if (is_system_heap(name) || (is_default_heap(name) && s->default_area.base != NONE))
		return NULL;
	if (!strcmp(name, DEFAULT_HEAP))
		r = default_region(s);
	return r ? r : find_region(s, name);
}

static void read_device(struct sys *s, struct sys_heap *h)
{
	char *dev = format("/dev/dma_heap/%s", h->name), *full = path_of(s, dev);
	struct stat st;

	if (!stat(full, &st)) {
		h->owner = user_name(s, st.st_uid);
		h->group = group_name(s, st.st_gid);
		h->mode = st.st_mode & 07777;
	} else {
		note(s, format("device file: %s: %s", dev, strerror(errno)));
	}
	free(dev);
	free(full);
}

static void read_heap(struct sys *s, const char *name)
{
	struct sys_heap *h = add_item(s->heap, s->nr_heaps);
	struct sys_region *r = region_of(s, name);

	*h = (struct sys_heap){
		.name = xstrdup(name), .mem = { NONE, NONE }, .free = NONE, .region = r,
	};
	read_device(s, h);
	if (r) {
		if (!strcmp(r->name, name))
			h->node = format("/reserved-memory/%s", name);
		r->has_heap = true;
		h->mem = r->mem;
	} else if (is_default_heap(name)) {
		h->mem = s->default_area;
	} else {
		return;
	}
	if (h->mem.base == NONE)
		note(s, format("base of %s: the kernel chose it, and did not log it", name));
	h->free = free_in(s, r ? r->name : RESERVED_AREA, &h->mem);
}

static int visible(const struct dirent *de)
{
	return de->d_name[0] != '.';
}

static void read_heaps(struct sys *s)
{
	char *path = path_of(s, HEAP_CLASS);
	struct dirent **list;
	int n = scandir(path, &list, visible, alphasort);

	if (n < 0) {
		note(s, errno == ENOENT ? xstrdup("heaps: there is no " HEAP_CLASS ", so the kernel "
						  "has no dma-buf heaps") :
		     format("heaps: " HEAP_CLASS ": %s", strerror(errno)));
		free(path);
		return;
	}
	for (int i = 0; i < n; i++) {
		read_heap(s, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	free(path);
}

/* What a program prints; NULL if it fails */
static char *output_of(const char *program, const char *argument)
{
	char *text = NULL;
	int fds[2], status;
	size_t len = 0;
	ssize_t n = 1;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return NULL;
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		close(STDERR_FILENO);
		execlp(program, program, argument, NULL);
		_exit(127);
	}
	close(fds[1]);
	while (pid > 0 && n > 0 && len < MAX_FILE) {
		text = xrealloc(text, len + 65537, 1);
		n = read(fds[0], text + len, 65536);
		len += n > 0 ? n : 0;
		text[len] = '\0';
	}
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status) {
		free(text);
		return NULL;
	}
	return text;
}

static char *unless_no_config(char *text)
{
	if (text && strstr(text, "CONFIG_"))
		return text;
	free(text);
	return NULL;
}

/**
 * sys_config() - find the .config of the kernel, from where distributions keep it
 * @s: the system, which gets a note if there is none
 *
 * Return: its text, which the caller frees, or NULL.
 */
char *sys_config(struct sys *s)
{
	static const char * const places[][2] = {
		{ "/boot/config-", "" }, { "/lib/modules/", "/config" },
		{ "/usr/lib/modules/", "/config" },
	};
	char *path = path_of(s, "/proc/config.gz"), *text = NULL;
	bool compressed = !access(path, R_OK);
	size_t len;

	if (compressed)
		text = unless_no_config(output_of("zcat", path));
	free(path);
	for (size_t i = 0; i < ARRAY_SIZE(places) && !text; i++) {
		path = format("%s%s%s", places[i][0], s->release, places[i][1]);
		text = unless_no_config(sys_read(s, path, &len));
		free(path);
	}
	if (!text)
		note(s, xstrdup(compressed ?
				"settings of the kernel: zcat cannot read /proc/config.gz" :
				"settings of the kernel: there is neither /proc/config.gz nor a "
				"config of this kernel in /boot or /lib/modules"));
	return text;
}

static char *release_of(const struct sys *s)
{
	struct utsname uts;
	size_t len;
	char *text = sys_read(s, "/proc/sys/kernel/osrelease", &len);

	if (text) {
		text[strcspn(text, "\n")] = '\0';
		return text;
	}
	if (*s->root)
		die("%s/proc/sys/kernel/osrelease: %s", s->root, strerror(errno));
	uname(&uts);
	return xstrdup(uts.release);
}

/* Of a copy only the .config shows it */
static uint64_t page_size_of(struct sys *s)
{
	char *text = *s->root ? sys_config(s) : NULL, *name = text ? config_arch(text) : NULL;
	const struct arch *arch = name ? arch_of(name) : NULL;
	struct config config = { .text = text };
	struct settings set;

	if (!*s->root)
		return sysconf(_SC_PAGESIZE);
	settings_init(&set, kernel_at(0), arch ? arch : arch_default());
	if (text && arch)
		config_read(&config, text, &set);
	config_free(&config);
	free(name);
	return set.page_size;
}

/**
 * read_system() - read all that there is to know
 * @s: filled; free_system() frees it
 * @root: "", or a folder with a copy of /sys, /proc and /dev
 */
void read_system(struct sys *s, const char *root)
{
	*s = (struct sys){ .root = root };
	s->release = release_of(s);
	s->page_size = page_size_of(s);
	read_regions(s);
	read_log(s);
	read_heaps(s);
}

void free_system(struct sys *s)
{
	for (size_t i = 0; i < s->nr_regions; i++) {
		free(s->region[i].name);
		free_strings(&s->region[i].consumers);
	}
	for (size_t i = 0; i < s->nr_heaps; i++) {
		free(s->heap[i].name);
		free(s->heap[i].node);
		free(s->heap[i].owner);
		free(s->heap[i].group);
	}
	free(s->region);
	free(s->heap);
	free(s->release);
	boot_log_free(&s->log);
	free_strings(&s->notes);
}

const struct sys_heap *sys_heap(const struct sys *s, const char *name)
{
	for (size_t i = 0; i < s->nr_heaps; i++)
		if (!strcmp(s->heap[i].name, name))
			return &s->heap[i];
	return NULL;
}
