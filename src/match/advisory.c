/* advisory.c - one advisory against all devices: hits, then one match for each
 * device of which they say something. */
#include <stdlib.h>
#include <string.h>
#include "cpe.h"
#include "matching.h"
#include "names.h"
#include "rules.h"
#include "schemes.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

/* How far apart the versions of one name stand in a product tree. */
#define BESIDE_MAX 16u
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

static int
hex_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
	    c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static const char *
cpe_version_of(struct matcher *m, const char *text)
{
	struct cpe name;
	char version[2 * CPE_TEXT];

	if (cpe_read(text, &name) != 0)
		return "";
	cpe_version(&name, version);
	return arena_text(m->mem, version);
}

/* Percent-encoding of the version is undone. */
static const char *
purl_version_of(struct matcher *m, const char *purl)
{
	const char *version;

	if (index_purl(purl, &version) == 0)
		return "";
	size_t n = strcspn(version, "?#"), len = 0;
	char *out = arena_text_n(m->mem, version, n);
	for (size_t i = 0; i < n; i++) {
		if (out[i] == '%' && i + 2 < n && hex_of(out[i + 1]) >= 0 &&
		    hex_of(out[i + 2]) > 0) {
			out[len++] = (char)(hex_of(out[i + 1]) << 4 |
			    hex_of(out[i + 2]));
			i += 2;
		} else {
			out[len++] = out[i];
		}
	}
	out[len] = '\0';
	return out;
}

const char *
device_version_text(struct matcher *m, uint32_t device)
{
	const char *text = index_column(m->ix, device, INDEX_COLUMN_version);
	const char *purl, *cpe;

	if (text[0] != '\0')
		return text;
	cpe = index_column(m->ix, device, INDEX_COLUMN_cpe);
	purl = index_column(m->ix, device, INDEX_COLUMN_purl);
	const char *of = cpe[0] != '\0' ? cpe : purl;
	if (of[0] == '\0' || of == m->inner_of)
		return of[0] == '\0' ? "" : m->inner;
	m->inner_of = of;
	m->inner = cpe[0] != '\0' ? cpe_version_of(m, cpe) : "";
	if (m->inner[0] == '\0' && purl[0] != '\0')
		m->inner = purl_version_of(m, purl);
	return m->inner;
}

const struct cell *
printed_cell(struct matcher *m, const char *text)
{
	if (text[0] == '\0')
		return NULL;
	size_t slot = ((uintptr_t)text >> 1) % VERSION_CACHE;
	if (m->cache[slot].text != text) {
		m->cache[slot].text = text;
		if (m->cache[slot].cell == NULL)
			m->cache[slot].cell = arena_alloc(m->mem,
			    sizeof(struct cell));
		cell_read(text, m->cache[slot].cell);
	}
	return m->cache[slot].cell;
}

/* The type of a package URL: the order of its versions. */
static const struct scheme *
purl_scheme(const char *purl)
{
	if (!text_starts(purl, "pkg:"))
		return NULL;
	purl += 4;
	return scheme_find(purl, strcspn(purl, "/"));
}

/* The printed version with its patch level; else the one in the CPE or the
 * package URL. A package's own versions become vers:, for their order. */
static const char *
product_version(struct matcher *m, const struct product *p,
    enum version_kind *kind)
{
	const char *text = p->version;
	const struct scheme *s = p->n_purls > 0 ? purl_scheme(p->purls[0]) :
	    NULL;

	if (*kind == VERSION_NONE && p->n_purls > 0)
		text = purl_version_of(m, p->purls[0]);
	else if (*kind == VERSION_NONE && p->cpe[0] != '\0')
		text = cpe_version_of(m, p->cpe);
	else if (*kind == VERSION_ONE && p->patch[0] != '\0' &&
	    text_find_nocase(text, p->patch) == NULL)
		text = arena_printf(m->mem, "%s %s", text, p->patch);
	if (*kind == VERSION_NONE && text[0] != '\0')
		*kind = VERSION_ONE;
	if (s == NULL || text[0] == '\0' || text_starts(text, "vers:"))
		return text;
	size_t type = strcspn(p->purls[0] + 4, "/");
	return arena_printf(m->mem, "vers:%.*s/%s", (int)type,
	    p->purls[0] + 4, text);
}

static bool
range_is_one(const struct range *r)
{
	return r->n == 1 && r->spans[0].exact;
}

/* One version and those beside it of the same name: "10.97", "10.97.1". */
static void
compare_beside(struct matcher *m, uint32_t of)
{
	const struct advisory *a = m->a;
	struct range *r = m->ranges[of];
	struct range other;

	if (!range_is_one(r) || r->spans[0].low.version.n > 2)
		return;
	for (int side = -1; side <= 1; side += 2) {
		uint32_t i = of;
		for (unsigned k = 0; k < BESIDE_MAX; k++) {
			i += (uint32_t)side;
			if (i >= a->n_products ||
			    !same_lookup(&a->products[i], &a->products[of]))
				break;
			const struct product *p = &a->products[i];
			if (p->version_kind == VERSION_NONE ||
			    !text_starts(p->version, a->products[of].version))
				continue;
			range_read(p->version, p->version_kind, m->mem,
			    &other);
			range_beside(r, &other);
		}
	}
}

/* The one line of numbers in the product's name: "TwinCAT 3.1". */
static void
find_line(struct matcher *m, const struct product *p, struct range *r)
{
	struct name n;
	struct version v, *line;
	const struct name_token *only = NULL;

	name_read(product_text(p), NULL, &n);
	for (unsigned i = 0; i < n.n; i++) {
		if (n.token[i].kind != NAME_LINE)
			continue;
		if (only != NULL)
			return;
		only = &n.token[i];
	}
	if (only == NULL || version_read(n.flat + only->at, only->len, &v) !=
	    0 || v.wild || v.piece[0].value >= BUILD_MIN)
		return;
	line = arena_alloc(m->mem, sizeof(*line));
	*line = v;
	range_of_line(r, line);
}

const struct range *
product_range(struct matcher *m, uint32_t product)
{
	uint32_t of = version_product(m->a, product);

	if (m->ranges[of] != NULL)
		return m->ranges[of];
	const struct product *p = &m->a->products[of], *last =
	    &m->a->products[m->last_range];
	/* Mostly there is one range for many; only a single version hangs on
	 * what stands beside it. */
	if (m->ranges[m->last_range] != NULL &&
	    !range_is_one(m->ranges[m->last_range]) &&
	    !m->ranges[m->last_range]->builds && p->n_purls == 0 &&
	    last->n_purls == 0 && p->version_kind != VERSION_NONE &&
	    p->version_kind == last->version_kind && p->patch[0] == '\0' &&
	    last->patch[0] == '\0' && strcmp(p->version, last->version) == 0) {
		m->ranges[of] = m->ranges[m->last_range];
		return m->ranges[of];
	}
	enum version_kind kind = p->version_kind;
	const char *text = product_version(m, p, &kind);
	m->ranges[of] = arena_alloc(m->mem, sizeof(struct range));
	range_read(text, kind, m->mem, m->ranges[of]);
	compare_beside(m, of);
	if (m->ranges[of]->builds)
		find_line(m, p, m->ranges[of]);
	m->last_range = of;
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

struct matcher *
matcher_new(const struct index *ix, const struct rules *rules,
    const struct advisory *a, bool all, struct arena *mem)
{
	struct matcher *m = arena_alloc(mem, sizeof(*m));

	m->ix = ix;
	m->a = a;
	m->mem = mem;
	m->all = all;
	m->rules = rules;
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
