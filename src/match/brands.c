/* brands.c - words that names may leave out, and what must then be in common;
 * makers that are a guess. */
#include "names.h"
#include "vocabulary.h"

/* Numbers that such a device may say beyond the product: the most that a
 * "SP2 Upd 15" behind its line of versions comes to. */
#define CODES_MAX 2u

bool
is_brand(const struct lookup *l, uint64_t hash)
{
	for (unsigned g = 0; g < l->n_groups && l->branded; g++)
		if (vocabulary_has_brand(l->m->vocabulary, l->group[g], hash))
			return true;
	return false;
}

uint32_t
telling_words(const struct name *n, uint32_t but)
{
	uint32_t ret = 0;

	for (unsigned i = 0; i < n->n; i++) {
		const struct name_token *t = &n->token[i];
		if ((but >> i & 1) == 0 && t->kind != NAME_NOISE &&
		    t->kind != NAME_LINE && !token_is_weak(n, t))
			ret |= 1u << i;
	}
	return ret;
}

void
find_brands(struct lookup *l)
{
	l->brands = l->telling = 0;
	for (unsigned i = 0; i < l->name.n && l->branded; i++)
		if (l->name.token[i].kind != NAME_NOISE &&
		    is_brand(l, l->name.token[i].hash))
			l->brands |= 1u << i;
	if (l->brands != 0)
		l->telling = telling_words(&l->name, l->brands);
}

bool
brands_say_nothing(const struct lookup *l, const struct name *d)
{
	const struct name *p = &l->name;
	bool telling = false, theirs = false, ours = false;
	uint32_t words = l->brands != 0 ? l->telling : telling_words(p, 0);

	for (unsigned i = 0; i < p->n; i++) {
		bool there = has_token(d, p->token[i].hash);
		telling |= (words >> i & 1) != 0 && there;
		theirs |= (l->brands >> i & 1) != 0 && !there;
	}
	for (unsigned i = 0; i < d->n && telling && theirs; i++)
		ours |= !has_token(p, d->token[i].hash) &&
		    is_brand(l, d->token[i].hash);
	return telling && (!theirs || !ours);
}

/* A telling number, or (words) two telling words. */
static bool
have_much_in_common(const struct lookup *l, const struct name *d, bool words)
{
	unsigned n = 0;

	for (unsigned i = 0; i < d->n && words; i++)
		n += has_token(&l->name, d->token[i].hash) &&
		    d->token[i].kind != NAME_LINE &&
		    !token_is_weak(d, &d->token[i]);
	return n >= 2 || share_code(&l->name, d) >= 2;
}

/* Of a device without a maker: more than the "TCP" of "uC/TCP-IP", or what
 * the maker is called. */
static bool
have_word_in_common(const struct lookup *l, const struct name *d)
{
	const struct name *maker = vendor_words(l->m, l->p->vendor);

	for (unsigned i = 0; i < d->n; i++)
		if (has_token(maker, d->token[i].hash) ||
		    (d->token[i].len > 3 && d->token[i].kind != NAME_LINE &&
		    !token_is_weak(d, &d->token[i]) &&
		    has_token(&l->name, d->token[i].hash)))
			return true;
	return false;
}

static bool
holds(const uint64_t *tokens, unsigned n, uint64_t hash)
{
	for (unsigned i = 0; i < n; i++)
		if (tokens[i] == hash)
			return true;
	return false;
}

bool
brand_may_lack(const struct lookup *l, const struct index_kind *kind)
{
	const uint64_t *own = index_tokens(l->m->ix, kind);
	unsigned more = 0, codes = 0;
	bool lacks = false;

	for (unsigned i = 0; i < l->name.n; i++)
		lacks |= (l->brands >> i & 1) != 0 && !holds(own,
		    kind->n_tokens, l->name.token[i].hash);
	for (unsigned i = 0; i < kind->n_tokens && lacks; i++) {
		bool there = has_token(&l->name, own[i]);
		more += !there;
		codes += !there && i < kind->n_codes;
	}
	return !lacks || (codes <= CODES_MAX && more <= 4);
}

bool
weak_maker_may(struct lookup *l, uint32_t what, enum candidate_of of,
    enum how how, enum maker_fit maker)
{
	const struct index_kind *kind = of == CANDIDATE_KIND &&
	    (maker == MAKER_GROUP || how > HOW_FAMILY) ?
	    index_kind(l->m->ix, what) : NULL;

	if (maker != MAKER_GROUP && how <= HOW_FAMILY)
		return true;
	if (kind == NULL)
		return maker == MAKER_GROUP && how == HOW_IDENTIFIER;
	return maker >= MAKER_ALIAS ? have_word_in_common(l, kind_name(l, what,
	    kind)) : have_much_in_common(l, kind_name(l, what, kind),
	    how <= HOW_FAMILY);
}
