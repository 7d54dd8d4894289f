// SPDX-License-Identifier: GPL-2.0-only
/*
 * init of the guest: what heaps are there, and what memory do they hand out?
 *
 * Everything it finds goes to the virtio port "results", one record a line, the
 * fields parted by tabs:
 *
 *	guest	1				first, the format's version
 *	kernel	RELEASE
 *	heap	NAME NODE BASE SIZE ABASE ASIZE	one for each /dev/dma_heap/NAME
 *	message	TEXT				a warning or an error of the heaps
 *	tree	PATH VALUE			with guest.tree, each property of the device
 *						tree, its bytes as hexadecimal digits
 *	1..N, ok N - ..., not ok N - ...	TAP, one flat plan
 *	# TEXT					the table
 *	shell					all is told, and the user has a shell
 *	done					last, or the guest died on the way
 *
 * Numbers are hexadecimal, "-" is "there is none". Bytes that are no printable
 * ASCII are \xNN in names.
 *
 * Options on the kernel command line:
 *
 *	guest.list		only list the heaps, and allocate nothing
 *	guest.fill		allocate all of each region that is a heap
 *	guest.tree		tell the device tree
 *	guest.shell		run a shell
 *	guest.do=HOW		hang, fail, or crash as provoke-crash of debugfs does
 *	guest.falsify=WHAT	break what a check is about: region-base, buffer-position,
 *				stray-page (with guest.fill), page-twice, non-zero
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/dma-heap.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../scripts/common/escape.h"
#include "../../scripts/common/heap-names.h"
#include "../../scripts/common/kmsg.h"
#include "../../scripts/common/param.h"
#include "../../scripts/common/size.h"
#include "../../scripts/common/util.h"

#define TEST_SIZE		MIB
#define SCAN_CHUNK		(64 * MIB)
#define RESERVED_MEMORY		"/reserved-memory"
#define DT			"/proc/device-tree"

struct region {
	char *name;
	struct range mem;
	bool is_default;
};

struct heap {
	char *name;
	char *label;		/* the name, escaped */
	char *node;		/* or NULL */
	struct range mem;
	struct range alloc;
};

/*
 * Marks each page of a buffer, to be found again in physical memory. It stands at
 * the start of the page and its complement at the end: a copy that the compiler
 * left on the stack may well be at the start of a page.
 */
struct tag {
	uint64_t nonce;
	uint64_t index;
};

struct buffer {
	int fd;
	size_t len;
	unsigned char *map;
};

static struct region *regions;
static size_t nr_regions;
static struct heap *heaps;
static size_t nr_heaps;
static struct range default_area = { NONE, NONE };
static const struct region *default_node;
static struct strings tests;
static char *cmdline;
static FILE *out;
static size_t page_size;

/* The kernel panics when its init exits, and the harness sees that */
static void give_up(const char *what)
{
	die("%s: %s", what, strerror(errno));
}

/* The text of a small file, or NULL */
static char *text_of(const char *path)
{
	size_t len;

	return read_file(path, 16 * MIB, &len);
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* The value of an option of the kernel command line, "" if it has none, or NULL */
static const char *option(const char *want)
{
	static char *copy;
	char *at, *name, *value;

	free(copy);
	at = copy = xstrdup(cmdline);
	while (next_param(&at, &name, &value))
		if (param_is(name, want))
			return value ? value : "";
	return NULL;
}

/*
 * With guest.falsify=WHAT the guest breaks what one of its checks is about, and that
 * check must fail.
 */
static bool falsifies(const char *what)
{
	const char *asked = option("guest.falsify");

	return asked && !strcmp(asked, what);
}

static const char *hex(uint64_t value)
{
	static char ring[4][24];
	static unsigned int next;
	char *buf = ring[next++ % 4];

	if (value == NONE)
		strcpy(buf, "-");
	else
		sprintf(buf, "0x%" PRIx64, value);
	return buf;
}

static void __attribute__((format(printf, 2, 3)))
check(bool ok, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_string(&tests, format("%sok %zu - %s", ok ? "" : "not ", tests.count + 1, text));
}

static bool open_results(void)
{
	DIR *dir = opendir("/sys/class/virtio-ports");
	struct dirent *de;

	while (dir && !out && (de = readdir(dir))) {
		char *path = format("/sys/class/virtio-ports/%s/name", de->d_name);
		char *name = text_of(path), *dev = format("/dev/%s", de->d_name);

		if (name && !strcmp(name, "results\n"))
			out = fopen(dev, "w");
		free(path);
		free(name);
		free(dev);
	}
	if (dir)
		closedir(dir);
	return out;
}

static void setup(void)
{
	static const struct { const char *type, *dir; } mounts[] = {
		{ "proc", "/proc" }, { "sysfs", "/sys" },
		{ "devtmpfs", "/dev" }, { "debugfs", "/sys/kernel/debug" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].dir, 0755);
		/* devtmpfs may be mounted by the kernel, debugfs not be built */
		if (mount("none", mounts[i].dir, mounts[i].type, 0, NULL) && i < 2)
			give_up(mounts[i].dir);
	}
	page_size = sysconf(_SC_PAGESIZE);
	cmdline = text_of("/proc/cmdline");
	if (!cmdline)
		give_up("/proc/cmdline");

	/* The host tells the driver of its ports, and their names, a moment later */
	for (unsigned int i = 0; i < 1000 && !open_results(); i++)
		usleep(10000);
	if (!out) {
		fprintf(stderr, "init: no virtio port 'results', so nobody will hear of them\n");
		out = fopen("/dev/null", "w");
	}
	if (!out)
		give_up("/dev/null");
	setvbuf(out, NULL, _IOLBF, 0);
}

static uint64_t cells(const unsigned char *p, unsigned int n)
{
	uint64_t value = 0;

	for (n *= 4; n; n--)
		value = value << 8 | *p++;
	return value;
}

static unsigned int cell_count(const char *property)
{
	size_t len;
	char *value = read_file(property, MIB, &len);
	unsigned int count = value && len == 4 ? cells((unsigned char *)value, 1) : 0;

	free(value);
	return count;
}

static struct region *find_region(const char *name)
{
	for (size_t i = 0; i < nr_regions; i++)
		if (!strcmp(regions[i].name, name))
			return &regions[i];
	return NULL;
}

static void read_regions(void)
{
	unsigned int ac = cell_count(DT RESERVED_MEMORY "/#address-cells");
	unsigned int sc = cell_count(DT RESERVED_MEMORY "/#size-cells");
	DIR *dir = opendir(DT RESERVED_MEMORY);
	struct dirent *de;

	while (dir && (de = readdir(dir))) {
		struct region *r;
		char *path, *reg;
		size_t len;

		if (de->d_type != DT_DIR || de->d_name[0] == '.')
			continue;
		r = add_item(regions, nr_regions);
		r->name = xstrdup(de->d_name);
		r->mem = (struct range){ NONE, NONE };
		path = format(DT RESERVED_MEMORY "/%s/linux,cma-default", r->name);
		r->is_default = !access(path, F_OK);
		free(path);
		path = format(DT RESERVED_MEMORY "/%s/reg", r->name);
		reg = read_file(path, MIB, &len);
		if (reg && ac && sc && ac <= 2 && sc <= 2 && len >= 4 * (ac + sc)) {
			r->mem.base = cells((unsigned char *)reg, ac);
			r->mem.size = cells((unsigned char *)reg + 4 * ac, sc);
		}
		free(path);
		free(reg);
	}
	if (dir)
		closedir(dir);
}

/* All CMA areas together, but for those that could not be activated; or NONE */
static uint64_t cma_total(void)
{
	char *text = text_of("/proc/meminfo"), *line = text ? strstr(text, "CmaTotal:") : NULL;
	uint64_t kib;
	bool found = line && sscanf(line, "CmaTotal: %" SCNu64, &kib) == 1;

	free(text);
	return found ? kib * KIB : NONE;
}

/*
 * The boot log tells what the tree cannot: where the kernel placed a dynamic
 * region, and the default area. It also has the exporter's warnings.
 */
static void read_log(void)
{
	struct boot_log log;

	boot_log_read(&log, "/dev/kmsg");
	for (size_t i = 0; i < log.nr_regions; i++) {
		const struct log_region *l = &log.region[i];
		struct region *r = find_region(l->name);

		if (r && l->mem.base != NONE)
			r->mem = l->mem;
		/* The last default one that is made counts */
		if (r && l->cma && r->is_default)
			default_node = r;
	}
	for (size_t i = 0; i < log.warnings.count; i++) {
		fputs("message\t", out);
		print_text(out, log.warnings.item[i]);
		fputc('\n', out);
	}
	default_area = log.default_area;
	default_area.size = boot_log_default_size(&log, cma_total());
	boot_log_free(&log);
}

static bool allocate(int heap_fd, size_t len, struct buffer *b)
{
	struct dma_heap_allocation_data data = {
		.len = len, .fd_flags = O_RDWR | O_CLOEXEC,
	};

	if (ioctl(heap_fd, DMA_HEAP_IOCTL_ALLOC, &data))
		return false;
	b->fd = data.fd;
	b->len = len;
	b->map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd, 0);
	if (b->map == MAP_FAILED) {
		close(b->fd);
		return false;
	}
	return true;
}

static void release(struct buffer *b)
{
	munmap(b->map, b->len);
	close(b->fd);
}

static bool is_zero(const struct buffer *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (b->map[i])
			return false;
	return true;
}

static uint64_t new_nonce(void)
{
	static uint64_t count;
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)0xc3a5 << 48 | ++count << 36 | ((uint64_t)ts.tv_nsec << 4);
}

static void mark(unsigned char *page, uint64_t nonce, uint64_t index)
{
	*(struct tag *)page = (struct tag){ nonce, index };
	*(struct tag *)(page + page_size - sizeof(struct tag)) = (struct tag){ ~nonce, ~index };
}

/* Mark all pages of a buffer, the first one as @first */
static void mark_buffer(const struct buffer *b, uint64_t nonce, uint64_t first)
{
	unsigned char *page = b->map;

	for (size_t i = 0; i < b->len / page_size; i++)
		mark(page + i * page_size, nonce, first + i);

	if (falsifies("buffer-position")) {
		mark(page, nonce, first + 1);
		mark(page + page_size, nonce, first);
	} else if (falsifies("page-twice")) {
		mark(page + page_size, nonce, first);
	} else if (falsifies("stray-page")) {
		mark(page, 0, 0);
		page = mmap(NULL, page_size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED)
			give_up("mmap");
		mark(page, nonce, first);
	}
}

static bool is_marked(const unsigned char *page, uint64_t nonce)
{
	const struct tag *first = (const void *)page;
	const struct tag *last = (const void *)(page + page_size - sizeof(*last));

	return first->nonce == nonce && last->nonce == ~nonce && last->index == ~first->index;
}

static bool inside(const struct range *outer, uint64_t base, uint64_t size)
{
	return base >= outer->base && size <= outer->size &&
	       base - outer->base <= outer->size - size;
}

/*
 * OpenSBI keeps memory that even the kernel cannot read, and tells it by nodes of this
 * name. Return: true if @at was there and is behind it now. Or @len ends before it.
 */
static bool skip_firmware(uint64_t *at, size_t *len)
{
	for (size_t i = 0; i < nr_regions; i++) {
		const struct range *mem = &regions[i].mem;

		if (strncmp(regions[i].name, "mmode_resv", 10) || mem->base == NONE)
			continue;
		if (inside(mem, *at, 1)) {
			*at = mem->base + mem->size;
			return true;
		}
		if (mem->base > *at && mem->base - *at < *len)
			*len = mem->base - *at;
	}
	return false;
}

/*
 * Find every page that is marked with @nonce in the memory of the machine.
 * @where has @pages entries, NONE on return for a page not found.
 * Return: false if physical memory cannot be read, or a page was found twice.
 */
static bool find_pages(uint64_t nonce, uint64_t *where, size_t pages)
{
	int mem = open("/dev/mem", O_RDONLY);
	FILE *iomem = fopen("/proc/iomem", "r");
	bool ok = mem >= 0 && iomem;
	char line[256];

	for (size_t i = 0; i < pages; i++)
		where[i] = NONE;

	while (ok && fgets(line, sizeof(line), iomem)) {
		uint64_t at, last;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " : System RAM", &at, &last) != 2 ||
		    isspace((unsigned char)line[0]) || !strstr(line, "System RAM"))
			continue;
		while (at < last) {
			size_t len = last + 1 - at < SCAN_CHUNK ? last + 1 - at : SCAN_CHUNK;
			unsigned char *map;

			if (skip_firmware(&at, &len))
				continue;
			map = mmap(NULL, len, PROT_READ, MAP_SHARED, mem, at);
			if (map == MAP_FAILED) {
				ok = false;
				break;
			}
			for (size_t off = 0; off + page_size <= len; off += page_size) {
				const struct tag *tag = (const void *)(map + off);

				if (!is_marked(map + off, nonce) || tag->index >= pages)
					continue;
				if (where[tag->index] != NONE)
					ok = false;
				where[tag->index] = at + off;
			}
			munmap(map, len);
			at += len;
		}
	}
	if (iomem)
		fclose(iomem);
	if (mem >= 0)
		close(mem);
	return ok;
}

static int open_heap(const struct heap *h)
{
	char *path = format("/dev/dma_heap/%s", h->name);
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved = errno;

	free(path);
	errno = saved;
	return fd;
}

/*
 * Where does a buffer of each heap lie, seen from physical memory? They are all
 * there at once, so that it is looked through once.
 */
static void test_heaps(void)
{
	size_t pages = TEST_SIZE / page_size;
	uint64_t *where = xzalloc(nr_heaps * pages, sizeof(*where));
	struct buffer *buffers = xzalloc(nr_heaps, sizeof(*buffers));
	uint64_t nonce = new_nonce();
	bool found;

	for (size_t n = 0; n < nr_heaps; n++) {
		struct buffer *b = &buffers[n];
		int fd = open_heap(&heaps[n]);

		if (fd < 0 || !allocate(fd, TEST_SIZE, b)) {
			check(false, "%s: allocates 1 MiB: %s", heaps[n].label, strerror(errno));
			b->len = 0;
		} else {
			check(true, "%s: allocates 1 MiB", heaps[n].label);
			if (falsifies("non-zero"))
				b->map[b->len - 1] = 1;
			check(is_zero(b), "%s: the buffer is zero", heaps[n].label);
			mark_buffer(b, nonce, n * pages);
		}
		if (fd >= 0)
			close(fd);
	}

	found = find_pages(nonce, where, nr_heaps * pages);
	for (size_t n = 0; n < nr_heaps; n++) {
		const uint64_t *at = where + n * pages;
		struct heap *h = &heaps[n];
		bool together = found;

		/* Pages from anywhere are the only ones that are not contiguous */
		if (!buffers[n].len || is_system_heap(h->name))
			continue;
		for (size_t i = 0; i < pages; i++)
			if (at[i] == NONE || at[i] != at[0] + i * page_size)
				together = false;
		check(together, "%s: the buffer is contiguous in physical memory", h->label);
		if (together)
			h->alloc = (struct range){ at[0], TEST_SIZE };
		/* A heap with a node has a region, and where that is must be known */
		if (h->mem.base != NONE || h->node)
			check(h->mem.base != NONE && together &&
			      inside(&h->mem, h->alloc.base, h->alloc.size),
			      "%s: the buffer lies inside the region", h->label);
	}
	for (size_t n = 0; n < nr_heaps; n++)
		if (buffers[n].len)
			release(&buffers[n]);
	free(buffers);
	free(where);
}

/* Take a heap's region until nothing is left: no page may be from elsewhere */
static void fill_heap(const struct heap *h)
{
	size_t max = h->mem.size / TEST_SIZE, per = TEST_SIZE / page_size, count = 0, strays = 0;
	struct buffer *buffers = xzalloc(max + 1, sizeof(*buffers));
	uint64_t *where = xzalloc((max + 1) * per, sizeof(*where));
	uint64_t nonce = new_nonce();
	int fd = open_heap(h);
	bool found, emptied;

	if (fd < 0)
		give_up(h->label);

	while (count <= max && allocate(fd, TEST_SIZE, &buffers[count])) {
		mark_buffer(&buffers[count], nonce, count * per);
		count++;
	}
	emptied = errno == ENOMEM;

	found = find_pages(nonce, where, count * per);
	for (size_t i = 0; i < count * per; i++)
		if (where[i] == NONE || !inside(&h->mem, where[i], page_size))
			strays++;
	check(found && count == max && emptied && !strays,
	      "%s: the whole region can be had, and nothing else", h->label);
	fprintf(out, "# %s: %zu of %zu MiB, %zu pages from elsewhere\n", h->label, count, max,
		strays);

	while (count--)
		release(&buffers[count]);
	free(buffers);
	free(where);
	close(fd);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct heap *)a)->name, ((const struct heap *)b)->name);
}

static void read_heaps(void)
{
	DIR *dir = opendir("/dev/dma_heap");
	struct dirent *de;

	while (dir && (de = readdir(dir))) {
		struct heap *h;

		if (de->d_name[0] == '.')
			continue;
		h = add_item(heaps, nr_heaps);
		h->name = xstrdup(de->d_name);
		h->label = escape_name(h->name);
		h->mem = h->alloc = (struct range){ NONE, NONE };
	}
	if (dir)
		closedir(dir);
	if (nr_heaps)
		qsort(heaps, nr_heaps, sizeof(*heaps), by_name);

	for (size_t i = 0; i < nr_heaps; i++) {
		struct heap *h = &heaps[i];
		const struct region *r = NULL;

		if (!strcmp(h->name, DEFAULT_HEAP))
			r = default_node;
		else if (!is_system_heap(h->name) &&
			 (strcmp(h->name, RESERVED_AREA) || default_area.base == NONE))
			r = find_region(h->name);
		if (r) {
			h->mem = r->mem;
			if (falsifies("region-base"))
				h->mem.base += page_size;
			if (!strcmp(h->name, r->name))
				h->node = format(RESERVED_MEMORY "/%s", h->label);
		} else if (is_default_heap(h->name)) {
			h->mem = default_area;
		}
	}
}

/* What the tool for boards reports here */
static void table(void)
{
	int fds[2], status = -1;
	char line[1024];
	FILE *pipe_end;
	pid_t pid;

	fflush(out);
	if (pipe2(fds, O_CLOEXEC))
		give_up("pipe");
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		execl("/bin/cma-heaps", "cma-heaps", "list", NULL);
		_exit(127);
	}
	close(fds[1]);
	pipe_end = fdopen(fds[0], "r");
	while (pipe_end && fgets(line, sizeof(line), pipe_end))
		fprintf(out, "# %s", line);
	if (pipe_end)
		fclose(pipe_end);
	if (waitpid(pid, &status, 0) != pid || status)
		fprintf(out, "# cma-heaps list: failed\n");
}

static void report(void)
{
	for (size_t i = 0; i < nr_heaps; i++) {
		const struct heap *h = &heaps[i];

		fprintf(out, "heap\t%s\t%s\t%s\t%s\t%s\t%s\n", h->label, h->node ? h->node : "-",
			hex(h->mem.base), hex(h->mem.size),
			hex(h->alloc.base), hex(h->alloc.size));
	}

	fprintf(out, "1..%zu\n", tests.count);
	for (size_t i = 0; i < tests.count; i++)
		fprintf(out, "%s\n", tests.item[i]);

	table();
	for (size_t i = 0; i < nr_heaps; i++)
		if (heaps[i].alloc.base != NONE)
			fprintf(out, "# %s: 1 MiB landed at %s\n", heaps[i].label,
				hex(heaps[i].alloc.base));
}

static int by_string(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/*
 * Load what is in /modules, in the order of the names. A module whose name ends in
 * "once" is unloaded again at once.
 */
static void load_modules(void)
{
	struct dirent **list;
	int n = scandir("/modules", &list, NULL, by_string);

	for (int i = 0; i < n; i++) {
		char path[300], *name = strchrnul(list[i]->d_name, '-');
		size_t len;
		int fd;

		if (list[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/modules/%.255s", list[i]->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		check(fd >= 0 && !syscall(SYS_finit_module, fd, "", 0),
		      "%s: loads", list[i]->d_name);
		close(fd);

		len = strcspn(name, ".");
		if (len > 4 && !strncmp(name + len - 4, "once", 4)) {
			name[len] = '\0';
			check(!syscall(SYS_delete_module, name + 1, 0), "%s: unloads", name + 1);
		}
	}
}

/*
 * Run what is in /selftests, the kernel's own tests. None may fail, and none may
 * skip a part of it.
 */
static void run_selftests(void)
{
	static const char log[] = "/tmp/selftest.log";
	struct dirent **list;
	int n = scandir("/selftests", &list, NULL, by_string);

	for (int i = 0; i < n; i++) {
		char path[300], line[512];
		bool skipped = false;
		int status = -1;
		FILE *file;
		pid_t pid;

		if (list[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/selftests/%.255s", list[i]->d_name);
		pid = fork();
		if (!pid) {
			if (freopen(log, "w", stdout) && dup2(STDOUT_FILENO, STDERR_FILENO) >= 0)
				execl(path, path, NULL);
			_exit(127);
		}
		waitpid(pid, &status, 0);

		file = fopen(log, "r");
		while (file && fgets(line, sizeof(line), file)) {
			printf("%s: %s", list[i]->d_name, line);
			if (strcasestr(line, "skip") && !strstr(line, " skip:0"))
				skipped = true;
		}
		if (file)
			fclose(file);
		check(!status, "selftest %s passes", list[i]->d_name);
		check(file && !skipped, "selftest %s skips nothing", list[i]->d_name);
	}
	fflush(stdout);
}

/*
 * Has the kernel lost memory, if it can tell? It tells of what is older than five
 * seconds, and had the same content in two scans.
 */
static void find_leaks(void)
{
	static const char kmemleak[] = "/sys/kernel/debug/kmemleak";
	const char *state = option("kmemleak");
	char line[512];
	bool leaks = false;
	FILE *file;

	if (access(kmemleak, F_OK) || (state && !strcmp(state, "off")))
		return;
	check(write_file(kmemleak, "scan"), "leaks are looked for");
	sleep(6);
	check(write_file(kmemleak, "scan"), "leaks are looked for again");

	file = fopen(kmemleak, "r");
	while (file && fgets(line, sizeof(line), file)) {
		printf("leak: %s", line);
		leaks = true;
	}
	check(file && !leaks, "no memory is lost");
	if (file)
		fclose(file);
	fflush(stdout);
}

/* What the tests of the harness ask for */
static void misbehave(const char *how)
{
	if (!strcmp(how, "hang"))
		for (;;)
			pause();
	if (!strcmp(how, "fail"))
		check(false, "a check that fails, as asked for");
	else if (!write_file("/sys/kernel/debug/provoke-crash/DIRECT", how))
		give_up("provoke-crash");
}

/* A word that nothing looks at would pass for a check that does not notice */
static void check_falsified(void)
{
	static const char * const known[] = {
		"region-base", "buffer-position", "stray-page", "page-twice", "non-zero",
	};
	bool found = !option("guest.falsify");

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		found |= falsifies(known[i]);
	if (!found)
		check(false, "guest.falsify=%s is known", option("guest.falsify"));
}

static void shell(void)
{
	pid_t pid = fork();

	if (!pid) {
		setsid();
		/* The tty that is the console, so that Ctrl-C works */
		int fd = open("/dev/console", O_RDWR);

		ioctl(fd, TIOCSCTTY, 1);
		setenv("PATH", "/bin", 1);
		setenv("HOME", "/", 1);
		execl("/bin/busybox", "sh", NULL);
		give_up("/bin/busybox");
	}
	while (wait(NULL) != pid)
		;
}

/* The device tree that the kernel was given, below @path */
static void tell_tree(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *de;

	while (dir && (de = readdir(dir))) {
		char *below, *value, *name;
		size_t len;

		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		below = format("%s/%s", path, de->d_name);
		value = de->d_type == DT_DIR ? NULL : read_file(below, 16 * MIB, &len);
		if (de->d_type == DT_DIR) {
			tell_tree(below);
		} else if (value) {
			name = escape_name(below + strlen(DT));
			fprintf(out, "tree\t%s\t", name);
			for (size_t i = 0; i < len; i++)
				fprintf(out, "%02x", (unsigned char)value[i]);
			fputc('\n', out);
			free(name);
		}
		free(value);
		free(below);
	}
	if (dir)
		closedir(dir);
}

int main(void)
{
	struct utsname uts;
	const char *how;

	setup();
	uname(&uts);
	fprintf(out, "guest\t1\nkernel\t%s\n", uts.release);

	how = option("guest.do");
	if (how)
		misbehave(how);
	check_falsified();

	if (option("guest.tree"))
		tell_tree(DT);
	load_modules();
	read_regions();
	read_log();
	read_heaps();
	if (!option("guest.list"))
		test_heaps();
	for (size_t i = 0; i < nr_heaps && option("guest.fill"); i++)
		if (heaps[i].node && heaps[i].mem.size != NONE)
			fill_heap(&heaps[i]);
	run_selftests();
	find_leaks();
	report();
	if (option("guest.shell")) {
		fprintf(out, "shell\n");
		shell();
	}
	fprintf(out, "done\n");
	fclose(out);

	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
