#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/pack.h"
#include "noun/advisory.h"
#include "pieces.h"

#define LEAST_PRODUCT	(10u * LEAST_STR - 1u + 7u * LEAST_NUM)
#define LEAST_ASSERTION	(LEAST_NUM + 1u)
#define LEAST_SCORE	(LEAST_CVSS + 2u * LEAST_STR + LEAST_NUM)
#define LEAST_THREAT	(2u * LEAST_STR + LEAST_LONG + LEAST_NUM)
#define LEAST_FLAG	(LEAST_STR + LEAST_LONG + LEAST_NUM)
#define LEAST_NOTE	(3u * LEAST_STR)
#define LEAST_REVISION	(2u * LEAST_STR + LEAST_LONG)
#define LEAST_VULN	(4u * LEAST_STR + 3u * LEAST_LONG + 8u * LEAST_NUM)

static const char *const topic_names[TOPIC_COUNT] = {
	"vulnerability", "update", "update-integrity", "end-of-support",
	"maintenance", "acquisition", "verification", "lifecycle", "breach",
};

/* CSAF 2.0 section 3.2.3.9 */
static const char *const claim_names[CLAIM_COUNT_] = {
	[CLAIM_KNOWN_AFFECTED] = "known_affected",
	[CLAIM_FIRST_AFFECTED] = "first_affected",
	[CLAIM_LAST_AFFECTED] = "last_affected",
	[CLAIM_UNDER_INVESTIGATION] = "under_investigation",
	[CLAIM_RECOMMENDED] = "recommended",
	[CLAIM_FIRST_FIXED] = "first_fixed",
	[CLAIM_FIXED] = "fixed",
	[CLAIM_NOT_AFFECTED] = "known_not_affected",
};

const char *
topic_name(unsigned bit)
{
	return bit < TOPIC_COUNT ? topic_names[bit] : NULL;
}

const char *
claim_name(enum claim c)
{
	if ((unsigned)c >= CLAIM_COUNT_)
		bug("claim %d", (int)c);
	return claim_names[c];
}

void
advisory_init(struct advisory *a)
{
	memset(a, 0, sizeof(*a));
	a->format = a->publisher = a->publisher_kind = a->ns = a->id = "";
	a->title = a->summary = a->text = a->url = a->category = "";
	a->lang = a->status = a->version = a->tlp = a->sharing = "";
	a->aggregate = "";
}

/* unpacked by notes_unpack */
static void
notes_pack(struct buf *out, const struct note *notes, uint32_t n)
{
	pack_u32(out, n);
	for (uint32_t i = 0; i < n; i++) {
		pack_str(out, notes[i].category);
		pack_str(out, notes[i].title);
		pack_str(out, notes[i].text);
	}
}

/* packed by notes_pack */
static struct note *
notes_unpack(struct unpack *in, struct arena *mem, uint32_t *ret_n)
{
	struct note *notes = list_unpack(in, mem, "notes", ITEMS_MAX,
	    LEAST_NOTE, sizeof(*notes), ret_n);

	for (uint32_t i = 0; i < *ret_n; i++) {
		notes[i].category = unpack_str(in, "note.category", LINE_MAX_);
		notes[i].title = unpack_str(in, "note.title", LINE_MAX_);
		notes[i].text = unpack_str(in, "note.text", TEXT_MAX);
	}
	return notes;
}

/* unpacked by claims_unpack: all that is said of products */
static void
claims_pack(struct buf *out, const struct vulnerability *v)
{
	pack_u32(out, v->n_assertions);
	for (uint32_t i = 0; i < v->n_assertions; i++) {
		pack_u32(out, v->assertions[i].product);
		pack_u8(out, (uint8_t)v->assertions[i].claim);
	}
	pack_u32(out, v->n_scores);
	for (uint32_t i = 0; i < v->n_scores; i++) {
		cvss_pack(out, &v->scores[i].cvss);
		pack_str(out, v->scores[i].vector);
		pack_str(out, v->scores[i].source);
		indices_pack(out, &v->scores[i].products);
	}
	remedies_pack(out, v->remedies, v->n_remedies);
	pack_u32(out, v->n_threats);
	for (uint32_t i = 0; i < v->n_threats; i++) {
		pack_str(out, v->threats[i].category);
		pack_str(out, v->threats[i].text);
		pack_i64(out, v->threats[i].date);
		indices_pack(out, &v->threats[i].products);
	}
	pack_u32(out, v->n_flags);
	for (uint32_t i = 0; i < v->n_flags; i++) {
		pack_str(out, v->flags[i].label);
		pack_i64(out, v->flags[i].date);
		indices_pack(out, &v->flags[i].products);
	}
}

/* packed by claims_pack */
static void
claims_unpack(struct unpack *in, struct arena *mem, uint32_t n_products,
    struct vulnerability *ret)
{
	ret->assertions = list_unpack(in, mem, "assertions", ITEMS_MAX,
	    LEAST_ASSERTION, sizeof(*ret->assertions), &ret->n_assertions);
	for (uint32_t i = 0; i < ret->n_assertions; i++) {
		struct assertion *a = &ret->assertions[i];

		a->product = unpack_u32(in, "assertion.product", UINT32_MAX);
		if (a->product >= n_products)
			unpack_fail(in, "assertion.product");
		a->claim = unpack_u8(in, "assertion.claim", CLAIM_COUNT_ - 1);
	}
	ret->scores = list_unpack(in, mem, "scores", ITEMS_MAX, LEAST_SCORE,
	    sizeof(*ret->scores), &ret->n_scores);
	for (uint32_t i = 0; i < ret->n_scores; i++) {
		struct score *s = &ret->scores[i];

		cvss_unpack(in, &s->cvss);
		s->vector = unpack_str(in, "score.vector", LINE_MAX_);
		s->source = unpack_str(in, "score.source", LINE_MAX_);
		indices_unpack(in, mem, n_products, &s->products);
	}
	ret->remedies = remedies_unpack(in, mem, ITEMS_MAX, n_products,
	    &ret->n_remedies);
	ret->threats = list_unpack(in, mem, "threats", ITEMS_MAX, LEAST_THREAT,
	    sizeof(*ret->threats), &ret->n_threats);
	for (uint32_t i = 0; i < ret->n_threats; i++) {
		struct threat *t = &ret->threats[i];

		t->category = unpack_str(in, "threat.category", LINE_MAX_);
		t->text = unpack_str(in, "threat.text", TEXT_MAX);
		t->date = unpack_i64(in, "threat.date");
		indices_unpack(in, mem, n_products, &t->products);
	}
	ret->flags = list_unpack(in, mem, "flags", ITEMS_MAX, LEAST_FLAG,
	    sizeof(*ret->flags), &ret->n_flags);
	for (uint32_t i = 0; i < ret->n_flags; i++) {
		struct flag *f = &ret->flags[i];

		f->label = unpack_str(in, "flag.label", LINE_MAX_);
		f->date = unpack_i64(in, "flag.date");
		indices_unpack(in, mem, n_products, &f->products);
	}
}

/* unpacked by vulnerability_unpack */
static void
vulnerability_pack(struct buf *out, const struct vulnerability *v)
{
	pack_str(out, v->cve);
	pack_str(out, v->title);
	pack_str(out, v->cwe);
	pack_str(out, v->cwe_name);
	texts_pack(out, v->ids, v->n_ids);
	pack_i64(out, v->discovered);
	pack_i64(out, v->released);
	pack_i64(out, v->exploited);
	claims_pack(out, v);
	notes_pack(out, v->notes, v->n_notes);
	references_pack(out, v->references, v->n_references);
}

/* packed by vulnerability_pack */
static void
vulnerability_unpack(struct unpack *in, struct arena *mem,
    uint32_t n_products, struct vulnerability *ret)
{
	ret->cve = unpack_str(in, "vuln.cve", LINE_MAX_);
	ret->title = unpack_str(in, "vuln.title", LINE_MAX_);
	ret->cwe = unpack_str(in, "vuln.cwe", LINE_MAX_);
	ret->cwe_name = unpack_str(in, "vuln.cwe_name", LINE_MAX_);
	ret->ids = texts_unpack(in, mem, "vuln.ids", ITEMS_MAX, LINE_MAX_,
	    &ret->n_ids);
	ret->discovered = unpack_i64(in, "vuln.discovered");
	ret->released = unpack_i64(in, "vuln.released");
	ret->exploited = unpack_i64(in, "vuln.exploited");
	claims_unpack(in, mem, n_products, ret);
	ret->notes = notes_unpack(in, mem, &ret->n_notes);
	ret->references = references_unpack(in, mem, &ret->n_references);
}

/* unpacked by header_unpack */
static void
header_pack(struct buf *out, const struct advisory *a)
{
	pack_str(out, a->format);
	pack_str(out, a->publisher);
	pack_str(out, a->publisher_kind);
	pack_str(out, a->ns);
	pack_str(out, a->id);
	texts_pack(out, a->aliases, a->n_aliases);
	pack_str(out, a->title);
	pack_str(out, a->summary);
	pack_str(out, a->text);
	pack_str(out, a->url);
	pack_str(out, a->category);
	pack_str(out, a->lang);
	pack_str(out, a->status);
	pack_str(out, a->version);
	pack_str(out, a->tlp);
	pack_str(out, a->sharing);
	pack_str(out, a->aggregate);
	pack_i64(out, a->initial);
	pack_i64(out, a->current);
	pack_u32(out, a->topics);
}

/* packed by header_pack */
static void
header_unpack(struct unpack *in, struct arena *mem, struct advisory *ret)
{
	ret->format = unpack_str(in, "advisory.format", LINE_MAX_);
	ret->publisher = unpack_str(in, "advisory.publisher", LINE_MAX_);
	ret->publisher_kind = unpack_str(in, "advisory.publisher_kind",
	    LINE_MAX_);
	ret->ns = unpack_str(in, "advisory.ns", LINE_MAX_);
	ret->id = unpack_str(in, "advisory.id", LINE_MAX_);
	ret->aliases = texts_unpack(in, mem, "advisory.aliases", ITEMS_MAX,
	    LINE_MAX_, &ret->n_aliases);
	ret->title = unpack_str(in, "advisory.title", LINE_MAX_);
	ret->summary = unpack_str(in, "advisory.summary", TEXT_MAX);
	ret->text = unpack_str(in, "advisory.text", TEXT_MAX);
	ret->url = unpack_str(in, "advisory.url", LINE_MAX_);
	ret->category = unpack_str(in, "advisory.category", LINE_MAX_);
	ret->lang = unpack_str(in, "advisory.lang", LINE_MAX_);
	ret->status = unpack_str(in, "advisory.status", LINE_MAX_);
	ret->version = unpack_str(in, "advisory.version", LINE_MAX_);
	ret->tlp = unpack_str(in, "advisory.tlp", LINE_MAX_);
	ret->sharing = unpack_str(in, "advisory.sharing", TEXT_MAX);
	ret->aggregate = unpack_str(in, "advisory.aggregate", LINE_MAX_);
	ret->initial = unpack_i64(in, "advisory.initial");
	ret->current = unpack_i64(in, "advisory.current");
	ret->topics = unpack_u32(in, "advisory.topics",
	    (1u << TOPIC_COUNT) - 1);
}

/* unpacked by advisory_unpack */
void
advisory_pack(struct buf *out, const struct advisory *a)
{
	header_pack(out, a);
	pack_u32(out, a->n_revisions);
	for (uint32_t i = 0; i < a->n_revisions; i++) {
		pack_str(out, a->revisions[i].version);
		pack_str(out, a->revisions[i].summary);
		pack_i64(out, a->revisions[i].date);
	}
	notes_pack(out, a->notes, a->n_notes);
	references_pack(out, a->references, a->n_references);
	pack_u32(out, a->n_products);
	for (uint32_t i = 0; i < a->n_products; i++)
		product_pack(out, &a->products[i]);
	pack_u32(out, a->n_vulns);
	for (uint32_t i = 0; i < a->n_vulns; i++)
		vulnerability_pack(out, &a->vulns[i]);
	texts_pack(out, a->remarks, a->n_remarks);
}

/* The products of an advisory, with relations that point inside the list. A
 * leaf's indices mean nothing and are made to point at the first product. */
static void
products_unpack(struct unpack *in, struct arena *mem, struct advisory *ret)
{
	ret->products = list_unpack(in, mem, "products", PRODUCTS_MAX,
	    LEAST_PRODUCT, sizeof(*ret->products), &ret->n_products);
	for (uint32_t i = 0; i < ret->n_products && !in->bad; i++) {
		struct product *p = &ret->products[i];

		product_unpack(in, mem, p);
		if (p->relation[0] == '\0')
			p->of = p->on = 0;
		if (p->of >= ret->n_products || p->on >= ret->n_products)
			unpack_fail(in, "product.relation");
	}
}

/* packed by advisory_pack. One remark more than the ceiling: the one that
 * counts the rest. */
void
advisory_unpack(struct unpack *in, struct arena *mem, struct advisory *ret)
{
	advisory_init(ret);
	header_unpack(in, mem, ret);
	ret->revisions = list_unpack(in, mem, "revisions", ITEMS_MAX,
	    LEAST_REVISION, sizeof(*ret->revisions), &ret->n_revisions);
	for (uint32_t i = 0; i < ret->n_revisions; i++) {
		struct revision *r = &ret->revisions[i];

		r->version = unpack_str(in, "revision.version", LINE_MAX_);
		r->summary = unpack_str(in, "revision.summary", TEXT_MAX);
		r->date = unpack_i64(in, "revision.date");
	}
	ret->notes = notes_unpack(in, mem, &ret->n_notes);
	ret->references = references_unpack(in, mem, &ret->n_references);
	products_unpack(in, mem, ret);
	ret->vulns = list_unpack(in, mem, "vulns", VULNS_MAX, LEAST_VULN,
	    sizeof(*ret->vulns), &ret->n_vulns);
	for (uint32_t i = 0; i < ret->n_vulns && !in->bad; i++)
		vulnerability_unpack(in, mem, ret->n_products, &ret->vulns[i]);
	ret->remarks = texts_unpack(in, mem, "advisory.remarks",
	    REMARKS_MAX + 1, LINE_MAX_, &ret->n_remarks);
	/* A noun that failed half way must not show NULLs to anybody. */
	if (in->bad)
		advisory_init(ret);
}
