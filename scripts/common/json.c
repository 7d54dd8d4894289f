// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "json.h"
#include "size.h"

/* Bytes of the UTF-8 character that @s starts with, 0 if it starts with none */
static unsigned int utf8_length(const unsigned char *s)
{
	unsigned int n = *s < 0x80 ? 1 : *s >= 0xc2 && *s < 0xe0 ? 2 : *s >= 0xe0 && *s < 0xf0 ? 3 :
			 *s >= 0xf0 && *s < 0xf5 ? 4 : 0;

	for (unsigned int i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Longer than need be, half of a UTF-16 pair, or above U+10FFFF */
	if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] >= 0xa0) ||
	    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] >= 0x90))
		return 0;
	return n;
}

static void put_string(FILE *f, const char *text)
{
	const unsigned char *s = (const void *)text;

	putc_unlocked('"', f);
	while (*s) {
		unsigned int n = utf8_length(s);

		if (!n)
			fprintf(f, "\\\\x%02x", *s++);
		else if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s++);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(f, "\\u%04x", *s++);
		else
			for (; n; n--)
				putc_unlocked(*s++, f);
	}
	putc_unlocked('"', f);
}

/* What separates a member from the one before. The two outer levels have a line for each. */
static void start(struct json *j, const char *key)
{
	if (j->more)
		putc_unlocked(',', j->f);
	if (j->depth && j->depth <= 2)
		fprintf(j->f, "\n%*s", 2 * j->depth, "");
	else if (j->more)
		putc_unlocked(' ', j->f);
	j->more = true;
	if (!key)
		return;
	put_string(j->f, key);
	fputs(": ", j->f);
}

/**
 * json_open() - begin an object or an array
 * @j: the writer
 * @key: of the member, or NULL inside of an array and at the very start
 * @bracket: '{' or '['
 */
void json_open(struct json *j, const char *key, char bracket)
{
	start(j, key);
	if (j->depth == sizeof(j->close))
		die("JSON: nested too deep");
	j->close[j->depth++] = bracket == '{' ? '}' : ']';
	j->more = false;
	putc_unlocked(bracket, j->f);
}

/**
 * json_close() - end the innermost object or array
 * @j: the writer
 */
void json_close(struct json *j)
{
	j->depth--;
	if (j->more && j->depth < 2)
		fprintf(j->f, "\n%*s", 2 * j->depth, "");
	putc_unlocked(j->close[j->depth], j->f);
	j->more = true;
	if (!j->depth)
		putc_unlocked('\n', j->f);
}

/**
 * json_string() - write a text
 * @j: the writer
 * @key: of the member, or NULL
 * @s: the text, or NULL for null. A byte that is not UTF-8 becomes the four characters \xNN.
 */
void json_string(struct json *j, const char *key, const char *s)
{
	start(j, key);
	if (s)
		put_string(j->f, s);
	else
		fputs("null", j->f);
}

/**
 * json_name() - write the name of a node, a heap or a user, as escape_name() escapes it
 * @j: the writer
 * @key: of the member, or NULL
 * @s: the name, or NULL for null
 */
void json_name(struct json *j, const char *key, const char *s)
{
	char *name = s ? escape_name(s) : NULL;

	json_string(j, key, name);
	free(name);
}

/**
 * json_number() - write a number
 * @j: the writer
 * @key: of the member, or NULL
 * @value: the number, or NONE for null
 */
void json_number(struct json *j, const char *key, uint64_t value)
{
	start(j, key);
	if (value == NONE)
		fputs("null", j->f);
	else
		fprintf(j->f, "%" PRIu64, value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	start(j, key);
	fputs(value ? "true" : "false", j->f);
}

void json_null(struct json *j, const char *key)
{
	start(j, key);
	fputs("null", j->f);
}

/**
 * json_strings() - write an array of texts
 * @j: the writer
 * @key: of the member, or NULL
 * @list: the texts
 */
void json_strings(struct json *j, const char *key, const struct strings *list)
{
	json_open(j, key, '[');
	for (size_t i = 0; i < list->count; i++)
		json_string(j, NULL, list->item[i]);
	json_close(j);
}

void json_names(struct json *j, const char *key, const struct strings *list)
{
	json_open(j, key, '[');
	for (size_t i = 0; i < list->count; i++)
		json_name(j, NULL, list->item[i]);
	json_close(j);
}
