/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RENDER_H
#define RENDER_H

#include <stdio.h>

#include "engine.h"

void print_json(FILE *f, const struct settings *s, const struct prediction *p, int status);
void print_table(FILE *f, const struct settings *s, const struct prediction *p, bool explain);
void print_map(FILE *f, const struct settings *s, const struct prediction *p);
void json_string(FILE *f, const char *s);
void json_number(FILE *f, uint64_t value);
void json_strings(FILE *f, const struct strings *list);
char *escaped(const char *s);

#endif
