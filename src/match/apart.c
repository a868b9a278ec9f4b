/* apart.c - products whose names hold all of another's and that are none of it:
 * "WebAccess/NMS" is no WebAccess. The table names them (apart). */
#include "names.h"
#include "vocabulary.h"

static bool
holds_words(const struct name *n, const struct apart *a)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (!has_token(n, a->words[i]))
			return false;
	return a->n > 0;
}

bool
names_apart(const struct lookup *l, const struct name *d)
{
	for (unsigned g = 0; g < l->n_groups && l->parted; g++) {
		uint32_t n;
		const struct apart *a = vocabulary_aparts(l->m->vocabulary,
		    l->group[g], &n);
		for (uint32_t i = 0; i < n; i++)
			if (holds_words(&l->name, &a[i]) != holds_words(d,
			    &a[i]))
				return true;
	}
	return false;
}
