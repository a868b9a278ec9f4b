/* decisions.c - what hits come to, for each device: most are said of all those
 * of a class, which is judged once; a device of which more is said (by its
 * serial number, its file's digest) is judged by all of it. */
#include <stdlib.h>
#include <string.h>
#include "matching.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

/* Within one device: by product. */
static int
compare_products(const void *va, const void *vb)
{
	const struct hit *a = va, *b = vb;

	if (a->product != b->product)
		return a->product < b->product ? -1 : 1;
	if (a->how != b->how)
		return a->how < b->how ? -1 : 1;
	return a->verdict < b->verdict ? -1 : a->verdict > b->verdict;
}

/* By class, then by device: first what is said of all. */
static int
compare_hits(const void *va, const void *vb)
{
	const struct hit *a = va, *b = vb;

	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (a->device != b->device)
		return a->device + 1 < b->device + 1 ? -1 : 1;
	return compare_products(a, b);
}

/* Fewer are sorted by comparing them. */
#define RADIX_LEAST 32u
#define RADIX_BITS 8u

/* Hits come by product and mostly by class within one: by class they are put in
 * order digit by digit, and then few are out of place. */
static void
sort_hits(struct matcher *m)
{
	struct hit *from = m->hits, *to;
	uint32_t n = m->n_hits, end;

	if (n < RADIX_LEAST) {
		if (n > 1)
			qsort(from, n, sizeof(*from), compare_hits);
		return;
	}
	to = mem_resize(NULL, m->room_hits * sizeof(*to));
	for (unsigned shift = 0; shift < 32 &&
	    m->ix->n_classes >> shift != 0; shift += RADIX_BITS) {
		uint32_t count[(1u << RADIX_BITS) + 1] = { 0 };
		for (uint32_t i = 0; i < n; i++)
			count[(from[i].class >> shift & 255) + 1]++;
		for (uint32_t i = 1; i < 256; i++)
			count[i] += count[i - 1];
		for (uint32_t i = 0; i < n; i++)
			to[count[from[i].class >> shift & 255]++] = from[i];
		struct hit *swap = from;
		from = to;
		to = swap;
	}
	free(to);
	m->hits = from;
	for (uint32_t at = 0; at < n; at = end) {
		bool right = true;
		for (end = at + 1; end < n && from[end].class ==
		    from[at].class; end++)
			right &= compare_hits(&from[end - 1], &from[end]) <= 0;
		if (!right)
			qsort(from + at, end - at, sizeof(*from),
			    compare_hits);
	}
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
		    class - h->class < h->n))
			list[n++] = *h;
	}
	if (n > 1)
		qsort(list, n, sizeof(*list), compare_products);
	*ret = list;
	return n;
}

static void
add_decision(struct decisions *d, uint32_t class, const uint32_t *devices,
    uint32_t n, const struct ruling *r)
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
	    .devices = devices, .n = n, .class = class };
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
	add_decision(d, NO_CLASS, device, 1, judge_hits(d->judge, hits, n));
	free(both);
}

/* The devices of a class without those that have hits of their own. */
static void
decide_rest(struct decisions *d, uint32_t class, const struct hit *own,
    uint32_t n_own, const struct ruling *r)
{
	struct index_run run = index_span(d->matcher->ix, class, 1);
	uint32_t *list, n = 0, at = 0;

	list = arena_raw(d->matcher->mem, (run.n + 1) * sizeof(*list));
	for (uint32_t i = 0; i < run.n; i++) {
		while (at < n_own && own[at].device < run.at[i])
			at++;
		if (at == n_own || own[at].device != run.at[i])
			list[n++] = run.at[i];
	}
	add_decision(d, class, list, n, r);
}

/* Classes that tell the same columns, as those of a hit do: reasons read alike
 * for all of them, but for CPEs and package URLs, which they tell as they
 * are. */
static void
decide_classes(struct decisions *d, uint32_t from, uint32_t end,
    const struct ruling *r)
{
	const struct index *ix = d->matcher->ix;

	if (r == NULL || end > ix->n_classes)
		return;
	uint32_t step = (ix->classes[from].has & (CLASS_HAS_CPE |
	    CLASS_HAS_PURL)) != 0 ? 1 : end - from;
	for (; from < end; from += step) {
		struct index_run run = index_span(ix, from, step);
		add_decision(d, from, run.at, run.n, r);
	}
}

/* What is said of all devices of the classes where one goes along them. */
struct sweep {
	struct hit	*hits;		/* by product */
	uint32_t	 n, room;
};

static void
sweep_add(struct sweep *s, const struct hit *h)
{
	uint32_t at;

	if (s->n == s->room) {
		s->room = s->room != 0 ? s->room * 2 : 64;
		s->hits = mem_resize(s->hits, s->room * sizeof(*s->hits));
	}
	for (at = s->n++; at > 0 && compare_products(&s->hits[at - 1], h) > 0;
	    at--)
		s->hits[at] = s->hits[at - 1];
	s->hits[at] = *h;
}

/* Only those that go beyond a class stay; where the first of them ends. */
static uint32_t
sweep_to(struct sweep *s, uint32_t class)
{
	uint32_t kept = 0, end = UINT32_MAX;

	for (uint32_t i = 0; i < s->n; i++) {
		const struct hit *h = &s->hits[i];
		if (h->class + h->n <= class)
			continue;
		if (h->class + h->n < end)
			end = h->class + h->n;
		s->hits[kept++] = *h;
	}
	s->n = kept;
	return end;
}

/* The classes from `from` on, up to `end`, of which the same is said; of the
 * devices of the first, more may be said singly. */
static void
decide_span(struct decisions *d, const struct sweep *s, uint32_t from,
    uint32_t end, const struct hit *own, uint32_t n_own)
{
	uint32_t next;

	const struct ruling *r = s->n > 0 ? judge_hits(d->judge, s->hits,
	    s->n) : NULL;

	if (r != NULL && n_own > 0)
		decide_rest(d, from, own, n_own, r);
	else
		decide_classes(d, from, end, r);
	for (uint32_t at = 0; at < n_own; at = next) {
		for (next = at + 1; next < n_own &&
		    own[next].device == own[at].device;)
			next++;
		decide_device(d, s->hits, s->n, own + at, next - at);
	}
}

void
decide_all(struct matcher *m, struct decisions *ret)
{
	struct sweep s = { .n = 0 };
	uint32_t at = 0, class = 0;

	memset(ret, 0, sizeof(*ret));
	ret->matcher = m;
	ret->judge = judge_new(m);
	sort_hits(m);
	while (at < m->n_hits || s.n > 0) {
		uint32_t end, own;
		if (s.n == 0)
			class = m->hits[at].class;
		for (; at < m->n_hits && m->hits[at].class == class &&
		    m->hits[at].device == ALL_DEVICES; at++)
			sweep_add(&s, &m->hits[at]);
		end = sweep_to(&s, class);
		for (own = at; at < m->n_hits && m->hits[at].class == class;)
			at++;
		if (at > own)
			end = class + 1;
		else if (at < m->n_hits && m->hits[at].class < end)
			end = m->hits[at].class;
		decide_span(ret, &s, class, end, m->hits + own, at - own);
		class = end;
		sweep_to(&s, class);
	}
	free(s.hits);
}

/* What is told of some devices, and the decisions that say so. */
struct told {
	const struct match	*match;
	uint32_t		 first, last, n;
};

/* Each thing that is told, once; their number. */
static uint32_t
gather(const struct decisions *d, struct told *ret)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < d->n; i++) {
		struct decision *one = &d->list[i];
		struct saying *s = one->match == NULL ?
		    judge_say(d->judge, one) : NULL;
		one->next = 0;
		if (s != NULL && s->at < n && ret[s->at].match == &s->match) {
			d->list[ret[s->at].last].next = i;
			ret[s->at].last = i;
			ret[s->at].n += one->n;
			continue;
		}
		if (s != NULL)
			s->at = n;
		ret[n++] = (struct told){ s != NULL ? &s->match : one->match,
		    i, i, one->n };
	}
	return n;
}

static void
pack_all(const struct decisions *d, struct told *told, struct buf *out)
{
	struct match_writer *w = match_writer_new(out, d->devices,
	    d->left_out);
	uint32_t n = gather(d, told);

	for (uint32_t i = 0; i < n && !out->over; i++) {
		match_write(w, told[i].match, told[i].n);
		for (uint32_t k = told[i].first;; k = d->list[k].next) {
			match_write_devices(w, d->list[k].devices,
			    d->list[k].n);
			if (k == told[i].last)
				break;
		}
	}
	match_writer_end(w);
}

void
decisions_write(struct decisions *d, struct buf *out)
{
	struct told *told = arena_raw(d->matcher->mem, (d->n + 1) *
	    sizeof(*told));

	pack_all(d, told, out);
	while (out->over && d->n > 0) {
		for (uint32_t less = d->n - d->n / 2; less > 0; less--) {
			d->devices -= d->list[--d->n].n;
			d->left_out += d->list[d->n].n;
		}
		buf_reset(out);
		out->over = false;
		pack_all(d, told, out);
	}
}
