/* makers.c - whose product is it: the same maker, one known under another name,
 * or one whose name is written short ("Kestrel" for "Kestrel Water Inc.").
 *
 * A short name counts while no other maker of the lists, of the table or of the
 * document explains it better; with rivals it is a guess. */
#include <string.h>
#include "names.h"
#include "vocabulary.h"

#define DOCUMENT_MAKERS_MAX 32u

/* The makers of the whole document, once. */
static void
read_document_makers(struct matcher *m)
{
	const struct advisory *a = m->a;
	const char *last = "";

	if (m->makers != NULL)
		return;
	m->makers = arena_alloc(m->mem, DOCUMENT_MAKERS_MAX *
	    sizeof(*m->makers));
	for (uint32_t i = 0; i < a->n_products &&
	    m->n_makers < DOCUMENT_MAKERS_MAX; i++) {
		const char *text = a->products[i].vendor;
		if (text[0] == '\0' || strcmp(text, last) == 0)
			continue;
		last = text;
		struct maker *one = &m->makers[m->n_makers];
		maker_read(text, one);
		bool again = one->n == 0;
		for (unsigned k = 0; k < m->n_makers && !again; k++)
			again = m->makers[k].key[0] == one->key[0];
		m->n_makers += !again;
	}
}

/* Does the document name a maker by this key alone? */
static bool
document_names(const struct matcher *m, uint64_t key)
{
	for (unsigned i = 0; i < m->n_makers; i++)
		if (m->makers[i].key[0] == key)
			return true;
	return false;
}

/* Does it name another one that begins so? */
static bool
document_rivals(const struct matcher *m, uint64_t start, uint64_t key)
{
	for (unsigned i = 0; i < m->n_makers; i++)
		for (unsigned k = 0; k < m->makers[i].n_starts[0]; k++)
			if (m->makers[i].start[0][k] == start &&
			    m->makers[i].key[0] != key)
				return true;
	return false;
}

static bool
has_group(const struct lookup *l, uint32_t group)
{
	for (unsigned i = 0; i < l->n_groups; i++)
		if (l->group[i] == group)
			return true;
	return false;
}

/* The table knows many of whom no device is. */
static void
add_group(struct lookup *l, uint32_t group, enum maker_fit fit)
{
	if (l->n_groups == LOOKUP_GROUPS_MAX || has_group(l, group) ||
	    index_find(l->m->ix, index_key(INDEX_NAME, group, 0)).n == 0)
		return;
	l->group_fit[l->n_groups] = (uint8_t)fit;
	l->group[l->n_groups++] = group;
}

/* Makers of the lists that begin as this one does, but for two groups. */
static bool
list_rivals(const struct lookup *l, uint64_t start, uint32_t a, uint32_t b)
{
	struct index_run run = index_find(l->m->ix, index_key(INDEX_MAKER, 0,
	    start));

	for (uint32_t i = 0; i < run.n && i < 64; i++)
		if (run.at[i] >> 2 != a && run.at[i] >> 2 != b)
			return true;
	return false;
}

/* The document writes a maker short. */
static void
add_longer(struct lookup *l, unsigned i)
{
	const struct index *ix = l->m->ix;
	uint64_t key = l->maker.key[i];
	const struct index_vendor *own = index_vendor(ix, key);
	struct index_run run = index_find(ix, index_key(INDEX_MAKER, 0, key));

	for (uint32_t k = 0; k < run.n && k < 64; k++) {
		uint32_t group = run.at[k] >> 2;
		bool plain = run.at[k] & 1, known = run.at[k] & 2;
		if (own != NULL && (!plain ||
		    (known && own->flags & INDEX_KNOWN)))
			continue;
		bool rivals = own == NULL && list_rivals(l, key, group,
		    group);
		add_group(l, group, rivals ? MAKER_RIVALS : MAKER_SHORT);
	}
}

/* A device list writes a maker short. */
static void
add_shorter(struct lookup *l, unsigned i)
{
	const struct index *ix = l->m->ix;
	const struct index_vendor *own = index_vendor(ix, l->maker.key[i]);
	uint32_t group = own != NULL ? own->group : INDEX_NO_VENDOR;

	for (unsigned k = 0; k < l->maker.n_starts[i]; k++) {
		uint64_t start = l->maker.start[i][k];
		const struct index_vendor *v = index_vendor(ix, start);
		bool plain = l->maker.plain[i] >> k & 1;
		/* "Kestrel & Sons" is not Kestrel, written short. */
		if (v == NULL || v->flags == INDEX_WITHIN ||
		    document_names(l->m, start))
			continue;
		if (v->flags & INDEX_KNOWN && (!plain ||
		    (own != NULL && own->flags & INDEX_KNOWN)))
			continue;
		bool rivals = !plain && (list_rivals(l, start, group,
		    v->group) || document_rivals(l->m, start,
		    l->maker.key[i]));
		add_group(l, v->group, rivals ? MAKER_RIVALS : MAKER_SHORT);
	}
}

/* A product without a maker may begin with his name. */
static void
guess_maker(struct lookup *l, const char *text)
{
	struct name n;

	name_read(text, NULL, &n);
	for (unsigned k = n.n < 5 ? n.n : 5; k > 0; k--) {
		struct maker one;
		char words[NAME_RUN_MAX];
		size_t len = (size_t)n.token[k - 1].at + n.token[k - 1].len;
		memcpy(words, n.flat, len);
		words[len] = '\0';
		maker_read(words, &one);
		if (one.n > 0 && index_group(l->m->ix, one.key[0]) !=
		    INDEX_NO_VENDOR) {
			l->maker = one;
			l->maker.n = 1;
			return;
		}
	}
}

/* A list may name the group that the maker is, or was, a division of; never the
 * other way round. */
static void
add_owners(struct lookup *l, uint64_t key)
{
	uint32_t n;
	const struct division *d = vocabulary_divisions(l->m->vocabulary,
	    index_group(l->m->ix, key), key, &n);

	for (uint32_t i = 0; i < n; i++)
		add_group(l, d[i].group, MAKER_GROUP);
}

static void
find_groups(struct lookup *l)
{
	l->n_groups = 0;
	for (unsigned i = 0; i < FITS_KEPT; i++)
		l->kept[i].vendor = 0;
	for (unsigned i = 0; i < l->maker.n; i++) {
		uint32_t g = index_group(l->m->ix, l->maker.key[i]);
		if (g != INDEX_NO_VENDOR)
			add_group(l, g, MAKER_ALIAS);
	}
	/* Devices whose maker is not known may be anybody's. */
	add_group(l, INDEX_NO_VENDOR, MAKER_ALIAS);
	for (unsigned i = 0; i < l->maker.n; i++)
		add_owners(l, l->maker.key[i]);
	read_document_makers(l->m);
	for (unsigned i = 0; i < l->maker.n; i++) {
		if (l->maker.part[i])
			continue;
		add_longer(l, i);
		add_shorter(l, i);
	}
	l->branded = l->shortened = l->parted = false;
	for (unsigned i = 0; i < l->n_groups; i++) {
		uint32_t n;
		l->branded |= vocabulary_has_brand(l->m->vocabulary,
		    l->group[i], 0);
		vocabulary_shorts(l->m->vocabulary, l->group[i], &n);
		l->shortened |= n > 0;
		vocabulary_aparts(l->m->vocabulary, l->group[i], &n);
		l->parted |= n > 0;
	}
}

void
find_makers(struct lookup *l, const char *text)
{
	maker_read(l->p->vendor, &l->maker);
	l->guessed = l->maker.n == 0;
	l->both = false;
	l->front = 0;
	if (l->guessed)
		guess_maker(l, text);
	find_groups(l);
}

/* "Tridium JACE 8000" of Honeywell: whom the name begins with counts as well,
 * as in lists (index_kinds.c). Another name of the same maker may be left out.
 */
bool
find_front(struct lookup *l)
{
	const struct index *ix = l->m->ix;
	struct maker one;

	l->front = 0;
	for (unsigned n = NAME_FRONT_MAX; n > 0 && !l->guessed; n--) {
		one.n = 0;
		const struct index_vendor *v = name_front(&l->name, n, &one) ?
		    index_vendor(ix, one.key[0]) : NULL;
		if (v == NULL || !(v->flags & INDEX_KNOWN))
			continue;
		l->front = n;
		for (unsigned i = 0; i < l->maker.n; i++)
			if (index_group(ix, l->maker.key[i]) == v->group)
				return false;
		if (l->maker.n == NAME_VENDORS_MAX || index_find(ix,
		    index_key(INDEX_NAME, v->group, 0)).n == 0)
			return false;
		l->front = 0;
		l->both = name_front(&l->name, n, &l->maker);
		find_groups(l);
		return true;
	}
	return false;
}

static enum maker_fit
vendor_fits(const struct lookup *l, const char *text, const struct maker *own)
{
	enum maker_fit best = MAKER_NO;

	if (text[0] == '\0' || l->maker.n == 0)
		return MAKER_ALIAS;
	if (strcmp(text, l->p->vendor) == 0)
		return MAKER_SAME;
	for (unsigned i = 0; i < own->n; i++) {
		for (unsigned k = 0; k < l->maker.n; k++)
			if (own->key[i] == l->maker.key[k]) {
				enum maker_fit fit = own->part[i] ||
				    l->maker.part[k] || ((own->two >> i |
				    l->maker.two >> k) & 1) ? MAKER_ALIAS :
				    MAKER_SAME;
				best = fit > best ? fit : best;
			}
		uint32_t group = index_group(l->m->ix, own->key[i]);
		for (unsigned k = 0; k < l->n_groups; k++)
			if (group == l->group[k] && group != INDEX_NO_VENDOR &&
			    l->group_fit[k] > best)
				best = l->group_fit[k];
	}
	return own->n == 0 ? MAKER_ALIAS : best;
}

enum maker_fit
maker_fits(struct lookup *l, const struct index_kind *kind)
{
	uint32_t vendor = kind->vendor;
	struct fit_kept *at = &l->kept[(vendor * 2654435761u >> 16) %
	    FITS_KEPT];

	if (at->vendor != vendor + 1) {
		const char *text = index_string(l->m->ix, vendor);
		maker_read(text, &at->maker);
		at->fit = vendor_fits(l, text, &at->maker);
		at->vendor = vendor + 1;
	}
	l->own = &at->maker;
	return at->fit;
}
