// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../common/util.h"
#include "kconfig.h"

/* Where the value of an option starts, which ends with its line; "" if it is not set */
static const char *value_of(const char *text, const char *option)
{
	size_t len = strlen(option);

	for (const char *at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (!strncmp(at, option, len) && at[len] == '=')
			return at + len + 1;
	}
	return "";
}

bool kconfig_is_on(const char *text, const char *option)
{
	const char *value = value_of(text, option);

	return *value == 'y' || *value == 'm';
}

bool kconfig_is_module(const char *text, const char *option)
{
	return *value_of(text, option) == 'm';
}

/**
 * kconfig_number() - the value of a number
 * @text: the .config
 * @option: its name, with CONFIG_
 * @otherwise: the value if it is not set
 */
unsigned long kconfig_number(const char *text, const char *option, unsigned long otherwise)
{
	const char *value = value_of(text, option);

	return isdigit((unsigned char)*value) ? strtoul(value, NULL, 0) : otherwise;
}

/**
 * kconfig_string() - the value of a string, without its quotes
 * @text: the .config
 * @option: its name, with CONFIG_
 *
 * Return: the string, which the caller frees; "" if it is not set.
 */
char *kconfig_string(const char *text, const char *option)
{
	const char *value = value_of(text, option), *from = value;
	char *string = xstrndup(value, strcspn(value, "\r\n")), *to = string;

	from += *from == '"';
	while (*from && !strchr("\"\r\n", *from)) {
		from += *from == '\\' && from[1] && from[1] != '\n';
		*to++ = *from++;
	}
	*to = '\0';
	return string;
}
