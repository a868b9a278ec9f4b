#include <string.h>

#include "base/arena.h"
#include "mail_sample.h"
#include "noun/delivery.h"

static const char *const cves[] = { "CVE-2026-0001", "CVE-2026-0002" };
static const char *const why[] = { "vendor Example Automation = example",
    "order number EX7-212-1AE40", "2.9.4 < 3.1" };
static const char *const changes[] = { "severity high -> critical",
    "fixed version 3.1 published" };
static const char *const prior[] = {
    "ar-1f2e3d4c5b6a79880011:r1:new", "ar-1f2e3d4c5b6a79880011:r2:updated" };
static const char document[] = "{\"document\":{\"title\":\"sample\"}}\n";

static const char **
texts(struct arena *mem, const char *const *from, size_t n)
{
	const char **list = arena_alloc(mem, n * sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = from[i];
	return list;
}

static void
sample_remedy(struct remedy *r, const char *category, const char *text)
{
	memset(r, 0, sizeof(*r));
	r->category = category;
	r->text = text;
	r->url = r->restart = r->entitlement = "";
}

static void
sample_match(struct arena *mem, struct match *m, const char *id,
    const char *name)
{
	match_init(m);
	device_init(&m->device);
	m->device.id = id;
	m->device.name = name;
	m->device.vendor = "Example Automation";
	m->device.model = "EX-1200";
	m->device.version = "2.9.4";
	m->device.part_number = "EX7-212-1AE40";
	m->device.site = "plant-a";
	m->device.zone = "line 2";
	m->status = MATCH_AFFECTED;
	m->confidence = CONFIDENCE_EXACT;
	m->product = "EX-1200 CPU family";
	m->range = "< V3.1";
	m->cves = texts(mem, cves, 2);
	m->n_cves = 2;
	m->severity = SEVERITY_CRITICAL;
	m->cvss = (struct cvss){ "3.1", 98, 98 };
	m->exploited = true;
	m->why = texts(mem, why, 3);
	m->n_why = 3;
	m->remedies = arena_alloc(mem, 2 * sizeof(*m->remedies));
	m->n_remedies = 2;
	sample_remedy(&m->remedies[0], "vendor_fix",
	    "Update to V3.1 or later version");
	m->remedies[0].url = "https://support.example/ex-1200/v3.1";
	m->remedies[0].restart = "machine";
	sample_remedy(&m->remedies[1], "workaround",
	    "Limit access to port 102/tcp to trusted addresses");
}

static void
sample_alert(struct arena *mem, struct alert *a)
{
	alert_init(a);
	a->key = "ar-1f2e3d4c5b6a79880011";
	a->event = EVENT_UPDATED;
	a->rev = 3;
	a->time = 1770091506;	/* 2026-02-03T04:05:06Z */
	a->route = "high";
	a->feed = "example-csaf";
	a->title = "Köpfe & \"Klammern\" <b>: stack overflow in EX-1200 CPUs";
	a->summary = "A specially crafted packet to port 102/tcp can stop the"
	    " device or run code in it. See https://www.example/psirt for how"
	    " we rate.";
	a->severity = SEVERITY_CRITICAL;
	a->cvss = (struct cvss){ "3.1", 98, 98 };
	a->vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
	a->exploited = true;
	a->cves = texts(mem, cves, 2);
	a->n_cves = 2;
	a->topics = TOPIC_VULNERABILITY | TOPIC_UPDATE | TOPIC_UPDATE_INTEGRITY;
	a->id = "EXA-2026-017";
	a->publisher = "Example Automation PSIRT";
	a->ns = "https://www.example";
	a->version = "1.2";
	a->url = "https://www.example/psirt/exa-2026-017.html";
	a->tlp = "AMBER";
	a->status = "final";
	a->sha256 = "9f86d081884c7d659a2feaa0c55ad015"
	    "a3bf4f1b2b0b822cd15d6c15b0f00a08";
	a->initial = 1767312000;
	a->current = 1770076800;
	a->matches = arena_alloc(mem, 2 * sizeof(*a->matches));
	a->n_matches = 2;
	sample_match(mem, &a->matches[0], "plc-7", "Press line 2");
	sample_match(mem, &a->matches[1], "plc-8", "Förderband");
	a->matches[1].confidence = CONFIDENCE_POSSIBLE;
	a->matches[1].by_hand = true;
	a->references = arena_alloc(mem, sizeof(*a->references));
	a->n_references = 1;
	a->references[0].category = "external";
	a->references[0].summary = "National record";
	a->references[0].url = "https://nvd.example/CVE-2026-0001";
	a->changes = texts(mem, changes, 2);
	a->n_changes = 2;
}

void
mail_sample(struct arena *mem, struct sink *sink, struct delivery *d)
{
	sink_init(sink);
	sink->name = "soc-mail";
	sink->url = "smtp://mail.example:587";
	sink->relay = "relay.plant-a.example";
	sink->from = "Advisory Relay <relay@plant-a.example>";
	sink->attach = true;
	memset(d, 0, sizeof(*d));
	d->id = 1;
	d->recipient = "soc@plant-a.example";
	d->prior = texts(mem, prior, 2);
	d->n_prior = 2;
	d->attachment_name = "exa-2026-017.json";
	d->attachment_type = "application/json";
	d->attachment = document;
	d->attachment_len = sizeof(document) - 1;
	sample_alert(mem, &d->alert);
}
