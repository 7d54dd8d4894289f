/* SPDX-License-Identifier: GPL-2.0-only */
/* A writer of JSON, whose output is valid whatever bytes it is given */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "util.h"

/* Set @f, leave the rest 0, and start with json_open(). Keys are NULL inside of arrays. */
struct json {
	FILE *f;
	unsigned int depth;
	bool more;		/* the container has a member already */
	char close[8];
};

void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j);
void json_string(struct json *j, const char *key, const char *s);
void json_name(struct json *j, const char *key, const char *s);
void json_number(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);
void json_strings(struct json *j, const char *key, const struct strings *list);
void json_names(struct json *j, const char *key, const struct strings *list);

#endif
