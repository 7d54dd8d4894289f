// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "outcome.h"

const char *verdict_name(enum verdict v)
{
	static const char * const name[] = {
		"heap", "private", "default", "no-heap", "ignored",
	};

	return name[v];
}

/**
 * add_unknown() - note what cannot be known
 * @p: the prediction
 * @text: what it is, once; taken over
 */
void add_unknown(struct prediction *p, char *text)
{
	add_unique(&p->unknown, text);
}

/**
 * add_problem() - note a problem
 * @p: the prediction
 * @list: where it belongs: to the tree or to a region
 * @error: or it is a warning
 * @text: what is wrong; taken over
 * @fix: the line to change, or NULL; taken over
 */
void add_problem(struct prediction *p, struct problems *list, bool error, char *text, char *fix)
{
	*add_item(list->item, list->count) = (struct problem){ error, text, fix };
	p->bad |= error;
}

void region_problem(struct prediction *p, size_t region, bool error, char *text, char *fix)
{
	add_problem(p, &p->region[region].problems, error, text, fix);
}

void tree_problem(struct prediction *p, bool error, char *text, char *fix)
{
	add_problem(p, &p->problems, error, text, fix);
}

/**
 * set_boots() - note that the kernel may not come up, or will not
 * @p: the prediction
 * @answer: NO or UNKNOWN. It does not get better than what was known before.
 * @why: for an unknown, or NULL; taken over
 */
void set_boots(struct prediction *p, enum answer answer, char *why)
{
	if (p->boots == YES || answer == NO)
		p->boots = answer;
	if (why)
		add_unknown(p, why);
}

static void free_problems(struct problems *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->item[i].text);
		free(list->item[i].fix);
	}
	free(list->item);
}

void free_prediction(struct prediction *p)
{
	for (size_t i = 0; i < p->nr_regions; i++) {
		struct region *r = &p->region[i];

		free(r->node);
		free(r->name);
		free(r->heap);
		free(r->reason);
		free_strings(&r->consumers);
		free_strings(&r->story);
		free_problems(&r->problems);
	}
	for (size_t i = 0; i < p->nr_heaps; i++) {
		free(p->heap[i].name);
		free(p->heap[i].node);
	}
	free_problems(&p->problems);
	free(p->region);
	free(p->heap);
	free(p->memory);
	free_strings(&p->assumed);
	free_strings(&p->unknown);
	memset(p, 0, sizeof(*p));
}
