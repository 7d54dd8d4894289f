/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CONFIG_H
#define CONFIG_H

#include "engine.h"

struct config {
	char *text;		/* a kernel's .config */
	struct strings kept;	/* what the settings point to */
};

char *config_version(const char *text);
char *config_arch(const char *text);
void read_config(struct config *c, char *text, struct settings *s);
void free_config(struct config *c);

#endif
