/* names.c - from a publisher's product to the devices that it may be: by
 * identifier first, then by maker and name. No device is looked at that does
 * not share a key with the product. */
#include <string.h>
#include "lines.h"
#include "names.h"
#include "rules.h"
#include "base/text.h"

/* A word that more kinds share than this tells nothing. */
#define SHARED_MAX 512u
/* Candidates that are fetched ahead of their use. */
#define FETCH_MAX 64u

const char *
product_printed(const struct product *p)
{
	return p->name[0] != '\0' ? p->name : p->product[0] != '\0' ?
	    p->product : p->family[0] != '\0' ? p->family : p->ref;
}

const char *
product_text(const struct product *p)
{
	return p->product[0] != '\0' ? p->product : p->family[0] != '\0' ?
	    p->family : p->name;
}

bool
same_lookup(const struct product *a, const struct product *b)
{
	if (strcmp(a->vendor, b->vendor) != 0 ||
	    strcmp(product_text(a), product_text(b)) != 0 ||
	    strcmp(a->family, b->family) != 0 ||
	    strcmp(a->cpe, b->cpe) != 0 || a->n_models != b->n_models ||
	    a->n_skus != b->n_skus || a->n_purls > 0 || b->n_purls > 0 ||
	    a->n_serials > 0 || b->n_serials > 0 ||
	    a->n_hashes > 0 || b->n_hashes > 0 ||
	    (a->relation[0] != '\0') != (b->relation[0] != '\0'))
		return false;
	for (uint32_t i = 0; i < a->n_models; i++)
		if (strcmp(a->models[i], b->models[i]) != 0)
			return false;
	for (uint32_t i = 0; i < a->n_skus; i++)
		if (strcmp(a->skus[i], b->skus[i]) != 0)
			return false;
	return true;
}

/* Best how wins where one comes twice. */
void
add_candidate(struct lookup *l, uint32_t what, enum candidate_of of,
    enum how how, enum index_key ident, enum maker_fit maker)
{
	if (maker == MAKER_NO || (l->one_of && how > HOW_FAMILY) ||
	    (l->second && how > HOW_WIDER) ||
	    (maker < MAKER_ALIAS && !weak_maker_may(l, what, of, how, maker)))
		return;
	if ((l->one_of || l->second) && how < HOW_RESPELT)
		how = HOW_RESPELT;
	if (l->of_cpe) {
		ident = INDEX_CPE;
		how = how < HOW_FAMILY ? HOW_FAMILY : how;
	}
	struct candidate new = { .what = what, .n = 1, .of = (uint8_t)of,
	    .how = (uint8_t)how, .ident = (uint8_t)ident,
	    .maker = (uint8_t)maker };
	for (uint32_t i = 0; i < l->n && l->n < 64; i++) {
		struct candidate *c = &l->list[i];
		if (what - c->what >= c->n || c->of != new.of)
			continue;
		if (how < c->how && c->n == 1) {
			c->how = new.how;
			c->ident = new.ident;
		}
		return;
	}
	l->list = arena_more(l->m->mem, l->list, l->n, sizeof(*l->list));
	l->list[l->n++] = new;
}

static void
take_kinds(struct lookup *l, struct index_run run, enum how how)
{
	for (uint32_t i = 0; i < run.n; i++) {
		const struct index_kind *kind = index_kind(l->m->ix,
		    run.at[i]);
		if (kind != NULL)
			add_candidate(l, run.at[i], CANDIDATE_KIND, how, 0,
			    maker_fits(l, kind));
	}
}

/* However the words are parted. */
static void
take_core(struct lookup *l, uint32_t group, uint64_t core)
{
	take_kinds(l, index_find(l->m->ix, index_key(INDEX_CORE, group,
	    core)), HOW_RESPELT);
	if (core != l->name.key)
		take_kinds(l, index_find(l->m->ix, index_key(INDEX_NAME,
		    group, core)), HOW_RESPELT);
}

bool
has_token(const struct name *n, uint64_t hash)
{
	for (unsigned i = 0; i < n->n; i++)
		if (n->token[i].hash == hash &&
		    n->token[i].kind != NAME_NOISE)
			return true;
	return false;
}

bool
tokens_hold(const struct index *ix, const struct index_kind *kind,
    uint64_t hash)
{
	const uint64_t *t = index_tokens(ix, kind);

	for (unsigned i = 0; i < kind->n_tokens; i++)
		if (t[i] == hash)
			return true;
	return false;
}

const struct name *
kind_name(struct lookup *l, uint32_t number, const struct index_kind *kind)
{
	struct matcher *m = l->m;
	struct name **at = &m->names[number % NAMES_KEPT].name;

	if (m->names[number % NAMES_KEPT].kind == number + 1)
		return *at;
	if (*at == NULL)
		*at = arena_raw(m->mem, sizeof(**at));
	index_kind_name(m->ix, kind, *at);
	m->names[number % NAMES_KEPT].kind = number + 1;
	return *at;
}

const struct name *
vendor_words(struct matcher *m, const char *text)
{
	size_t slot = ((uintptr_t)text >> 1) % WORDS_KEPT;
	struct name **at = &m->words[slot].name;

	if (m->words[slot].text == text)
		return *at;
	if (*at == NULL)
		*at = arena_alloc(m->mem, sizeof(**at));
	name_read(text, NULL, *at);
	m->words[slot].text = text;
	return *at;
}

/* "Series B" alone is of what the document's title names by a number. */
static bool
title_tells(const struct lookup *l, const struct name *d)
{
	struct name title;

	for (unsigned i = 0; i < l->name.n; i++)
		if (l->name.token[i].kind != NAME_NOISE &&
		    l->name.token[i].len > 1)
			return true;
	name_read(l->m->a->title, NULL, &title);
	for (unsigned i = 0; i < d->n; i++)
		if (token_is_strong(d, &d->token[i]) && has_token(&title,
		    d->token[i].hash))
			return true;
	return false;
}

enum related { RELATED_WIDER, RELATED_NARROWER, RELATED_SHARED };

/* Numbers that only one of both has tell them apart, unless they are in the
 * maker's name; seen without reading the device's name. Where all words are on
 * one side it is the others' matter. */
static bool
can_share(const struct lookup *l, const struct index_kind *kind)
{
	const struct index *ix = l->m->ix;
	const uint64_t *own = index_tokens(ix, kind);
	bool alike = true, more = false;

	for (unsigned i = 0; i < kind->n_codes && alike; i++)
		alike = l->name.family || has_token(&l->name, own[i]);
	for (unsigned i = 0; i < l->name.n && alike; i++)
		alike = l->name.token[i].kind != NAME_CODE ||
		    tokens_hold(ix, kind, l->name.token[i].hash);
	if (!alike && strpbrk(index_kind_vendor(ix, kind), "0123456789") ==
	    NULL)
		return false;
	for (unsigned i = 0; i < kind->n_tokens && !more; i++)
		more = !has_token(&l->name, own[i]);
	return more;
}

static bool
holds_all(const struct name *n, const struct name *in)
{
	for (unsigned i = 0; i < n->n; i++)
		if (n->token[i].kind != NAME_NOISE &&
		    !has_token(in, n->token[i].hash))
			return false;
	return true;
}

int
how_related(const struct lookup *l, const struct index_kind *kind,
    const struct name *d)
{
	const char *vendor = index_kind_vendor(l->m->ix, kind);

	return holds_all(&l->name, d) ? how_wider(l, d, vendor) :
	    holds_all(d, &l->name) ? how_narrower(l, d, vendor) :
	    how_shared(l, d, vendor);
}

/* "HP LaserJet" of Hewlett-Packard: the name behind another one of its own
 * maker's; false: it does not begin so. */
static bool
behind_front(const struct lookup *l, const struct name *d, struct name *ret)
{
	struct maker one;

	for (unsigned n = NAME_FRONT_MAX; n > 0; n--) {
		one.n = 0;
		const struct index_vendor *v = name_front(d, n, &one) ?
		    index_vendor(l->m->ix, one.key[0]) : NULL;
		if (v == NULL || !(v->flags & INDEX_KNOWN))
			continue;
		for (unsigned i = 0; i < l->own->n; i++)
			if (index_group(l->m->ix, l->own->key[i]) == v->group) {
				name_read(d->flat + d->token[n].at, NULL, ret);
				return ret->words > 0;
			}
	}
	return false;
}

static void
take_related(struct lookup *l, uint32_t number,
    const struct index_kind *kind, enum related related)
{
	enum maker_fit fit = maker_fits(l, kind);
	const char *vendor = index_kind_vendor(l->m->ix, kind);
	int how;

	if (fit == MAKER_NO)
		return;
	const struct name *d = kind_name(l, number, kind);
	if (d->words == 0 || d->cut || (related == RELATED_WIDER &&
	    !title_tells(l, d)) || names_apart(l, d))
		return;
	if (related == RELATED_WIDER)
		how = how_wider(l, d, vendor);
	else if (related == RELATED_NARROWER)
		how = how_narrower(l, d, vendor);
	else
		how = how_shared(l, d, vendor);
	struct name bare;
	if (how < 0 && related == RELATED_SHARED && behind_front(l, d, &bare))
		how = how_related(l, kind, &bare);
	/* Whose it is the list does not say. */
	if (how > HOW_FAMILY && l->own->n == 0 && !weak_maker_may(l, number,
	    CANDIDATE_KIND, (enum how)how, fit))
		return;
	if (how >= 0)
		add_candidate(l, number, CANDIDATE_KIND, (enum how)how, 0,
		    fit);
}

/* The kinds of one maker that have each of the name's words. */
struct words_of {
	struct index_run run[NAME_TOKENS_MAX];
};

static void
find_words_of(const struct lookup *l, uint32_t group, struct words_of *ret)
{
	const struct name *n = &l->name;
	uint64_t key[NAME_TOKENS_MAX];

	for (unsigned i = 0; i < n->n; i++) {
		key[i] = index_key(INDEX_WORD, group, n->token[i].hash);
		index_soon(l->m->ix, key[i]);
		index_soon(l->m->ix, index_key(INDEX_LEAD, group,
		    n->token[i].hash));
	}
	for (unsigned i = 0; i < n->n; i++)
		ret->run[i] = n->token[i].kind == NAME_NOISE ?
		    (struct index_run){ NULL, 0 } :
		    index_find(l->m->ix, key[i]);
}

/* Devices whose names hold all words of the product's, of one maker. */
static void
find_wider(struct lookup *l, const struct words_of *words)
{
	const struct index *ix = l->m->ix;
	struct index_run best = { .at = NULL, .n = UINT32_MAX };
	/* Brands may be left out, if something telling is left. */
	uint32_t out = l->telling != 0 ? l->brands : 0;
	unsigned least = l->name.words;

	for (unsigned i = 0; i < l->name.n; i++) {
		least -= out >> i & 1;
		if (l->name.token[i].kind == NAME_NOISE ||
		    (out >> i & 1) != 0)
			continue;
		struct index_run run = words->run[i];
		if (run.n > 0)
			l->listed |= 1u << i;
		if (run.n < best.n)
			best = run;
	}
	if (best.at == NULL)
		return;
	for (uint32_t i = 0; i < best.n; i++) {
		const struct index_kind *kind = index_kind(ix, best.at[i]);
		if (kind == NULL || kind->n_tokens < least ||
		    kind->key == l->name.key)
			continue;
		bool all = true;
		for (unsigned k = 0; k < l->name.n && all; k++)
			all = l->name.token[k].kind == NAME_NOISE ||
			    (out >> k & 1) != 0 || tokens_hold(ix, kind,
			    l->name.token[k].hash);
		if (all && (out == 0 || brand_may_lack(l, kind)))
			take_related(l, best.at[i], kind, RELATED_WIDER);
	}
}

/* Devices all of whose words are in the product's name, of one maker. */
static void
find_narrower(struct lookup *l, uint32_t group)
{
	const struct index *ix = l->m->ix;

	for (unsigned i = 0; i < l->name.n; i++) {
		const struct name_token *t = &l->name.token[i];
		if (t->kind == NAME_NOISE)
			continue;
		struct index_run run = index_find(ix, index_key(INDEX_LEAD,
		    group, t->hash));
		for (uint32_t k = 0; k < run.n; k++) {
			const struct index_kind *kind = index_kind(ix,
			    run.at[k]);
			if (kind == NULL || kind->key == l->name.key)
				continue;
			const uint64_t *own = index_tokens(ix, kind);
			bool all = kind->n_tokens > 0;
			for (unsigned q = 0; q < kind->n_tokens && all; q++)
				all = has_token(&l->name, own[q]);
			if (all)
				take_related(l, run.at[k], kind,
				    RELATED_NARROWER);
		}
	}
}

/* Devices that share a number with the product, of one maker, and differ in
 * words that say little on both sides. */
static void
find_shared(struct lookup *l, const struct words_of *words)
{
	const struct index *ix = l->m->ix;

	for (unsigned i = 0; i < l->name.n; i++) {
		const struct name_token *t = &l->name.token[i];
		if (!token_is_strong(&l->name, t))
			continue;
		struct index_run run = words->run[i];
		if (run.n > SHARED_MAX)
			continue;
		for (uint32_t k = 0; k < run.n; k++) {
			const struct index_kind *kind = index_kind(ix,
			    run.at[k]);
			if (kind != NULL && kind->key != l->name.key &&
			    can_share(l, kind))
				take_related(l, run.at[k], kind,
				    RELATED_SHARED);
		}
	}
}

void
find_name(struct lookup *l)
{
	struct words_of words;

	if (l->name.n == 0)
		return;
	find_brands(l);
	l->listed = 0;
	for (unsigned g = 0; g < l->n_groups; g++) {
		uint32_t group = l->group[g];
		take_kinds(l, index_find(l->m->ix, index_key(INDEX_NAME,
		    group, l->name.key)), HOW_SAME);
		if (l->name.words == 0)
			continue;
		take_core(l, group, l->name.core);
		/* "ION 9000" for "PowerLogic ION9000" */
		if (l->brands != 0 && l->telling != 0)
			take_core(l, group, name_core_without(&l->name,
			    l->brands));
		uint64_t line = name_core_line(&l->name, 0);
		if (line != 0)
			take_core(l, group, line);
		if (l->front > 0 && l->front < l->name.words)
			take_core(l, group, name_core_without(&l->name,
			    (1u << l->front) - 1));
		if (l->name.cut)
			continue;
		find_words_of(l, group, &words);
		find_wider(l, &words);
		find_narrower(l, group);
		find_shared(l, &words);
		find_series(l, group);
	}
	if (l->name.words > 0 && !l->name.cut)
		find_patterns(l);
}

/* A text that holds several names, unless its order number says that it is
 * one product. */
static void
find_alternatives(struct lookup *l, const char *text)
{
	struct alternatives list;
	struct name n;

	if (l->n_codes == 1 || strpbrk(text, ",/=&;(") == NULL) {
		if (l->n_codes == 1 || (strstr(text, " and ") == NULL &&
		    strstr(text, " or ") == NULL &&
		    strstr(text, "incl") == NULL))
			return;
	}
	alternatives_read(text, l->m->mem, &list);
	if (list.n == 0 || l->m->tried > TRIED_MAX)
		return;
	l->m->tried += list.n * 100;
	n = l->name;
	l->one_of = true;
	for (uint32_t i = 0; i < list.n; i++) {
		name_read(list.text[i], &l->maker, &l->name);
		/* Of many combinations, and of plain words, only whole
		 * names. */
		bool code = false;
		for (unsigned k = 0; k < l->name.n; k++)
			code |= l->name.token[k].kind == NAME_CODE;
		l->name.cut |= list.n > 32 ||
		    (!code && (list.n > 8 || !is_series(&l->name)));
		if (l->name.words > 0)
			find_name(l);
	}
	l->one_of = false;
	l->name = n;
}

/* The maker is a guess: what stands for his name may be part of the product's.
 */
static void
find_whole(struct lookup *l, const char *text)
{
	struct name n = l->name;

	name_read(text, NULL, &l->name);
	find_name(l);
	l->name = n;
}

/* The candidates' classes will be asked for their versions. */
static void
fetch_candidates(const struct lookup *l)
{
	const struct index *ix = l->m->ix;

	for (uint32_t i = 0; i < l->n && i < FETCH_MAX; i++)
		if (l->list[i].of == CANDIDATE_KIND)
			__builtin_prefetch(ix->classes + index_kind(ix,
			    l->list[i].what)->first);
}

static void
begin(struct lookup *l, struct matcher *m, const struct product *p)
{
	l->m = m;
	l->p = p;
	l->code = NULL;
	l->list = NULL;
	l->n_codes = l->n = 0;
	l->whole = false;
}

static void
take_numbers(struct lookup *l)
{
	const struct product *p = l->p;

	l->n_name_codes = l->n_codes;
	for (uint32_t i = 0; i < p->n_models; i++)
		add_code(l, p->models[i]);
	for (uint32_t i = 0; i < p->n_skus; i++)
		add_code(l, p->skus[i]);
	find_identifiers(l);
}

bool
look_up_whole(struct lookup *l, struct matcher *m, const struct product *p)
{
	if (p->cpe[0] == '\0' && p->n_purls + p->n_models + p->n_skus +
	    p->n_serials + p->n_hashes == 0)
		return false;
	begin(l, m, p);
	l->whole = true;
	find_makers(l, product_text(p));
	name_read("", &l->maker, &l->name);
	take_numbers(l);
	return true;
}

/* "All other Gate types": those that the document names nowhere else. */
static bool
names_others(const struct name *n)
{
	static const char word[] = "other";

	for (unsigned i = 0; i < n->n && i < 2; i++)
		if (n->token[i].len == sizeof(word) - 1 && memcmp(n->flat +
		    n->token[i].at, word, sizeof(word) - 1) == 0)
			return true;
	return false;
}

void
look_up(struct lookup *l, struct matcher *m, const struct product *p)
{
	const char *text = product_text(p);
	/* Most products of an advisory are one maker's. */
	bool again = l->p != NULL && !l->guessed && !l->both &&
	    strcmp(l->p->vendor, p->vendor) == 0;

	begin(l, m, p);
	if (!again)
		find_makers(l, text);
	name_read(text, &l->maker, &l->name);
	if (find_front(l))
		name_read(text, &l->maker, &l->name);
	l->others = names_others(&l->name);
	for (unsigned i = 0; i < l->name.n_codes; i++)
		add_code(l, l->name.code[i]);
	take_numbers(l);
	find_in_front(l);
	/* Of his makers no list has a device. */
	if (l->n_groups > 0) {
		find_name(l);
		find_second(l, text);
		if (l->guessed && l->maker.n > 0)
			find_whole(l, text);
		find_alternatives(l, text);
	}
	if (m->rules != NULL) {
		lines_look_up(l);
		rules_look_up(l);
	}
	if (l->name.except != 0)
		drop_excepted(l);
	fetch_candidates(l);
}
