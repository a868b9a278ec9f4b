/* fronts.c - lists that name a maker's owner, and the maker in front of the
 * model: "Raritan PX3-5190R" of Legrand. Those whom the table knows are makers
 * of the model from the start (find_front). */
#include <string.h>
#include "names.h"

/* Kinds that begin so and are looked at for one product; an integrator's list
 * may have all of a maker. */
#define FRONTED_MAX 8192u

static bool
shares_word(const struct lookup *l, const struct index_kind *kind)
{
	for (unsigned i = 0; i < l->name.n; i++)
		if (l->name.token[i].kind != NAME_NOISE &&
		    tokens_hold(l->m->ix, kind, l->name.token[i].hash))
			return true;
	return false;
}

/* The name behind the maker's; false: it does not begin with him. */
static bool
read_behind(const struct name *own, uint64_t maker, struct name *ret)
{
	for (unsigned k = 0; k < NAME_FRONTED_MAX && k + 1 < own->n; k++) {
		const struct name_token *t = &own->token[k];
		if (name_hash(own->flat, own->token[0].at, (size_t)t->at +
		    t->len) != maker)
			continue;
		name_read(own->flat + own->token[k + 1].at, NULL, ret);
		return ret->words > 0;
	}
	return false;
}

static void
take_fronted(struct lookup *l, uint32_t number, uint64_t maker)
{
	const struct index_kind *kind = index_kind(l->m->ix, number);
	struct name d;

	if (kind == NULL || !shares_word(l, kind) ||
	    maker_fits(l, kind) != MAKER_NO ||
	    !read_behind(kind_name(l, number, kind), maker, &d))
		return;
	int how = d.key == l->name.key ? HOW_SAME :
	    d.core == l->name.core ? HOW_RESPELT :
	    d.cut || l->name.cut || names_apart(l, &d) ? -1 :
	    how_related(l, kind, &d);
	if (how >= 0)
		add_candidate(l, number, CANDIDATE_KIND, (enum how)how, 0,
		    MAKER_NAMED);
}

void
find_in_front(struct lookup *l)
{
	for (unsigned i = 0; i < l->maker.n && l->name.words > 0; i++) {
		struct index_run run = index_find(l->m->ix, index_key(
		    INDEX_FRONT, 0, l->maker.key[i]));
		for (uint32_t k = 0; k < run.n && k < FRONTED_MAX; k++)
			take_fronted(l, run.at[k], l->maker.key[i]);
	}
}
