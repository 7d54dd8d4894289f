// SPDX-License-Identifier: GPL-2.0-only
#include "sort.h"

static int compare(const struct order *a, const struct order *b)
{
	if (a->base != b->base)
		return a->base < b->base ? -1 : 1;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return 0;
}

static void exchange(struct order *a, struct order *b)
{
	struct order tmp = *a;

	*a = *b;
	*b = tmp;
}

/**
 * kernel_sort() - sort by base and size, as lib/sort.c of the kernel does
 * @v: what to sort
 * @n: how many
 *
 * What compares as equal, as dynamic regions do, ends up in the order that the kernel's
 * heap sort happens to give: so it must be the same one.
 */
void kernel_sort(struct order *v, size_t n)
{
	size_t start = n / 2;

	while (n > 1 || start) {
		size_t root, leaf, child;

		if (start) {
			root = --start;
		} else {
			if (!--n)
				break;
			exchange(&v[0], &v[n]);
			root = 0;
		}
		/* Down along the larger children, then up to where the root belongs */
		for (leaf = root; child = 2 * leaf + 1, child + 1 < n;)
			leaf = compare(&v[child], &v[child + 1]) >= 0 ? child : child + 1;
		if (child + 1 == n)
			leaf = child;
		while (leaf != root && compare(&v[root], &v[leaf]) >= 0)
			leaf = (leaf - 1) / 2;
		for (child = leaf; leaf != root;) {
			leaf = (leaf - 1) / 2;
			exchange(&v[leaf], &v[child]);
		}
	}
}
