/* explain_json.c - an explanation as one JSON object: verdict, products with
 * their steps, CVEs, remedies, routes, and what the store says. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

#include "compose.h"
#include "explain.h"
#include "state.h"

static void
show_who(struct json_out *j, const struct explanation *x)
{
	const struct device *d = &x->answer.match.device;

	jout_kv(j, "advisory", x->advisory.id);
	jout_kv(j, "publisher", x->advisory.publisher);
	jout_kv(j, "namespace", x->advisory.ns);
	jout_kv(j, "title", x->advisory.title);
	jout_kv(j, "revision", x->advisory.version);
	jout_kv(j, "document", x->document);
	jout_kv(j, "feed", x->kept ? x->found.feed : "");
	jout_kv(j, "device", d->id);
	jout_kv(j, "list", d->list);
	jout_kv(j, "vendor", d->vendor);
	jout_kv(j, "model", d->model[0] != '\0' ? d->model : d->name);
	jout_kv(j, "version", d->version);
	jout_kv(j, "part_number", d->part_number);
}

static void
show_verdict(struct json_out *j, const struct explanation *x)
{
	const struct match *m = &x->answer.match;
	bool matched = x->answer.matched;

	jout_kv(j, "status", matched ? match_status_name(m->status) : "none");
	jout_kv(j, "confidence", matched ? confidence_name(m->confidence) :
	    "");
	jout_kb(j, "alerts", matched && match_status_alerts(m->status));
	jout_kv(j, "severity", matched ? severity_name(m->severity) : "");
	jout_key(j, "cvss");
	if (matched && (m->vector[0] != '\0' || m->cvss.tenths > 0))
		jout_tenths(j, m->cvss.tenths);
	else
		jout_null(j);
	jout_kb(j, "check_by_hand", m->by_hand);
	jout_texts(j, "why", m->why, m->n_why);
}

static void
show_products(struct json_out *j, const struct explained *e)
{
	jout_ka(j, "products");
	for (uint32_t i = 0; i < e->n_products; i++) {
		const struct explained_product *p = &e->products[i];

		jout_object(j);
		jout_kv(j, "vendor", p->vendor);
		jout_kv(j, "product", p->product);
		jout_kv(j, "range", p->range);
		jout_kb(j, "hit", p->hit);
		jout_kb(j, "decided", p->decided);
		jout_kn(j, "score", p->score);
		jout_ka(j, "steps");
		for (uint32_t k = 0; k < p->n_steps; k++) {
			jout_object(j);
			jout_kv(j, "step", p->steps[k].name);
			jout_kv(j, "result",
			    step_result_name(p->steps[k].result));
			jout_kv(j, "text", p->steps[k].text);
			jout_end(j, '}');
		}
		jout_end(j, ']');
		jout_end(j, '}');
	}
	jout_end(j, ']');
	jout_kn(j, "products_more", e->more);
	jout_kn(j, "products_total", e->total);
}

static void
show_cves(struct json_out *j, const struct explained *e)
{
	jout_ka(j, "cves");
	for (uint32_t i = 0; i < e->n_cves; i++) {
		jout_object(j);
		jout_kv(j, "cve", e->cves[i].id);
		jout_kv(j, "status", match_status_name(e->cves[i].status));
		jout_kv(j, "confidence",
		    confidence_name(e->cves[i].confidence));
		jout_kv(j, "product", e->cves[i].product);
		jout_end(j, '}');
	}
	jout_end(j, ']');
	jout_ka(j, "remedies");
	for (uint32_t i = 0; i < e->match.n_remedies; i++) {
		jout_object(j);
		jout_kv(j, "category", e->match.remedies[i].category);
		jout_kv(j, "text", e->match.remedies[i].text);
		jout_kv(j, "url", e->match.remedies[i].url);
		jout_end(j, '}');
	}
	jout_end(j, ']');
}

/* ---- routes -------------------------------------------------------------- */

static const char *
or_empty(const char *text)
{
	return text[0] != '\0' ? text : "(empty)";
}

static const char *
one_of(struct arena *mem, const char *what, const char *value,
    const char **list, uint32_t n)
{
	struct buf out = BUF_INIT(2000);
	const char *ret;

	buf_printf(&out, "%s is %.200s; it wants ", what, or_empty(value));
	for (uint32_t i = 0; i < n && i < 8; i++)
		buf_printf(&out, "%s%.100s", i > 0 ? " or " : "", list[i]);
	if (n > 8)
		buf_printf(&out, " or %u others", n - 8);
	ret = arena_text(mem, buf_text(&out));
	buf_clear(&out);
	return ret;
}

static const char *
refused_text(const struct explanation *x, const struct conf_match *c,
    const char *feed, enum route_refusal why)
{
	const struct match *m = &x->answer.match;
	const struct device *d = &m->device;
	struct arena *mem = x->mem;

	switch (why) {
	case REFUSED_NOT:
		return "";
	case REFUSED_SEVERITY:
		return arena_printf(mem, "severity is %s, which is %s what "
		    "it wants", severity_name(m->severity),
		    severity_rank(m->severity) < c->severity_least ? "below" :
		    "above");
	case REFUSED_STATUS:
		return arena_printf(mem, "status is %s, which it does not "
		    "want", match_status_name(m->status));
	case REFUSED_CONFIDENCE:
		return arena_printf(mem, "confidence is %s; it wants %s or "
		    "surer", confidence_name(m->confidence),
		    confidence_name((enum confidence)c->confidence_most));
	case REFUSED_EXPLOITED:
		return m->exploited ? "it is exploited; the route wants what "
		    "is not" : "no exploitation is known; the route wants "
		    "that";
	case REFUSED_CVSS:
		return arena_printf(mem, "cvss is %u.%u; it wants %d.%d or "
		    "more", m->cvss.tenths / 10u, m->cvss.tenths % 10u,
		    c->cvss_least / 10, c->cvss_least % 10);
	case REFUSED_TOPIC:
		return "the advisory has none of its topics";
	case REFUSED_FEED:
		return one_of(mem, "feed", feed, c->feeds, c->n_feeds);
	case REFUSED_VENDOR:
		return one_of(mem, "vendor", d->vendor, c->vendors,
		    c->n_vendors);
	case REFUSED_SITE:
		return one_of(mem, "site", d->site, c->sites, c->n_sites);
	case REFUSED_ZONE:
		return one_of(mem, "zone", d->zone, c->zones, c->n_zones);
	case REFUSED_LIST:
		return one_of(mem, "list", d->list, c->lists, c->n_lists);
	case REFUSED_DEVICE:
		return one_of(mem, "device", d->id, c->devices, c->n_devices);
	case REFUSED_ADVISORY:
		return one_of(mem, "advisory", x->advisory.id, c->advisories,
		    c->n_advisories);
	case REFUSED_CRITICALITY:
		return one_of(mem, "criticality", d->criticality,
		    c->criticalities, c->n_criticalities);
	case REFUSED_TAG:
		return one_of(mem, "tags", d->tags, c->tags, c->n_tags);
	}
	return "";
}

/* In order, up to the one that ends it. */
static void
show_routes(struct json_out *j, const struct explanation *x)
{
	const struct conf *c = x->conf;
	const char *feed = x->kept ? x->found.feed : "";
	bool over = !x->answer.matched ||
	    !match_status_alerts(x->answer.match.status) || c == NULL;

	jout_ka(j, "routes");
	for (uint32_t i = 0; !over && i < c->n_routes; i++) {
		const struct conf_route *r = &c->routes[i];
		enum route_refusal why = route_refuses(&r->match,
		    &x->advisory, feed, &x->answer.match);

		jout_object(j);
		jout_kv(j, "route", r->name);
		jout_kb(j, "takes", why == REFUSED_NOT);
		jout_kv(j, "refused", refused_text(x, &r->match, feed, why));
		jout_ka(j, "sinks");
		for (uint32_t k = 0; why == REFUSED_NOT && k < r->n_to; k++)
			jout_text(j, c->sinks[r->to[k]].sink.name);
		jout_end(j, ']');
		jout_kv(j, "drop", why == REFUSED_NOT && r->n_to == 0 ?
		    r->reason : "");
		jout_kb(j, "continue", r->go_on);
		jout_end(j, '}');
		over = why == REFUSED_NOT && (r->n_to == 0 || !r->go_on);
	}
	jout_end(j, ']');
	jout_kb(j, "configured", c != NULL);
}

/* ---- the store ----------------------------------------------------------- */

static void
show_store(struct json_out *j, const struct explanation *x)
{
	jout_key(j, "store");
	if (!x->kept) {
		jout_null(j);
		return;
	}
	jout_object(j);
	jout_kv(j, "state", x->found.state);
	jout_kv(j, "why", x->found.why);
	jout_time(j, "received", x->found.received);
	jout_kv(j, "status", x->kept_match != NULL ?
	    match_status_name(x->kept_match->status) : "none");
	jout_kv(j, "confidence", x->kept_match != NULL ?
	    confidence_name(x->kept_match->confidence) : "");
	jout_ka(j, "told");
	for (uint32_t i = 0; i < x->n_told; i++) {
		const struct told_row *t = &x->told[i];

		jout_object(j);
		jout_kv(j, "key", t->key);
		jout_kn(j, "rev", t->rev);
		jout_kv(j, "event", t->event);
		jout_time(j, "at", t->at);
		jout_kv(j, "route", t->route);
		jout_kb(j, "lists_device", x->told_of[i]);
		jout_kv(j, "sink", t->sink);
		jout_kv(j, "recipient", t->recipient);
		jout_kv(j, "state", t->state);
		jout_kn(j, "tries", t->tries);
		jout_time(j, "settled", t->settled);
		jout_kv(j, "code", t->code);
		jout_kv(j, "reason", t->reason);
		jout_kv(j, "receipt", t->receipt);
		jout_end(j, '}');
	}
	jout_end(j, ']');
	jout_end(j, '}');
}

void
explain_json(const struct explanation *x, struct buf *ret)
{
	struct json_out j;

	jout_init(&j, ret);
	jout_object(&j);
	show_who(&j, x);
	show_verdict(&j, x);
	show_products(&j, &x->answer);
	show_cves(&j, &x->answer);
	show_routes(&j, x);
	show_store(&j, x);
	jout_end(&j, '}');
	buf_byte(ret, '\n');
}
