/* fronts.c - lists that name a maker's owner, and the maker in front of the
 * model: "Raritan PX3-5190R" of Legrand. */
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
read_behind(const struct lookup *l, const struct name *own, uint64_t maker,
    uint32_t group, struct name *ret)
{
	for (unsigned k = 0; k < NAME_FRONT_MAX && k + 1 < own->n; k++) {
		const struct name_token *t = &own->token[k];
		uint64_t front = name_hash(own->flat, own->token[0].at,
		    (size_t)t->at + t->len);
		if (front != maker && (group == INDEX_NO_VENDOR ||
		    index_group(l->m->ix, front) != group))
			continue;
		name_read(own->flat + own->token[k + 1].at, NULL, ret);
		return ret->words > 0;
	}
	return false;
}

static void
take_run(struct lookup *l, struct index_run run, uint64_t maker,
    uint32_t group)
{
	for (uint32_t i = 0; i < run.n && i < FRONTED_MAX; i++) {
		const struct index_kind *kind = index_kind(l->m->ix,
		    run.at[i]);
		struct name d;
		if (kind == NULL || !shares_word(l, kind) ||
		    maker_fits(l, kind) != MAKER_NO || !read_behind(l,
		    kind_name(l, run.at[i], kind), maker, group, &d))
			continue;
		int how = d.key == l->name.key ? HOW_SAME :
		    d.core == l->name.core ? HOW_RESPELT : d.cut ||
		    l->name.cut || names_apart(l, &d) ? -1 :
		    how_related(l, kind, &d);
		if (how >= 0)
			add_candidate(l, run.at[i], CANDIDATE_KIND,
			    (enum how)how, 0, MAKER_NAMED);
	}
}

void
find_fronted(struct lookup *l)
{
	const struct index *ix = l->m->ix;

	for (unsigned i = 0; i < l->maker.n && l->name.words > 0; i++) {
		uint64_t maker = l->maker.key[i];
		uint32_t group = index_group(ix, maker);
		take_run(l, index_find(ix, index_key(INDEX_FRONT, 0, maker)),
		    maker, group);
		if (group != INDEX_NO_VENDOR)
			take_run(l, index_find(ix, index_key(INDEX_FRONT,
			    group, 0)), maker, group);
	}
}
