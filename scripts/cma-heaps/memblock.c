// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's early allocator, as far as it decides where things land. The
 * rules are those of mm/memblock.c; the lists are plain sorted arrays.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/util.h"
#include "memblock.h"

/* The last byte of memory has no address that a range could end at */
static uint64_t capped(const struct mb_list *list, uint64_t base, uint64_t size)
{
	uint64_t most = list->max > base ? list->max - base : 0;

	return size < most ? size : most;
}

static uint64_t range_end(const struct mb_range *r)
{
	return r->base + r->size;
}

/* The first range that ends behind @base */
static size_t first_behind(const struct mb_list *list, uint64_t base)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (range_end(&list->range[mid]) > base)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

static void insert(struct mb_list *list, size_t at, struct mb_range r)
{
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 64;
		list->range = xrealloc(list->range, list->room, sizeof(*list->range));
	}
	memmove(&list->range[at + 1], &list->range[at],
		(list->count - at) * sizeof(*list->range));
	list->range[at] = r;
	list->count++;
}

static void drop(struct mb_list *list, size_t at, size_t n)
{
	if (!n)
		return;
	memmove(&list->range[at], &list->range[at + n],
		(list->count - at - n) * sizeof(*list->range));
	list->count -= n;
}

/* Make one of neighbours that touch and are alike, from @from to @to */
static void merge(struct mb_list *list, size_t from, size_t to)
{
	size_t i = from ? from - 1 : 0;

	while (i + 1 < list->count && i <= to) {
		struct mb_range *r = &list->range[i], *next = r + 1;

		if (range_end(r) == next->base && r->flag == next->flag) {
			r->size += next->size;
			drop(list, i + 1, 1);
			if (to)
				to--;
		} else {
			i++;
		}
	}
}

/* Is there room for so many ranges more? */
static bool has_room(struct mb_list *list, size_t more)
{
	if (!list->limit || list->count + more <= list->limit)
		return true;
	list->overflow = true;
	return false;
}

/* Pieces of a range that are not there yet */
static size_t count_new(const struct mb_list *list, uint64_t base, uint64_t end)
{
	size_t i = first_behind(list, base), new = 0;

	while (base < end) {
		if (i == list->count || list->range[i].base >= end)
			return new + 1;
		new += base < list->range[i].base;
		base = range_end(&list->range[i++]);
	}
	return new;
}

/* Add what of a range is not there yet. That it might merge the kernel does not look at. */
static bool add(struct mb_list *list, uint64_t base, uint64_t size, bool flag)
{
	uint64_t end;
	size_t i, first;

	size = capped(list, base, size);
	if (!size)
		return true;
	end = base + size;
	if (!has_room(list, count_new(list, base, end)))
		return false;

	first = i = first_behind(list, base);
	while (base < end) {
		uint64_t until = i < list->count && list->range[i].base < end ?
				 list->range[i].base : end;

		if (base < until) {
			insert(list, i, (struct mb_range){ base, until - base, flag });
			i++;
		}
		if (until == end)
			break;
		base = range_end(&list->range[i]);
		i++;
	}
	merge(list, first, i);
	return true;
}

/* Cut so that no range crosses a border of this one; return the ranges inside */
static void isolate(struct mb_list *list, uint64_t base, uint64_t size, size_t *first,
		    size_t *last)
{
	uint64_t end = base + capped(list, base, size);
	size_t i = first_behind(list, base);

	if (i < list->count && list->range[i].base < base) {
		struct mb_range low = list->range[i];

		low.size = base - low.base;
		list->range[i].size -= low.size;
		list->range[i].base = base;
		insert(list, i++, low);
	}
	*first = i;
	for (; i < list->count && list->range[i].base < end; i++) {
		if (range_end(&list->range[i]) > end) {
			struct mb_range low = list->range[i];

			low.size = end - low.base;
			list->range[i].size -= low.size;
			list->range[i].base = end;
			insert(list, i, low);
		}
	}
	*last = i;
}

static void cut(struct mb_list *list, uint64_t base, uint64_t size)
{
	size_t first, last;

	if (!list->count || !capped(list, base, size) || !has_room(list, 2))
		return;
	isolate(list, base, size, &first, &last);
	drop(list, first, last - first);
}

void mb_init(struct memblock *mb, uint64_t page_size, uint64_t max)
{
	memset(mb, 0, sizeof(*mb));
	mb->page_size = page_size;
	mb->memory.max = max;
	mb->reserved.max = max;
}

void mb_free(struct memblock *mb)
{
	free(mb->memory.range);
	free(mb->reserved.range);
	memset(mb, 0, sizeof(*mb));
}

static void copy(struct mb_list *to, const struct mb_list *from)
{
	*to = *from;
	to->range = xrealloc(NULL, to->room, sizeof(*to->range));
	if (to->count)
		memcpy(to->range, from->range, to->count * sizeof(*to->range));
}

void mb_copy(struct memblock *to, const struct memblock *from)
{
	*to = *from;
	copy(&to->memory, &from->memory);
	copy(&to->reserved, &from->reserved);
}

void mb_add(struct memblock *mb, uint64_t base, uint64_t size)
{
	add(&mb->memory, base, size, false);
}

void mb_remove(struct memblock *mb, uint64_t base, uint64_t size)
{
	cut(&mb->memory, base, size);
}

bool mb_reserve(struct memblock *mb, uint64_t base, uint64_t size)
{
	return add(&mb->reserved, base, size, false);
}

void mb_unreserve(struct memblock *mb, uint64_t base, uint64_t size)
{
	cut(&mb->reserved, base, size);
}

bool mb_mark_nomap(struct memblock *mb, uint64_t base, uint64_t size, bool nomap)
{
	struct mb_list *list = &mb->memory;
	size_t first, last;

	if (!list->count || !capped(list, base, size))
		return true;
	if (!has_room(list, 2))
		return false;
	isolate(list, base, size, &first, &last);
	for (size_t i = first; i < last; i++)
		list->range[i].flag = nomap;
	merge(list, first, last);
	return true;
}

/* A range of no size overlaps the one that it lies in */
static bool overlaps(const struct mb_list *list, uint64_t base, uint64_t size)
{
	size_t i = first_behind(list, base);

	return i < list->count && list->range[i].base < base + capped(list, base, size);
}

bool mb_is_reserved(const struct memblock *mb, uint64_t base, uint64_t size)
{
	return overlaps(&mb->reserved, base, size);
}

bool mb_is_memory(const struct memblock *mb, uint64_t base, uint64_t size)
{
	return overlaps(&mb->memory, base, size);
}

static uint64_t sum_in(const struct mb_list *list, uint64_t base, uint64_t size, bool flagged_only)
{
	uint64_t end = base + capped(list, base, size), sum = 0;

	for (size_t i = first_behind(list, base); i < list->count; i++) {
		const struct mb_range *r = &list->range[i];
		uint64_t from = r->base > base ? r->base : base;
		uint64_t to = range_end(r) < end ? range_end(r) : end;

		if (r->base >= end)
			break;
		if (!flagged_only || r->flag)
			sum += to - from;
	}
	return sum;
}

/* How many bytes of a range are memory */
uint64_t mb_memory_in(const struct memblock *mb, uint64_t base, uint64_t size)
{
	return sum_in(&mb->memory, base, size, false);
}

/* How many bytes of a range are memory that is not mapped */
uint64_t mb_nomap_in(const struct memblock *mb, uint64_t base, uint64_t size)
{
	return sum_in(&mb->memory, base, size, true);
}

uint64_t mb_start(const struct memblock *mb)
{
	return mb->memory.count ? mb->memory.range[0].base : 0;
}

uint64_t mb_end(const struct memblock *mb)
{
	return mb->memory.count ? range_end(&mb->memory.range[mb->memory.count - 1]) : 0;
}

uint64_t mb_total(const struct memblock *mb)
{
	uint64_t total = 0;

	for (size_t i = 0; i < mb->memory.count; i++)
		total += mb->memory.range[i].size;
	return total;
}

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/*
 * The kernel rounds by masks, whether the alignment is a power of two or not, and
 * so does this. At the last address that gives 0, which the kernel takes for no room.
 */
static bool fits_low(uint64_t from, uint64_t to, uint64_t size, uint64_t align, uint64_t max,
		     uint64_t *at)
{
	uint64_t cand = (((from - 1) | (align - 1)) + 1) & max;

	*at = cand;
	return cand < to && to - cand >= size;
}

static bool fits_high(uint64_t from, uint64_t to, uint64_t size, uint64_t align, uint64_t *at)
{
	if (to < size)
		return false;
	*at = (to - size) & ~(align - 1);
	return *at >= from;
}

/**
 * mb_find() - where an allocation would land
 * @mb: memory and reservations
 * @size: its size
 * @align: its alignment, not 0
 * @start: lower border
 * @end: upper border
 * @bottom_up: from the lower border up, not from the upper one down
 *
 * Return: the address, or 0 if there is no room.
 */
uint64_t mb_find(const struct memblock *mb, uint64_t size, uint64_t align,
		 uint64_t start, uint64_t end, bool bottom_up)
{
	uint64_t best = 0;

	if (start < mb->page_size)
		start = mb->page_size;
	if (end < start)
		end = start;

	for (size_t i = 0; i < mb->memory.count; i++) {
		size_t n = bottom_up ? i : mb->memory.count - 1 - i;
		const struct mb_range *m = &mb->memory.range[n];
		uint64_t from = m->base;
		size_t r;

		if (m->flag)
			continue;
		/* The gaps between the reservations, from below */
		for (r = first_behind(&mb->reserved, from); from < range_end(m); r++) {
			bool more = r < mb->reserved.count &&
				    mb->reserved.range[r].base < range_end(m);
			uint64_t to = more ? mb->reserved.range[r].base : range_end(m);
			uint64_t at;

			/* As in the kernel, the one between two that touch is empty */
			if (from < to || (from == to && from > m->base)) {
				uint64_t low = clamp(from, start, end);
				uint64_t high = clamp(to, start, end);

				if (bottom_up &&
				    fits_low(low, high, size, align, mb->memory.max, &at))
					return at;
				if (!bottom_up && fits_high(low, high, size, align, &at))
					best = at;
			}
			if (!more)
				break;
			from = range_end(&mb->reserved.range[r]);
		}
		/* From below the last that fits is the highest one */
		if (best)
			return best;
	}
	return 0;
}

/**
 * mb_alloc() - find a place as mb_find() does, and reserve it
 *
 * Return: the address, or 0 if there is no room.
 */
uint64_t mb_alloc(struct memblock *mb, uint64_t size, uint64_t align,
		  uint64_t start, uint64_t end, bool bottom_up)
{
	uint64_t at = mb_find(mb, size, align, start, end, bottom_up);

	return at && add(&mb->reserved, at, size, mb->marks) ? at : 0;
}

/**
 * mb_take() - allocate single pages from the top
 * @mb: memory and reservations
 * @size: bytes of all pages
 * @end: upper border
 *
 * Page by page is from the highest gap on downwards, as much as each has. Each page needs
 * room for another range in the list, even if it merges with the page above it.
 *
 * Return: false if there is no room.
 */
bool mb_take(struct memblock *mb, uint64_t size, uint64_t end)
{
	uint64_t page = mb->page_size;

	for (size = size / page * page; size;) {
		uint64_t at = mb_find(mb, page, page, 0, end, false);
		uint64_t least = page, most = size;

		if (!at)
			return false;
		while (least < most) {
			uint64_t half = least + ((most - least) / page + 1) / 2 * page;
			uint64_t low = mb_find(mb, half, page, 0, end, false);

			if (low && low + half == at + page)
				least = half;
			else
				most = half - page;
		}
		if (!add(&mb->reserved, at, page, mb->marks) ||
		    !add(&mb->reserved, at + page - least, least - page, mb->marks))
			return false;
		size -= least;
	}
	return true;
}
