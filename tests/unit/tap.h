/* SPDX-License-Identifier: GPL-2.0-only */
/* TAP for the unit tests: a plan first, then a line for each check */
#ifndef TAP_H
#define TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned int tap_planned, tap_made, tap_failed;

static inline void plan(unsigned int checks)
{
	tap_planned = checks;
	printf("1..%u\n", checks);
}

static inline bool __attribute__((format(printf, 2, 3))) ok(bool good, const char *fmt, ...)
{
	char name[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	for (char *p = name; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = '.';
	printf("%sok %u - %s\n", good ? "" : "not ", ++tap_made, name);
	tap_failed += !good;
	return good;
}

static inline void is_string(const char *got, const char *want, const char *name)
{
	if (!ok(!got == !want && (!got || !strcmp(got, want)), "%s", name))
		printf("# got  '%s'\n# want '%s'\n", got ? got : "(null)", want ? want : "(null)");
}

static inline void is_number(uint64_t got, uint64_t want, const char *name)
{
	if (!ok(got == want, "%s", name))
		printf("# got  0x%" PRIx64 "\n# want 0x%" PRIx64 "\n", got, want);
}

/* Return: the exit status of the program */
static inline int tap_result(void)
{
	if (tap_made != tap_planned)
		printf("# %u checks were planned, %u made\n", tap_planned, tap_made);
	return tap_failed || tap_made != tap_planned;
}

#endif
