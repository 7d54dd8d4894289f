// SPDX-License-Identifier: GPL-2.0-only
/*
 * The running system: its heaps, and whether they are those that its tree and
 * settings give. Only reads, from /sys, /proc, /dev and the kernel log.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "config.h"
#include "render.h"
#include "system.h"
#include "tree.h"

#define DT		"/proc/device-tree"
#define CLASS		"/sys/class/dma_heap"
#define MAX_FILE	(64 * MIB)

struct sys_region {
	char *name;
	struct range mem;
	uint32_t phandle;
	bool flagged, is_default, enabled, has_heap;
	struct strings consumers;
};

struct sys_heap {
	char *name;
	char *node;			/* path, or NULL */
	struct range mem;
	uint64_t free;
	char *owner, *group;		/* NULL: there is no device file */
	unsigned int mode;
	struct sys_region *region;	/* or NULL */
};

struct sys {
	char *release;
	struct sys_region *region;
	size_t nr_regions;
	struct sys_heap *heap;
	size_t nr_heaps;
	struct range default_area;	/* where the log says it is */
	bool whole_log;			/* nothing of it is lost */
	struct strings log;		/* of the exporter */
	struct strings notes;
};

/* NULL and errno if it cannot be read */
static char *read_some(const char *path, size_t limit, size_t *len)
{
	size_t room = 4096, got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved;
	ssize_t n = 0;
	char *buf;

	if (fd < 0)
		return NULL;
	buf = xmalloc(room + 1);
	while (got < limit && (n = read(fd, buf + got, room - got)) > 0) {
		got += n;
		if (got == room) {
			room *= 2;
			buf = xrealloc(buf, room + 1);
		}
	}
	saved = errno;
	close(fd);
	if (n < 0) {
		free(buf);
		errno = saved;
		return NULL;
	}
	if (got >= limit)
		die("%s: larger than %s", path, human(limit));
	buf[got] = '\0';
	*len = got;
	return buf;
}

/* A whole file, with a 0 behind its end */
char *read_whole(const char *path, size_t limit, size_t *len)
{
	char *text = read_some(strcmp(path, "-") ? path : "/dev/stdin", limit, len);

	if (!text)
		die("%s: %s", path, strerror(errno));
	return text;
}

static void note(struct sys *s, char *text)
{
	for (size_t i = 0; i < s->notes.count; i++) {
		if (!strcmp(s->notes.item[i], text)) {
			free(text);
			return;
		}
	}
	add_string(&s->notes, text);
}

static char *property(const char *node, const char *name, size_t *len)
{
	char *path = format(DT "%s/%s", node, name), *value = read_some(path, MIB, len);

	free(path);
	return value;
}

static bool has_property(const char *node, const char *name)
{
	char *path = format(DT "%s/%s", node, name);
	bool there = !access(path, F_OK);

	free(path);
	return there;
}

static uint32_t cell(const char *node, const char *name)
{
	size_t len;
	char *value = property(node, name, &len);
	uint32_t n = value && len >= 4 ? read_cells((unsigned char *)value, 1) : 0;

	free(value);
	return n;
}

static bool enabled(const char *node)
{
	struct prop status;
	size_t len = 0;
	char *value = property(node, "status", &len);
	bool yes;

	status = (struct prop){ (unsigned char *)value, len };
	yes = status_okay(&status, false);
	free(value);
	return yes;
}

static struct sys *walked;

/* memory-region properties, wherever they are */
static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *name = path + ftw->base;
	size_t len;
	char *value;

	(void)st;
	if (type != FTW_F || strcmp(name, "memory-region"))
		return 0;
	value = read_some(path, MIB, &len);
	for (size_t at = 0; value && at + 4 <= len; at += 4) {
		uint32_t phandle = read_cells((unsigned char *)value + at, 1);

		for (size_t i = 0; phandle && i < walked->nr_regions; i++)
			if (walked->region[i].phandle == phandle)
				add_string(&walked->region[i].consumers,
					   xstrndup(path + strlen(DT), ftw->base - 1 - strlen(DT)));
	}
	free(value);
	return 0;
}

static void read_regions(struct sys *s)
{
	uint32_t ac = cell("/reserved-memory", "#address-cells");
	uint32_t sc = cell("/reserved-memory", "#size-cells");
	DIR *dir = opendir(DT "/reserved-memory");
	struct dirent *de;

	if (access(DT, F_OK))
		note(s, xstrdup("regions: there is no " DT));
	while (dir && (de = readdir(dir))) {
		struct sys_region *r;
		size_t len;
		char *node, *reg;

		if (de->d_type != DT_DIR || de->d_name[0] == '.')
			continue;
		s->region = xrealloc(s->region, (s->nr_regions + 1) * sizeof(*s->region));
		r = &s->region[s->nr_regions++];
		*r = (struct sys_region){ .name = xstrdup(de->d_name), .mem = { NONE, NONE } };
		node = format("/reserved-memory/%s", de->d_name);
		r->flagged = has_property(node, "linux,cma-export-heap");
		r->is_default = has_property(node, "linux,cma-default");
		r->enabled = enabled(node);
		r->phandle = cell(node, "phandle");
		reg = property(node, "reg", &len);
		if (reg && ac && sc && ac <= MAX_CELLS && sc <= MAX_CELLS && len >= 4 * (ac + sc)) {
			r->mem.base = read_cells((unsigned char *)reg, ac);
			r->mem.size = read_cells((unsigned char *)reg + 4 * ac, sc);
		}
		free(reg);
		free(node);
	}
	if (dir)
		closedir(dir);
	/* With the slash, because it is a link, which the walk would not follow */
	walked = s;
	if (s->nr_regions)
		nftw(DT "/", visit, 32, FTW_PHYS);
}

static struct sys_region *find_region(struct sys *s, const char *name)
{
	for (size_t i = 0; i < s->nr_regions; i++)
		if (!strcmp(s->region[i].name, name))
			return &s->region[i];
	return NULL;
}

/* All CMA areas together, but for those that could not be activated; 0 if unknown */
static uint64_t cma_total(void)
{
	size_t len;
	char *text = read_some("/proc/meminfo", MIB, &len), *line;
	uint64_t kib = 0;

	line = text ? strstr(text, "CmaTotal:") : NULL;
	if (line)
		kib = strtoull(line + strlen("CmaTotal:"), NULL, 10);
	free(text);
	return kib * KIB;
}

/* Where the kernel placed what has no reg; and what the exporter has to say */
static void read_log(struct sys *s)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct range pool = { NONE, NONE };
	uint64_t pools = 0, total = cma_total();
	unsigned int others = 0;
	char record[8192];
	ssize_t n;

	if (fd < 0) {
		note(s, format("kernel log: /dev/kmsg: %s", strerror(errno)));
		return;
	}
	while ((n = read(fd, record, sizeof(record) - 1)) >= 0 || errno == EPIPE) {
		uint64_t from, to, mib;
		char name[256], *text;
		struct sys_region *r;

		if (n < 0)
			continue;
		record[n] = '\0';
		text = strchr(record, ';');
		if (!text)
			continue;
		*strchrnul(++text, '\n') = '\0';
		/* The second number counts from 0 */
		if (sscanf(record, "%*u,%" SCNu64, &from) == 1 && !from)
			s->whole_log = true;
		if (sscanf(text, "OF: reserved mem: %" SCNx64 "..%" SCNx64 " (%*u KiB) %*s %*s "
			   "%255s",
			   &from, &to, name) == 3) {
			r = find_region(s, name);
			if (r)
				r->mem = (struct range){ from, to - from + 1 };
		} else if (sscanf(text, "Reserved memory: created CMA memory pool at %" SCNx64
				  ", size %" SCNu64 " MiB", &from, &mib) == 2) {
			/* Linux 6.1 says no more, and the name in its next line */
			pool = (struct range){ from, mib * MIB };
			pools += pool.size;
		} else if (sscanf(text, "OF: reserved mem: initialized node %255s", name) == 1) {
			if (name[strlen(name) - 1] == ',')
				name[strlen(name) - 1] = '\0';
			r = find_region(s, name);
			if (r && r->mem.base == NONE)
				r->mem = pool;
			pool = (struct range){ NONE, NONE };
		} else if (sscanf(text, "cma: Reserved %" SCNu64 " MiB at %" SCNx64,
				  &mib, &from) == 2) {
			if (s->default_area.base != NONE)
				others++;
			s->default_area = (struct range){ from, mib * MIB };
		} else if (sscanf(text, "cma: CMA area %255s could not be activated", name) == 1) {
			/* What it had is not in the total */
			r = find_region(s, name);
			if (r && r->mem.size != NONE)
				pools -= r->mem.size;
			else
				others++;
		} else if (!strncmp(text, "cma_heap: ", 10) && (atoi(record) & 7) <= 4) {
			add_string(&s->log, xstrdup(text + 10));
		}
	}
	close(fd);

	/* Linux 7.x prints the size that was asked for, not what came of it */
	if (s->default_area.base != NONE && s->whole_log && !others && total > pools)
		s->default_area.size = total - pools;
}

/* Names as /etc has them: no network is asked, and a static build can */
static char *user_name(uid_t uid)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *pw;
	char *name = NULL;

	while (f && !name && (pw = fgetpwent(f)))
		if (pw->pw_uid == uid)
			name = xstrdup(pw->pw_name);
	if (f)
		fclose(f);
	return name ? name : uid ? format("%u", uid) : xstrdup("root");
}

static char *group_name(gid_t gid)
{
	FILE *f = fopen("/etc/group", "re");
	struct group *gr;
	char *name = NULL;

	while (f && !name && (gr = fgetgrent(f)))
		if (gr->gr_gid == gid)
			name = xstrdup(gr->gr_name);
	if (f)
		fclose(f);
	return name ? name : gid ? format("%u", gid) : xstrdup("root");
}

static uint64_t number_in(const char *dir, const char *area, const char *file)
{
	char *path = format("%s/%s/%s", dir, area, file), *text, *end;
	uint64_t n = NONE;
	size_t len;

	text = read_some(path, 4096, &len);
	free(path);
	if (!text)
		return NONE;
	n = strtoull(text, &end, 0);
	if (end == text)
		n = NONE;
	free(text);
	return n;
}

/* What of an area is free: the kernel tells only with options of its own */
static uint64_t free_in(struct sys *s, const char *area)
{
	uint64_t page = sysconf(_SC_PAGESIZE), pages, count, used;

	pages = number_in("/sys/kernel/mm/cma", area, "available_pages");
	if (pages != NONE)
		return pages * page;
	count = number_in("/sys/kernel/debug/cma", area, "count");
	used = number_in("/sys/kernel/debug/cma", area, "used");
	if (count != NONE && used != NONE)
		return (count - used) * page;
	note(s, access("/sys/kernel/mm/cma", F_OK) ?
	     xstrdup("free memory: the kernel has no CONFIG_CMA_SYSFS, and /sys/kernel/debug/cma "
		     "cannot be read") :
	     xstrdup("free memory: /sys/kernel/mm/cma does not tell on this kernel"));
	return NONE;
}

static bool is_default_name(const char *name)
{
	return !strcmp(name, "default_cma_region") || !strcmp(name, "reserved");
}

/* The region of a heap: the one of its name, or that of the default area */
static struct sys_region *region_of(struct sys *s, const char *name)
{
	struct sys_region *r = NULL;

	if (!strcmp(name, "system") ||
	    (is_default_name(name) && s->default_area.base != NONE))
		return NULL;
	if (strcmp(name, "default_cma_region"))
		return find_region(s, name);
	for (size_t i = 0; i < s->nr_regions; i++)
		if (s->region[i].is_default && s->region[i].enabled)
			r = &s->region[i];
	return r;
}

static void read_heap(struct sys *s, const char *name)
{
	char *dev = format("/dev/dma_heap/%s", name);
	struct sys_heap *h;
	struct stat st;

	s->heap = xrealloc(s->heap, (s->nr_heaps + 1) * sizeof(*s->heap));
	h = &s->heap[s->nr_heaps++];
	*h = (struct sys_heap){ .name = xstrdup(name), .mem = { NONE, NONE }, .free = NONE };

	h->region = region_of(s, name);
	if (h->region) {
		if (!strcmp(h->region->name, name))
			h->node = format("/reserved-memory/%s", name);
		h->region->has_heap = true;
		h->mem = h->region->mem;
		h->free = free_in(s, h->region->name);
		if (h->mem.base == NONE)
			note(s, format("base of %s: the kernel chose it, and its log does not tell",
				       name));
	} else if (is_default_name(name)) {
		h->mem = s->default_area;
		h->free = free_in(s, "reserved");
		if (h->mem.base == NONE)
			note(s, format("base of %s: the kernel chose it, and its log does not tell",
				       name));
	}
	if (!stat(dev, &st)) {
		h->owner = user_name(st.st_uid);
		h->group = group_name(st.st_gid);
		h->mode = st.st_mode & 07777;
	} else {
		note(s, format("device file: %s: %s", dev, strerror(errno)));
	}
	free(dev);
}

static int visible(const struct dirent *de)
{
	return de->d_name[0] != '.';
}

static void read_system(struct sys *s)
{
	struct dirent **list;
	struct utsname uts;
	int n;

	memset(s, 0, sizeof(*s));
	s->default_area = (struct range){ NONE, NONE };
	uname(&uts);
	s->release = xstrdup(uts.release);
	read_regions(s);
	read_log(s);
	n = scandir(CLASS, &list, visible, alphasort);
	if (n < 0) {
		note(s, errno == ENOENT ? xstrdup("heaps: there is no " CLASS ", so the kernel "
						  "has no dma-buf heaps") :
		     format("heaps: " CLASS ": %s", strerror(errno)));
		return;
	}
	for (int i = 0; i < n; i++) {
		read_heap(s, list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

static void free_system(struct sys *s)
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
	free_strings(&s->log);
	free_strings(&s->notes);
}

static void list_json(const struct sys *s)
{
	FILE *f = stdout;

	fputs("{\n  \"version\": 1,\n  \"kernel\": ", f);
	json_string(f, s->release);
	fputs(",\n  \"heaps\": [", f);
	for (size_t i = 0; i < s->nr_heaps; i++) {
		const struct sys_heap *h = &s->heap[i];

		fputs(i ? ",\n    {\"name\": " : "\n    {\"name\": ", f);
		json_string(f, h->name);
		fputs(", \"node\": ", f);
		json_string(f, h->node);
		fputs(", \"base\": ", f);
		json_number(f, h->mem.base);
		fputs(", \"size\": ", f);
		json_number(f, h->mem.size);
		fputs(", \"free\": ", f);
		json_number(f, h->free);
		fputs(", \"owner\": ", f);
		json_string(f, h->owner);
		fputs(", \"group\": ", f);
		json_string(f, h->group);
		if (h->owner)
			fprintf(f, ", \"mode\": \"%04o\"", h->mode);
		else
			fputs(", \"mode\": null", f);
		fputs(", \"consumers\": ", f);
		json_strings(f, h->region ? &h->region->consumers : NULL);
		fputc('}', f);
	}
	fputs(s->nr_heaps ? "\n  ],\n  \"notes\": " : "],\n  \"notes\": ", f);
	json_strings(f, &s->notes);
	fputs("\n}\n", f);
}

static void list_table(const struct sys *s)
{
	int width = 4, node_width = 4, owner_width = 5;

	for (size_t i = 0; i < s->nr_heaps; i++) {
		const struct sys_heap *h = &s->heap[i];
		int len = strlen(h->name), node = h->node ? strlen(h->node) : 0;
		int owner = h->owner ? strlen(h->owner) + 1 + strlen(h->group) : 0;

		width = len > width ? len : width;
		node_width = node > node_width ? node : node_width;
		owner_width = owner > owner_width ? owner : owner_width;
	}
	printf("%-*s  %-*s  %-11s %9s  %9s  %-*s  %s\n", width, "HEAP", node_width, "NODE", "BASE",
	       "SIZE", "FREE", owner_width, "OWNER", "MODE");
	for (size_t i = 0; i < s->nr_heaps; i++) {
		const struct sys_heap *h = &s->heap[i];
		char *name = escaped(h->name), *node = h->node ? escaped(h->node) : xstrdup("-");
		char *owner = h->owner ? format("%s:%s", h->owner, h->group) : xstrdup("-");
		char base[24] = "-", mode[8] = "-";

		if (h->mem.base != NONE)
			snprintf(base, sizeof(base), "0x%" PRIx64, h->mem.base);
		if (h->owner)
			snprintf(mode, sizeof(mode), "%04o", h->mode);
		printf("%-*s  %-*s  %-11s %9s  %9s  %-*s  %s\n", width, name, node_width, node,
		       base,
		       human(h->mem.size), human(h->free), owner_width, owner, mode);
		for (size_t k = 0; h->region && k < h->region->consumers.count; k++)
			printf("    used by %s\n", h->region->consumers.item[k]);
		free(name);
		free(node);
		free(owner);
	}
	for (size_t i = 0; i < s->nr_regions; i++) {
		const struct sys_region *r = &s->region[i];
		char base[24] = "-", *name;

		if (r->has_heap)
			continue;
		name = escaped(r->name);
		if (r->mem.base != NONE)
			snprintf(base, sizeof(base), "0x%" PRIx64, r->mem.base);
		printf("/reserved-memory/%s (%s%s, at %s) has no heap\n", name,
		       r->flagged ? "flagged" : "not flagged", r->enabled ? "" :
			       ", disabled", base);
		free(name);
	}
	for (size_t i = 0; i < s->notes.count; i++)
		printf("not known: %s\n", s->notes.item[i]);
}

int cmd_list(bool json)
{
	struct sys s;
	int status;

	read_system(&s);
	status = access(CLASS, F_OK) ? 1 : 0;
	if (json)
		list_json(&s);
	else
		list_table(&s);
	free_system(&s);
	return status;
}

/*
 * doctor
 */

/* The running kernel's .config, from where distributions keep it */
static char *running_config(struct sys *s)
{
	const char * const paths[] = { "/boot/config-%s", "/lib/modules/%s/config",
				      "/usr/lib/modules/%s/config" };
	size_t len = 0, room = 0;
	char *text = NULL;
	FILE *f;

	if (!access("/proc/config.gz", R_OK)) {
		f = popen("zcat /proc/config.gz 2>/dev/null", "re");
		for (;;) {
			size_t n;

			if (len + 1 >= room) {
				room = room ? 2 * room : 65536;
				text = xrealloc(text, room);
			}
			n = f ? fread(text + len, 1, room - len - 1, f) : 0;
			if (!n)
				break;
			len += n;
		}
		text[len] = '\0';
		if (f)
			pclose(f);
		if (strstr(text, "CONFIG_"))
			return text;
		free(text);
		note(s, xstrdup("settings of the kernel: zcat cannot read /proc/config.gz"));
	}
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		/* Each is a format of one string */
		const char *percent = strchr(paths[i], '%');
		char *path = format("%.*s%s%s", (int)(percent - paths[i]), paths[i], s->release,
				    percent + 2);

		text = read_some(path, MAX_FILE, &len);
		free(path);
		if (text && strstr(text, "CONFIG_"))
			return text;
		free(text);
	}
	note(s, xstrdup("settings of the kernel: there is neither /proc/config.gz nor a config of "
			"this kernel in /boot or /lib/modules"));
	return NULL;
}

/* Pages of a pageblock, from the kernel itself: what no configuration can get wrong */
static uint64_t running_pageblock(struct sys *s)
{
	size_t len;
	char *text = read_some("/proc/pagetypeinfo", MAX_FILE, &len), *at;
	uint64_t pages = 0;

	if (!text) {
		note(s, format("size of a pageblock: /proc/pagetypeinfo: %s", strerror(errno)));
		return 0;
	}
	at = strstr(text, "Pages per block:");
	if (at)
		pages = strtoull(at + strlen("Pages per block:"), NULL, 10);
	free(text);
	return pages * sysconf(_SC_PAGESIZE);
}

/* Where the kernel's image is, if /proc/iomem tells; zeros are for those who may not know */
static bool running_kernel(struct range *mem)
{
	FILE *f = fopen("/proc/iomem", "re");
	uint64_t from, to, start = NONE, end = 0;
	char line[256], *name;

	while (f && fgets(line, sizeof(line), f)) {
		name = strstr(line, " : ");
		if (!name || sscanf(line, "%" SCNx64 "-%" SCNx64, &from, &to) != 2 || !to)
			continue;
		if (!strcmp(name, " : Kernel code\n"))
			start = from;
		else if (!strcmp(name, " : Kernel data\n"))
			end = to + 1;
	}
	if (f)
		fclose(f);
	if (start == NONE || end <= start)
		return false;
	*mem = (struct range){ start, end - start };
	return true;
}

static const struct sys_heap *find_heap(const struct sys *s, const char *name)
{
	for (size_t i = 0; i < s->nr_heaps; i++)
		if (!strcmp(s->heap[i].name, name))
			return &s->heap[i];
	return NULL;
}

static const char *log_of(const struct sys *s, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < s->log.count; i++)
		if (!strncmp(s->log.item[i], name, len) && !strncmp(s->log.item[i] + len, ": ", 2))
			return s->log.item[i] + len + 2;
	return NULL;
}

static void compare(const struct sys *s, const struct settings *set, const struct prediction *p,
		    struct strings *differences)
{
	bool loaded = !access("/sys/module/cma_heap", F_OK);
	bool exporter = !access("/sys/module/cma_heap/parameters/export", F_OK);

	for (size_t i = 0; i < p->nr_heaps; i++) {
		const struct heap *want = &p->heap[i];
		const struct sys_heap *h = find_heap(s, want->name);
		const char *log = log_of(s, want->name), *why;

		if (!h) {
			why = log ? log : set->heap_is_module && !loaded ?
				"the module cma_heap is not loaded" :
			      want->node && !exporter ?
				      "this kernel does not know linux,cma-export-heap" :
			      "the kernel log has no word of it, or it is lost";
			add_string(differences, format("%s: should be there and is not: %s",
						       want->name, why));
			continue;
		}
		if (h->mem.base != NONE && want->mem.base != NONE && h->mem.base != want->mem.base)
			add_string(differences, format("%s: is at 0x%" PRIx64 ", and "
						       "0x%" PRIx64 " was predicted",
						       want->name, h->mem.base, want->mem.base));
		if (h->mem.size != NONE && want->mem.size != NONE && h->mem.size != want->mem.size)
			add_string(differences, format("%s: has %s, and %s were predicted",
						       want->name,
						       human(h->mem.size), human(want->mem.size)));
		if (!h->owner)
			add_string(differences, format("%s: /dev/dma_heap/%s is not there: the "
						       "device manager did not make it",
						       want->name, want->name));
	}
	for (size_t i = 0; i < s->nr_heaps; i++) {
		const struct sys_heap *h = &s->heap[i];
		bool predicted = !strcmp(h->name, "system") || !strcmp(h->name, "system_cc_shared");

		for (size_t k = 0; !predicted && k < p->nr_heaps; k++)
			predicted = !strcmp(p->heap[k].name, h->name);
		if (!predicted)
			add_string(differences, format("%s: is there and was not predicted: a "
						       "driver may have added it", h->name));
	}
}

static const char *running_arch(void)
{
	struct utsname u;

	if (uname(&u))
		return NULL;
	return !strcmp(u.machine, "aarch64") ? "arm64" : !strncmp(u.machine, "armv", 4) ? "arm" :
	       !strcmp(u.machine, "riscv64") ? "riscv64" : NULL;
}

int cmd_doctor(bool json)
{
	struct settings set;
	struct strings differences = { 0 };
	struct config conf = { 0 };
	struct prediction p;
	struct loaded image = { .name = (char *)"kernel" };
	size_t len, other;
	char *blob, *cmdline, *text, *version, *export;
	const char *err, *dot, *arch;
	uint64_t pageblock;
	struct sys s;
	int status;

	blob = read_some("/sys/firmware/fdt", MAX_FILE, &len);
	if (!blob)
		die("/sys/firmware/fdt: %s%s", strerror(errno), errno == EACCES ? "; root may "
		    "read it" :
		    errno == ENOENT ? "; this system did not boot with a device tree" : "");
	cmdline = read_whole("/proc/cmdline", MIB, &other);
	cmdline[strcspn(cmdline, "\n")] = '\0';
	read_system(&s);

	dot = strchr(s.release, '.');
	version = xstrndup(s.release, dot ? (size_t)(dot + 1 - s.release) + strspn(dot + 1,
										   "0123456789") :
			   strlen(s.release));
	arch = running_arch();
	if (!arch)
		die("the rules of this architecture are not known; there are: %s", architectures());
	if (!kernel_settings(&set, version, arch))
		die("Linux %s: its rules are not known; there are: %s", version, kernels());
	text = running_config(&s);
	if (text)
		read_config(&conf, text, &set);
	else if (s.default_area.size != NONE && !strstr(cmdline, "cma="))
		set.default_cma = s.default_area.size;
	/* What the tree and the command line said is in /proc/cmdline already */
	set.config_cmdline = NULL;
	set.page_size = sysconf(_SC_PAGESIZE);
	pageblock = running_pageblock(&s);
	if (pageblock)
		set.pageblock_size = pageblock;
	set.cmdline = cmdline;
	export = read_some("/sys/module/cma_heap/parameters/export", 4096, &other);
	if (export) {
		export[strcspn(export, "\n")] = '\0';
		set.export = export;
		set.has_export = true;
	}
	if (running_kernel(&image.mem)) {
		set.loaded = &image;
		set.nr_loaded = 1;
	} else {
		note(&s, xstrdup("where the kernel lies: /proc/iomem shows it to root only"));
	}

	err = predict(blob, len, &set, &p);
	if (err)
		die("/sys/firmware/fdt: not a device tree: %s", err);
	if (!text)
		add_string(&p.assumed, format("%u CMA slots, default area of %s", set.cma_slots,
					      human(set.default_cma)));
	if (!text && set.arch == ARCH_ARM)
		add_string(&p.assumed, xstrdup(ARM_ASSUMED));
	compare(&s, &set, &p, &differences);
	status = p.bad || differences.count ? 1 : 0;

	if (json) {
		fputs("{\"version\": 1, \"prediction\": ", stdout);
		print_json(stdout, &set, &p, p.bad);
		fputs(", \"differences\": ", stdout);
		json_strings(stdout, &differences);
		fputs(", \"notes\": ", stdout);
		json_strings(stdout, &s.notes);
		printf(", \"exit\": %d}\n", status);
	} else {
		printf("Linux %s, pages of %s, CMA in multiples of %s\n", s.release,
		       human(set.page_size),
		       human(set.pageblock_size));
		print_table(stdout, &set, &p, false);
		for (size_t i = 0; i < differences.count; i++)
			printf("difference: %s\n", differences.item[i]);
		for (size_t i = 0; i < s.notes.count; i++)
			printf("not known: %s\n", s.notes.item[i]);
		puts(differences.count ? "the heaps are not those that were predicted" :
		     "the heaps are those that were predicted");
	}

	free_prediction(&p);
	free_strings(&differences);
	free_config(&conf);
	free(blob);
	free(cmdline);
	free(version);
	free(export);
	free_system(&s);
	return status;
}
