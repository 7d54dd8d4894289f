// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "param.h"
#include "util.h"

/**
 * next_param() - take the next parameter off a command line
 * @at: what is left of the command line; it is cut into strings, as next_arg() of the
 *	kernel's lib/cmdline.c does
 * @name: set to the name
 * @value: set to the value without its quotes, or to NULL if there is none
 *
 * Return: false at the end, which may be a word "--": what follows is for init.
 */
bool next_param(char **at, char **name, char **value)
{
	bool quoted, inside;
	char *end;

	while (isspace((unsigned char)**at))
		++*at;
	if (!**at)
		return false;
	quoted = inside = **at == '"';
	*at += quoted;
	*name = *at;
	*value = NULL;
	for (; **at && (inside || !isspace((unsigned char)**at)); ++*at) {
		if (!*value && **at == '=' && *at > *name)
			*value = *at;
		if (**at == '"')
			inside = !inside;
	}
	end = *at;
	*at += **at != '\0';
	if (*value) {
		*(*value)++ = '\0';
		if (**value == '"') {
			++*value;
			if (end > *value && end[-1] == '"')
				end--;
		}
	}
	if (quoted && end > *name && end[-1] == '"')
		end--;
	*end = '\0';
	return *value || strcmp(*name, "--");
}

/**
 * param_is() - compare names of parameters
 * @given: what the command line has
 * @want: the name
 *
 * Return: true if they are the same; - and _ are.
 */
bool param_is(const char *given, const char *want)
{
	for (; *given && *want; given++, want++)
		if ((*given == '-' ? '_' : *given) != (*want == '-' ? '_' : *want))
			return false;
	return !*given && !*want;
}

/**
 * export_param() - find which regions a command line wants as heaps
 * @cmdline: the command line
 *
 * Return: the value of cma_heap.export=, the last one of several, which the caller frees;
 * NULL if there is none.
 */
char *export_param(const char *cmdline)
{
	char *copy = xstrdup(cmdline), *at = copy, *name, *value, *found = NULL;

	while (next_param(&at, &name, &value)) {
		if (!value || !param_is(name, EXPORT_PARAMETER))
			continue;
		free(found);
		found = xstrdup(value);
	}
	free(copy);
	return found;
}
