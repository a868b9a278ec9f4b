/* explain.c - one device against each product of an advisory: the same steps as
 * in matching, in their order, up to the one that decides. What a step says is
 * asked of the same functions; that a product came to the device or not is
 * taken from the hits themselves. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "compare.h"
#include "explain.h"
#include "explain_steps.h"
#include "rules.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"

/* Below, a product is not even alike. */
#define LIKE_MIN 20u

/* A product and how near it is. */
struct rank {
	uint32_t	 product;
	unsigned	 score;
	const struct hit *hit;
};

/* --- products --- */

static const struct hit *
hit_of(const struct explaining *e, uint32_t product)
{
	for (uint32_t i = 0; i < e->n_hits; i++)
		if (e->hits[i].product == product)
			return &e->hits[i];
	return NULL;
}

static void
explain_product(struct explaining *e, const struct rank *r,
    const struct match *answer, struct explained_product *ret)
{
	struct matcher *m = e->m;
	const struct product *p = &m->a->products[r->product];
	const struct product *named = match_named(m->a, p, false);

	ret->vendor = named->vendor;
	ret->product = p->relation[0] != '\0' ? product_printed(p) :
	    product_text(named);
	ret->range = m->a->products[version_product(m->a,
	    r->product)].version;
	ret->hit = r->hit != NULL;
	/* The answer lends the very texts of the product that it hangs on. */
	ret->decided = ret->hit && answer->product == product_printed(p) &&
	    answer->range == ret->range;
	ret->score = r->score;
	look_up(e->l, m, named);
	maker_fits(e->l, e->kind);
	name_read(device_name_text(m->ix, e->device), e->l->own, &e->own);
	explain_rule(e, ret, r->hit);
	explain_identifier(e, ret, named, r->hit);
	explain_lines(e, ret);
	if (r->hit == NULL && (!explain_vendor(e, ret, named, NULL) ||
	    !explain_name(e, ret)))
		return;
	if (r->hit == NULL) {
		explain_refused(e, ret, named);
		return;
	}
	explain_vendor(e, ret, named, r->hit);
	explain_name(e, ret);
	explain_version(e, ret, r->product, r->hit);
	explain_status(e, ret, r->product);
}

/* How alike the names are, before any look-up; a hit is always near. */
static unsigned
score_of(const struct product *named, const struct name *own, bool same_maker)
{
	struct name n;
	struct compared c;
	struct maker maker;

	maker_read(named->vendor, &maker);
	name_read(product_text(named), &maker, &n);
	names_compare(&n, own, &c);
	return same_maker ? c.score / 2 + 50 : c.score / 2;
}

static int
compare_ranks(const void *va, const void *vb)
{
	const struct rank *a = va, *b = vb;

	if ((a->hit != NULL) != (b->hit != NULL))
		return a->hit != NULL ? -1 : 1;
	if (a->hit != NULL && a->hit->how != b->hit->how)
		return a->hit->how < b->hit->how ? -1 : 1;
	if (a->hit != NULL && a->hit->verdict != b->hit->verdict)
		return a->hit->verdict < b->hit->verdict ? -1 : 1;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return a->product < b->product ? -1 : a->product > b->product;
}

/* All products by nearness; those of another maker only if the name is much
 * alike. */
static uint32_t
rank_products(struct explaining *e, struct rank *ranks)
{
	const struct advisory *a = e->m->a;
	const struct product *last = NULL;
	const bool *use = match_in_use(e->m);
	struct maker own_maker;
	struct rank best = { .product = UINT32_MAX };
	unsigned score = 0;
	bool maker = false;
	uint32_t n = 0;

	maker_read(index_column(e->m->ix, e->device, INDEX_COLUMN_vendor),
	    &own_maker);
	name_read(device_name_text(e->m->ix, e->device), &own_maker,
	    &e->own);
	for (uint32_t i = 0; i < a->n_products; i++) {
		const struct product *named = match_named(a, &a->products[i],
		    false);
		const struct hit *h = hit_of(e, i);
		if (!use[i] && h == NULL)
			continue;
		if (last == NULL || !same_lookup(last, named)) {
			if (last == NULL || strcmp(last->vendor,
			    named->vendor) != 0) {
				e->l->m = e->m;
				e->l->p = named;
				find_makers(e->l, product_text(named));
			}
			maker = maker_fits(e->l, e->kind) != MAKER_NO;
			score = score_of(named, &e->own, maker);
		}
		last = named;
		if (best.product == UINT32_MAX || score > best.score)
			best = (struct rank){ i, score, h };
		if (h == NULL && score < (maker ? 50 + LIKE_MIN / 2 :
		    LIKE_MIN + 15))
			continue;
		ranks[n++] = (struct rank){ i, h != NULL ? 100 : score, h };
	}
	/* If nothing is like it, at least why the nearest is not. */
	if (n == 0 && best.product != UINT32_MAX)
		ranks[n++] = best;
	if (n > 1)
		qsort(ranks, n, sizeof(*ranks), compare_ranks);
	return n;
}

static void
explain_cves(struct explaining *e, struct judge *j, struct explained *ret)
{
	struct judged_one *list = arena_alloc(e->m->mem,
	    (e->m->a->n_vulns + 1) * sizeof(*list));
	uint32_t n = judge_each(j, e->hits, e->n_hits, list);

	for (uint32_t i = 0; i < n && ret->n_cves < CVES_MAX; i++) {
		const struct vulnerability *v =
		    &e->m->a->vulns[list[i].vuln];
		ret->cves = arena_more(e->m->mem, ret->cves, ret->n_cves,
		    sizeof(*ret->cves));
		ret->cves[ret->n_cves++] = (struct explained_cve){
		    v->cve[0] != '\0' ? v->cve : v->n_ids > 0 ? v->ids[0] : "",
		    e->excluded ? MATCH_EXCLUDED : list[i].status,
		    list[i].confidence, list[i].product == NO_PRODUCT ? "" :
		    product_printed(&e->m->a->products[list[i].product]) };
	}
}

static void
explain_text(struct explaining *e, struct explained *ret)
{
	struct explained_product *p = arena_alloc(e->m->mem, sizeof(*p));

	p->vendor = e->m->a->publisher;
	p->product = e->m->a->title;
	p->range = "";
	p->hit = p->decided = e->n_hits > 0;
	explain_words(e, p);
	ret->products = p;
	ret->n_products = 1;
}

void
explain_device(const struct index *ix, const struct rules *rules,
    const struct advisory *a, uint32_t device, struct arena *mem,
    struct explained *ret)
{
	struct matcher *m = matcher_new(ix, rules, a, true, mem);
	const struct index_class *class = index_class(ix,
	    index_device_class(ix, device));
	struct explaining e = { .m = m, .device = device };

	memset(ret, 0, sizeof(*ret));
	match_init(&ret->match);
	index_device(ix, device, mem, &ret->match.device);
	ret->total = a->n_products;
	if (class == NULL)
		return;
	e.kind = index_kind(ix, class->kind);
	match_hits(m);
	e.n_hits = hits_on(m, device, &e.hits);
	struct judge *j = judge_new(m);
	const struct ruling *r = e.n_hits > 0 ?
	    judge_hits(j, e.hits, e.n_hits) : NULL;
	if (r != NULL) {
		ret->matched = true;
		ret->match = judge_say(j, &(struct decision){ .ruling = r,
		    .devices = &device, .n = 1, .class = NO_CLASS })->match;
		match_tell(ix, device, mem, &ret->match);
	}
	if (e.n_hits > 0) {
		e.excluded = ret->match.status == MATCH_EXCLUDED;
		explain_cves(&e, j, ret);
	}
	if (a->n_products == 0) {
		explain_text(&e, ret);
		free(m->hits);
		return;
	}
	e.l = arena_alloc(mem, sizeof(*e.l));
	struct rank *ranks = arena_alloc(mem, (a->n_products + 1) *
	    sizeof(*ranks));
	uint32_t n = rank_products(&e, ranks);
	ret->n_products = n < EXPLAINED_MAX ? n : EXPLAINED_MAX;
	ret->more = n - ret->n_products;
	ret->products = arena_alloc(mem, (ret->n_products + 1) *
	    sizeof(*ret->products));
	memset(e.l, 0, sizeof(*e.l));
	for (uint32_t i = 0; i < ret->n_products; i++)
		explain_product(&e, &ranks[i], &ret->match,
		    &ret->products[i]);
	free(m->hits);
}
