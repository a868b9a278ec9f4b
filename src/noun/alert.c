#include <stdio.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"
#include "noun/alert.h"
#include "pieces.h"

static const char *const event_names[EVENT_COUNT_] = {
	[EVENT_NEW] = "new",
	[EVENT_UPDATED] = "updated",
	[EVENT_WITHDRAWN] = "withdrawn",
	[EVENT_RESOLVED] = "resolved",
	[EVENT_REMINDER] = "reminder",
	[EVENT_ESCALATION] = "escalation",
	[EVENT_TEST] = "test",
	[EVENT_DIGEST] = "digest",
};

const char *
event_name(enum event e)
{
	if ((unsigned)e >= EVENT_COUNT_)
		bug("event %d", (int)e);
	return event_names[e];
}

int
event_parse(const char *word, enum event *ret)
{
	int at = word_find(word, event_names, EVENT_COUNT_);

	if (at < 0)
		return -1;
	*ret = (enum event)at;
	return 0;
}

void
alert_key(const char *ns, const char *id, const char *scope,
    char out[KEY_TEXT])
{
	struct buf said = BUF_INIT(4 * (size_t)DOCUMENT_MAX);
	uint8_t digest[SHA256_LEN];

	buf_puts(&said, ns);
	buf_byte(&said, '\n');
	buf_puts(&said, id);
	buf_byte(&said, '\n');
	buf_puts(&said, scope);
	/* A key of half the words would be shared by different alerts. */
	if (said.over)
		bug("alert key of more than %zu bytes", said.max);
	digest_sha256(said.data, said.len, digest);
	buf_clear(&said);
	memcpy(out, "ar-", 3);
	text_hex(digest, 10, out + 3);
}

const char *
alert_event_id(const struct alert *a, char out[EVENT_ID_TEXT])
{
	(void)snprintf(out, EVENT_ID_TEXT, "%.*s:r%lu:%.10s", KEY_TEXT - 1,
	    a->key, (unsigned long)a->rev, event_name(a->event));
	return out;
}

void
alert_init(struct alert *a)
{
	memset(a, 0, sizeof(*a));
	a->key = a->scope = a->route = a->feed = "";
	a->title = a->summary = a->vector = "";
	a->id = a->publisher = a->ns = a->version = "";
	a->url = a->tlp = a->status = a->category = a->sha256 = "";
}

static void
entry_pack(struct buf *out, const struct alert_entry *e)
{
	pack_str(out, e->key);
	pack_u8(out, (uint8_t)e->event);
	pack_u32(out, e->rev);
	pack_str(out, e->id);
	pack_str(out, e->publisher);
	pack_str(out, e->title);
	pack_str(out, e->url);
	pack_u8(out, (uint8_t)e->severity);
	cvss_pack(out, &e->cvss);
	texts_pack(out, e->devices, e->n_devices);
	pack_u32(out, e->left_out);
	texts_pack(out, e->changes, e->n_changes);
}

static void
entry_unpack(struct unpack *in, struct arena *mem, struct alert_entry *ret)
{
	ret->key = unpack_str(in, "entry.key", KEY_TEXT - 1);
	ret->event = unpack_u8(in, "entry.event", EVENT_COUNT_ - 1);
	ret->rev = unpack_u32(in, "entry.rev", UINT32_MAX);
	ret->id = unpack_str(in, "entry.id", LINE_MAX_);
	ret->publisher = unpack_str(in, "entry.publisher", LINE_MAX_);
	ret->title = unpack_str(in, "entry.title", LINE_MAX_);
	ret->url = unpack_str(in, "entry.url", LINE_MAX_);
	ret->severity = unpack_u8(in, "entry.severity", SEVERITY_COUNT_ - 1);
	cvss_unpack(in, &ret->cvss);
	ret->devices = texts_unpack(in, mem, "entry.devices",
	    DIGEST_DEVICES_MAX, LINE_MAX_, &ret->n_devices);
	ret->left_out = unpack_u32(in, "entry.left_out", UINT32_MAX);
	ret->changes = texts_unpack(in, mem, "entry.changes",
	    DIGEST_CHANGES_MAX, TEXT_MAX, &ret->n_changes);
}

/* unpacked by alert_unpack */
void
alert_pack(struct buf *out, const struct alert *a)
{
	pack_str(out, a->key);
	pack_u8(out, (uint8_t)a->event);
	pack_u32(out, a->rev);
	pack_i64(out, a->time);
	pack_str(out, a->scope);
	pack_str(out, a->route);
	pack_str(out, a->feed);
	pack_str(out, a->title);
	pack_str(out, a->summary);
	pack_u8(out, (uint8_t)a->severity);
	cvss_pack(out, &a->cvss);
	pack_str(out, a->vector);
	pack_bool(out, a->exploited);
	texts_pack(out, a->cves, a->n_cves);
	texts_pack(out, a->cwes, a->n_cwes);
	pack_u32(out, a->topics);
	pack_str(out, a->id);
	pack_str(out, a->publisher);
	pack_str(out, a->ns);
	pack_str(out, a->version);
	pack_str(out, a->url);
	pack_str(out, a->tlp);
	pack_str(out, a->status);
	pack_str(out, a->category);
	pack_str(out, a->sha256);
	pack_i64(out, a->initial);
	pack_i64(out, a->current);
	pack_u32(out, a->n_matches);
	for (uint32_t i = 0; i < a->n_matches; i++)
		match_pack(out, &a->matches[i]);
	pack_u32(out, a->left_out);
	remedies_pack(out, a->remedies, a->n_remedies);
	references_pack(out, a->references, a->n_references);
	texts_pack(out, a->changes, a->n_changes);
	pack_u32(out, a->n_entries);
	for (uint32_t i = 0; i < a->n_entries; i++)
		entry_pack(out, &a->entries[i]);
}

/* packed by alert_pack */
void
alert_unpack(struct unpack *in, struct arena *mem, struct alert *ret)
{
	ret->key = unpack_str(in, "alert.key", KEY_TEXT - 1);
	ret->event = unpack_u8(in, "alert.event", EVENT_COUNT_ - 1);
	ret->rev = unpack_u32(in, "alert.rev", UINT32_MAX);
	ret->time = unpack_i64(in, "alert.time");
	ret->scope = unpack_str(in, "alert.scope", LINE_MAX_);
	ret->route = unpack_str(in, "alert.route", LINE_MAX_);
	ret->feed = unpack_str(in, "alert.feed", LINE_MAX_);
	ret->title = unpack_str(in, "alert.title", LINE_MAX_);
	ret->summary = unpack_str(in, "alert.summary", TEXT_MAX);
	ret->severity = unpack_u8(in, "alert.severity", SEVERITY_COUNT_ - 1);
	cvss_unpack(in, &ret->cvss);
	ret->vector = unpack_str(in, "alert.vector", LINE_MAX_);
	ret->exploited = unpack_bool(in, "alert.exploited");
	ret->cves = texts_unpack(in, mem, "alert.cves", ITEMS_MAX, LINE_MAX_,
	    &ret->n_cves);
	ret->cwes = texts_unpack(in, mem, "alert.cwes", ITEMS_MAX, LINE_MAX_,
	    &ret->n_cwes);
	ret->topics = unpack_u32(in, "alert.topics", (1u << TOPIC_COUNT) - 1);
	ret->id = unpack_str(in, "alert.id", LINE_MAX_);
	ret->publisher = unpack_str(in, "alert.publisher", LINE_MAX_);
	ret->ns = unpack_str(in, "alert.ns", LINE_MAX_);
	ret->version = unpack_str(in, "alert.version", LINE_MAX_);
	ret->url = unpack_str(in, "alert.url", LINE_MAX_);
	ret->tlp = unpack_str(in, "alert.tlp", LINE_MAX_);
	ret->status = unpack_str(in, "alert.status", LINE_MAX_);
	ret->category = unpack_str(in, "alert.category", LINE_MAX_);
	ret->sha256 = unpack_str(in, "alert.sha256", SHA256_TEXT - 1);
	ret->initial = unpack_i64(in, "alert.initial");
	ret->current = unpack_i64(in, "alert.current");
	ret->matches = list_unpack(in, mem, "alert.matches", ALERT_MATCHES_MAX,
	    LEAST_MATCH, sizeof(*ret->matches), &ret->n_matches);
	for (uint32_t i = 0; i < ret->n_matches; i++)
		match_unpack(in, mem, &ret->matches[i]);
	ret->left_out = unpack_u32(in, "alert.left_out", UINT32_MAX);
	/* An alert has no product list: its remedies name devices by text. */
	ret->remedies = remedies_unpack(in, mem, ITEMS_MAX, 0,
	    &ret->n_remedies);
	ret->references = references_unpack(in, mem, &ret->n_references);
	ret->changes = texts_unpack(in, mem, "alert.changes", CHANGES_MAX + 1,
	    TEXT_MAX, &ret->n_changes);
	ret->entries = list_unpack(in, mem, "alert.entries",
	    DIGEST_ENTRIES_MAX, LEAST_ENTRY, sizeof(*ret->entries),
	    &ret->n_entries);
	for (uint32_t i = 0; i < ret->n_entries; i++)
		entry_unpack(in, mem, &ret->entries[i]);
}
