/* CSAF 2.0 and 2.1: the document and its tracking. What breaks the standard but
 * can be understood is read with a remark; only a document that cannot be known
 * again (no tracking id) or that is beyond a ceiling is refused. */
#include <string.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "noun/document.h"
#include "csaf.h"
#include "read.h"
#include "url.h"
#include "words.h"

/* Bytes of advisory.summary: a paragraph in an alert. */
#define SUMMARY_MAX 1000u

struct note *
csaf_notes(struct csaf *c, const struct spot *owner, uint32_t *ret_n)
{
	struct walk *w = &c->walk;
	struct spot list = spot_get(owner, "notes");
	struct note *notes;
	uint32_t n = list.v == NULL ? 0 :
	    walk_count(w, &list, MAY, ITEMS_MAX), kept = 0;

	*ret_n = 0;
	if (n == 0) {
		return NULL;
	}
	notes = arena_alloc(w->mem, n * sizeof(*notes));
	for (uint32_t i = 0; i < n; i++) {
		struct spot s = spot_at(&list, i);
		if (walk_object(w, &s, MUST)) {
			notes[kept++] = (struct note){
				.category = walk_line(w, &s, "category", MUST),
				.title = walk_line(w, &s, "title", MAY),
				.text = walk_text(w, &s, "text", MUST),
			};
		}
	}
	*ret_n = kept;
	return notes;
}

struct reference *
csaf_references(struct csaf *c, const struct spot *owner, uint32_t *ret_n)
{
	struct walk *w = &c->walk;
	struct spot list = spot_get(owner, "references");
	struct reference *refs;
	uint32_t n = list.v == NULL ? 0 :
	    walk_count(w, &list, MAY, ITEMS_MAX), kept = 0;

	*ret_n = 0;
	if (n == 0) {
		return NULL;
	}
	refs = arena_alloc(w->mem, n * sizeof(*refs));
	for (uint32_t i = 0; i < n; i++) {
		struct spot s = spot_at(&list, i);
		if (!walk_object(w, &s, MUST)) {
			continue;
		}
		struct reference *r = &refs[kept];
		*r = (struct reference){
			.category = walk_line(w, &s, "category", MAY),
			.summary = walk_text(w, &s, "summary", MUST),
			.url = walk_url(w, &s, "url", MUST),
		};
		kept += r->url[0] != '\0' || r->summary[0] != '\0';
	}
	*ret_n = kept;
	return refs;
}

/* CSAF 2.1 clause 10: a consumer warns of essential content that it does not
 * know, and we know none. */
void
csaf_extensions(struct csaf *c, const struct spot *owner)
{
	struct spot list = spot_get(owner, "x_extensions");
	uint32_t n;

	if (list.v == NULL) {
		return;
	}
	n = walk_count(&c->walk, &list, MAY, ITEMS_MAX);
	for (uint32_t i = 0; i < n; i++) {
		struct spot s = spot_at(&list, i);
		const char *how = json_get_text(s.v, "category");
		if (text_eq(how, "essential") || text_eq(how, "significant")) {
			walk_remark(&c->walk, &s, "%s content by an extension "
			    "that is not understood: %s", how,
			    walk_quote(&c->walk, json_get_text(s.v,
			    "$schema")));
		}
	}
}

/* What was cut may be the only difference between two advisories. */
static bool
is_cut(const struct spot *in, const char *key)
{
	return strlen(json_get_text(in->v, key)) > LINE_MAX_;
}

static int
publisher_read(struct csaf *c, const struct spot *document,
    const struct document *from)
{
	struct walk *w = &c->walk;
	struct advisory *a = c->a;
	struct spot s = spot_get(document, "publisher");

	if (walk_object(w, &s, MUST)) {
		a->publisher = walk_line(w, &s, "name", MUST);
		a->publisher_kind = walk_line(w, &s, "category", MUST);
		a->ns = walk_line(w, &s, "namespace", MUST);
		if (is_cut(&s, "namespace")) {
			return err_at(c->err, "/document/publisher/namespace",
			    0, "longer than %u bytes: the advisory cannot be "
			    "told from others", LINE_MAX_);
		}
	}
	/* (ns, id) must stay the same from one revision to the next. */
	if (a->ns[0] == '\0') {
		a->ns = a->publisher[0] != '\0' ? a->publisher :
		    words_line(w->mem, url_folder(w->mem, from->url), NULL);
	}
	return 0;
}

/* TLP 1 words become those of TLP 2; a label that is none is shown to nobody
 * as if it were one. */
static const char *
tlp_read(struct csaf *c, const struct spot *tlp)
{
	static const char *const labels[] = { "CLEAR", "GREEN", "AMBER",
	    "AMBER+STRICT", "RED" };
	struct spot s = spot_get(tlp, "label");
	const char *label = walk_raw(&c->walk, &s, MUST);

	if (text_eq_nocase(label, "WHITE")) {
		return "CLEAR";
	}
	for (size_t i = 0; i < COUNT_OF(labels); i++) {
		if (text_eq_nocase(label, labels[i])) {
			return labels[i];
		}
	}
	if (label[0] != '\0') {
		walk_remark(&c->walk, &s, "%s is no TLP label, taken as RED",
		    walk_quote(&c->walk, label));
		return "RED";
	}
	return "";
}

static void
distribution_read(struct csaf *c, const struct spot *document)
{
	struct walk *w = &c->walk;
	struct advisory *a = c->a;
	struct spot s = spot_get(document, "distribution");

	if (s.v == NULL || !walk_object(w, &s, MAY)) {
		return;
	}
	struct spot tlp = spot_get(&s, "tlp");
	if (tlp.v != NULL && walk_object(w, &tlp, MAY)) {
		a->tlp = tlp_read(c, &tlp);
	}
	a->sharing = walk_text(w, &s, "text", MAY);
	struct spot group = spot_get(&s, "sharing_group");
	if (group.v != NULL && walk_object(w, &group, MAY)) {
		const char *name = walk_line(w, &group, "name", MAY);
		const char *id = walk_line(w, &group, "id", MUST);
		a->sharing = words_text(w->mem, arena_printf(w->mem,
		    "Sharing group: %s (%s)\n%s", name, id, a->sharing), NULL);
	}
}

static void
revisions_read(struct csaf *c, const struct spot *tracking)
{
	struct walk *w = &c->walk;
	struct advisory *a = c->a;
	struct spot list = spot_get(tracking, "revision_history");
	uint32_t n = walk_count(w, &list, MUST, ITEMS_MAX);

	if (n == 0) {
		return;
	}
	a->revisions = arena_alloc(w->mem, n * sizeof(*a->revisions));
	for (uint32_t i = 0; i < n; i++) {
		struct spot s = spot_at(&list, i);
		if (walk_object(w, &s, MUST)) {
			a->revisions[a->n_revisions++] = (struct revision){
				.version = walk_line(w, &s, "number", MUST),
				.summary = walk_text(w, &s, "summary", MUST),
				.date = walk_date(w, &s, "date", MUST),
			};
		}
	}
}

static int
tracking_read(struct csaf *c, const struct spot *document)
{
	struct walk *w = &c->walk;
	struct advisory *a = c->a;
	struct spot s = spot_get(document, "tracking");

	if (!json_is_object(s.v)) {
		return err_at(c->err, "/document/tracking", 0,
		    "expected an object, found %s: the advisory cannot be "
		    "known again", json_kind(s.v));
	}
	a->id = walk_line(w, &s, "id", MUST);
	if (a->id[0] == '\0') {
		return err_at(c->err, "/document/tracking/id", 0,
		    "no id: the advisory cannot be known again");
	}
	if (is_cut(&s, "id")) {
		return err_at(c->err, "/document/tracking/id", 0,
		    "longer than %u bytes: the advisory cannot be told from "
		    "others", LINE_MAX_);
	}
	a->aliases = walk_lines(w, &s, "aliases", &a->n_aliases);
	a->version = walk_line(w, &s, "version", MUST);
	a->status = walk_line(w, &s, "status", MUST);
	a->initial = walk_date(w, &s, "initial_release_date", MUST);
	a->current = walk_date(w, &s, "current_release_date", MUST);
	revisions_read(c, &s);
	return 0;
}

/* The page for people: a "self" reference that is no JSON, else any "self". */
static const char *
page_of(const struct advisory *a)
{
	const char *json = "";

	for (uint32_t i = 0; i < a->n_references; i++) {
		const struct reference *r = &a->references[i];

		if (!text_eq(r->category, "self") || r->url[0] == '\0') {
			continue;
		}
		if (!text_ends(r->url, ".json")) {
			return r->url;
		}
		if (json[0] == '\0') {
			json = r->url;
		}
	}
	return json;
}

static const char *
summary_of(struct arena *mem, const struct advisory *a)
{
	static const char *const kinds[] = { "summary", "description",
	    "general", "details" };

	for (size_t k = 0; k < COUNT_OF(kinds); k++) {
		for (uint32_t i = 0; i < a->n_notes; i++) {
			if (text_eq(a->notes[i].category, kinds[k])) {
				return words_summary(mem, a->notes[i].text,
				    SUMMARY_MAX);
			}
		}
	}
	return "";
}

static int
document_part_read(struct csaf *c, const struct spot *root,
    const struct document *from)
{
	struct walk *w = &c->walk;
	struct advisory *a = c->a;
	struct spot s = spot_get(root, "document");

	if (!json_is_object(s.v)) {
		return err_at(c->err, "/document", 0,
		    "expected an object, found %s: this is no CSAF document",
		    json_kind(s.v));
	}
	const char *standard = walk_line(w, &s, "csaf_version", MUST);
	if (standard[0] != '\0' && !text_eq(standard, "2.0") &&
	    !text_eq(standard, "2.1")) {
		walk_remark(w, &s, "csaf_version %s is not known, read as 2.1",
		    walk_quote(w, standard));
	}
	c->whole_numbers = standard[0] != '\0' && !text_eq(standard, "2.0");
	a->category = walk_line(w, &s, "category", MUST);
	a->title = walk_line(w, &s, "title", MUST);
	a->lang = walk_line(w, &s, "lang", MAY);
	if (publisher_read(c, &s, from) < 0 || tracking_read(c, &s) < 0) {
		return -1;
	}
	if (a->title[0] == '\0') {
		a->title = a->id;
	}
	distribution_read(c, &s);
	struct spot severity = spot_get(&s, "aggregate_severity");
	if (severity.v != NULL && walk_object(w, &severity, MAY)) {
		a->aggregate = walk_line(w, &severity, "text", MUST);
	}
	a->notes = csaf_notes(c, &s, &a->n_notes);
	a->references = csaf_references(c, &s, &a->n_references);
	a->url = page_of(a);
	a->summary = summary_of(w->mem, a);
	csaf_extensions(c, &s);
	return 0;
}

/* What the advisory is about. Profiles that are not for vulnerabilities are
 * known by their title, and are lifecycle notices if that says nothing. */
static uint32_t
topics_of(const struct advisory *a)
{
	uint32_t said = words_topics(a->title);

	if (text_eq(a->category, "csaf_security_incident_response")) {
		return TOPIC_BREACH |
		    (a->n_vulns > 0 ? TOPIC_VULNERABILITY : 0);
	}
	if (a->n_vulns > 0 || text_eq(a->category, "csaf_vex") ||
	    text_find_nocase(a->category, "security_advisory") != NULL ||
	    text_eq(a->category, "csaf_superseded") ||
	    text_eq(a->category, "csaf_withdrawn")) {
		return TOPIC_VULNERABILITY | (said & TOPIC_END_OF_SUPPORT);
	}
	return said != 0 ? said : TOPIC_LIFECYCLE;
}

static int
csaf_walk(const struct document *doc, const struct json *json,
    struct arena *mem, struct reading *ret, struct err *err)
{
	struct csaf c = { .walk = { .mem = mem }, .err = err };
	struct spot root = spot_root(json);

	if (!json_is_object(json)) {
		return err_at(err, "/", 0, "expected an object, found %s",
		    json_kind(json));
	}
	c.a = arena_alloc(mem, sizeof(*c.a));
	advisory_init(c.a);
	c.a->format = "csaf";
	if (document_part_read(&c, &root, doc) < 0) {
		return -1;
	}
	csaf_tree(&c, &root);
	if (!c.over) {
		csaf_vulns(&c, &root);
	}
	if (c.over) {
		return -1;
	}
	csaf_extensions(&c, &root);
	c.a->topics |= topics_of(c.a);
	if (c.a->aggregate[0] == '\0' && !c.scored &&
	    c.rating != SEVERITY_UNKNOWN) {
		c.a->aggregate = severity_name(c.rating);
	}
	c.a->remarks = c.walk.remarks;
	c.a->n_remarks = c.walk.n_remarks;
	ret->advisories = c.a;
	ret->n_advisories = 1;
	return 0;
}

static int
csaf_read(const struct document *doc, const char *p, size_t n,
    struct arena *mem, struct reading *ret, struct err *err)
{
	struct json *root = json_parse(p, n, err);
	int rc;

	if (root == NULL) {
		return -1;
	}
	rc = csaf_walk(doc, root, mem, ret, err);
	json_close(root);
	return rc;
}

static bool
csaf_sniff(const char *p, size_t n)
{
	return bytes_first(p, n) == '{' && (bytes_hold(p, n,
	    "\"csaf_version\"") || (bytes_hold(p, n, "\"tracking\"") &&
	    bytes_hold(p, n, "\"document\"")));
}

const struct format format_csaf = {
	.name = "csaf",
	.title = "CSAF advisory",
	.sniff = csaf_sniff,
	.read = csaf_read,
};
