/* parts.c - what was found of a device's parts becomes one match, the device's:
 * the worst status, with what all of that status brought, and in its reasons
 * the parts by name.
 *
 * Without parts in the answer nothing is looked at twice. */
#include <string.h>
#include "matching.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#define CUT(s, n) (int)text_cut(s, n), s

/* The matches of one device: its own and those of its parts. */
struct group {
	struct device	 host;
	uint32_t	 number;	/* of the host */
	uint64_t	 key;
	uint32_t	 first, n;	/* in members */
	bool		 parts;
};

struct folding {
	struct matcher	*m;
	struct matching	*in;
	struct group	*groups;	uint32_t n;
	uint32_t	*table, room;	/* key -> group + 1; a power of two */
	uint32_t	*group_of;	/* of each match */
	uint32_t	*members;	/* matches by group */
};

static bool
any_part(const struct matching *in)
{
	for (uint32_t i = 0; i < in->n; i++)
		if (index_part_of(&in->matches[i].device)[0] != '\0')
			return true;
	return false;
}

static uint32_t
group_of(struct folding *f, const struct device *host, uint32_t number)
{
	uint64_t key = index_host_key(host->list, host->id);
	uint32_t at = (uint32_t)key & (f->room - 1);

	for (; f->table[at] != 0; at = (at + 1) & (f->room - 1)) {
		struct group *g = &f->groups[f->table[at] - 1];
		if (g->key == key && text_eq(g->host.id, host->id) &&
		    text_eq(g->host.list, host->list))
			return f->table[at] - 1;
	}
	f->groups[f->n] = (struct group){ .host = *host,
	    .number = number, .key = key };
	f->table[at] = ++f->n;
	return f->n - 1;
}

static void
group_all(struct folding *f)
{
	struct matching *in = f->in;
	struct arena *mem = f->m->mem;
	uint32_t at = 0;

	for (f->room = 16; f->room < 2 * in->n;)
		f->room *= 2;
	f->table = arena_alloc(mem, f->room * sizeof(*f->table));
	f->groups = arena_alloc(mem, (in->n + 1) * sizeof(*f->groups));
	f->group_of = arena_alloc(mem, (in->n + 1) * sizeof(*f->group_of));
	f->members = arena_alloc(mem, (in->n + 1) * sizeof(*f->members));
	for (uint32_t i = 0; i < in->n; i++) {
		const struct match *x = &in->matches[i];
		struct device host;
		uint32_t number;
		bool part = index_host(f->m->ix, &x->device, mem, &host,
		    &number);
		uint32_t g = part ? group_of(f, &host, number) :
		    group_of(f, &x->device, x->number);
		f->groups[g].parts |= part;
		f->groups[g].n++;
		f->group_of[i] = g;
	}
	for (uint32_t g = 0; g < f->n; g++) {
		f->groups[g].first = at;
		at += f->groups[g].n;
		f->groups[g].n = 0;
	}
	for (uint32_t i = 0; i < in->n; i++) {
		struct group *g = &f->groups[f->group_of[i]];
		f->members[g->first + g->n++] = i;
	}
}

/* "component openssl 1.1.1k (pkg:generic/openssl@1.1.1k)"; "the device
 * itself". */
static const char *
label_of(struct folding *f, const struct match *x)
{
	const struct device *d = &x->device;
	const char *name = index_part_text(d, INDEX_PART), *in_purl = "";

	if (index_part_of(d)[0] == '\0')
		return "the device itself";
	if (d->purl[0] != '\0')
		index_purl(d->purl, &in_purl);
	const char *version = d->version[0] != '\0' ? d->version :
	    arena_text_n(f->m->mem, in_purl, strcspn(in_purl, "?#"));
	const char *number = d->purl[0] != '\0' ? d->purl : d->cpe[0] != '\0' ?
	    d->cpe : "found by its digest";
	return arena_printf(f->m->mem, "component %.*s%s%.*s (%.*s)",
	    CUT(name, 96), version[0] != '\0' && name[0] != '\0' ? " " : "",
	    CUT(version, 64), CUT(number, 192));
}

/* Pointers that were there: lists and their items, once each. */
struct seen {
	const void	**at;
	uint32_t	  n, room;
};

static bool
seen_before(struct arena *mem, struct seen *s, const void *p)
{
	if (s->n * 2 >= s->room) {
		struct seen big = { .room = s->room != 0 ? s->room * 2 : 64 };
		big.at = arena_alloc(mem, big.room * sizeof(*big.at));
		for (uint32_t i = 0; i < s->room; i++)
			if (s->at[i] != NULL)
				seen_before(mem, &big, s->at[i]);
		*s = big;
	}
	uint32_t k = (uint32_t)index_key(0, 0, (uintptr_t)p) & (s->room - 1);
	for (; s->at[k] != NULL; k = (k + 1) & (s->room - 1))
		if (s->at[k] == p)
			return true;
	s->at[k] = p;
	s->n++;
	return false;
}

static void
merge_remedies(struct arena *mem, struct match *to, const struct match *x)
{
	for (uint32_t i = 0; i < x->n_remedies; i++) {
		bool twice = false;
		for (uint32_t k = 0; k < to->n_remedies && !twice; k++)
			twice = text_eq(to->remedies[k].text,
			    x->remedies[i].text) && text_eq(
			    to->remedies[k].category, x->remedies[i].category);
		if (twice || to->n_remedies >= REMEDIES_MAX)
			continue;
		to->remedies = arena_more(mem, to->remedies, to->n_remedies,
		    sizeof(*to->remedies));
		to->remedies[to->n_remedies++] = x->remedies[i];
	}
}

/* What one match of the deciding status brings. Parts that were judged alike
 * share their lists. */
static void
merge_one(struct arena *mem, struct seen *seen, struct match *to,
    const struct match *x)
{
	if (severity_rank(x->severity) > severity_rank(to->severity) ||
	    (x->severity == to->severity &&
	    x->cvss.overall > to->cvss.overall)) {
		to->severity = x->severity;
		to->cvss = x->cvss;
		to->vector = x->vector;
	}
	to->exploited |= x->exploited;
	to->by_hand |= x->by_hand;
	if (x->n_cves == 0 || !seen_before(mem, seen, x->cves))
		for (uint32_t i = 0; i < x->n_cves; i++) {
			if (seen_before(mem, seen, x->cves[i]) ||
			    to->n_cves >= CVES_MAX)
				continue;
			to->cves = arena_more(mem, to->cves, to->n_cves,
			    sizeof(*to->cves));
			to->cves[to->n_cves++] = x->cves[i];
		}
	if (x->n_remedies > 0 && !seen_before(mem, seen, x->remedies))
		merge_remedies(mem, to, x);
}

/* The other matches of the device, each in one line, the worst first. */
static void
tell_others(struct folding *f, const struct group *g, uint32_t best,
    struct match *to)
{
	struct matching *in = f->in;
	uint32_t left = g->n - 1;

	for (unsigned status = 0; status < MATCH_STATUS_COUNT_; status++) {
		for (uint32_t i = 0; i < g->n && left > 0; i++) {
			uint32_t k = f->members[g->first + i];
			const struct match *x = &in->matches[k];
			if (k == best || x->status != status)
				continue;
			if (to->n_why + 1 >= WHY_MAX && left > 1) {
				add_why(f->m, to, "and %u further components",
				    left);
				return;
			}
			left--;
			const char *why = "";
			for (uint32_t w = 0; w < x->n_why && strlen(why) < 384;
			    w++)
				why = arena_printf(f->m->mem, "%s; %.*s", why,
				    CUT(x->why[w], 256));
			add_why(f->m, to, "%s: %s%s", label_of(f, x),
			    match_status_name(x->status), why);
		}
	}
}

static struct match
merge(struct folding *f, const struct group *g)
{
	struct matching *in = f->in;
	struct seen seen = { .at = NULL };
	uint32_t best = f->members[g->first];

	for (uint32_t i = 1; i < g->n; i++) {
		const struct match *a = &in->matches[f->members[g->first + i]];
		const struct match *b = &in->matches[best];
		if (a->status < b->status || (a->status == b->status &&
		    a->confidence < b->confidence))
			best = f->members[g->first + i];
	}
	const struct match *x = &in->matches[best];
	struct match to = *x;
	to.device = g->host;
	to.number = g->number;
	to.cves = NULL;
	to.n_cves = 0;
	to.remedies = NULL;
	to.n_remedies = 0;
	to.why = NULL;
	to.n_why = 0;
	to.same = 0;
	merge_one(f->m->mem, &seen, &to, x);
	for (uint32_t i = 0; i < g->n; i++) {
		const struct match *o = &in->matches[f->members[g->first + i]];
		if (o != x && o->status == to.status)
			merge_one(f->m->mem, &seen, &to, o);
	}
	if (index_part_of(&x->device)[0] != '\0')
		add_why(f->m, &to, "%s of %.*s", label_of(f, x),
		    CUT(g->host.id, 128));
	for (uint32_t i = 0; i < x->n_why; i++)
		add_why(f->m, &to, "%s", x->why[i]);
	tell_others(f, g, best, &to);
	return to;
}

static void
fold_matching(struct matcher *m, struct matching *ret)
{
	struct folding f = { .m = m, .in = ret };
	struct match *out;

	group_all(&f);
	out = arena_alloc(m->mem, (f.n + 1) * sizeof(*out));
	for (uint32_t g = 0; g < f.n; g++)
		out[g] = f.groups[g].parts ? merge(&f, &f.groups[g]) :
		    ret->matches[f.members[f.groups[g].first]];
	ret->matches = out;
	ret->n = f.n;
}

/* Each is told with its device, so that the parts' reasons can be quoted. */
void
fold_parts(struct decisions *d)
{
	struct matcher *m = d->matcher;
	struct buf told = BUF_INIT(MATCHES_BLOB_MAX);
	struct matching all;

	decisions_write(d, &told);
	size_t n = told.len;
	char *p = arena_text_n(m->mem, buf_text(&told), n);
	buf_clear(&told);
	/* The index may be damaged: whoever reads the answer says so. */
	if (matching_unpack(p, n, m->ix, m->mem, &all, NULL) != 0 ||
	    !any_part(&all))
		return;
	fold_matching(m, &all);
	d->list = arena_alloc(m->mem, (all.n + 1) * sizeof(*d->list));
	d->n = d->devices = all.n;
	for (uint32_t i = 0; i < all.n; i++)
		d->list[i] = (struct decision){ .match = &all.matches[i],
		    .devices = &all.matches[i].number, .n = 1 };
}
