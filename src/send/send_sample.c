#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "noun/alert.h"
#include "send_sample.h"

static const char *const cves[] = { "CVE-2026-0001", "CVE-2026-0002" };
static const char *const cwes[] = { "CWE-787" };
static const char *const why[] = { "vendor Example Automation = example",
    "order number EX7-212-1AE40", "2.9.4 < 3.1" };
static const char *const changes[] = { "severity high -> critical",
    "fixed version 3.1 published" };

static const char **
texts(struct arena *mem, const char *const *from, uint32_t n)
{
	const char **list = arena_alloc(mem, n * sizeof(*list));

	for (uint32_t i = 0; i < n; i++)
		list[i] = from[i];
	return list;
}

static struct remedy *
remedies(struct arena *mem)
{
	struct remedy *r = arena_alloc(mem, 2 * sizeof(*r));

	r[0].category = "vendor_fix";
	r[0].text = "Update to V3.1 or later version";
	r[0].url = "https://support.example/ex-1200/v3.1";
	r[0].restart = "machine";
	r[0].entitlement = "";
	r[0].date = 1770076800;
	r[1].category = "workaround";
	r[1].text = "Limit access to port 102/tcp to trusted addresses";
	r[1].url = r[1].restart = r[1].entitlement = "";
	return r;
}

static void
fill_device(struct arena *mem, struct device *d, const char *id,
    const char *name)
{
	device_init(d);
	d->list = "plant-a";
	d->id = id;
	d->name = name;
	d->vendor = "Example Automation";
	d->model = "EX-1200";
	d->version = "2.9.4";
	d->part_number = "EX7-212-1AE40";
	d->serial = "S-0815";
	d->site = "plant-a";
	d->zone = "line 2";
	d->owner = "Maintenance";
	d->criticality = "high";
	d->tags = "ot, safety";
	d->n_extra = 1;
	d->extra = arena_alloc(mem, sizeof(*d->extra));
	d->extra[0].name = "cabinet";
	d->extra[0].value = "A \"17\"";
}

static void
fill_match(struct arena *mem, struct match *m, const char *id,
    const char *name)
{
	match_init(m);
	fill_device(mem, &m->device, id, name);
	m->status = MATCH_AFFECTED;
	m->confidence = CONFIDENCE_EXACT;
	m->product = "EX-1200 CPU family";
	m->range = "< V3.1";
	m->n_cves = COUNT_OF(cves);
	m->cves = texts(mem, cves, m->n_cves);
	m->severity = SEVERITY_CRITICAL;
	m->cvss = (struct cvss){ "3.1", 98, 98 };
	m->vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
	m->exploited = true;
	m->n_why = COUNT_OF(why);
	m->why = texts(mem, why, m->n_why);
	m->remedies = remedies(mem);
	m->n_remedies = 2;
}

static void
fill_advisory(struct alert *a)
{
	a->id = "EXA-2026-017";
	a->publisher = "Example Automation PSIRT";
	a->ns = "https://www.example";
	a->version = "1.2";
	a->url = "https://www.example/psirt/exa-2026-017.html";
	a->tlp = "AMBER";
	a->status = "final";
	a->category = "csaf_security_advisory";
	a->sha256 = "9f86d081884c7d659a2feaa0c55ad015"
	    "a3bf4f1b2b0b822cd15d6c15b0f00a08";
	a->initial = 1767312000;
	a->current = 1770076800;
}

void
send_sample_alert(struct arena *mem, struct alert *a)
{
	alert_init(a);
	a->key = "ar-1f2e3d4c5b6a79880011";
	a->event = EVENT_UPDATED;
	a->rev = 3;
	a->time = 1770091506;	/* 2026-02-03T04:05:06Z */
	a->route = "high";
	a->feed = "example-csaf";
	a->title = "Köpfe & \"Klammern\" [x]: stack overflow in EX-1200 CPUs";
	a->summary = "A specially crafted packet to port 102/tcp can stop the"
	    " device or run code in it.\nDevices behind a firewall are"
	    " concerned too.";
	a->severity = SEVERITY_CRITICAL;
	a->cvss = (struct cvss){ "3.1", 98, 98 };
	a->vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
	a->exploited = true;
	a->n_cves = COUNT_OF(cves);
	a->cves = texts(mem, cves, a->n_cves);
	a->n_cwes = COUNT_OF(cwes);
	a->cwes = texts(mem, cwes, a->n_cwes);
	a->topics = TOPIC_VULNERABILITY | TOPIC_UPDATE | TOPIC_UPDATE_INTEGRITY;
	fill_advisory(a);
	a->n_matches = 2;
	a->matches = arena_alloc(mem, 2 * sizeof(*a->matches));
	fill_match(mem, &a->matches[0], "plc-7", "Press line 2");
	fill_match(mem, &a->matches[1], "plc-8", "Förderband");
	a->matches[1].confidence = CONFIDENCE_POSSIBLE;
	a->matches[1].by_hand = true;
	a->remedies = remedies(mem);
	a->n_remedies = 2;
	a->references = arena_alloc(mem, sizeof(*a->references));
	a->n_references = 1;
	a->references[0].category = "external";
	a->references[0].summary = "National record";
	a->references[0].url = "https://nvd.example/CVE-2026-0001";
	a->n_changes = COUNT_OF(changes);
	a->changes = texts(mem, changes, a->n_changes);
}

void
send_sample_digest(struct arena *mem, struct alert *a)
{
	static const char *const devices[] = { "plc-7", "plc-8" };
	static const char *const pump[] = { "pump-1" };
	static const char *const over[] = { "pump-1: no longer concerned" };
	struct alert_entry *e = arena_alloc(mem, 2 * sizeof(*e));

	alert_init(a);
	a->key = "ar-00112233445566778899";
	a->event = EVENT_DIGEST;
	a->rev = 1;
	a->time = 1770091506;	/* 2026-02-03T04:05:06Z */
	a->id = "digest";
	a->title = "Your device lists or aliases changed: 1 known advisory"
	    " concerns 5 of your devices; 1 advisory concerns no device any"
	    " more";
	a->severity = SEVERITY_CRITICAL;
	a->left_out = 5;
	e[0] = (struct alert_entry){ .key = "ar-1f2e3d4c5b6a79880011",
	    .event = EVENT_NEW, .rev = 1, .id = "EXA-2026-017",
	    .publisher = "Example Automation", .title = "Stack overflow in"
	    " EX-1200 CPUs", .url = "https://example.com/EXA-2026-017",
	    .severity = SEVERITY_CRITICAL, .cvss = { "3.1", 98, 98 },
	    .devices = texts(mem, devices, 2), .n_devices = 2, .left_out = 3 };
	e[1] = (struct alert_entry){ .key = "ar-2f2e3d4c5b6a79880011",
	    .event = EVENT_RESOLVED, .rev = 4, .id = "EXA-2025-003",
	    .publisher = "Example Automation", .title = "Köpfe",
	    .url = "", .severity = SEVERITY_UNKNOWN,
	    .devices = texts(mem, pump, 1), .n_devices = 1,
	    .changes = texts(mem, over, 1), .n_changes = 1 };
	a->entries = e;
	a->n_entries = 2;
}
