/* The body of an ask to send. */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/pack.h"
#include "base/text.h"

#include "noun/delivery.h"

#include "outbox_parts.h"

/* Bytes behind which a batch takes no more deliveries: two batches of each sink
 * may be in memory. */
#define BATCH_BYTES (8u << 20)

struct packing {
	struct batch	*batch;
	struct buf	 alert;		/* the last one, packed: ... */
	int64_t		 alert_id;	/* ... many receivers, one alert */
	struct buf	 list;
};

static const char *
file_name_of(struct arena *mem, const char *id)
{
	char *name = text_lower(mem, id);

	for (char *c = name; *c != '\0'; c++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.", *c) ==
		    NULL)
			*c = '_';
	name[text_cut(name, 80)] = '\0';
	return name;
}

/* The advisory's id, as the receiver sees it in the alert. */
static int
alert_name(struct packing *p, const char **ret, struct err *err)
{
	struct arena mem = ARENA_INIT;
	struct unpack in;
	struct alert a;

	unpack_open(&in, p->alert.data, p->alert.len);
	alert_unpack(&in, &mem, &a);
	if (unpack_done(&in, err) == -1) {
		arena_clear(&mem);
		return -1;
	}
	*ret = file_name_of(&p->batch->mem, a.id);
	arena_clear(&mem);
	return 0;
}

/* The original document, where the sink wants it and it is not too large. */
static int
attach(struct packing *p, const struct due_delivery *due, struct blob *bytes,
    struct delivery *d, struct err *err)
{
	struct batch *b = p->batch;
	struct store *store = b->lane->k->store;
	const char *sha, *url, *media, *name;

	d->attachment_name = d->attachment_type = "";
	if (due->document == 0 || !b->sink->sink.attach)
		return 0;
	if (store_document_origin(store, due->document, &b->mem, &sha, &url,
	    &media, err) == -1 ||
	    store_document_bytes(store, due->document, bytes, err) == -1)
		return -1;
	if (bytes->len > ATTACHMENT_MAX)
		return 0;
	if (blob_map(bytes, err) == -1 || alert_name(p, &name, err) == -1)
		return -1;
	d->attachment = bytes->map;
	d->attachment_len = bytes->len;
	/* By content: a CSAF document is JSON whatever its server says. */
	if (bytes->len > 0 && memchr("{[", *(const char *)bytes->map, 2)) {
		d->attachment_type = "application/json";
		d->attachment_name = arena_printf(&b->mem, "%s.json", name);
	} else {
		d->attachment_type = "application/xml";
		d->attachment_name = arena_printf(&b->mem, "%s.xml", name);
	}
	return 0;
}

/* The alert's bytes into p->alert. */
static int
alert_find(struct packing *p, const struct due_delivery *due, struct err *err)
{
	int rc = 0;

	if (p->alert_id == due->alert)
		return 0;
	buf_reset(&p->alert);
	if (due->packed != NULL)
		buf_add(&p->alert, due->packed, due->packed_len);
	else
		rc = store_alert_bytes(p->batch->lane->k->store, due->alert,
		    &p->alert, err);
	p->alert_id = rc == 0 ? due->alert : 0;
	return rc;
}

static int
pack_one(struct packing *p, const struct due_delivery *due, struct err *err)
{
	struct blob document = BLOB_INIT;
	struct delivery d = { .id = due->id, .recipient = due->recipient,
	    .tries = due->tries, .prior = due->prior,
	    .n_prior = due->n_prior };
	int rc = alert_find(p, due, err);

	if (rc == 0)
		rc = attach(p, due, &document, &d, err);
	if (rc == 0)
		delivery_pack_kept(&p->list, &d, p->alert.data, p->alert.len);
	blob_clear(&document);
	return rc;
}

/* As many as fit well into one body; the first always does. */
int
batch_pack(struct batch *b, struct err *err)
{
	struct packing p = { .batch = b, .alert = BUF_INIT(ALERT_MAX),
	    .list = BUF_INIT(SEND_BLOB_MAX) };
	struct buf out = BUF_SECRET(SEND_BLOB_MAX);
	int rc;

	b->n_packed = 0;
	rc = store_look_begin(b->lane->k->store, err);
	while (rc == 0 && b->n_packed < b->n_due && p.list.len <= BATCH_BYTES)
		rc = pack_one(&p, &b->due[b->n_packed++], err);
	store_look_end(b->lane->k->store);
	sink_pack(&out, &b->sink->sink);
	pack_u32(&out, b->n_packed);
	buf_add(&out, p.list.data, p.list.len);
	if (rc == 0 && (p.list.over || out.over))
		rc = err_limit(err, "the batch is larger than a body may be");
	if (rc == 0)
		rc = blob_of(&b->body, "sending", out.data, out.len, err);
	buf_clear(&p.alert);
	buf_clear(&p.list);
	buf_clear(&out);
	return rc;
}
