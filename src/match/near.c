/* near.c - what almost matched: for each product the models of the lists that
 * share a telling word with it under one maker, and those of the same name
 * under another. Asked for by people only; bounded by what is tried. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "compare.h"
#include "explain.h"
#include "rules.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

/* A word that more models share than this tells nothing. */
#define COMMON_MAX	512u
/* Names that share less than half of what they say are not near. */
#define SCORE_MIN	50u
/* Siblings differ in what weighs most. */
#define SIBLING_MIN	30u

enum near_kind { NEAR_VENDOR, NEAR_PRODUCT, NEAR_SIBLING };

static const char *const kind_names[] = { "vendor", "product", "sibling" };

struct near_one {
	uint32_t	 kind_of, product;
	unsigned	 score;
	enum near_kind	 kind;
};

struct nearing {
	struct matcher	*m;
	struct lookup	*l;
	uint8_t		*matched;	/* a bit for each kind of the index */
	uint32_t	 tried;
	uint32_t	 product;
	struct near_one	 best[NEAR_MISSES_MAX];
	uint32_t	 n;
	uint32_t	*groups, n_groups;	/* of makers in the lists */
};

static int
worse(const struct near_one *a, const struct near_one *b)
{
	if (a->score != b->score)
		return a->score < b->score;
	if (a->kind != b->kind)
		return a->kind > b->kind;
	if (a->product != b->product)
		return a->product > b->product;
	return a->kind_of > b->kind_of;
}

/* Into the list of the best, each model once. */
static void
keep(struct nearing *r, const struct near_one *one)
{
	uint32_t at = 0;

	while (at < r->n && r->best[at].kind_of != one->kind_of)
		at++;
	if (at < r->n && !worse(&r->best[at], one))
		return;
	if (at == r->n && r->n < NEAR_MISSES_MAX)
		r->n++;
	else if (at == r->n && !worse(&r->best[--at], one))
		return;
	for (; at > 0 && worse(&r->best[at - 1], one); at--)
		r->best[at] = r->best[at - 1];
	r->best[at] = *one;
}

/* One of its devices; they have their name in common. */
static uint32_t
first_of(const struct index *ix, const struct index_kind *kind)
{
	return index_class_device(ix, index_class(ix, kind->first));
}

static void
consider(struct nearing *r, uint32_t number, bool other_maker)
{
	const struct index *ix = r->m->ix;
	const struct index_kind *kind = index_kind(ix, number);
	struct near_one one = { .kind_of = number, .product = r->product };
	struct compared c;
	struct name own;

	if (kind == NULL || r->tried++ > NEAR_TRIED_MAX ||
	    (r->matched[number / 8] >> number % 8 & 1) != 0)
		return;
	enum maker_fit fit = maker_fits(r->l, kind);
	if ((fit == MAKER_NO) != other_maker || fit == MAKER_GROUP ||
	    kind->n == 0)
		return;
	name_read(index_kind_model(ix, kind), r->l->own, &own);
	names_compare(&r->l->name, &own, &c);
	one.kind = other_maker ? NEAR_VENDOR : c.codes_differ &&
	    c.n_theirs == 1 && c.n_ours == 1 ? NEAR_SIBLING : NEAR_PRODUCT;
	/* The same name and yet no match: told apart by an order number, or by
	 * the line of versions that both names carry. */
	if (!other_maker && (c.score == 100 ||
	    (c.n_theirs == 0 && c.n_ours == 0)))
		one.kind = NEAR_SIBLING;
	one.score = other_maker ? c.score * 9 / 10 :
	    one.kind == NEAR_SIBLING ? c.score * 8 / 10 : c.score;
	unsigned least = one.kind == NEAR_SIBLING ? SIBLING_MIN : SCORE_MIN;
	if (c.score < least || c.n_shared == 0 ||
	    rules_excluding(r->l, first_of(ix, kind)) != 0)
		return;
	keep(r, &one);
}

/* Under the product's own maker: any telling word in common. */
static void
near_names(struct nearing *r)
{
	const struct name *n = &r->l->name;

	for (unsigned g = 0; g < r->l->n_groups; g++) {
		for (unsigned i = 0; i < n->n; i++) {
			if (n->token[i].kind == NAME_NOISE ||
			    token_is_weak(n, &n->token[i]))
				continue;
			struct index_run run = index_find(r->m->ix,
			    index_key(INDEX_WORD, r->l->group[g],
			    n->token[i].hash));
			for (uint32_t k = 0; k < run.n && k < COMMON_MAX; k++)
				consider(r, run.at[k], false);
		}
	}
}

/* The same name under another maker: only names that say enough. */
static void
near_makers(struct nearing *r)
{
	const struct name *n = &r->l->name;
	unsigned telling = 0;

	for (unsigned i = 0; i < n->n; i++)
		telling += token_is_strong(n, &n->token[i]) ? 2 :
		    n->token[i].kind != NAME_NOISE &&
		    !token_is_weak(n, &n->token[i]);
	if (telling < 2)
		return;
	for (uint32_t g = 0; g < r->n_groups; g++) {
		if (r->tried++ > NEAR_TRIED_MAX)
			return;
		uint64_t keys[] = { index_key(INDEX_NAME, r->groups[g],
		    n->key), index_key(INDEX_NAME, r->groups[g], n->core),
		    index_key(INDEX_CORE, r->groups[g], n->core) };
		for (size_t q = 0; q < COUNT_OF(keys); q++) {
			struct index_run run = index_find(r->m->ix, keys[q]);
			for (uint32_t k = 0; k < run.n && k < COMMON_MAX; k++)
				consider(r, run.at[k], true);
		}
	}
}

static void
say(struct nearing *r, struct near_miss *ret, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
say(struct nearing *r, struct near_miss *ret, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ret->why = arena_more(r->m->mem, ret->why, ret->n_why,
	    sizeof(*ret->why));
	ret->why[ret->n_why++] = arena_text(r->m->mem, text);
}

static void
reasons(struct nearing *r, const struct near_one *one, const struct name *own,
    struct near_miss *ret)
{
	struct buf out = BUF_INIT(1500);
	char order[ORDER_TEXT];

	names_show(&r->l->name, own, &out);
	if (one->kind == NEAR_VENDOR)
		say(r, ret, "the same name, but vendor \"%.128s\" is not "
		    "\"%.128s\"", ret->vendor, ret->device.vendor);
	else
		say(r, ret, "the same vendor; %s", buf_text(&out));
	buf_clear(&out);
	if (hit_codes_fit(r->l, hit_device_order(r->m->ix, first_of(r->m->ix,
	    index_kind(r->m->ix, one->kind_of)), own, order)) == 0)
		say(r, ret, "the order number %.64s is not the publisher's",
		    ret->device.part_number[0] != '\0' ?
		    ret->device.part_number : order);
}

static void
fill(struct nearing *r, const struct near_one *one, struct near_miss *ret)
{
	const struct index *ix = r->m->ix;
	const struct index_kind *kind = index_kind(ix, one->kind_of);
	const struct product *named = match_named(r->m->a,
	    &r->m->a->products[one->product], false);
	struct alias line = { .kind = ALIAS_INCLUDE, .where = "",
	    .reason = "", .device = "" };
	struct buf out = BUF_INIT(8192);
	struct name own;

	look_up(r->l, r->m, named);
	maker_fits(r->l, kind);
	name_read(index_kind_model(ix, kind), r->l->own, &own);
	index_device(ix, first_of(ix, kind), r->m->mem, &ret->device);
	ret->kind = kind_names[one->kind];
	for (uint32_t i = 0; i < kind->n; i++)
		ret->devices += index_members(ix, index_class(ix,
		    kind->first + i)).n;
	ret->score = one->score;
	ret->vendor = named->vendor;
	ret->product = product_text(named);
	reasons(r, one, &own, ret);
	line.vendor = ret->vendor;
	line.product = ret->product;
	line.own_vendor = ret->device.vendor;
	line.own_model = index_kind_model(ix, kind);
	if (line.own_model[0] == '\0')
		line.device = ret->device.id;
	alias_show(&out, &line);
	ret->line = out.over ? "" : arena_text(r->m->mem, buf_text(&out));
	buf_clear(&out);
}

/* Kinds that matched already, whatever their version. */
static void
mark_matched(struct nearing *r)
{
	const struct matcher *m = r->m;

	r->matched = arena_alloc(m->mem, m->ix->n_kinds / 8 + 1);
	for (uint32_t i = 0; i < m->n_hits; i++) {
		uint32_t kind = index_class(m->ix, m->hits[i].class)->kind;
		r->matched[kind / 8] |= (uint8_t)(1u << kind % 8);
	}
}

static int
compare_groups(const void *va, const void *vb)
{
	uint32_t a = *(const uint32_t *)va, b = *(const uint32_t *)vb;

	return a < b ? -1 : a > b;
}

static void
list_groups(struct nearing *r)
{
	const struct index *ix = r->m->ix;
	uint32_t n = 0;

	r->groups = arena_alloc(r->m->mem, (ix->n_vendors + 1) *
	    sizeof(*r->groups));
	for (uint64_t i = 0; i < ix->n_vendors; i++)
		if (ix->vendors[i].key != 0 &&
		    ix->vendors[i].flags & INDEX_LISTED)
			r->groups[n++] = ix->vendors[i].group;
	qsort(r->groups, n, sizeof(*r->groups), compare_groups);
	for (uint32_t i = 0; i < n; i++)
		if (r->n_groups == 0 ||
		    r->groups[r->n_groups - 1] != r->groups[i])
			r->groups[r->n_groups++] = r->groups[i];
}

void
find_near(const struct index *ix, const struct rules *rules,
    const struct advisory *a, struct arena *mem, struct near_misses *ret)
{
	struct nearing r = { .m = matcher_new(ix, rules, a, true, mem) };
	const struct product *last = NULL;
	const bool *use = match_in_use(r.m);

	memset(ret, 0, sizeof(*ret));
	match_hits(r.m);
	mark_matched(&r);
	list_groups(&r);
	r.l = arena_alloc(mem, sizeof(*r.l));
	for (uint32_t i = 0; i < a->n_products; i++) {
		const struct product *named = match_named(a, &a->products[i],
		    false);
		if (!use[i] || (last != NULL && same_lookup(last, named)))
			continue;
		last = named;
		r.product = i;
		look_up(r.l, r.m, named);
		near_names(&r);
		near_makers(&r);
	}
	ret->list = arena_alloc(mem, (r.n + 1) * sizeof(*ret->list));
	for (uint32_t i = 0; i < r.n; i++)
		fill(&r, &r.best[i], &ret->list[i]);
	ret->n = r.n;
	free(r.m->hits);
}
