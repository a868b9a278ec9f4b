/* decisions.c - what hits come to, for each device: most are said of all those
 * of a class, which is judged once; a device of which more is said (by its
 * serial number, its file's digest) is judged by all of it. */
#include <stdlib.h>
#include <string.h>
#include "matching.h"
#include "base/limits.h"
#include "base/mem.h"

/* So many decisions are sorted digit by digit. */
#define RADIX_LEAST	256u
#define RADIX_BITS	11u

/* By class, then by device: first what is said of all. */
static int
compare_hits(const void *va, const void *vb)
{
	const struct hit *a = va, *b = vb;

	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (a->device != b->device)
		return a->device + 1 < b->device + 1 ? -1 : 1;
	if (a->product != b->product)
		return a->product < b->product ? -1 : 1;
	if (a->how != b->how)
		return a->how < b->how ? -1 : 1;
	return a->verdict < b->verdict ? -1 : a->verdict > b->verdict;
}

/* The same within one device: by product. */
static int
compare_products(const void *va, const void *vb)
{
	struct hit a = *(const struct hit *)va, b = *(const struct hit *)vb;

	a.class = b.class = a.device = b.device = 0;
	return compare_hits(&a, &b);
}

uint32_t
hits_on(const struct matcher *m, uint32_t device, const struct hit **ret)
{
	uint32_t class = index_device_class(m->ix, device), n = 0;
	struct hit *list = arena_alloc(m->mem, (m->n_hits + 1) *
	    sizeof(*list));

	for (uint32_t i = 0; i < m->n_hits; i++) {
		const struct hit *h = &m->hits[i];
		if (h->device == device || (h->device == ALL_DEVICES &&
		    h->class == class))
			list[n++] = *h;
	}
	if (n > 1)
		qsort(list, n, sizeof(*list), compare_products);
	*ret = list;
	return n;
}

static void
add_decision(struct matcher *m, struct decisions *d, uint32_t device,
    const struct ruling *r)
{
	if (d->n == MATCHES_MAX) {
		d->left_out++;
		return;
	}
	d->list = arena_more(m->mem, d->list, d->n, sizeof(*d->list));
	d->list[d->n].device = device;
	d->list[d->n++].ruling = r;
}

/* One device with hits of its own, and those of its class. */
static void
decide_device(struct matcher *m, struct decisions *d, const struct hit *all,
    uint32_t n_all, const struct hit *own, uint32_t n_own)
{
	const struct hit *hits = own;
	uint32_t n = n_all + n_own;
	struct hit *both = NULL;

	if (n_all > 0) {
		both = mem_alloc(n * sizeof(*both));
		memcpy(both, all, n_all * sizeof(*both));
		memcpy(both + n_all, own, n_own * sizeof(*both));
		qsort(both, n, sizeof(*both), compare_products);
		hits = both;
	}
	const struct ruling *r = judge_hits(d->judge, hits, n);
	free(both);
	if (r != NULL)
		add_decision(m, d, own->device, r);
}

/* All hits of one class. */
static void
decide_class(struct matcher *m, struct decisions *d, const struct hit *hits,
    uint32_t n)
{
	const struct index_class *class = index_class(m->ix, hits->class);
	uint32_t n_all = 0, at, end;

	if (class == NULL)
		return;
	while (n_all < n && hits[n_all].device == ALL_DEVICES)
		n_all++;
	const struct ruling *r = n_all == 0 ? NULL :
	    judge_hits(d->judge, hits, n_all);
	if (r != NULL) {
		struct index_run run = index_members(m->ix, class);
		at = n_all;
		for (uint32_t i = 0; i < run.n; i++) {
			while (at < n && hits[at].device < run.at[i])
				at++;
			if (at == n || hits[at].device != run.at[i])
				add_decision(m, d, run.at[i], r);
		}
	}
	for (at = n_all; at < n; at = end) {
		for (end = at + 1; end < n &&
		    hits[end].device == hits[at].device;)
			end++;
		decide_device(m, d, hits, n_all, hits + at, end - at);
	}
}

static int
compare_decisions(const void *va, const void *vb)
{
	const struct decision *a = va, *b = vb;

	return a->device < b->device ? -1 : a->device > b->device;
}

static void
sort_decisions(struct matcher *m, struct decisions *d)
{
	if (d->n < 2)
		return;
	if (d->n < RADIX_LEAST) {
		qsort(d->list, d->n, sizeof(*d->list), compare_decisions);
		return;
	}
	struct decision *from = d->list, *to = arena_alloc(m->mem, d->n *
	    sizeof(*to));
	for (unsigned shift = 0; shift < 32; shift += RADIX_BITS) {
		uint32_t count[(1u << RADIX_BITS) + 1] = { 0 };
		uint32_t mask = (1u << RADIX_BITS) - 1;
		if (index_devices(m->ix) >> shift == 0)
			break;
		for (uint32_t i = 0; i < d->n; i++)
			count[(from[i].device >> shift & mask) + 1]++;
		for (uint32_t i = 1; i <= mask; i++)
			count[i] += count[i - 1];
		for (uint32_t i = 0; i < d->n; i++)
			to[count[from[i].device >> shift & mask]++] = from[i];
		struct decision *swap = from;
		from = to;
		to = swap;
	}
	d->list = from;
}

void
decide_all(struct matcher *m, struct decisions *ret)
{
	uint32_t end;

	memset(ret, 0, sizeof(*ret));
	ret->matcher = m;
	ret->judge = judge_new(m);
	if (m->n_hits > 1)
		qsort(m->hits, m->n_hits, sizeof(*m->hits), compare_hits);
	for (uint32_t i = 0; i < m->n_hits; i = end) {
		for (end = i + 1; end < m->n_hits &&
		    m->hits[end].class == m->hits[i].class;)
			end++;
		decide_class(m, ret, m->hits + i, end - i);
	}
	sort_decisions(m, ret);
	judge_expect(ret->judge, ret->n);
}
