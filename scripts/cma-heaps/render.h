/* SPDX-License-Identifier: GPL-2.0-only */
/* A prediction as a table, as JSON or as a map */
#ifndef RENDER_H
#define RENDER_H

#include "../common/json.h"
#include "kernel.h"
#include "outcome.h"

void print_table(FILE *f, const struct settings *s, const struct prediction *p, bool explain);
void print_map(FILE *f, const struct settings *s, const struct prediction *p);
void put_prediction(struct json *j, const char *key, const struct settings *s,
		    const struct prediction *p);
void print_line(FILE *f, const char *what, const char *text);
void print_lines(FILE *f, const char *what, const struct strings *list);
char *address_text(uint64_t base);

#endif
