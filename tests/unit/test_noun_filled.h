/* One instance of every noun, each field filled differently; for
 * test_noun_pack.c. Zero stands nowhere: filled() takes it for forgotten. */
#ifndef TEST_NOUN_FILLED_H
#define TEST_NOUN_FILLED_H
#include <check.h>
#include <stdint.h>
#include <string.h>
#include "base/blob.h"
#include "base/err.h"
#include "base/mem.h"
#include "noun/delivery.h"
#include "noun/document.h"
#include "noun/explained.h"
#include "noun/feed.h"

static struct device device = {
	.list = "d0", .id = "d1", .name = "d2", .vendor = "d3", .model = "d4",
	.version = "d5", .hw_version = "d6", .part_number = "d7",
	.serial = "d8", .cpe = "d9", .purl = "d10", .site = "d11",
	.zone = "d12", .owner = "d13", .email = "d14", .criticality = "d15",
	.tags = "d16", .support_until = "d17",
	.extra = (struct column[]){ { "x1", "x2" }, { "x3", "x4" } },
	.n_extra = 2,
};

static struct remedy plain_remedy[] = {
	{ .category = "r1", .text = "r2\nr3", .url = "r4", .restart = "r5",
	    .entitlement = "r6", .date = -7 },
};

static struct match matches[] = { {
	.status = MATCH_NAMED, .confidence = CONFIDENCE_POSSIBLE,
	.product = "m1", .range = "m2", .severity = SEVERITY_HIGH,
	.cvss = { "3.1", 71, 72 }, .vector = "m3", .exploited = true,
	.by_hand = true, .remedies = plain_remedy, .n_remedies = 1,
} };

static struct step steps[] = {
	{ "w1", STEP_NO, "w2" }, { "w3", STEP_UNSURE, "w4" },
};

static struct explained_product explained_products[] = { {
	.vendor = "w5", .product = "w6", .range = "w7", .hit = true,
	.decided = true, .score = 17, .steps = steps, .n_steps = 2,
} };

static struct explained_cve explained_cves[] = {
	{ "w8", MATCH_FIXED, CONFIDENCE_LIKELY, "w9" },
};

__attribute__((unused)) static struct explained explained = {
	.matched = true, .products = explained_products, .n_products = 1,
	.more = 18, .total = 19, .cves = explained_cves, .n_cves = 1,
};

static const char *near_why[] = { "w10" };
__attribute__((unused)) static struct near_miss near_list[] = { {
	.kind = "w11", .devices = 20, .score = 21, .vendor = "w12",
	.product = "w13", .why = near_why, .n_why = 1, .line = "w14",
} };

static struct product products[] = {
	{ .ref = "p1", .name = "p2", .vendor = "p3", .family = "p4",
	    .product = "p5", .version = "p6", .version_kind = VERSION_RANGE,
	    .whole_numbers = true,
	    .patch = "p7", .hardware = "p8", .cpe = "p9", .relation = "p10",
	    .of = 1, .on = 2 },
	{ .ref = "q1" }, { .ref = "q2" },
};

static uint32_t some[] = { 2, 1 };
#define SOME { some, 2 }
static struct remedy remedies[] = {
	{ "a1", "a2", "a3", "a4", "a5", 6, SOME },
	{ "b1", "b2", "b3", "b4", "b5", 16, SOME },
};
static struct note notes[] = { { "n1", "n2", "n3" }, { "n4", "n5", "n6" } };
static struct reference references[] = { { "e1", "e2", "e3" } };

static struct vulnerability vulns[] = { {
	.cve = "v1", .title = "v2", .cwe = "v3", .cwe_name = "v4",
	.discovered = 11, .released = 12, .exploited = 13,
	.assertions = (struct assertion[]){ { 2, CLAIM_NOT_AFFECTED },
	    { 1, CLAIM_FIXED } }, .n_assertions = 2,
	.scores = (struct score[]){ { { "4.0", 41, 42 }, "s1", "s2", SOME } },
	.n_scores = 1,
	.remedies = remedies, .n_remedies = 2,
	.threats = (struct threat[]){ { "t1", "t2", 14, SOME } },
	.n_threats = 1,
	.flags = (struct flag[]){ { "f1", 15, SOME } }, .n_flags = 1,
	.notes = notes, .n_notes = 2,
	.references = references, .n_references = 1,
} };

static struct advisory advisories[2] = { {
	.format = "g1", .publisher = "g2", .publisher_kind = "g3",
	.ns = "g4", .id = "g5", .title = "g6", .summary = "g7", .text = "g8",
	.url = "g9", .category = "g10", .lang = "g11", .status = "g12",
	.version = "g13", .tlp = "g14", .sharing = "g15", .aggregate = "g16",
	.initial = INT64_MIN, .current = INT64_MAX, .topics = 0x1ff,
	.revisions = (struct revision[]){ { "h1", "h2", 21 } },
	.n_revisions = 1, .notes = notes, .n_notes = 2,
	.references = references, .n_references = 1,
	.products = products, .n_products = 3, .vulns = vulns, .n_vulns = 1,
} };

static struct address addresses[] = {
	{ ADDRESS_DOCUMENT, "i1", "i2", "i3", "i4", "i5", "i6" },
};

static struct reading reading = {
	.advisories = advisories, .n_advisories = 2, .addresses = addresses,
	.n_addresses = 1, .recovered = true,
};

static struct alert_entry entries[] = { {
	.key = "ar-1", .event = EVENT_RESOLVED, .rev = 8, .id = "q1",
	.publisher = "q2", .title = "q3", .url = "q4",
	.severity = SEVERITY_HIGH, .cvss = { "3.1", 77, 76 }, .left_out = 9,
} };

static struct alert alert = {
	.key = "ar-0", .event = EVENT_TEST, .rev = 3, .time = 4, .scope = "k1",
	.route = "k2", .feed = "k3", .title = "k4", .summary = "k5",
	.severity = SEVERITY_CRITICAL, .cvss = { "2.0", 99, 98 },
	.vector = "k6", .exploited = true, .topics = TOPIC_BREACH, .id = "k7",
	.publisher = "k8", .ns = "k9", .version = "k10", .url = "k11",
	.tlp = "k12", .status = "k13", .category = "k14", .sha256 = "k15",
	.initial = 5, .current = 6, .matches = matches, .n_matches = 1,
	.left_out = 7, .remedies = plain_remedy, .n_remedies = 1,
	.references = references, .n_references = 1,
	.entries = entries, .n_entries = 1,
};

static struct delivery deliveries[2] = { {
	.id = -1, .recipient = "l1", .tries = 2, .attachment_name = "l2",
	.attachment_type = "l3", .attachment = "\0\1\2", .attachment_len = 3,
} };

static struct sink sink = {
	.name = "o1", .type = SINK_WEBHOOK, .url = "o2", .relay = "o3",
	.timeout_s = 4, .proxy = "o5", .tls = { "o6", "o7", "o8" },
	.scope = "o9", .starttls = STARTTLS_NONE, .user = "o10", .from = "o11",
	.reply_to = "o12", .attach = true, .framing = FRAMING_LF,
	.facility = 23, .enterprise = 32473, .bom = true, .dialect = "o13",
	.connections = 3,
};

static struct poll poll_ask = {
	.feed = { .name = "u1", .url = "u2", .type = "u3", .every_s = 4,
	    .timeout_s = 5, .max_bytes = 6, .verify_hash = true,
	    .https_only = true, .user_agent = "u7", .proxy = "u8",
	    .tls = { "u9", "u10", "u11" } },
	.address = { ADDRESS_DOCUMENT, "w1", "w2", "w3", "w4", "w5", "w6" },
	.etag = "w7", .last_modified = "w8",
};

static struct fetched fetched = {
	.result = FETCH_FORBIDDEN, .hash = HASH_UNREADABLE, .status = 404,
	.url = "y1", .media_type = "y2", .etag = "y3", .last_modified = "y4",
	.reason = "y5", .not_before = 6, .size = 7, .sha256 =
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};
static struct document document = { "z1", "z2", "z3" };
static struct outcome outcome = {
	OUTCOME_REFUSED, REACH_SINK, "c1", "c2", "c3", 4,
};
static struct device_file file = { "j1", "j2", "j3", "a\0b", 3 };
static struct device_report report = {
	.name = "j4", .failure = "j5", .devices = 6, .skipped = 7,
};

/* The lists of words, which cannot stand in the initialisers above. */
static void
fill(void)
{
	static const char *words[] = { "w-a", "w-b", "w-c", "w-d", "w-e",
		"w-f", "w-g", "w-h" };

	matches[0].device = device;
	matches[0].cves = words;
	matches[0].n_cves = 2;
	matches[0].why = words + 2;
	matches[0].n_why = 3;
	products[0].purls = words;
	products[0].n_purls = 1;
	products[0].models = words + 1;
	products[0].n_models = 2;
	products[0].serials = words + 2;
	products[0].n_serials = 3;
	products[0].skus = words + 3;
	products[0].n_skus = 4;
	products[0].hashes = words + 4;
	products[0].n_hashes = 4;
	vulns[0].ids = words + 5;
	vulns[0].n_ids = 2;
	advisories[0].aliases = words + 3;
	advisories[0].n_aliases = 2;
	advisories[0].remarks = words + 6;
	advisories[0].n_remarks = 1;
	reading.remarks = words + 6;
	reading.n_remarks = 2;
	alert.cves = words;
	alert.n_cves = 1;
	alert.cwes = words + 1;
	alert.n_cwes = 2;
	alert.changes = words + 3;
	alert.n_changes = 3;
	entries[0].devices = words + 1;
	entries[0].n_devices = 4;
	entries[0].changes = words;
	entries[0].n_changes = 2;
	deliveries[0].prior = words;
	deliveries[0].n_prior = 3;
	deliveries[0].alert = alert;
	sink.headers = words + 2;
	sink.n_headers = 2;
	if (sink.secret.len == 0)
		secret_set(&sink.secret, "hush", 4);
	poll_ask.feed.allow = words + 4;
	poll_ask.feed.n_allow = 2;
	report.remarks = words;
	report.n_remarks = 5;
}

/* An index of two devices; the second is the one above. */
__attribute__((unused)) static const struct index *
filled_index(void)
{
	static struct blob blob = BLOB_INIT;
	static struct index ix;
	struct index_builder *b;
	struct err err = ERR_INIT;
	struct device other;

	if (blob.fd != -1)
		return &ix;
	b = index_builder_new();
	device_init(&other);
	other.id = "other";
	other.vendor = "d3";
	other.model = "d4b";
	other.version = "d5b";
	if (index_builder_add(b, &other, &err) != 0 ||
	    index_builder_add(b, &device, &err) != 0 ||
	    index_builder_finish(b, &blob, &err) != 0 ||
	    blob_map(&blob, &err) != 0 ||
	    index_open(&ix, blob.map, blob.len, &err) != 0)
		bug("index: %s", err.text);
	index_builder_free(b);
	return &ix;
}

/* Each match by itself. */
__attribute__((unused)) static void
pack_each(struct buf *out, const struct matching *m)
{
	struct match_writer *w = match_writer_new(out, m->n, m->left_out);

	for (uint32_t i = 0; i < m->n; i++) {
		uint32_t number = m->n == 1 ? 1 : m->matches[i].number;
		match_write(w, &m->matches[i], 1);
		match_write_devices(w, &number, 1);
	}
	match_writer_end(w);
}

/* What was filled must not come back empty: no field is forgotten. */
static void
filled(const void *was, const void *is, size_t n, const char *what)
{
	for (size_t i = 0; i + 4 <= n; i += 4) {
		uint32_t a, b;

		memcpy(&a, (const char *)was + i, 4);
		memcpy(&b, (const char *)is + i, 4);
		ck_assert_msg(a == 0 || b != 0, "%s: lost at byte %zu", what,
		    i);
	}
}
#define FILLED(was, is) filled(was, is, sizeof(*(was)), #was)
#endif
