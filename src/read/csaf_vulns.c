/* The vulnerabilities. CSAF 2.0 section 3.2.3, CSAF 2.1 section 3.2.4. */
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "csaf.h"
#include "words.h"

static const struct vulnerability blank_vulnerability = {
	.cve = "", .title = "", .cwe = "", .cwe_name = "",
};

/* CSAF 2.1 has a ninth group: nobody looks into it, and so nobody can say that
 * it is safe. It must not fall silent where another vulnerability of the same
 * document says "fixed". */
static const struct {
	const char	*key;
	enum claim	 claim;
} status_groups[] = {
	{ "known_affected",	CLAIM_KNOWN_AFFECTED },
	{ "first_affected",	CLAIM_FIRST_AFFECTED },
	{ "last_affected",	CLAIM_LAST_AFFECTED },
	{ "under_investigation", CLAIM_UNDER_INVESTIGATION },
	{ "unknown",		CLAIM_UNDER_INVESTIGATION },
	{ "recommended",	CLAIM_RECOMMENDED },
	{ "first_fixed",	CLAIM_FIRST_FIXED },
	{ "fixed",		CLAIM_FIXED },
	{ "known_not_affected",	CLAIM_NOT_AFFECTED },
};

/* The ids of one status group behind the assertions that are there. */
static void
status_group_read(struct csaf *c, const struct spot *list, uint32_t n,
    enum claim claim, struct vulnerability *v)
{
	uint32_t stamp = csaf_stamp(c), product;

	for (uint32_t i = 0; i < n; i++) {
		struct spot id = spot_at(list, i);

		if (!csaf_product(c, &id, &product) ||
		    c->stamps[product] == stamp) {
			continue;
		}
		c->stamps[product] = stamp;
		v->assertions[v->n_assertions++] = (struct assertion){
		    .product = product, .claim = claim };
	}
}

static void
status_read(struct csaf *c, const struct spot *vuln, struct vulnerability *v)
{
	struct walk *w = &c->walk;
	struct spot status = spot_get(vuln, "product_status");
	struct spot lists[COUNT_OF(status_groups)];
	uint32_t counts[COUNT_OF(status_groups)];
	uint64_t all = 0;

	if (status.v == NULL || !walk_object(w, &status, MAY)) {
		return;
	}
	for (size_t i = 0; i < COUNT_OF(status_groups); i++) {
		lists[i] = spot_get(&status, status_groups[i].key);
		counts[i] = lists[i].v == NULL ? 0 :
		    walk_count(w, &lists[i], MAY, ITEMS_MAX);
		all += counts[i];
	}
	if (all > ITEMS_MAX) {
		err_at(c->err, spot_path(w->mem, &status), 0,
		    "more than %u assertions", ITEMS_MAX);
		c->over = true;
	}
	if (all == 0 || c->over || !csaf_afford(c, all)) {
		return;
	}
	v->assertions = arena_alloc(w->mem, all * sizeof(*v->assertions));
	for (size_t i = 0; i < COUNT_OF(status_groups); i++) {
		if (counts[i] > 0) {
			status_group_read(c, &lists[i], counts[i],
			    status_groups[i].claim, v);
		}
	}
}

/* A list of objects under `key`; 0 if there is none. */
static uint32_t
list_open(struct csaf *c, const struct spot *owner, const char *key,
    struct spot *ret)
{
	*ret = spot_get(owner, key);
	return ret->v == NULL || c->over ? 0 :
	    walk_count(&c->walk, ret, MAY, ITEMS_MAX);
}

static const char *
entitlements_read(struct csaf *c, const struct spot *s)
{
	uint32_t n;
	const char **lines = walk_lines(&c->walk, s, "entitlements", &n);
	struct buf b = BUF_INIT(LINE_MAX_);

	for (uint32_t i = 0; i < n; i++) {
		if (i > 0) {
			buf_puts(&b, "; ");
		}
		buf_puts(&b, lines[i]);
	}
	const char *all = n == 0 ? "" : arena_text(c->walk.mem, buf_text(&b));
	buf_clear(&b);
	return all;
}

static void
remedies_read(struct csaf *c, const struct spot *vuln, struct vulnerability *v)
{
	struct walk *w = &c->walk;
	struct spot list;
	uint32_t n = list_open(c, vuln, "remediations", &list);

	if (n == 0) {
		return;
	}
	v->remedies = arena_alloc(w->mem, n * sizeof(*v->remedies));
	for (uint32_t i = 0; i < n && !c->over; i++) {
		struct spot s = spot_at(&list, i);

		if (!walk_object(w, &s, MUST)) {
			continue;
		}
		struct spot restart = spot_get(&s, "restart_required");
		struct remedy *r = &v->remedies[v->n_remedies++];
		*r = (struct remedy){
			.category = walk_line(w, &s, "category", MUST),
			.text = walk_text(w, &s, "details", MUST),
			.url = walk_url(w, &s, "url", MAY),
			.restart = restart.v == NULL ? "" :
			    walk_line(w, &restart, "category", MUST),
			.entitlement = entitlements_read(c, &s),
			.date = walk_date(w, &s, "date", MAY),
			.products = csaf_indices(c, &s, "product_ids", MAY),
		};
		if (text_eq(r->category, "vendor_fix") ||
		    text_eq(r->category, "optional_patch")) {
			c->a->topics |= TOPIC_UPDATE;
		}
	}
}

/* The day from which the hole is known to be used: the earliest that is told.
 * Where the fact is told without a day, the next best date stands in. */
static void
exploited_note(struct csaf *c, struct vulnerability *v, int64_t date)
{
	const int64_t stand_ins[] = { date, v->released, c->a->current,
	    c->a->initial, 1 };
	size_t i = 0;

	while (stand_ins[i] == 0) {
		i++;
	}
	if (v->exploited == 0 || stand_ins[i] < v->exploited) {
		v->exploited = stand_ins[i];
	}
}

static void
threats_read(struct csaf *c, const struct spot *vuln, struct vulnerability *v)
{
	struct walk *w = &c->walk;
	struct spot list;
	uint32_t n = list_open(c, vuln, "threats", &list);

	if (n == 0) {
		return;
	}
	v->threats = arena_alloc(w->mem, n * sizeof(*v->threats));
	for (uint32_t i = 0; i < n && !c->over; i++) {
		struct spot s = spot_at(&list, i);

		if (!walk_object(w, &s, MUST)) {
			continue;
		}
		struct threat *t = &v->threats[v->n_threats++];
		*t = (struct threat){
			.category = walk_line(w, &s, "category", MUST),
			.text = walk_text(w, &s, "details", MUST),
			.date = walk_date(w, &s, "date", MAY),
			.products = csaf_indices(c, &s, "product_ids", MAY),
		};
		if (text_eq(t->category, "exploit_status") &&
		    words_say_exploited(t->text)) {
			exploited_note(c, v, t->date);
		}
	}
}

/* CSAF 2.1: first_known_exploitation_dates. */
static void
exploitation_read(struct csaf *c, const struct spot *vuln,
    struct vulnerability *v)
{
	struct walk *w = &c->walk;
	struct spot list;
	uint32_t n = list_open(c, vuln, "first_known_exploitation_dates",
	    &list);

	for (uint32_t i = 0; i < n; i++) {
		struct spot s = spot_at(&list, i);
		if (!walk_object(w, &s, MUST)) {
			continue;
		}
		int64_t day = walk_date(w, &s, "exploitation_date", MUST);
		if (day == 0) {
			day = walk_date(w, &s, "date", MUST);
		}
		exploited_note(c, v, day);
	}
}

static void
flags_read(struct csaf *c, const struct spot *vuln, struct vulnerability *v)
{
	struct walk *w = &c->walk;
	struct spot list;
	uint32_t n = list_open(c, vuln, "flags", &list);

	if (n == 0) {
		return;
	}
	v->flags = arena_alloc(w->mem, n * sizeof(*v->flags));
	for (uint32_t i = 0; i < n && !c->over; i++) {
		struct spot s = spot_at(&list, i);

		if (!walk_object(w, &s, MUST)) {
			continue;
		}
		v->flags[v->n_flags++] = (struct flag){
			.label = walk_line(w, &s, "label", MUST),
			.date = walk_date(w, &s, "date", MAY),
			.products = csaf_indices(c, &s, "product_ids", MAY),
		};
	}
}

static void
ids_read(struct csaf *c, const struct spot *vuln, struct vulnerability *v)
{
	struct walk *w = &c->walk;
	struct spot list;
	uint32_t n = list_open(c, vuln, "ids", &list);

	if (n == 0) {
		return;
	}
	v->ids = arena_alloc(w->mem, n * sizeof(*v->ids));
	for (uint32_t i = 0; i < n; i++) {
		struct spot s = spot_at(&list, i);

		if (!walk_object(w, &s, MUST)) {
			continue;
		}
		const char *system = walk_line(w, &s, "system_name", MUST);
		const char *text = walk_line(w, &s, "text", MUST);
		if (text[0] != '\0') {
			v->ids[v->n_ids++] = words_line(w->mem,
			    arena_printf(w->mem, "%s: %s", system, text), NULL);
		}
	}
}

/* CSAF 2.0 has one weakness, CSAF 2.1 a list; the first one is shown. */
static void
cwe_read(struct csaf *c, const struct spot *vuln, struct vulnerability *v)
{
	struct walk *w = &c->walk;
	struct spot one = spot_get(vuln, "cwe");
	struct spot list = spot_get(vuln, "cwes");

	if (one.v == NULL && list.v != NULL) {
		if (walk_count(w, &list, MAY, ITEMS_MAX) == 0) {
			return;
		}
		one = spot_at(&list, 0);
	}
	if (one.v != NULL && walk_object(w, &one, MAY)) {
		v->cwe = walk_line(w, &one, "id", MUST);
		v->cwe_name = walk_line(w, &one, "name", MUST);
	}
}

static void
vulnerability_read(struct csaf *c, const struct spot *s,
    struct vulnerability *v)
{
	struct walk *w = &c->walk;

	*v = blank_vulnerability;
	v->cve = walk_line(w, s, "cve", MAY);
	v->title = walk_line(w, s, "title", MAY);
	cwe_read(c, s, v);
	ids_read(c, s, v);
	v->discovered = walk_date(w, s, "discovery_date", MAY);
	v->released = walk_date(w, s, "release_date", MAY);
	if (v->released == 0) {		/* its name in CSAF 2.1 */
		v->released = walk_date(w, s, "disclosure_date", MAY);
	}
	status_read(c, s, v);
	csaf_scores(c, s, v);
	remedies_read(c, s, v);
	threats_read(c, s, v);
	exploitation_read(c, s, v);
	flags_read(c, s, v);
	v->notes = csaf_notes(c, s, &v->n_notes);
	v->references = csaf_references(c, s, &v->n_references);
	csaf_extensions(c, s);
}

void
csaf_vulns(struct csaf *c, const struct spot *root)
{
	struct walk *w = &c->walk;
	struct spot list = spot_get(root, "vulnerabilities");

	if (list.v == NULL) {
		return;
	}
	if (json_count(list.v) > VULNS_MAX) {
		err_limit(c->err, "more than %u vulnerabilities", VULNS_MAX);
		c->over = true;
		return;
	}
	uint32_t n = walk_count(w, &list, MAY, VULNS_MAX);
	if (n == 0) {
		return;
	}
	c->a->vulns = arena_alloc(w->mem, n * sizeof(*c->a->vulns));
	for (uint32_t i = 0; i < n && !c->over; i++) {
		struct spot s = spot_at(&list, i);
		if (walk_object(w, &s, MUST)) {
			vulnerability_read(c, &s,
			    &c->a->vulns[c->a->n_vulns++]);
		}
	}
}
