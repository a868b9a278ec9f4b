/* inner.c - versions of devices and products, also those that stand in package
 * URLs and CPE names. */
#include <string.h>
#include <strings.h>
#include "cpe.h"
#include "names.h"
#include "schemes.h"
#include "base/text.h"

/* How far apart the versions of one name stand in a product tree. */
#define BESIDE_MAX 16u

static int
hex_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
	    c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

const struct cpe *
product_cpe(struct matcher *m, const struct product *p)
{
	if (m->cpe == NULL)
		m->cpe = arena_alloc(m->mem, sizeof(*m->cpe));
	if (m->cpe_of != p) {
		m->cpe_of = p;
		m->cpe_there = cpe_read(p->cpe, m->cpe) == 0;
	}
	return m->cpe_there ? m->cpe : NULL;
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

/* The epoch of an rpm stands among the qualifiers (purl-spec, types); "" for
 * none and for 0. */
static const char *
purl_epoch(struct matcher *m, const char *purl, const char *version)
{
	const char *at = strstr(purl, "?epoch=");

	if (at == NULL)
		at = strstr(purl, "&epoch=");
	if (at == NULL || strncasecmp(purl, "pkg:rpm/", 8) != 0 ||
	    memchr(version, ':', strcspn(version, "?#")) != NULL)
		return "";
	size_t n = strspn(at + 7, "0123456789");
	return strspn(at + 7, "0") == n ? "" : arena_text_n(m->mem, at + 7,
	    n);
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
	const char *epoch = len > 0 ? purl_epoch(m, purl, version) : "";
	return epoch[0] == '\0' ? out : arena_printf(m->mem, "%s:%s", epoch,
	    out);
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

/* That of its package URL; else as device_version_text. */
static const char *
package_version_text(struct matcher *m, uint32_t device)
{
	const char *purl = index_column(m->ix, device, INDEX_COLUMN_purl);

	if (purl != m->package_of) {
		m->package_of = purl;
		m->package = purl_version_of(m, purl);
	}
	return m->package[0] != '\0' ? m->package :
	    device_version_text(m, device);
}

const char *
told_version_text(struct matcher *m, uint32_t device, bool package)
{
	return package ? package_version_text(m, device) :
	    device_version_text(m, device);
}

const char *
hit_version_text(struct matcher *m, const struct hit *h)
{
	const struct index_class *class = index_class(m->ix, h->class);

	if (h->ident != INDEX_PURL && class != NULL && class->version != 0)
		return index_string(m->ix, class->version);
	if (h->ident != INDEX_PURL && class != NULL && (class->has &
	    (CLASS_HAS_CPE | CLASS_HAS_PURL)) == 0)
		return "";
	uint32_t device = h->device != ALL_DEVICES ? h->device :
	    index_class_device(m->ix, class);
	return h->ident == INDEX_PURL ? package_version_text(m, device) :
	    device_version_text(m, device);
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

static const char *
purl_type(const char *purl, size_t *ret)
{
	if (strncasecmp(purl, "pkg:", 4) != 0)
		return NULL;
	purl += 4 + strspn(purl + 4, "/");
	*ret = strcspn(purl, "/");
	return purl;
}

/* The type of a package URL: the order of its versions. */
static const struct scheme *
purl_scheme(const char *purl)
{
	char type[16];
	size_t n;

	purl = purl_type(purl, &n);
	if (purl == NULL || n >= sizeof(type))
		return NULL;
	for (size_t i = 0; i < n; i++)
		type[i] = purl[i] >= 'A' && purl[i] <= 'Z' ?
		    (char)(purl[i] - 'A' + 'a') : purl[i];
	return scheme_find(type, n);
}

const char *
product_inner_version(struct matcher *m, const struct product *p)
{
	const char *text = "";

	for (uint32_t i = 0; i < p->n_purls && text[0] == '\0'; i++)
		text = purl_version_of(m, p->purls[i]);
	if (text[0] == '\0' && p->cpe[0] != '\0')
		text = cpe_version_of(m, p->cpe);
	return text;
}

static const char *
as_vers(struct matcher *m, const struct scheme *s, const char *text)
{
	return arena_printf(m->mem, "vers:%.*s/%s", (int)strcspn(s->names,
	    " "), s->names, text);
}

/* Is this all that is said of the product? */
static bool
claims_only(const struct matcher *m, uint32_t product, enum claim claim)
{
	uint32_t at = m->claim_at[product], end = m->claim_at[product + 1];

	for (uint32_t i = at; i < end; i++)
		if (m->claims[i].claim != claim)
			return false;
	return at < end;
}

/* Where the versions end that a first affected one begins: the last affected
 * one of its name, or the first fixed one. NULL: not said. */
static const char *
other_end(struct matcher *m, uint32_t of, bool first, const char *own)
{
	const struct advisory *a = m->a;
	enum claim end = first ? CLAIM_LAST_AFFECTED : CLAIM_FIRST_AFFECTED;

	for (uint32_t i = of > BESIDE_MAX ? of - BESIDE_MAX : 0;
	    i < a->n_products && i < of + BESIDE_MAX; i++) {
		const struct product *p = &a->products[i];
		bool fixed = first && (claims_only(m, i, CLAIM_FIRST_FIXED) ||
		    claims_only(m, i, CLAIM_FIXED));
		struct version low, high;
		if ((!fixed && !claims_only(m, i, end)) ||
		    p->version_kind != VERSION_ONE ||
		    !same_lookup(p, &a->products[of]) ||
		    version_read_printed(first ? own : p->version, &low) != 0 ||
		    version_read_printed(first ? p->version : own, &high) != 0)
			continue;
		enum version_order order = version_compare(&low, &high);
		if (order == VERSION_LESS || order == VERSION_EQUAL)
			return arena_printf(m->mem, first ? fixed ?
			    ">= %s | < %s" : ">= %s | <= %s" :
			    "<= %s | >= %s", own, p->version);
	}
	return NULL;
}

/* Not that version alone, but those from the first affected one on, and up to
 * the last one. */
static const char *
affected_run(struct matcher *m, uint32_t of, const char *text)
{
	bool first = claims_only(m, of, CLAIM_FIRST_AFFECTED);
	const char *run;

	if (!first && !claims_only(m, of, CLAIM_LAST_AFFECTED))
		return NULL;
	run = other_end(m, of, first, text);
	return run != NULL ? run : arena_printf(m->mem, "%s %s", first ?
	    ">=" : "<=", text);
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

	if (*kind == VERSION_NONE)
		text = product_inner_version(m, p);
	else if (*kind == VERSION_ONE && p->patch[0] != '\0' &&
	    text_find_nocase(text, p->patch) == NULL)
		text = arena_printf(m->mem, "%s %s", text, p->patch);
	if (*kind == VERSION_NONE && text[0] != '\0')
		*kind = VERSION_ONE;
	if (s == NULL || text[0] == '\0' || text_starts(text, "vers:"))
		return text;
	return as_vers(m, s, text);
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

	if (!range_is_one(r))
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

/* "L206-F2G1 4.24" of "Lynx L206-F2G1" is 4.24. */
static void
find_code(const struct product *p, struct range *r)
{
	struct name n;

	name_read(product_text(p), NULL, &n);
	if (strstr(n.flat, r->code) != NULL)
		r->code = NULL;
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
	    !m->ranges[m->last_range]->builds &&
	    m->ranges[m->last_range]->code == NULL && p->n_purls == 0 &&
	    last->n_purls == 0 && p->version_kind != VERSION_NONE &&
	    p->version_kind == last->version_kind && p->patch[0] == '\0' &&
	    last->patch[0] == '\0' && strcmp(p->version, last->version) == 0) {
		m->ranges[of] = m->ranges[m->last_range];
		return m->ranges[of];
	}
	enum version_kind kind = p->version_kind;
	const char *text = product_version(m, p, &kind);
	const char *run = kind == VERSION_ONE && !text_starts(text, "vers:") ?
	    affected_run(m, of, text) : NULL;
	if (run != NULL) {
		text = run;
		kind = VERSION_RANGE;
	}
	m->ranges[of] = arena_alloc(m->mem, sizeof(struct range));
	range_read(text, kind, m->mem, m->ranges[of]);
	compare_beside(m, of);
	if (m->ranges[of]->builds)
		find_line(m, p, m->ranges[of]);
	if (m->ranges[of]->code != NULL)
		find_code(p, m->ranges[of]);
	m->ranges[of]->run = run;
	if (run == NULL)
		m->last_range = of;
	return m->ranges[of];
}

const struct range *
product_pin(struct matcher *m, uint32_t product)
{
	const struct product *p = &m->a->products[product];
	const char *text = "";

	if (p->version_kind == VERSION_RANGE || p->n_purls == 0)
		return NULL;
	if (m->pins == NULL)
		m->pins = arena_alloc(m->mem, (m->a->n_products + 1) *
		    sizeof(*m->pins));
	if (m->pins[product] != NULL)
		return m->pins[product]->readable ? m->pins[product] : NULL;
	m->pins[product] = arena_alloc(m->mem, sizeof(struct range));
	for (uint32_t i = 0; i < p->n_purls && text[0] == '\0'; i++)
		text = purl_version_of(m, p->purls[i]);
	if (text[0] == '\0')
		return NULL;
	const struct scheme *s = purl_scheme(p->purls[0]);
	range_read(s != NULL ? as_vers(m, s, text) : text, VERSION_ONE,
	    m->mem, m->pins[product]);
	return m->pins[product]->readable ? m->pins[product] : NULL;
}

/* Does an identifier that pins one version name that of the device? Formal
 * names mean what they say: 2.5 is not 2.5.2. */
static enum verdict
pinned(const char *pin, const char *own, enum verdict verdict)
{
	struct version a, b;

	if (verdict != VERDICT_UNKNOWN || own[0] == '\0')
		return verdict;
	if (strcasecmp(pin, own) == 0)
		return VERDICT_IN;
	if (version_read_printed(pin, &a) != 0 ||
	    version_read_printed(own, &b) != 0 || a.wild || b.wild ||
	    b.n < a.n)
		return verdict;
	enum version_order o = version_compare(&a, &b);
	return o == VERSION_LESS || o == VERSION_GREATER ? VERDICT_OUT :
	    verdict;
}

/* Many lists leave out the epoch: "1:9.0.87-1" is 9.0.87-1, too. */
static enum verdict
pinned_package(const char *pin, const char *own, enum verdict verdict)
{
	size_t digits = strspn(pin, "0123456789");

	if (digits > 0 && pin[digits] == ':' && strchr(own, ':') == NULL &&
	    strcasecmp(pin + digits + 1, own) == 0)
		return VERDICT_IN;
	return pinned(pin, own, verdict);
}

static const char *
hit_cpe(const struct matcher *m, const struct hit *h)
{
	return index_column(m->ix, h->device != ALL_DEVICES ? h->device :
	    index_class_device(m->ix, index_class(m->ix, h->class)),
	    INDEX_COLUMN_cpe);
}

static bool
has_update(const struct cpe *name)
{
	const char *s = name->at[CPE_UPDATE];

	return strcmp(s, "*") != 0 && strcmp(s, "-") != 0;
}

/* "6.1.0" with any update on one side, its rc2 on the other: whether that is
 * one of these the names leave open. Ours loses it. */
static bool
update_open(const struct cpe *theirs, struct cpe *ours)
{
	bool open = (has_update(theirs) &&
	    strcmp(ours->at[CPE_UPDATE], "*") == 0) || (has_update(ours) &&
	    strcmp(theirs->at[CPE_UPDATE], "*") == 0);

	memcpy(ours->at[CPE_UPDATE], "*", 2);
	return open;
}

static bool
same_version(const char *a, const char *b)
{
	struct version x, y;

	return version_read_printed(a, &x) == 0 &&
	    version_read_printed(b, &y) == 0 &&
	    version_compare(&x, &y) == VERSION_EQUAL;
}

/* "enterprise_linux:9" is a line: whether all within it is meant nobody says.
 * So with "15:sp4" where both names are equal, but the list has a version that
 * is spelt otherwise. */
static bool
line_is_open(const struct product *p, const struct cpe *theirs,
    const struct cpe *ours, const char *own)
{
	const char *number = theirs->at[CPE_VERSION];
	struct version line, v;

	return p->version_kind == VERSION_NONE && own[0] != '\0' &&
	    number[strspn(number, "0123456789")] == '\0' &&
	    (!has_update(theirs) ||
	    cpe_relate(theirs, ours) == CPE_EQUAL) &&
	    version_read_printed(number, &line) == 0 &&
	    version_read_printed(own, &v) == 0 && line.n > 0 &&
	    v.n > line.n && version_is_within(&v, &line);
}

bool
release_is_product(struct matcher *m, const struct hit *h,
    const struct product *p)
{
	const struct cpe *theirs = p->version_kind == VERSION_NONE &&
	    p->cpe[0] != '\0' ? product_cpe(m, p) : NULL;
	struct cpe ours;

	if (theirs == NULL || cpe_is_pattern(theirs->at[CPE_VERSION]) ||
	    cpe_read(hit_cpe(m, h), &ours) != 0 || strcmp(
	    theirs->at[CPE_VENDOR], ours.at[CPE_VENDOR]) != 0)
		return false;
	const char *line = theirs->at[CPE_PRODUCT];
	const char *product = ours.at[CPE_PRODUCT];
	size_t n = strlen(line);
	return strncmp(product, line, n) == 0 && product[n] == '_' &&
	    strcmp(product + n + 1, theirs->at[CPE_VERSION]) == 0;
}

enum verdict
inner_verdict(struct matcher *m, const struct hit *h, const struct product *p,
    enum verdict verdict)
{
	struct cpe ours;
	char text[2 * CPE_TEXT];

	if (verdict == VERDICT_IN || p->version_kind == VERSION_RANGE ||
	    (h->ident != INDEX_PURL && h->ident != INDEX_CPE))
		return verdict;
	const char *own = hit_version_text(m, h);
	if (h->ident == INDEX_PURL)
		return pinned_package(product_inner_version(m, p), own,
		    verdict);
	const struct cpe *theirs = product_cpe(m, p);
	if (theirs == NULL)
		return verdict;
	cpe_version(theirs, text);
	if (text[0] == '\0' || strpbrk(text, "*?") != NULL)
		return verdict;
	bool listed = cpe_read(hit_cpe(m, h), &ours) == 0;
	if (listed && line_is_open(p, theirs, &ours, own))
		return VERDICT_UNKNOWN;
	if (listed && update_open(theirs, &ours)) {
		char line[2 * CPE_TEXT], bare[2 * CPE_TEXT];
		struct cpe without = *theirs;
		memcpy(without.at[CPE_UPDATE], "*", 2);
		cpe_version(&without, line);
		cpe_version(&ours, bare);
		if (same_version(line, bare[0] != '\0' ? bare : own))
			return VERDICT_UNKNOWN;
	}
	return listed ? pinned(text, own, verdict) : verdict;
}
