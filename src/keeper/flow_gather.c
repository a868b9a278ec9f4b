/* gathered alerts -> one digest per receiver: see flow.c.
 *
 * When the device lists change, the whole archive is matched again. What a
 * receiver would hear of it waits in the store until the last advisory is
 * matched, and is then told at once. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"

#include "flow.h"
#include "lookup.h"

/* One digest while it is made. */
struct digest {
	struct arena	 mem;
	struct alert	 alert;
	struct texts	 devices;	/* list and id: concerned */
	uint32_t	 over;		/* entries whose devices are over */
};

/* Bytes of one text in an entry: a full digest stays a mail that opens, and
 * below what a webhook may be. */
#define ENTRY_TEXT_MAX 300u

static const char *
cut(struct digest *d, const char *s)
{
	return arena_text_n(&d->mem, s, text_cut(s, ENTRY_TEXT_MAX));
}

static void
take_changes(struct digest *d, const struct alert *a, struct alert_entry *e)
{
	uint32_t n = a->n_changes < DIGEST_CHANGES_MAX ? a->n_changes :
	    DIGEST_CHANGES_MAX;

	e->changes = arena_alloc(&d->mem, (n + 1) * sizeof(*e->changes));
	for (uint32_t i = 0; i < n; i++)
		e->changes[i] = cut(d, a->changes[i]);
	e->n_changes = n;
}

/* The devices of one entry, each also in the digest's own count. */
static void
take_devices(struct digest *d, const struct alert *a, struct alert_entry *e)
{
	uint32_t n = a->n_matches < DIGEST_DEVICES_MAX ? a->n_matches :
	    DIGEST_DEVICES_MAX;

	e->devices = arena_alloc(&d->mem, (n + 1) * sizeof(*e->devices));
	for (uint32_t i = 0; i < n; i++)
		e->devices[i] = arena_text(&d->mem, a->matches[i].device.id);
	e->n_devices = n;
	e->left_out = a->n_matches - n + a->left_out;
	if (a->event == EVENT_RESOLVED) {
		d->over++;
		return;
	}
	for (uint32_t i = 0; i < a->n_matches; i++) {
		const struct device *dev = &a->matches[i].device;
		const char *name = arena_printf(&d->mem, "%s\n%s", dev->list,
		    dev->id);

		if (texts_add(&d->devices, name))
			d->alert.left_out++;
	}
	d->alert.left_out += a->left_out;
}

static void
take_entry(struct digest *d, const struct alert *a)
{
	struct alert *to = &d->alert;
	struct alert_entry *e = &to->entries[to->n_entries++];

	e->key = arena_text(&d->mem, a->key);
	e->event = a->event;
	e->rev = a->rev;
	e->id = cut(d, a->id);
	e->publisher = cut(d, a->publisher);
	e->title = cut(d, a->title);
	e->url = arena_text(&d->mem, a->url);
	e->severity = a->severity;
	e->cvss = a->cvss;
	take_devices(d, a, e);
	take_changes(d, a, e);
	to->topics |= a->topics;
	if (a->event != EVENT_RESOLVED && (to->n_entries - d->over == 1 ||
	    severity_rank(a->severity) > severity_rank(to->severity)))
		to->severity = a->severity;
}

static int
read_entry(struct keeper *k, int64_t alert, struct digest *d, struct err *err)
{
	struct arena mem = ARENA_INIT;
	struct buf bytes = BUF_INIT(ALERT_MAX);
	struct alert a;
	struct unpack in;
	int rc = -1;

	if (store_alert_bytes(k->store, alert, &bytes, err) == -1)
		goto out;
	unpack_open(&in, bytes.data, bytes.len);
	alert_init(&a);
	alert_unpack(&in, &mem, &a);
	if (unpack_done(&in, err) == -1)
		goto out;
	take_entry(d, &a);
	rc = 0;
out:
	buf_clear(&bytes);
	arena_clear(&mem);
	return rc;
}

/* What is over comes last, else the worst first. */
static int
worse(const void *left, const void *right)
{
	const struct alert_entry *a = left, *b = right;
	bool over_a = a->event == EVENT_RESOLVED;
	bool over_b = b->event == EVENT_RESOLVED;

	if (over_a != over_b)
		return over_a ? 1 : -1;
	if (a->severity != b->severity)
		return severity_rank(b->severity) - severity_rank(a->severity);
	if (a->cvss.tenths != b->cvss.tenths)
		return a->cvss.tenths > b->cvss.tenths ? -1 : 1;
	return strcmp(a->id, b->id);
}

static const char *
title_of(struct digest *d)
{
	uint32_t over = d->over, n = d->alert.n_entries - over;
	const char *left = over == 0 ? "" : arena_printf(&d->mem,
	    "%u advisor%s no device any more", over,
	    over == 1 ? "y concerns" : "ies concern");

	if (n == 0)
		return arena_printf(&d->mem, "Your device lists or aliases "
		    "changed: %s", left);
	return arena_printf(&d->mem, "Your device lists or aliases changed: "
	    "%u known advisor%s %u of your devices%s%s", n,
	    n == 1 ? "y concerns" : "ies concern", d->alert.left_out,
	    over > 0 ? "; " : "", left);
}

/* One thread per receiver: its digests share a key. */
static int
make(struct keeper *k, const struct gathered *of,
    const struct gathered_alert *list, uint32_t n, struct digest *d,
    struct err *err)
{
	char *key = arena_alloc(&d->mem, KEY_TEXT);
	struct told told;

	alert_key("advrelay digest", of->sink, of->recipient, key);
	if (store_told(k->store, key, &d->mem, &told, err) == -1)
		return -1;
	alert_init(&d->alert);
	d->alert.key = key;
	d->alert.event = EVENT_DIGEST;
	d->alert.rev = told.rev + 1;
	d->alert.time = wall_now().s;
	d->alert.id = "digest";
	d->alert.entries = arena_alloc(&d->mem,
	    (n + 1) * sizeof(*d->alert.entries));
	for (uint32_t i = 0; i < n; i++)
		if (read_entry(k, list[i].alert, d, err) == -1)
			return -1;
	qsort(d->alert.entries, n, sizeof(*d->alert.entries), worse);
	d->alert.title = title_of(d);
	return 0;
}

static int
tell(struct keeper *k, const struct gathered *of,
    const struct gathered_alert *list, uint32_t n, struct err *err)
{
	struct digest d = { .mem = ARENA_INIT };
	struct dispatch out = { .sinks = (const char *[]){ of->sink },
	    .recipients = (const char *[]){ of->recipient }, .n = 1 };
	int rc = make(k, of, list, n, &d, err);

	out.alert = d.alert;
	if (rc == 0)
		rc = store_gathered_told(k->store, list, n, &out, wall_now().s,
		    err);
	if (rc == 0) {
		k->count.alerts++;
		log_info("digest", "key", out.alert.key, "sink", of->sink,
		    "recipient", of->recipient, "alerts", LOG_NUM(n),
		    "devices", LOG_NUM(out.alert.left_out), NULL);
	}
	texts_clear(&d.devices);
	arena_clear(&d.mem);
	return rc;
}

/* All that waits for one receiver. A single alert needs no digest. */
static int
tell_all(struct keeper *k, const struct gathered *of, struct err *err)
{
	struct gathered_alert *list = mem_alloc(DIGEST_ENTRIES_MAX *
	    sizeof(*list));
	uint32_t n = 0;
	int rc;

	do {
		rc = store_gathered_alerts(k->store, of, list,
		    DIGEST_ENTRIES_MAX, &n, err);
		if (rc == 0 && n == 1)
			rc = store_gathered_told(k->store, list, n, NULL,
			    wall_now().s, err);
		else if (rc == 0 && n > 0)
			rc = tell(k, of, list, n, err);
	} while (rc == 0 && n == DIGEST_ENTRIES_MAX);
	free(list);
	return rc;
}

int
gather_turn(struct keeper *k, int64_t now, struct arena *mem, struct err *err)
{
	struct gathered *list = NULL;
	uint32_t n = 0;

	(void)now;
	k->may[WORK_GATHER] = false;
	if (k->flying[WORK_MATCH] > 0)
		return 0;	/* its end sets may[] again */
	if (store_gathered(k->store, mem, &list, &n, err) == -1)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		if (tell_all(k, &list[i], err) == -1)
			return -1;
	if (n > 0)
		k->may[WORK_SEND] = true;
	return 0;
}
