/* SPDX-License-Identifier: GPL-2.0-only */
/* Settings of a kernel: by its version and architecture, and from its .config */
#ifndef CONFIG_H
#define CONFIG_H

#include "kernel.h"

struct config {
	char *text;		/* a kernel's .config, or NULL */
	char *cmdline;		/* what is built into the kernel */
};

const struct arch *arch_of(const char *name);
const struct arch *arch_of_machine(const char *machine);
const struct arch *arch_of_tree(const void *fdt, size_t len);
const struct arch *arch_default(void);
char *arch_names(const char *separator);

void settings_init(struct settings *s, const struct kernel *kernel, const struct arch *arch);
char *config_version(const char *text);
char *config_arch(const char *text);
const char *config_read(struct config *c, char *text, struct settings *s);
void config_free(struct config *c);

#endif
