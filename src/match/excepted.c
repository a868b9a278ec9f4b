/* excepted.c - "Gate, not including Gate 7 and Gate 9 Pro": devices that the
 * product's name leaves out are none of it. */
#include <stdio.h>
#include <string.h>
#include "names.h"

/* Has the kind all words that this part says, of which one tells? */
static bool
says_all(const struct lookup *l, const struct name *part,
    const struct index_kind *kind)
{
	bool tells = false;

	for (unsigned i = 0; i < part->n; i++) {
		const struct name_token *t = &part->token[i];
		if (t->kind == NAME_NOISE || token_is_weak(part, t))
			continue;
		if (!tokens_hold(l->m->ix, kind, t->hash))
			return false;
		/* What the name says itself leaves nothing out. */
		tells |= !has_token(&l->name, t->hash);
	}
	return tells;
}

static bool
is_excepted(const struct lookup *l, const char *const *part, unsigned n,
    const struct index_kind *kind)
{
	struct name name;

	for (unsigned i = 0; i < n; i++) {
		name_read(part[i], &l->maker, &name);
		if (says_all(l, &name, kind))
			return true;
	}
	return false;
}

#define PARTS_MAX 8u

/* The parts of "not including A, B and C"; text is written into. */
static unsigned
read_parts(char *text, const char **part)
{
	char *at = strstr(text, "includ");
	unsigned n = 0;

	at = at != NULL && at < text + 8 ? at : text;
	at = strchr(at, ' ');
	while (at != NULL && n < PARTS_MAX) {
		char *and = strstr(at, " and "), *end = strpbrk(at, ",;)");
		size_t skip = 1;
		part[n++] = at;
		if (and != NULL && (end == NULL || and < end)) {
			end = and;
			skip = 5;
		}
		at = end == NULL ? NULL : end + skip;
		if (end != NULL)
			*end = '\0';
	}
	return n;
}

void
drop_excepted(struct lookup *l)
{
	const struct index *ix = l->m->ix;
	const char *part[PARTS_MAX];
	char text[NAME_RUN_MAX];
	uint32_t kept = 0;

	snprintf(text, sizeof(text), "%s", l->name.flat + l->name.except);
	unsigned n = read_parts(text, part);
	for (uint32_t i = 0; i < l->n; i++) {
		const struct index_kind *kind = l->list[i].of !=
		    CANDIDATE_KIND ? NULL : index_kind(ix, l->list[i].what);
		if (kind == NULL || !is_excepted(l, part, n, kind))
			l->list[kept++] = l->list[i];
	}
	l->n = kept;
}
