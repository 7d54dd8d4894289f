/* SPDX-License-Identifier: GPL-2.0-only */
/* Names and texts of others, so that a terminal or a line of a file can have them */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stdio.h>

char *escape_name(const char *s);
char *escape_text(const char *s);
void unescape(char *s);
void print_text(FILE *f, const char *s);

#endif
