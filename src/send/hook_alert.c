/* The canonical alert as JSON, in the envelope of Standard Webhooks. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "hook.h"
#include "send.h"

#define TAGS_MOST 64u

/* How much a body says: all, or what matters, then fewer and fewer devices. */
struct body {
	struct json_out		 j;
	const struct alert	*alert;
	size_t			 text;		/* bytes of one text */
	uint32_t		 list;		/* items of one list */
	bool			 remedies;	/* per device */
	uint32_t		 matches;
};

static void
add_text(struct body *b, const char *key, const char *s)
{
	jout_key(&b->j, key);
	jout_text_n(&b->j, s, text_cut(s, b->text));
}

static void
add_texts(struct body *b, const char *key, const char *const *list, uint32_t n)
{
	jout_ka(&b->j, key);
	for (uint32_t i = 0; i < n && i < b->list; i++)
		jout_text_n(&b->j, list[i], text_cut(list[i], b->text));
	jout_end(&b->j, ']');
}

/* null = not known */
static void
add_time(struct body *b, const char *key, int64_t t)
{
	char text[WALL_TEXT];

	jout_key(&b->j, key);
	if (t == 0)
		jout_null(&b->j);
	else
		jout_text(&b->j, wall_show((struct wall){ t }, text));
}

/* "score" is what people see in mails; null when nobody gave one. */
static void
add_cvss(struct body *b, const struct cvss *c, const char *vector)
{
	char text[SEND_SCORE_TEXT];

	jout_key(&b->j, "cvss");
	if (*send_score(c, text) == '\0') {
		jout_null(&b->j);
		return;
	}
	jout_object(&b->j);
	jout_kv(&b->j, "version", c->version);
	jout_key(&b->j, "score");
	jout_tenths(&b->j, c->overall != 0 ? c->overall : c->tenths);
	jout_key(&b->j, "base");
	jout_tenths(&b->j, c->tenths);
	add_text(b, "vector", vector);
	jout_end(&b->j, '}');
}

static void
add_remedies(struct body *b, const struct remedy *r, uint32_t n)
{
	jout_ka(&b->j, "remediation");
	for (uint32_t i = 0; i < n && i < b->list; i++) {
		jout_object(&b->j);
		add_text(b, "category", r[i].category);
		add_text(b, "text", r[i].text);
		add_text(b, "url", r[i].url);
		add_text(b, "restart", r[i].restart);
		add_text(b, "entitlement", r[i].entitlement);
		add_time(b, "date", r[i].date);
		jout_end(&b->j, '}');
	}
	jout_end(&b->j, ']');
}

static void
add_tags(struct body *b, const char *tags)
{
	static const char between[] = " \t,;";

	jout_ka(&b->j, "tags");
	tags += strspn(tags, between);
	for (unsigned i = 0; *tags != '\0' && i < TAGS_MOST; i++) {
		size_t n = strcspn(tags, between);
		jout_text_n(&b->j, tags, n);
		tags += n;
		tags += strspn(tags, between);
	}
	jout_end(&b->j, ']');
}

/* A list may have two columns of one name; an object may not (RFC 8259, 4). */
static void
add_extra(struct body *b, const struct device *d)
{
	jout_key(&b->j, "extra");
	jout_object(&b->j);
	for (uint32_t i = 0; i < d->n_extra && i < EXTRA_MAX; i++) {
		bool seen = false;
		for (uint32_t k = 0; k < i && !seen; k++)
			seen = text_eq(d->extra[k].name, d->extra[i].name);
		if (!seen)
			add_text(b, d->extra[i].name, d->extra[i].value);
	}
	jout_end(&b->j, '}');
}

/* All columns but the owner's address: what leaves the house is about devices,
 * and who wants people has the owner's name. */
static void
add_device(struct body *b, const struct device *d)
{
	const struct { const char *key, *value; } columns[] = {
		{ "device", d->id },
		{ "name", d->name },
		{ "list", d->list },
		{ "vendor", d->vendor },
		{ "model", d->model },
		{ "version", d->version },
		{ "hw_version", d->hw_version },
		{ "part_number", d->part_number },
		{ "serial", d->serial },
		{ "cpe", d->cpe },
		{ "purl", d->purl },
		{ "site", d->site },
		{ "zone", d->zone },
		{ "owner", d->owner },
		{ "criticality", d->criticality },
		{ "support_until", d->support_until },
	};

	for (size_t i = 0; i < COUNT_OF(columns); i++)
		add_text(b, columns[i].key, columns[i].value);
	add_tags(b, d->tags);
	add_extra(b, d);
}

static void
add_match(struct body *b, const struct match *m)
{
	jout_object(&b->j);
	add_device(b, &m->device);
	add_text(b, "product", m->product);
	add_text(b, "range", m->range);
	jout_kv(&b->j, "status", match_status_name(m->status));
	jout_kv(&b->j, "confidence", confidence_name(m->confidence));
	jout_kb(&b->j, "check_by_hand", m->by_hand);
	add_texts(b, "why", m->why, m->n_why);
	jout_kv(&b->j, "severity", severity_name(m->severity));
	add_cvss(b, &m->cvss, m->vector);
	jout_kb(&b->j, "exploited", m->exploited);
	add_texts(b, "cves", m->cves, m->n_cves);
	add_remedies(b, m->remedies, b->remedies ? m->n_remedies : 0);
	jout_end(&b->j, '}');
}

static void
add_advisory(struct body *b)
{
	const struct alert *a = b->alert;

	jout_key(&b->j, "advisory");
	jout_object(&b->j);
	add_text(b, "id", a->id);
	add_text(b, "publisher", a->publisher);
	add_text(b, "namespace", a->ns);
	add_text(b, "version", a->version);
	add_text(b, "status", a->status);
	add_text(b, "category", a->category);
	add_text(b, "url", a->url);
	add_text(b, "tlp", a->tlp);
	add_text(b, "sha256", a->sha256);
	add_time(b, "initial", a->initial);
	add_time(b, "current", a->current);
	jout_end(&b->j, '}');
}

static void
add_topics(struct body *b)
{
	jout_ka(&b->j, "topics");
	for (unsigned i = 0; topic_name(i) != NULL; i++)
		if ((b->alert->topics & (1u << i)) != 0)
			jout_text(&b->j, topic_name(i));
	jout_end(&b->j, ']');
}

static void
add_references(struct body *b)
{
	const struct alert *a = b->alert;

	jout_ka(&b->j, "references");
	for (uint32_t i = 0; i < a->n_references && i < b->list; i++) {
		jout_object(&b->j);
		add_text(b, "category", a->references[i].category);
		add_text(b, "summary", a->references[i].summary);
		add_text(b, "url", a->references[i].url);
		jout_end(&b->j, '}');
	}
	jout_end(&b->j, ']');
}

static void
add_entry(struct body *b, const struct alert_entry *e)
{
	jout_object(&b->j);
	jout_kv(&b->j, "key", e->key);
	jout_kv(&b->j, "event", event_name(e->event));
	jout_kn(&b->j, "rev", e->rev);
	add_text(b, "id", e->id);
	add_text(b, "publisher", e->publisher);
	add_text(b, "title", e->title);
	add_text(b, "url", e->url);
	jout_kv(&b->j, "severity", severity_name(e->severity));
	add_cvss(b, &e->cvss, "");
	add_texts(b, "devices", e->devices, e->n_devices);
	jout_kn(&b->j, "left_out", e->left_out);
	add_texts(b, "changes", e->changes, e->n_changes);
	jout_end(&b->j, '}');
}

/* Of a digest only. */
static void
add_entries(struct body *b)
{
	const struct alert *a = b->alert;

	if (a->event != EVENT_DIGEST)
		return;
	jout_ka(&b->j, "entries");
	for (uint32_t i = 0; i < a->n_entries && !b->j.to->over; i++)
		add_entry(b, &a->entries[i]);
	jout_end(&b->j, ']');
}

static void
add_alert(struct body *b)
{
	const struct alert *a = b->alert;
	char event_id[EVENT_ID_TEXT];

	jout_object(&b->j);
	jout_kv(&b->j, "key", a->key);
	jout_kv(&b->j, "event", event_name(a->event));
	jout_kv(&b->j, "event_id", alert_event_id(a, event_id));
	jout_kn(&b->j, "rev", a->rev);
	add_time(b, "time", a->time);
	add_text(b, "scope", a->scope);
	add_text(b, "route", a->route);
	add_text(b, "feed", a->feed);
	add_text(b, "title", a->title);
	add_text(b, "summary", a->summary);
	jout_kv(&b->j, "severity", severity_name(a->severity));
	add_cvss(b, &a->cvss, a->vector);
	jout_kb(&b->j, "exploited", a->exploited);
	add_texts(b, "cve", a->cves, a->n_cves);
	add_texts(b, "cwe", a->cwes, a->n_cwes);
	add_topics(b);
	add_advisory(b);
	jout_ka(&b->j, "matches");
	/* Once over, all the rest would be written for nothing. */
	for (uint32_t i = 0; i < b->matches && !b->j.to->over; i++)
		add_match(b, &a->matches[i]);
	jout_end(&b->j, ']');
	add_remedies(b, a->remedies, a->n_remedies);
	add_references(b);
	add_texts(b, "changes", a->changes, a->n_changes);
	add_entries(b);
	jout_kn(&b->j, "left_out", (int64_t)a->left_out + a->n_matches -
	    b->matches);
	jout_end(&b->j, '}');
}

static bool
body_fits(struct body *b, struct buf *one)
{
	char type[64];

	buf_reset(one);
	jout_init(&b->j, one);
	jout_object(&b->j);
	snprintf(type, sizeof(type), "advisory.alert.%s",
	    event_name(b->alert->event));
	jout_kv(&b->j, "type", type);
	add_time(b, "timestamp", b->alert->time);
	jout_key(&b->j, "data");
	add_alert(b);
	jout_end(&b->j, '}');
	return !one->over;
}

int
hook_body(struct buf *out, const struct alert *a, size_t max, struct err *err)
{
	struct buf one = BUF_INIT(max);
	struct body b = { .alert = a, .text = TEXT_MAX, .list = UINT32_MAX,
		.remedies = true, .matches = a->n_matches };
	bool fits = body_fits(&b, &one);

	if (!fits) {
		b.text = 2000;
		b.list = 200;
		fits = body_fits(&b, &one);
	}
	while (!fits && b.matches > 0) {
		b.remedies = false;
		b.matches /= 2;
		fits = body_fits(&b, &one);
	}
	if (fits)
		buf_add(out, one.data, one.len);
	buf_clear(&one);
	if (!fits)
		return err_limit(err, "the alert does not fit in a webhook of"
		    " %zu bytes", max);
	return 0;
}
