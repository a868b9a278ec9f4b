/* decisions.c - what hits come to, for each device: most are said of all those
 * of a class, which is judged once; a device of which more is said (by its
 * serial number, its file's digest) is judged by all of it. */
#include <stdlib.h>
#include <string.h>
#include "matching.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

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
add_decision(struct decisions *d, const uint32_t *devices, uint32_t n,
    const struct ruling *r)
{
	uint32_t room = MATCHES_MAX - d->devices;

	if (r == NULL || n == 0)
		return;
	if (n > room) {
		d->left_out += n - room;
		n = room;
	}
	if (n == 0)
		return;
	d->list = arena_more(d->matcher->mem, d->list, d->n,
	    sizeof(*d->list));
	d->list[d->n++] = (struct decision){ .ruling = r,
	    .devices = devices, .n = n };
	d->devices += n;
}

/* One device with hits of its own, and those of its class. */
static void
decide_device(struct decisions *d, const struct hit *all, uint32_t n_all,
    const struct hit *own, uint32_t n_own)
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
	uint32_t *device = arena_raw(d->matcher->mem, sizeof(*device));
	*device = own->device;
	add_decision(d, device, 1, judge_hits(d->judge, hits, n));
	free(both);
}

/* The devices of a class without those that have hits of their own. */
static void
decide_rest(struct decisions *d, struct index_run run, const struct hit *own,
    uint32_t n_own, const struct ruling *r)
{
	uint32_t *list, n = 0, at = 0;

	if (r == NULL || n_own == 0) {
		add_decision(d, run.at, run.n, r);
		return;
	}
	list = arena_raw(d->matcher->mem, run.n * sizeof(*list));
	for (uint32_t i = 0; i < run.n; i++) {
		while (at < n_own && own[at].device < run.at[i])
			at++;
		if (at == n_own || own[at].device != run.at[i])
			list[n++] = run.at[i];
	}
	add_decision(d, list, n, r);
}

/* All hits of one class. */
static void
decide_class(struct decisions *d, const struct hit *hits, uint32_t n)
{
	const struct index *ix = d->matcher->ix;
	const struct index_class *class = index_class(ix, hits->class);
	uint32_t n_all = 0, end;

	if (class == NULL)
		return;
	while (n_all < n && hits[n_all].device == ALL_DEVICES)
		n_all++;
	if (n_all > 0)
		decide_rest(d, index_members(ix, class), hits + n_all,
		    n - n_all, judge_hits(d->judge, hits, n_all));
	for (uint32_t at = n_all; at < n; at = end) {
		for (end = at + 1; end < n &&
		    hits[end].device == hits[at].device;)
			end++;
		decide_device(d, hits, n_all, hits + at, end - at);
	}
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
		decide_class(ret, m->hits + i, end - i);
	}
}

static void
pack_all(const struct decisions *d, struct buf *out)
{
	struct match_writer *w = match_writer_new(out, d->devices,
	    d->left_out);

	for (uint32_t i = 0; i < d->n && !out->over; i++) {
		const struct decision *one = &d->list[i];
		struct match m;
		if (one->match == NULL)
			judge_say(d->judge, one->ruling, one->devices[0], &m);
		match_write(w, one->match != NULL ? one->match : &m,
		    one->devices, one->n);
	}
	match_writer_end(w);
}

void
decisions_write(struct decisions *d, struct buf *out)
{
	pack_all(d, out);
	while (out->over && d->n > 0) {
		for (uint32_t less = d->n - d->n / 2; less > 0; less--) {
			d->devices -= d->list[--d->n].n;
			d->left_out += d->list[d->n].n;
		}
		buf_reset(out);
		out->over = false;
		pack_all(d, out);
	}
}
