/* advisory.c - one advisory against all devices: hits, then one match for each
 * device of which they say something. */
#include <stdlib.h>
#include <string.h>
#include "matching.h"
#include "range_text.h"
#include "rules.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

/* A product that fits every device in several ways would fill the memory. */
#define HITS_MAX (32u << 20)

void
add_hit(struct matcher *m, const struct hit *h)
{
	if (m->n_hits == HITS_MAX)
		return;
	if (m->n_hits == m->room_hits) {
		m->room_hits = m->room_hits != 0 ? m->room_hits * 2 : 256;
		m->hits = mem_resize(m->hits, m->room_hits *
		    sizeof(*m->hits));
	}
	m->hits[m->n_hits++] = *h;
}

/* CVEs that a product's printed version keeps to, ">= 20.8 (only affected by
 * CVE-2019-10943)"; NULL: it does not, or they are nobody's here. */
static const char *
only_cves(const struct advisory *a, const struct product *p)
{
	const char *text = text_find_nocase(p->version, RANGE_ONLY_BY);

	for (uint32_t v = 0; text != NULL && v < a->n_vulns; v++)
		if (a->vulns[v].cve[0] != '\0' &&
		    text_find_nocase(text, a->vulns[v].cve) != NULL)
			return text;
	return NULL;
}

/* Products whose version says so have no claims of other vulnerabilities. */
static bool
is_meant(struct matcher *m, const struct vulnerability *v, uint32_t product)
{
	if (product >= m->a->n_products)
		return false;
	return m->only[product] == NULL || v->cve[0] == '\0' ||
	    text_find_nocase(m->only[product], v->cve) != NULL;
}

/* All claims, gathered by product. */
static void
sort_claims(struct matcher *m)
{
	const struct advisory *a = m->a;
	size_t n = 0;

	m->only = arena_alloc(m->mem, (a->n_products + 1) * sizeof(*m->only));
	for (uint32_t p = 0; p < a->n_products; p++)
		m->only[p] = only_cves(a, &a->products[p]);

	m->claim_at = arena_alloc(m->mem, (a->n_products + 2) *
	    sizeof(*m->claim_at));
	for (uint32_t v = 0; v < a->n_vulns; v++) {
		const struct vulnerability *vuln = &a->vulns[v];
		for (uint32_t i = 0; i < vuln->n_assertions; i++)
			if (is_meant(m, vuln, vuln->assertions[i].product)) {
				m->claim_at[vuln->assertions[i].product + 1]++;
				n++;
			}
	}
	for (uint32_t p = 0; p < a->n_products; p++)
		m->claim_at[p + 1] += m->claim_at[p];
	m->claims = arena_alloc(m->mem, (n + 1) * sizeof(*m->claims));
	uint32_t *next = arena_alloc(m->mem, (a->n_products + 1) *
	    sizeof(*next));
	memcpy(next, m->claim_at, a->n_products * sizeof(*next));
	for (uint32_t v = 0; v < a->n_vulns; v++) {
		const struct vulnerability *vuln = &a->vulns[v];
		for (uint32_t i = 0; i < vuln->n_assertions; i++) {
			const struct assertion *s = &vuln->assertions[i];
			if (!is_meant(m, vuln, s->product))
				continue;
			struct claim_of *c = &m->claims[next[s->product]++];
			c->vuln = v;
			c->claim = s->claim;
		}
	}
}

struct matcher *
matcher_new(const struct index *ix, const struct rules *rules,
    const struct advisory *a, bool all, struct arena *mem)
{
	struct matcher *m = arena_alloc(mem, sizeof(*m));

	m->ix = ix;
	m->a = a;
	m->mem = mem;
	m->all = all;
	m->rules = rules != NULL && rules->n > 0 ? rules : NULL;
	m->vocabulary = rules != NULL ? rules->words : NULL;
	/* CSAF 2.0, profile 4.3: no product status to go by. */
	m->informs = a->n_vulns == 0 &&
	    text_find_nocase(a->category, "informational") != NULL;
	m->ranges = arena_alloc(mem, (a->n_products + 1) *
	    sizeof(struct range *));
	sort_claims(m);
	return m;
}

void
match_hits(struct matcher *m)
{
	if (m->a->n_products > 0)
		match_products(m);
	else
		match_text(m);
}

void
advisory_decide(const struct index *ix, const struct rules *rules,
    const struct advisory *a, bool all, struct arena *mem,
    struct decisions *ret)
{
	struct matcher *m = matcher_new(ix, rules, a, all, mem);

	match_hits(m);
	decide_all(m, ret);
	free(m->hits);
	m->hits = NULL;
	if (index_has_parts(ix))
		fold_parts(ret);
}

void
advisory_match(const struct index *ix, const struct advisory *a, bool all,
    struct arena *mem, struct matching *ret)
{
	struct buf out = BUF_INIT(MATCHES_BLOB_MAX);
	struct decisions d;

	advisory_decide(ix, rules_open(ix, mem), a, all, mem, &d);
	decisions_write(&d, &out);
	size_t n = out.len;
	char *p = arena_text_n(mem, buf_text(&out), n);
	buf_clear(&out);
	/* An index that contradicts itself. */
	if (matching_unpack(p, n, ix, mem, ret, NULL) != 0)
		*ret = (struct matching){ .left_out = d.devices };
}
