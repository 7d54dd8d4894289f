// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "util.h"

static char *escape(const char *s, const char *also)
{
	char *buf = xrealloc(NULL, 4 * strlen(s) + 1, 1), *p = buf;

	for (; *s; s++) {
		unsigned char c = *s;

		if (c >= ' ' && c < 0x7f && !strchr(also, c))
			*p++ = c;
		else
			p += sprintf(p, "\\x%02x", c);
	}
	*p = '\0';
	return buf;
}

/**
 * escape_name() - a name as one word of printable ASCII
 * @s: any bytes
 *
 * All else, blanks and the backslash too, becomes \xNN, so that unescape() gives the
 * name again.
 *
 * Return: the text, which the caller frees.
 */
char *escape_name(const char *s)
{
	return escape(s, " \\");
}

/**
 * escape_text() - a text, in which names may be, as one line of printable ASCII
 * @s: any bytes
 *
 * Return: the text, which the caller frees.
 */
char *escape_text(const char *s)
{
	return escape(s, "");
}

/**
 * unescape() - turn each \xNN back into a byte, in place
 * @s: as the kernel writes a text to /dev/kmsg, or as escape_name() gives it
 *
 * \x00, which neither of them writes, stays.
 */
void unescape(char *s)
{
	char *to = s;

	while (*s) {
		char digits[3] = { 0 };

		if (s[0] == '\\' && s[1] == 'x' && isxdigit((unsigned char)s[2]) &&
		    isxdigit((unsigned char)s[3]) && strncmp(s + 2, "00", 2)) {
			memcpy(digits, s + 2, 2);
			*to++ = strtoul(digits, NULL, 16);
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

/**
 * print_text() - print a text that no terminal takes for a command
 * @f: where to
 * @s: any bytes; what escape_text() escapes is escaped
 */
void print_text(FILE *f, const char *s)
{
	char *text = escape_text(s);

	fputs(text, f);
	free(text);
}
