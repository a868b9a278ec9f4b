/* A reading as JSON, for people and for the tests: all that is not empty. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "noun/advisory.h"
#include "noun/document.h"
#include "read.h"

static void
show_text(struct json_out *j, const char *key, const char *s)
{
	if (s[0] != '\0') {
		jout_kv(j, key, s);
	}
}

static void
show_date(struct json_out *j, const char *key, int64_t s)
{
	char text[WALL_TEXT];

	if (s != 0) {
		jout_kv(j, key, wall_show((struct wall){ s }, text));
	}
}

static void
show_texts(struct json_out *j, const char *key, const char **list, uint32_t n)
{
	if (n == 0) {
		return;
	}
	jout_texts(j, key, list, n);
}

/* Opens a list of objects; false if there is nothing to show. */
static bool
list_open(struct json_out *j, const char *key, uint32_t n)
{
	if (n == 0) {
		return false;
	}
	jout_ka(j, key);
	return true;
}

static void
show_products_of(struct json_out *j, const struct advisory *a,
    const struct indices *x)
{
	if (!list_open(j, "products", x->n)) {
		return;
	}
	for (uint32_t i = 0; i < x->n; i++) {
		jout_text(j, a->products[x->at[i]].ref);
	}
	jout_end(j, ']');
}

static void
show_notes(struct json_out *j, const struct note *notes, uint32_t n)
{
	if (!list_open(j, "notes", n)) {
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		jout_object(j);
		show_text(j, "category", notes[i].category);
		show_text(j, "title", notes[i].title);
		show_text(j, "text", notes[i].text);
		jout_end(j, '}');
	}
	jout_end(j, ']');
}

static void
show_references(struct json_out *j, const struct reference *refs, uint32_t n)
{
	if (!list_open(j, "references", n)) {
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		jout_object(j);
		show_text(j, "category", refs[i].category);
		show_text(j, "summary", refs[i].summary);
		show_text(j, "url", refs[i].url);
		jout_end(j, '}');
	}
	jout_end(j, ']');
}

static void
show_product(struct json_out *j, const struct advisory *a,
    const struct product *p)
{
	static const char *const kinds[] = { "", "one", "range" };

	jout_object(j);
	show_text(j, "ref", p->ref);
	show_text(j, "name", p->name);
	show_text(j, "vendor", p->vendor);
	show_text(j, "family", p->family);
	show_text(j, "product", p->product);
	show_text(j, "version", p->version);
	show_text(j, "version_kind", kinds[p->version_kind]);
	show_text(j, "patch", p->patch);
	show_text(j, "hardware", p->hardware);
	show_text(j, "cpe", p->cpe);
	show_texts(j, "purls", p->purls, p->n_purls);
	show_texts(j, "models", p->models, p->n_models);
	if (p->whole_numbers && p->n_models + p->n_serials > 0) {
		jout_kv(j, "numbers", "whole");
	}
	show_texts(j, "serials", p->serials, p->n_serials);
	show_texts(j, "skus", p->skus, p->n_skus);
	show_texts(j, "hashes", p->hashes, p->n_hashes);
	if (p->relation[0] != '\0') {
		jout_kv(j, "relation", p->relation);
		jout_kv(j, "of", a->products[p->of].ref);
		jout_kv(j, "on", a->products[p->on].ref);
	}
	jout_end(j, '}');
}

/* Claim by claim, in the order of the enum. */
static void
show_assertions(struct json_out *j, const struct advisory *a,
    const struct vulnerability *v)
{
	if (v->n_assertions == 0) {
		return;
	}
	jout_key(j, "status");
	jout_object(j);
	for (int c = 0; c < CLAIM_COUNT_; c++) {
		bool open = false;

		for (uint32_t i = 0; i < v->n_assertions; i++) {
			if ((int)v->assertions[i].claim != c) {
				continue;
			}
			if (!open) {
				jout_ka(j, claim_name((enum claim)c));
				open = true;
			}
			jout_text(j, a->products[v->assertions[i].product].ref);
		}
		if (open) {
			jout_end(j, ']');
		}
	}
	jout_end(j, '}');
}

static void
show_scores(struct json_out *j, const struct advisory *a,
    const struct vulnerability *v)
{
	if (!list_open(j, "scores", v->n_scores)) {
		return;
	}
	for (uint32_t i = 0; i < v->n_scores; i++) {
		const struct score *s = &v->scores[i];

		jout_object(j);
		jout_kv(j, "version", s->cvss.version);
		jout_key(j, "base");
		jout_tenths(j, s->cvss.tenths);
		if (s->cvss.overall != s->cvss.tenths) {
			jout_key(j, "overall");
			jout_tenths(j, s->cvss.overall);
		}
		show_text(j, "vector", s->vector);
		show_text(j, "source", s->source);
		show_products_of(j, a, &s->products);
		jout_end(j, '}');
	}
	jout_end(j, ']');
}

static void
show_remedies(struct json_out *j, const struct advisory *a,
    const struct vulnerability *v)
{
	if (!list_open(j, "remedies", v->n_remedies)) {
		return;
	}
	for (uint32_t i = 0; i < v->n_remedies; i++) {
		const struct remedy *r = &v->remedies[i];

		jout_object(j);
		show_text(j, "category", r->category);
		show_text(j, "text", r->text);
		show_text(j, "url", r->url);
		show_text(j, "restart", r->restart);
		show_text(j, "entitlement", r->entitlement);
		show_date(j, "date", r->date);
		show_products_of(j, a, &r->products);
		jout_end(j, '}');
	}
	jout_end(j, ']');
}

static void
show_threats(struct json_out *j, const struct advisory *a,
    const struct vulnerability *v)
{
	if (list_open(j, "threats", v->n_threats)) {
		for (uint32_t i = 0; i < v->n_threats; i++) {
			jout_object(j);
			show_text(j, "category", v->threats[i].category);
			show_text(j, "text", v->threats[i].text);
			show_date(j, "date", v->threats[i].date);
			show_products_of(j, a, &v->threats[i].products);
			jout_end(j, '}');
		}
		jout_end(j, ']');
	}
	if (list_open(j, "flags", v->n_flags)) {
		for (uint32_t i = 0; i < v->n_flags; i++) {
			jout_object(j);
			show_text(j, "label", v->flags[i].label);
			show_date(j, "date", v->flags[i].date);
			show_products_of(j, a, &v->flags[i].products);
			jout_end(j, '}');
		}
		jout_end(j, ']');
	}
}

static void
show_vulnerability(struct json_out *j, const struct advisory *a,
    const struct vulnerability *v)
{
	jout_object(j);
	show_text(j, "cve", v->cve);
	show_text(j, "title", v->title);
	show_text(j, "cwe", v->cwe);
	show_text(j, "cwe_name", v->cwe_name);
	show_texts(j, "ids", v->ids, v->n_ids);
	show_date(j, "discovered", v->discovered);
	show_date(j, "released", v->released);
	show_date(j, "exploited", v->exploited);
	show_assertions(j, a, v);
	show_scores(j, a, v);
	show_remedies(j, a, v);
	show_threats(j, a, v);
	show_notes(j, v->notes, v->n_notes);
	show_references(j, v->references, v->n_references);
	jout_end(j, '}');
}

static void
show_header(struct json_out *j, const struct advisory *a)
{
	show_text(j, "format", a->format);
	show_text(j, "publisher", a->publisher);
	show_text(j, "publisher_kind", a->publisher_kind);
	show_text(j, "ns", a->ns);
	show_text(j, "id", a->id);
	show_texts(j, "aliases", a->aliases, a->n_aliases);
	show_text(j, "title", a->title);
	show_text(j, "summary", a->summary);
	show_text(j, "text", a->text);
	show_text(j, "url", a->url);
	show_text(j, "category", a->category);
	show_text(j, "lang", a->lang);
	show_text(j, "status", a->status);
	show_text(j, "version", a->version);
	show_text(j, "tlp", a->tlp);
	show_text(j, "sharing", a->sharing);
	show_text(j, "aggregate", a->aggregate);
	show_date(j, "initial", a->initial);
	show_date(j, "current", a->current);
	if (list_open(j, "topics", a->topics)) {
		for (unsigned bit = 0; topic_name(bit) != NULL; bit++) {
			if (a->topics & 1u << bit) {
				jout_text(j, topic_name(bit));
			}
		}
		jout_end(j, ']');
	}
}

static void
show_advisory(struct json_out *j, const struct advisory *a)
{
	jout_object(j);
	show_header(j, a);
	if (list_open(j, "revisions", a->n_revisions)) {
		for (uint32_t i = 0; i < a->n_revisions; i++) {
			jout_object(j);
			show_text(j, "version", a->revisions[i].version);
			show_text(j, "summary", a->revisions[i].summary);
			show_date(j, "date", a->revisions[i].date);
			jout_end(j, '}');
		}
		jout_end(j, ']');
	}
	show_notes(j, a->notes, a->n_notes);
	show_references(j, a->references, a->n_references);
	if (list_open(j, "products", a->n_products)) {
		for (uint32_t i = 0; i < a->n_products; i++) {
			show_product(j, a, &a->products[i]);
		}
		jout_end(j, ']');
	}
	if (list_open(j, "vulnerabilities", a->n_vulns)) {
		for (uint32_t i = 0; i < a->n_vulns; i++) {
			show_vulnerability(j, a, &a->vulns[i]);
		}
		jout_end(j, ']');
	}
	show_texts(j, "remarks", a->remarks, a->n_remarks);
	jout_end(j, '}');
}

static void
show_address(struct json_out *j, const struct address *a)
{
	jout_object(j);
	jout_kv(j, "kind", a->kind == ADDRESS_LISTING ? "listing" : "document");
	show_text(j, "url", a->url);
	show_text(j, "alt", a->alt);
	show_text(j, "format", a->format);
	show_text(j, "updated", a->updated);
	show_text(j, "hash_url", a->hash_url);
	show_text(j, "signature_url", a->signature_url);
	jout_end(j, '}');
}

void
reading_show(struct buf *out, const struct reading *r)
{
	struct json_out j;

	jout_init(&j, out);
	jout_object(&j);
	if (list_open(&j, "advisories", r->n_advisories)) {
		for (uint32_t i = 0; i < r->n_advisories; i++) {
			show_advisory(&j, &r->advisories[i]);
		}
		jout_end(&j, ']');
	}
	if (list_open(&j, "addresses", r->n_addresses)) {
		for (uint32_t i = 0; i < r->n_addresses; i++) {
			show_address(&j, &r->addresses[i]);
		}
		jout_end(&j, ']');
	}
	show_texts(&j, "remarks", r->remarks, r->n_remarks);
	if (r->recovered) {
		jout_kb(&j, "recovered", true);
	}
	jout_end(&j, '}');
}
