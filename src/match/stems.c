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
 * fewer signs tell siblings apart, but for the T of a range of temperatures,
 * and behind digits alone, "5610-16". */
#define OPTION_MIN 4

static bool
is_digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

/* Spelt alike: "X-200" is no stem of "X200-4P". */
static bool
begins_number(const struct name *p, const struct name_token *t,
    const struct name *d, bool options)
{
	for (unsigned i = 0; i < d->n; i++) {
		const char *s = d->flat + d->token[i].at;
		int more = (int)d->token[i].len - t->len - 1;
		if (more > 0 && s[t->len] == '-' && memcmp(s, p->flat + t->at,
		    t->len) == 0 && (!options || more >= OPTION_MIN ||
		    (more == 1 && s[t->len + 1] == 't') ||
		    is_digits(s, t->len)))
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
			bool all = kind != NULL;
			for (unsigned q = 0; q < l->name.n && all; q++)
				all = q == i || token_is_weak(&l->name,
				    &l->name.token[q]) || tokens_hold(ix, kind,
				    l->name.token[q].hash);
			if (all && begins_number(&l->name, t, kind_name(l,
			    run.at[k], kind), !series))
				add_candidate(l, run.at[k], CANDIDATE_KIND,
				    series ? HOW_FAMILY : HOW_WIDER, 0,
				    maker_fits(l, kind));
		}
	}
}
