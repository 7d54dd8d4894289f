// SPDX-License-Identifier: GPL-2.0-only
/* The parser of the kernel log, on logs recorded on each version in tests/unit/data/kmsg */
#include <errno.h>
#include <unistd.h>

#include "../../scripts/common/kmsg.h"
#include "tap.h"

#define DATA	"tests/unit/data/kmsg/"

static void is_region(const struct boot_log *log, const char *name, uint64_t base,
		      uint64_t size, bool cma, const char *version)
{
	const struct log_region *r = boot_log_region(log, name);

	bool good = r && r->mem.base == base && r->mem.size == size && r->cma == cma;

	ok(good, "%s: %s", version, name);
}

/* A tree with three areas, one of them dynamic, one that is misaligned, and no-map */
static void recorded(const char *version, uint64_t default_base)
{
	char *path = format(DATA "%s", version);
	struct boot_log log;

	ok(boot_log_read(&log, path) && log.whole, "%s: is read from the first record on", version);
	is_region(&log, "camera@50000000", 0x50000000, 16 * MIB, true, version);
	is_region(&log, "dsp@52000000", 0x52000000, 16 * MIB, true, version);
	is_region(&log, "frames", 0x5f800000, 8 * MIB, true, version);
	ok(!boot_log_region(&log, "video@51000000"), "%s: a region that failed", version);
	if (strcmp(version, "6.1"))
		is_region(&log, "firmware@56000000", 0x56000000, MIB, false, version);
	else
		ok(!boot_log_region(&log, "firmware@56000000"), "6.1: no word of no-map regions");
	ok(log.pools == 40 * MIB && !log.inactive.count, "%s: sum of the regions", version);
	ok(log.default_area.base == default_base && log.default_area.size == 16 * MIB &&
	   log.nr_reserved == 1, "%s: default area", version);
	is_number(boot_log_default_size(&log, 57344 * KIB), 16 * MIB, "size of the default area");
	is_string(log.warnings.count == 1 ? log.warnings.item[0] : NULL,
		  "cma_heap: video@51000000: no heap: base or size is not a multiple of 4096 KiB",
		  "warning of the exporter");
	boot_log_free(&log);
	free(path);
}

/* A default area of the tree's that lies in two zones */
static void two_zones(const char *version)
{
	char *path = format(DATA "%s-two-zones", version);
	struct boot_log log;

	boot_log_read(&log, path);
	ok(log.inactive.count == 1 && !strcmp(log.inactive.item[0], "video@fe000000"),
	   "%s: an area that could not be activated", version);
	is_region(&log, "video@fe000000", 0xfe000000, 64 * MIB, true, version);
	ok(log.default_area.base == NONE && boot_log_default_size(&log, 4 * MIB) == NONE,
	   "%s: no default area without a node", version);
	boot_log_free(&log);
	free(path);
}

static void read_text(struct boot_log *log, const char *text)
{
	char *copy = xstrdup(text), *at = copy;
	struct kmsg_record record;

	boot_log_init(log);
	while (kmsg_next(&at, &record))
		boot_log_record(log, &record);
	free(copy);
}

static void odd_records(void)
{
	struct boot_log log;

	read_text(&log, "6,7,0,-;Reserved memory: created CMA memory pool at 0x50000000, size 4 MiB\n"
		  "6,8,0,-;OF: reserved mem: initialized node a b\\x1b\\xff, compatible id pool\n"
		  "6,9,0,-;OF: reserved mem: 0x50000000..0x503fffff (4096 KiB) map reusable c d\n"
		  " SUBSYSTEM=;x\n"
		  "4,10,0,-;cma_heap: a\\x5cx41: no heap: name is reserved\n"
		  "6,11,0,-;cma_heap: all is well\n"
		  "3,12,0,-;dma_heap: bad\n"
		  "4,13,0,-;xcma_heap: no\n"
		  "29,14,0,-;dma_heap: facility 3, level 5\n"
		  "28,15,0,-;dma_heap: facility 3, level 4\n"
		  "no record; at all\n"
		  "6;dma_heap: nor this\n"
		  "6,16,0,-;OF: reserved mem: 0x60000000..0x5fffffff (0 KiB) map reusable empty\n"
		  "6,17,0,-;OF: reserved mem: 0x60000000..0x600fffff (1024 KiB) map\n"
		  "3,18,0,-;cma: CMA area e f could not be activated");
	ok(!log.whole, "a log whose start is lost");
	is_region(&log, "a b\033\377", 0x50000000, 4 * MIB, true, "a name with odd bytes");
	is_region(&log, "c d", 0x50000000, 4 * MIB, false, "a name with a blank");
	is_number(log.nr_regions, 2, "no other region");
	ok(log.warnings.count == 3 &&
	   !strcmp(log.warnings.item[0], "cma_heap: a\\x41: no heap: name is reserved") &&
	   !strcmp(log.warnings.item[1], "dma_heap: bad") &&
	   !strcmp(log.warnings.item[2], "dma_heap: facility 3, level 4"), "warnings, by their level");
	is_string(log.inactive.count ? log.inactive.item[0] : NULL, "e f", "the last line has no end");
	boot_log_free(&log);
}

/* What was asked for is logged by 7.x, and only the sum tells what there is */
static void default_size(void)
{
	static const char area[] = "6,0,0,-;cma: Reserved 5 MiB at 0x5e400000\n";
	static const char pool[] =
		"6,1,0,-;Reserved memory: created CMA memory pool at 0x50000000, size 4 MiB\n"
		"6,2,0,-;OF: reserved mem: initialized node a, compatible id shared-dma-pool\n";
	struct boot_log log;
	char *text = format("%s%s", area, pool);

	read_text(&log, text);
	is_number(boot_log_default_size(&log, 12 * MIB), 8 * MIB, "rounded up");
	is_number(boot_log_default_size(&log, NONE), 5 * MIB, "no /proc/meminfo");
	is_number(boot_log_default_size(&log, 4 * MIB), 5 * MIB, "a sum that is too small");
	boot_log_free(&log);
	free(text);
	text = format("%s%s3,3,0,-;cma: CMA area a could not be activated\n", area, pool);
	read_text(&log, text);
	is_number(boot_log_default_size(&log, 8 * MIB), 8 * MIB, "one area is not in the sum");
	boot_log_free(&log);
	free(text);
	text = format("%s%s3,3,0,-;cma: CMA area b could not be activated\n", area, pool);
	read_text(&log, text);
	is_number(boot_log_default_size(&log, 12 * MIB), 5 * MIB, "nor is one that is not known");
	boot_log_free(&log);
	free(text);
	text = format("%s%s6,3,0,-;cma: Reserved 64 MiB at 0x60000000 on node 0\n", area, pool);
	read_text(&log, text);
	is_number(boot_log_default_size(&log, 80 * MIB), 64 * MIB, "two areas without a node");
	boot_log_free(&log);
	free(text);
	read_text(&log, area + 4);
	is_number(boot_log_default_size(&log, 12 * MIB), NONE, "no record");
	boot_log_free(&log);
}

int main(void)
{
	struct boot_log log;
	char *text;

	/* A reader that does not stop at the end would read for ever */
	alarm(20);
	plan(5 * (10 + 3) + 6 + 7 + 4);
	recorded("6.1", 0x5dc00000);
	recorded("6.12", 0x5dc00000);
	recorded("6.18", 0x5dc00000);
	recorded("7.2", 0x5e400000);
	recorded("7.3", 0x5e400000);
	two_zones("6.1");
	two_zones("6.12");
	two_zones("6.18");
	two_zones("7.2");
	two_zones("7.3");
	odd_records();
	default_size();

	text = kmsg_read("/dev/null");
	is_string(text, "", "a device that has no records ends");
	free(text);
	ok(boot_log_read(&log, "/dev/null") && !log.whole && !log.nr_regions, "the log is empty then");
	boot_log_free(&log);
	errno = 0;
	ok(!boot_log_read(&log, DATA "none") && errno == ENOENT, "a log that is not there");
	ok(!kmsg_read(DATA), "a folder is no log");
	return tap_result();
}
