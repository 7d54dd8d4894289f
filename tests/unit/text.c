// SPDX-License-Identifier: GPL-2.0-only
/* Sizes, escaping, JSON, lists of strings, parameters of the kernel */
#include "../../scripts/common/escape.h"
#include "../../scripts/common/heap-names.h"
#include "../../scripts/common/json.h"
#include "../../scripts/common/param.h"
#include "../../scripts/common/size.h"
#include "tap.h"

static void sizes(void)
{
	static const struct {
		const char *text;
		uint64_t size;
	} good[] = {
		{ "0", 0 }, { "4096", 4096 }, { "0x1000000", 16 * MIB }, { "16384K", 16 * MIB },
		{ "16k", 16 * KIB }, { "16M", 16 * MIB }, { "2g", 2 * GIB }, { "010", 8 },
		{ "1T", 1024 * GIB }, { "18446744073709551615", UINT64_MAX },
		{ "0x3fffffffffffffK", 0xfffffffffffffc00 }, { "15E", 15ULL << 60 },
	};
	static const char * const bad[] = {
		"", "x", "-1", "+1", " 1", "1X", "16MB", "M", "16 M", "0x", "0xg", "16E",
		"18446744073709551616", "0x40000000000000K", "16384P", "1e3",
	};
	static const char * const bad_ranges[] = {
		"0x40000000", "0x40000000+", "+4096", "0x40000000+0", "0x40000000+1M+", "1G-2G",
		"0x10000000040000000+256M", "0xffffffffffffffff+1", "0xfffffffffffff000+4097",
		"4096+18446744073709551616",
	};
	struct range r;
	uint64_t size;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		ok(parse_size(good[i].text, &size) && size == good[i].size, "size %s",
		   good[i].text);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ok(!parse_size(bad[i], &size), "no size: '%s'", bad[i]);
	ok(parse_range("0x40000000+256M", &r) && r.base == GIB && r.size == 256 * MIB,
	   "range");
	ok(parse_range("0+4K", &r) && !r.base && r.size == 4 * KIB, "range from 0");
	ok(parse_range("0xfffffffffffff000+4095", &r), "range up to the end");
	for (size_t i = 0; i < ARRAY_SIZE(bad_ranges); i++)
		ok(!parse_range(bad_ranges[i], &r), "no range: '%s'", bad_ranges[i]);

	is_string(size_text(NONE), "-", "text of no size");
	is_string(size_text(0), "0 bytes", "text of 0");
	is_string(size_text(4097), "4097 bytes", "text of bytes");
	is_string(size_text(4096), "4 KiB", "text of KiB");
	is_string(size_text(1536 * KIB), "1536 KiB", "text of KiB above 1 MiB");
	is_string(size_text(2 * GIB), "2 GiB", "text of GiB");
}

static void escapes(void)
{
	char any[256], copy[] = "a\\x1bb\\x", zero[] = "\\x00\\x41", *name, *text;

	for (int i = 0; i < 255; i++)
		any[i] = i + 1;
	any[255] = '\0';
	name = escape_name(any);
	ok(!strpbrk(name, "\033\n\t \177\200"), "a name is one word of ASCII");
	is_number(strlen(name), 4 * 255 - 3 * 93, "bytes that are not printable take four");
	unescape(name);
	is_string(name, any, "unescape() is the reverse");
	free(name);
	name = escape_name("cam\033[31m@0");
	is_string(name, "cam\\x1b[31m@0", "ESC in a name");
	free(name);
	name = escape_name("a b\\c");
	is_string(name, "a\\x20b\\x5cc", "a blank and a backslash in a name");
	free(name);
	text = escape_text("over \033] and \377\n");
	is_string(text, "over \\x1b] and \\xff\\x0a", "a text");
	free(text);
	unescape(copy);
	is_string(copy, "a\033b\\x", "unescape() of what ends too early");
	unescape(zero);
	is_string(zero, "\\x00A", "unescape() makes no end of the string");
}

static void json(void)
{
	struct strings list = { 0 }, none = { 0 };
	struct json j = { 0 };
	char *out;
	size_t len;

	add_string(&list, xstrdup("a"));
	add_string(&list, xstrdup("\377"));
	j.f = open_memstream(&out, &len);
	json_open(&j, NULL, '{');
	json_string(&j, "quotes", "\"\\\n\033\177");
	json_string(&j, "utf8", "\303\244\342\202\254\360\237\230\200");
	json_string(&j, "not", "\377|\303|\300\200|\355\240\200|\364\220\200\200|\342\202");
	json_string(&j, "none", NULL);
	json_name(&j, "name", "\303\244 \377");
	json_number(&j, "number", 18446744073709551614ULL);
	json_number(&j, "unknown", NONE);
	json_bool(&j, "yes", true);
	json_null(&j, "null");
	json_strings(&j, "list", &list);
	json_names(&j, "names", &list);
	json_strings(&j, "empty", &none);
	json_open(&j, "object", '{');
	json_open(&j, "deep", '{');
	json_bool(&j, "a", false);
	json_bool(&j, "b", false);
	json_close(&j);
	json_close(&j);
	json_close(&j);
	fclose(j.f);
	is_string(out, "{\n"
		  "  \"quotes\": \"\\\"\\\\\\u000a\\u001b\\u007f\",\n"
		  "  \"utf8\": \"\303\244\342\202\254\360\237\230\200\",\n"
		  "  \"not\": \"\\\\xff|\\\\xc3|\\\\xc0\\\\x80|\\\\xed\\\\xa0\\\\x80|"
		  "\\\\xf4\\\\x90\\\\x80\\\\x80|\\\\xe2\\\\x82\",\n"
		  "  \"none\": null,\n"
		  "  \"name\": \"\\\\xc3\\\\xa4\\\\x20\\\\xff\",\n"
		  "  \"number\": 18446744073709551614,\n"
		  "  \"unknown\": null,\n"
		  "  \"yes\": true,\n"
		  "  \"null\": null,\n"
		  "  \"list\": [\n    \"a\",\n    \"\\\\xff\"\n  ],\n"
		  "  \"names\": [\n    \"a\",\n    \"\\\\xff\"\n  ],\n"
		  "  \"empty\": [],\n"
		  "  \"object\": {\n    \"deep\": {\"a\": false, \"b\": false}\n  }\n"
		  "}\n", "JSON");
	free(out);
	free_strings(&list);
}

static void lists(void)
{
	struct strings list = { 0 };
	unsigned int added = 0;
	int *numbers = NULL;
	size_t count = 0;

	for (unsigned int i = 0; i < 30000; i++)
		added += add_unique(&list, format("%u", i % 20000));
	ok(added == 20000 && list.count == 20000, "a list without duplicates");
	is_string(list.item[19999], "19999", "its order is that of the additions");
	free_strings(&list);
	for (int i = 0; i < 1000; i++)
		*add_item(numbers, count) += i;
	ok(count == 1000 && numbers[999] == 999 && numbers[512] == 512, "an array that grows");
	free(numbers);
}

static void parameters(void)
{
	static const struct {
		const char *cmdline, *mode;
	} good[] = {
		{ "", NULL }, { "quiet", NULL }, { "cma_heap.export", NULL },
		{ "cma_heap.export=all", "all" },
		{ "cma_heap.export=all cma_heap.export=flagged", "flagged" },
		{ "cma-heap.export=all", "all" },
		{ "cma_heap.export=all cma-heap.export=auto x", "auto" },
		{ "cma_heap.export=\"all\"", "all" }, { "\"cma_heap.export=a b\"", "a b" },
		{ "cma_heap.export=", "" }, { "xcma_heap.export=all", NULL },
		{ "cma_heap.exports=all", NULL },
		{ "cma_heap_export=all", NULL }, { "a=\"b cma_heap.export=all\" c", NULL },
		{ "cma_heap.export=flagged -- cma_heap.export=all", "flagged" },
		{ "\t cma_heap.export=all\n", "all" }, { "=b cma_heap.export=all", "all" },
	};
	char line[] = " a=1 b \"c d=e f\" g=\"h i\" =x=y -- j", *at = line, *name, *value;
	static const char * const want[][2] = {
		{ "a", "1" }, { "b", NULL }, { "c d", "e f" }, { "g", "h i" }, { "=x", "y" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		char *mode = export_param(good[i].cmdline);

		ok(!mode == !good[i].mode && (!mode || !strcmp(mode, good[i].mode)),
		   "export mode of '%s'", good[i].cmdline);
		free(mode);
	}
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		ok(next_param(&at, &name, &value) && !strcmp(name, want[i][0]) &&
		   !value == !want[i][1] && (!value || !strcmp(value, want[i][1])),
		   "parameter %s", want[i][0]);
	ok(!next_param(&at, &name, &value), "what follows -- is for init");
	ok(param_is("cma-heap.a_b", "cma_heap.a-b") && !param_is("cma", "cma_") &&
	   !param_is("cma_", "cma"), "- and _ are the same");
}

static void heap_names(void)
{
	static const char * const kernel[] = {
		"system", "system_cc_shared", "default_cma_region", "reserved", "protected,secure-video",
	}, * const others[] = { "", "systems", "camera@50000000", "protected", "reserved@1" };

	for (size_t i = 0; i < ARRAY_SIZE(kernel); i++)
		ok(is_kernel_heap(kernel[i]), "the kernel's own heap %s", kernel[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		ok(!is_kernel_heap(others[i]), "no heap of the kernel's own: '%s'", others[i]);
}

int main(void)
{
	plan(12 + 16 + 3 + 10 + 6 + 8 + 1 + 3 + 17 + 7 + 10);
	sizes();
	escapes();
	json();
	lists();
	parameters();
	heap_names();
	return tap_result();
}
