/* stems.c - "EDR-810 Series" stands for the models whose number begins with the
 * series' own, EDR-810-2GSFP; and where no series is named, perhaps for those
 * with options behind it. */
#include <string.h>
#include "names.h"

/* By number, and it is said that there are several. A word about variants would
 * make siblings of it: "X204 (incl. SIPLUS variant)". */
bool
is_series(const struct name *n)
{
	static const char *const words[] = { "series", "family", "families",
	    NULL };

	for (unsigned i = 0; i < n->n; i++)
		for (const char *const *w = words; *w != NULL; w++)
			if (n->token[i].len == strlen(*w) && memcmp(n->flat +
			    n->token[i].at, *w, n->token[i].len) == 0)
				return true;
	return false;
}

/* What is ordered with a model and makes no other of it, "-0125", "-48QWB";
 * fewer signs tell siblings apart, but for those of a range of temperatures, a
 * coating or a country, and behind digits alone, "5610-16". */
static bool
is_option(const char *stem, size_t n, const char *s, size_t more)
{
	static const char *const words[] = { "t", "xt", "ct", "xc", "eu", "us",
	    "jp", "uk", NULL };

	if (more >= 4 || strspn(stem, "0123456789") == n)
		return true;
	for (const char *const *w = words; *w != NULL; w++)
		if (strlen(*w) == more && memcmp(s, *w, more) == 0)
			return true;
	return false;
}

/* Fewer signs behind a sales prefix may be anybody's. */
#define PREFIXED_MIN 6u

/* Is the number of n signs at s the stem, with options behind a hyphen? */
static bool
goes_on(const char *stem, size_t len, const char *s, size_t n, bool options)
{
	return n > len + 1 && s[len] == '-' && memcmp(s, stem, len) == 0 &&
	    (!options || is_option(s, len, s + len + 1, n - len - 1));
}

/* Spelt alike: "X-200" is no stem of "X200-4P". Behind a sales prefix it may be
 * the whole number, "DHI-NVR5216"; *ret_prefixed: it is behind one. */
static bool
begins_number(const struct name *p, const struct name_token *t,
    const struct name *d, bool options, bool *ret_prefixed)
{
	const char *stem = p->flat + t->at;

	for (unsigned i = 0; i < d->n; i++) {
		const char *s = d->flat + d->token[i].at;
		size_t n = d->token[i].len, skip = sales_prefix(s, n);
		*ret_prefixed = false;
		if (goes_on(stem, t->len, s, n, options))
			return true;
		*ret_prefixed = true;
		if (skip == 0 || t->len < PREFIXED_MIN)
			continue;
		s += skip;
		n -= skip;
		if (goes_on(stem, t->len, s, n, options) ||
		    (n == t->len && memcmp(s, stem, n) == 0))
			return true;
	}
	return false;
}

void
find_series(struct lookup *l, uint32_t group)
{
	const struct index *ix = l->m->ix;

	bool series = l->name.family && is_series(&l->name);

	for (unsigned i = 0; i < l->name.n; i++) {
		const struct name_token *t = &l->name.token[i];
		struct index_run run = { .n = 0 };
		if (token_is_strong(&l->name, t))
			run = index_find(ix, index_key(INDEX_STEM, group,
			    t->hash));
		for (uint32_t k = 0; k < run.n; k++) {
			const struct index_kind *kind = index_kind(ix,
			    run.at[k]);
			bool all = kind != NULL, prefixed;
			for (unsigned q = 0; q < l->name.n && all; q++)
				all = q == i || token_is_weak(&l->name,
				    &l->name.token[q]) || tokens_hold(ix, kind,
				    l->name.token[q].hash);
			all = all && begins_number(&l->name, t, kind_name(l,
			    run.at[k], kind), !series, &prefixed);
			if (all)
				add_candidate(l, run.at[k], CANDIDATE_KIND,
				    series && !prefixed ? HOW_FAMILY :
				    HOW_WIDER, 0, maker_fits(l, kind));
		}
	}
}
