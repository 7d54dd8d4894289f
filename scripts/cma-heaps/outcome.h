/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a prediction says. The steps of the boot only add to it; nothing in it decides what
 * a later step does.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "../common/size.h"
#include "../common/util.h"

enum verdict {
	VERDICT_HEAP,
	VERDICT_PRIVATE,
	VERDICT_DEFAULT,
	VERDICT_NO_HEAP,
	VERDICT_IGNORED,
};

enum answer {
	NO,
	YES,
	UNKNOWN,
};

struct problem {
	bool error;		/* or a warning */
	char *text;
	char *fix;		/* the line to change, or NULL */
};

struct problems {
	struct problem *item;
	size_t count;
};

struct region {
	char *node;		/* its path */
	char *name;
	struct range mem;	/* NONE where it is not known */
	bool flagged, enabled;
	enum verdict verdict;
	char *heap;		/* or NULL */
	char *reason;		/* or NULL */
	struct strings consumers;
	struct strings story;	/* how the kernel comes to the verdict */
	struct problems problems;
};

struct heap {
	char *name;
	char *node;		/* path of the region, or NULL */
	struct range mem;
	bool is_default;
	bool certain;		/* or it may not be there */
};

struct prediction {
	struct strings assumed, unknown;
	struct heap *heap;
	size_t nr_heaps;
	struct region *region;	/* one for each child of /reserved-memory */
	size_t nr_regions;
	struct range *memory;
	size_t nr_memory;
	bool flagged_only;	/* the tree has linux,cma-export-flagged-only */
	struct problems problems;	/* of the tree as a whole */
	enum answer boots;
	bool bad;		/* an error, or a flagged region is no heap */
};

const char *verdict_name(enum verdict v);
void add_unknown(struct prediction *p, char *text);
void add_problem(struct prediction *p, struct problems *list, bool error, char *text, char *fix);
void region_problem(struct prediction *p, size_t region, bool error, char *text, char *fix);
void tree_problem(struct prediction *p, bool error, char *text, char *fix);
void set_boots(struct prediction *p, enum answer answer, char *why);
void free_prediction(struct prediction *p);

#endif
