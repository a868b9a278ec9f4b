/* What a revision changed for one device, in words. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#include "compose.h"

static void
say(struct arena *mem, const char ***list, uint32_t *n, const char *line)
{
	if (*n >= CHANGES_MAX)
		return;
	*list = arena_more(mem, *list, *n, sizeof(**list));
	(*list)[(*n)++] = line;
}

static int
by_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static const char **
sorted_cves(const struct match *m)
{
	const char **list = mem_alloc((m->n_cves + 1) * sizeof(*list));

	if (m->n_cves == 0)
		return list;
	memcpy(list, m->cves, m->n_cves * sizeof(*list));
	qsort(list, m->n_cves, sizeof(*list), by_text);
	return list;
}

/* What both have in the same order, as nearly always, needs no more work. */
static bool
same_cves(const struct match *a, const struct match *b)
{
	if (a->n_cves != b->n_cves)
		return false;
	for (uint32_t i = 0; i < a->n_cves; i++)
		if (strcmp(a->cves[i], b->cves[i]) != 0)
			return false;
	return true;
}

/* CVEs of one that the other lacks: the first three and a count. Lists of a
 * publisher may be long, so both are sorted. */
static const char *
cves_beyond(struct arena *mem, const struct match *a, const struct match *b)
{
	const char **left, **right;
	const char *text = "";
	uint32_t n = 0, j = 0;

	if (same_cves(a, b))
		return text;
	left = sorted_cves(a);
	right = sorted_cves(b);
	for (uint32_t i = 0; i < a->n_cves; i++) {
		while (j < b->n_cves && strcmp(right[j], left[i]) < 0)
			j++;
		if (j < b->n_cves && strcmp(right[j], left[i]) == 0)
			continue;
		if (n++ < 3)
			text = arena_printf(mem, "%s%s%s", text,
			    text[0] != '\0' ? ", " : "", left[i]);
	}
	free(left);
	free(right);
	return n > 3 ? arena_printf(mem, "%s and %u more", text, n - 3) : text;
}

static bool
has_remedy(const struct match *m, const struct remedy *r)
{
	for (uint32_t i = 0; i < m->n_remedies; i++)
		if (strcmp(m->remedies[i].category, r->category) == 0 &&
		    strcmp(m->remedies[i].text, r->text) == 0 &&
		    strcmp(m->remedies[i].url, r->url) == 0)
			return true;
	return false;
}

/* The first remedy of one that the other lacks; NULL if none. */
static const struct remedy *
remedy_beyond(const struct match *a, const struct match *b)
{
	for (uint32_t i = 0; i < a->n_remedies; i++)
		if (!has_remedy(b, &a->remedies[i]))
			return &a->remedies[i];
	return NULL;
}

static void
compare(struct arena *mem, const char *id, const struct match *old,
    const struct match *now, const char ***list, uint32_t *n)
{
	const char *cves;
	const struct remedy *r;

	if (old->status != now->status)
		say(mem, list, n, arena_printf(mem, "%s: %s -> %s", id,
		    match_status_name(old->status),
		    match_status_name(now->status)));
	if (!match_status_alerts(now->status))
		return;		/* the rest is of no more interest */
	if (old->severity != now->severity)
		say(mem, list, n, arena_printf(mem, "%s: severity %s -> %s",
		    id, severity_name(old->severity),
		    severity_name(now->severity)));
	if (!old->exploited && now->exploited)
		say(mem, list, n, arena_printf(mem,
		    "%s: exploitation is known now", id));
	cves = cves_beyond(mem, now, old);
	if (cves[0] != '\0')
		say(mem, list, n, arena_printf(mem, "%s: added %s", id, cves));
	cves = cves_beyond(mem, old, now);
	if (cves[0] != '\0')
		say(mem, list, n, arena_printf(mem, "%s: no longer %s", id,
		    cves));
	r = remedy_beyond(now, old);
	if (r != NULL)
		say(mem, list, n, arena_printf(mem, "%s: %s is new", id,
		    r->category));
	else if ((r = remedy_beyond(old, now)) != NULL)
		say(mem, list, n, arena_printf(mem, "%s: %s was taken back",
		    id, r->category));
}

void
changes_of(struct arena *mem, const struct match *old,
    const struct match *now, const char ***list, uint32_t *n)
{
	bool was = old != NULL && match_status_alerts(old->status);
	bool is = now != NULL && match_status_alerts(now->status);
	const struct match *either = now != NULL ? now : old;

	if (either == NULL || (!was && !is))
		return;
	const char *id = either->device.id;

	if (old != NULL && now != NULL)
		compare(mem, id, old, now, list, n);
	else if (now != NULL)
		say(mem, list, n, arena_printf(mem, "%s: now %s", id,
		    match_status_name(now->status)));
	else
		say(mem, list, n, arena_printf(mem, "%s: no longer concerned",
		    id));
}
