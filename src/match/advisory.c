/* advisory.c - one advisory against all devices: hits, then one match for each
 * device that has any. */
#include <stdlib.h>
#include <string.h>
#include "matching.h"
#include "base/limits.h"
#include "base/mem.h"

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

const struct version *
device_version(struct matcher *m, uint32_t device)
{
	const char *text = index_column(m->ix, device, INDEX_COLUMN_version);

	if (text[0] == '\0')
		return NULL;
	size_t slot = ((uintptr_t)text >> 1) % VERSION_CACHE;
	if (m->cache[slot].text != text) {
		m->cache[slot].text = text;
		m->cache[slot].readable = version_read_printed(text,
		    &m->cache[slot].version) == 0;
	}
	return m->cache[slot].readable ? &m->cache[slot].version : NULL;
}

const struct range *
product_range(struct matcher *m, uint32_t product)
{
	uint32_t of = version_product(m->a, product);

	if (m->ranges[of] == NULL) {
		const struct product *p = &m->a->products[of];
		m->ranges[of] = arena_alloc(m->mem, sizeof(struct range));
		range_read(p->version, p->version_kind, m->mem,
		    m->ranges[of]);
	}
	return m->ranges[of];
}

/* All claims, gathered by product. */
static void
sort_claims(struct matcher *m)
{
	const struct advisory *a = m->a;
	size_t n = 0;

	m->claim_at = arena_alloc(m->mem, (a->n_products + 2) *
	    sizeof(*m->claim_at));
	for (uint32_t v = 0; v < a->n_vulns; v++) {
		const struct vulnerability *vuln = &a->vulns[v];
		for (uint32_t i = 0; i < vuln->n_assertions; i++)
			if (vuln->assertions[i].product < a->n_products) {
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
			if (s->product >= a->n_products)
				continue;
			struct claim_of *c = &m->claims[next[s->product]++];
			c->vuln = v;
			c->claim = s->claim;
		}
	}
}

static int
compare_hits(const void *va, const void *vb)
{
	const struct hit *a = va, *b = vb;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	if (a->product != b->product)
		return a->product < b->product ? -1 : 1;
	if (a->how != b->how)
		return a->how < b->how ? -1 : 1;
	return a->verdict < b->verdict ? -1 : a->verdict > b->verdict;
}

static void
judge_all(struct matcher *m, struct matching *ret)
{
	struct judge *j = judge_new(m);
	uint32_t end;

	for (uint32_t i = 0; i < m->n_hits; i = end) {
		struct match match;
		for (end = i + 1; end < m->n_hits &&
		    m->hits[end].device == m->hits[i].device;)
			end++;
		match_init(&match);
		if (ret->n == MATCHES_MAX) {
			ret->left_out++;
			continue;
		}
		index_device(m->ix, m->hits[i].device, m->mem, &match.device);
		if (!judge_device(j, m->hits + i, end - i, &match))
			continue;
		ret->matches = arena_more(m->mem, ret->matches, ret->n,
		    sizeof(*ret->matches));
		ret->matches[ret->n++] = match;
	}
}

void
advisory_match(const struct index *ix, const struct advisory *a,
    struct arena *mem, struct matching *ret)
{
	struct matcher *m = arena_alloc(mem, sizeof(*m));

	m->ix = ix;
	m->a = a;
	m->mem = mem;
	memset(ret, 0, sizeof(*ret));
	m->ranges = arena_alloc(mem, (a->n_products + 1) *
	    sizeof(struct range *));
	sort_claims(m);
	if (a->n_products > 0)
		match_products(m);
	else
		match_text(m);
	if (m->n_hits > 1)
		qsort(m->hits, m->n_hits, sizeof(*m->hits), compare_hits);
	judge_all(m, ret);
	free(m->hits);
}
