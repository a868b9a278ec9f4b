/* remedies.c - severity and remedies for the products a match hangs on. */
#include <string.h>
#include "matching.h"
#include "base/limits.h"
#include "base/text.h"

static bool
concerns(const struct indices *x, const struct scope *s)
{
	if (x->n == 0 || s->n_products == 0)
		return true;
	for (uint32_t i = 0; i < x->n; i++)
		if (x->at[i] < s->n_marks && s->marks[x->at[i]] == s->mark)
			return true;
	return false;
}

/* Product i is one of the scope's if marks[i] is mark. */
static void
scope_mark(struct matcher *m, struct scope *s)
{
	if (m->marks == NULL)
		m->marks = arena_alloc(m->mem, (m->a->n_products + 1) *
		    sizeof(*m->marks));
	m->mark++;
	for (uint32_t i = 0; i < s->n_products; i++)
		m->marks[s->products[i]] = m->mark;
	s->marks = m->marks;
	s->n_marks = m->a->n_products;
	s->mark = m->mark;
}

/* The score that counts: of these products, else of any; the highest. */
static const struct score *
vuln_score(const struct vulnerability *v, const struct scope *s)
{
	const struct score *best = NULL, *any = NULL;

	for (uint32_t i = 0; i < v->n_scores; i++) {
		const struct score *c = &v->scores[i];
		if (any == NULL || c->cvss.tenths > any->cvss.tenths)
			any = c;
		if (concerns(&c->products, s) && (best == NULL ||
		    c->cvss.tenths > best->cvss.tenths))
			best = c;
	}
	return best != NULL ? best : any;
}

static bool
threat_is_exploited(const struct threat *t)
{
	return text_eq(t->category, "exploit_status") &&
	    (text_find_nocase(t->text, "actively exploited") != NULL ||
	    text_find_nocase(t->text, "exploited in the wild") != NULL ||
	    text_find_nocase(t->text, "known to be exploited") != NULL) &&
	    text_find_nocase(t->text, "not known to be") == NULL &&
	    text_find_nocase(t->text, "not been ") == NULL &&
	    text_find_nocase(t->text, "no known") == NULL;
}

/* Words of a threat or of the document, where nobody gave a score. */
static enum severity
vuln_words(const struct vulnerability *v, const struct scope *s)
{
	enum severity worst = SEVERITY_UNKNOWN, one;

	for (uint32_t i = 0; i < v->n_threats; i++) {
		const struct threat *t = &v->threats[i];
		if (text_eq(t->category, "impact") &&
		    concerns(&t->products, s) &&
		    severity_parse(t->text, &one) == 0 && one > worst)
			worst = one;
	}
	return worst;
}

static void
scope_severity(const struct matcher *m, const struct scope *s,
    struct match *ret)
{
	enum severity words = SEVERITY_UNKNOWN, one;

	for (uint32_t i = 0; i < s->n_vulns; i++) {
		const struct vulnerability *v = &m->a->vulns[s->vulns[i]];
		const struct score *c = vuln_score(v, s);
		if (c != NULL && (ret->cvss.version[0] == '\0' ||
		    c->cvss.tenths > ret->cvss.tenths)) {
			ret->cvss = c->cvss;
			ret->vector = c->vector;
		}
		if (c == NULL) {
			one = vuln_words(v, s);
			if (one > words)
				words = one;
		}
		ret->exploited |= v->exploited != 0;
		for (uint32_t k = 0; k < v->n_threats; k++)
			ret->exploited |= concerns(&v->threats[k].products, s)
			    && threat_is_exploited(&v->threats[k]);
	}
	if (ret->cvss.version[0] != '\0')
		ret->severity = severity_of(ret->cvss.tenths);
	if (words > ret->severity)
		ret->severity = words;
	if (ret->severity == SEVERITY_UNKNOWN &&
	    severity_parse(m->a->aggregate, &one) == 0)
		ret->severity = one;
}

#define RANKS 8u

/* Fixes before workarounds before "none". */
static uint8_t
rank(const struct remedy *r)
{
	static const char *const order[] = {
		"vendor_fix", "optional_patch", "fix_planned", "workaround",
		"mitigation", "none_available", "no_fix_planned", NULL
	};
	uint8_t i = 0;

	while (order[i] != NULL && !text_eq(order[i], r->category))
		i++;
	return i;
}

/* The remedies of one vulnerability by rank: those of rank i are
 * at[from[i] .. from[i + 1]). */
struct ranked {
	uint32_t	 from[RANKS + 1];
	struct ranked_one {
		uint32_t remedy, length;	/* of its text */
	}		 at[];
};

/* Asked for each ruling. */
static const struct ranked *
ranked_of(struct matcher *m, uint32_t vuln)
{
	const struct vulnerability *v = &m->a->vulns[vuln];
	uint32_t n = v->n_remedies, next[RANKS + 1] = { 0 };

	if (m->ranked == NULL)
		m->ranked = arena_alloc(m->mem, (m->a->n_vulns + 1) *
		    sizeof(*m->ranked));
	if (m->ranked[vuln] != NULL)
		return m->ranked[vuln];
	struct ranked *r = arena_raw(m->mem, sizeof(*r) + (n + 1) *
	    sizeof(r->at[0]));
	uint8_t *own = arena_raw(m->mem, n + 1);
	for (uint32_t i = 0; i < n; i++) {
		own[i] = rank(&v->remedies[i]);
		next[own[i] + 1]++;
	}
	for (unsigned i = 0; i < RANKS; i++)
		next[i + 1] += next[i];
	memcpy(r->from, next, sizeof(next));
	for (uint32_t i = 0; i < n; i++)
		r->at[next[own[i]]++] = (struct ranked_one){ i,
		    (uint32_t)strlen(v->remedies[i].text) };
	m->ranked[vuln] = r;
	return r;
}

bool
says_of(const struct indices *x, uint32_t product)
{
	for (uint32_t i = 0; i < x->n; i++)
		if (x->at[i] == product)
			return true;
	return x->n == 0;
}

bool
safe_by_host(const struct vulnerability *v, uint32_t product)
{
	static const char *const labels[] = {
		"vulnerable_code_not_in_execute_path",
		"vulnerable_code_cannot_be_controlled_by_adversary",
		"inline_mitigations_already_exist", NULL
	};

	for (uint32_t i = 0; i < v->n_flags; i++)
		for (const char *const *l = labels; *l != NULL; l++)
			if (text_eq(v->flags[i].label, *l) &&
			    says_of(&v->flags[i].products, product))
				return true;
	return false;
}

static bool
is_there(const struct match *ret, const uint32_t *lengths,
    const struct remedy *r, uint32_t length)
{
	for (uint32_t i = 0; i < ret->n_remedies; i++) {
		const struct remedy *o = &ret->remedies[i];
		if (lengths[i] == length && text_eq(o->text, r->text) &&
		    text_eq(o->category, r->category) && text_eq(o->url,
		    r->url))
			return true;
	}
	return false;
}

/* Of this device it is said: no products. */
static void
take_remedy(struct matcher *m, const struct remedy *r, struct match *ret)
{
	ret->remedies = arena_more(m->mem, ret->remedies, ret->n_remedies,
	    sizeof(*ret->remedies));
	struct remedy *to = &ret->remedies[ret->n_remedies++];
	*to = *r;
	to->products.at = NULL;
	to->products.n = 0;
}

static void
scope_remedies(struct matcher *m, const struct scope *s, struct match *ret)
{
	uint32_t lengths[REMEDIES_MAX];

	for (unsigned want = 0; want < RANKS; want++) {
		for (uint32_t i = 0; i < s->n_vulns; i++) {
			const struct vulnerability *v =
			    &m->a->vulns[s->vulns[i]];
			const struct ranked *o = ranked_of(m, s->vulns[i]);
			for (uint32_t k = o->from[want];
			    k < o->from[want + 1]; k++) {
				const struct remedy *r =
				    &v->remedies[o->at[k].remedy];
				if (ret->n_remedies >= REMEDIES_MAX)
					return;
				if (!concerns(&r->products, s) || is_there(ret,
				    lengths, r, o->at[k].length))
					continue;
				lengths[ret->n_remedies] = o->at[k].length;
				take_remedy(m, r, ret);
			}
		}
	}
}

static void
scope_cves(struct matcher *m, const struct scope *s, struct match *ret)
{
	for (uint32_t i = 0; i < s->n_vulns; i++) {
		const struct vulnerability *v = &m->a->vulns[s->vulns[i]];
		const char *id = v->cve[0] != '\0' ? v->cve : v->n_ids > 0 ?
		    v->ids[0] : "";
		if (id[0] == '\0' || ret->n_cves >= CVES_MAX)
			continue;
		ret->cves = arena_more(m->mem, ret->cves, ret->n_cves,
		    sizeof(*ret->cves));
		ret->cves[ret->n_cves++] = id;
	}
}

/* --- scopes of which the same is said --- */

/* Adds the number of a list to the marks of the products in it. */
static void
mark_list(struct matcher *m, const struct indices *x, uint32_t *number)
{
	uint64_t mark = index_key(0, 1, ++*number);

	for (uint32_t i = 0; i < x->n; i++)
		if (x->at[i] < m->a->n_products)
			m->listed[x->at[i]] += mark;
}

/* For each product which lists name it: what is said of products that are in
 * the same lists is the same. */
static void
mark_lists(struct matcher *m)
{
	uint32_t number = 0;

	m->listed = arena_alloc(m->mem, (m->a->n_products + 1) *
	    sizeof(*m->listed));
	for (uint32_t v = 0; v < m->a->n_vulns; v++) {
		const struct vulnerability *vuln = &m->a->vulns[v];
		for (uint32_t i = 0; i < vuln->n_scores; i++)
			mark_list(m, &vuln->scores[i].products, &number);
		for (uint32_t i = 0; i < vuln->n_remedies; i++)
			mark_list(m, &vuln->remedies[i].products, &number);
		for (uint32_t i = 0; i < vuln->n_threats; i++)
			mark_list(m, &vuln->threats[i].products, &number);
	}
}

static uint64_t
scope_key(struct matcher *m, const struct scope *s)
{
	uint64_t key = index_hash(s->vulns, s->n_vulns * sizeof(*s->vulns));

	if (m->listed == NULL)
		mark_lists(m);
	for (uint32_t i = 0; i < s->n_products; i++)
		key = index_key(0, 0, key ^ m->listed[s->products[i]]);
	return key;
}

struct scope_told {
	uint64_t	 key;
	struct match	 match;		/* of which only this is filled */
};

void
scope_tell(struct matcher *m, struct scope *s, struct match *ret)
{
	uint64_t key = scope_key(m, s);
	struct scope_told **at = &m->told[key % SCOPES_KEPT], *t = *at;

	if (t == NULL || t->key != key) {
		t = *at = arena_alloc(m->mem, sizeof(*t));
		t->key = key;
		match_init(&t->match);
		scope_mark(m, s);
		scope_cves(m, s, &t->match);
		scope_severity(m, s, &t->match);
		scope_remedies(m, s, &t->match);
	}
	ret->cves = t->match.cves;
	ret->n_cves = t->match.n_cves;
	ret->severity = t->match.severity;
	ret->cvss = t->match.cvss;
	ret->vector = t->match.vector;
	ret->exploited = t->match.exploited;
	ret->remedies = t->match.remedies;
	ret->n_remedies = t->match.n_remedies;
}
