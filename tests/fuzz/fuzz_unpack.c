/* One byte that chooses a noun, then its packed form: whatever can be unpacked
 * packs to the same bytes again. An advisory may be put straight on the way
 * (the ends of a relation that is none), but only once. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "noun/aliases.h"
#include "noun/delivery.h"
#include "noun/document.h"
#include "noun/explained.h"
#include "noun/feed.h"
#include "talk/hello.h"
#include "talk/helper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef void unpack_again(struct unpack *in, struct arena *mem,
    struct buf *out);

/* For nouns of one unpack and one pack. */
#define PLAIN(noun, type)						\
static void								\
again_##noun(struct unpack *in, struct arena *mem, struct buf *out)	\
{									\
	struct type got;						\
									\
	(void)mem;							\
	memset(&got, 0, sizeof(got));					\
	noun##_unpack(in, &got);					\
	if (!in->bad)							\
		noun##_pack(out, &got);					\
}
/* The same with lists, which need memory. */
#define LISTED(noun, type)						\
static void								\
again_##noun(struct unpack *in, struct arena *mem, struct buf *out)	\
{									\
	struct type got;						\
									\
	memset(&got, 0, sizeof(got));					\
	noun##_unpack(in, mem, &got);					\
	if (!in->bad)							\
		noun##_pack(out, &got);					\
}

LISTED(alert, alert)
LISTED(aliases, aliases)
LISTED(delivery, delivery)
LISTED(device, device)
LISTED(device_report, device_report)
LISTED(feed, feed)
LISTED(match, match)
LISTED(poll, poll)
LISTED(product, product)
PLAIN(address, address)
PLAIN(device_file, device_file)
PLAIN(document, document)
PLAIN(err, err)
PLAIN(fetched, fetched)
PLAIN(hello, hello)
PLAIN(outcome, outcome)
PLAIN(tls_files, tls_files)

/* Packs `got` to out, which must be what comes of it from then on. */
static void
advisory_settle(const struct advisory *got, struct arena *mem,
    struct buf *out)
{
	struct buf once = BUF_INIT(1u << 26);
	struct advisory again;
	struct unpack in;

	advisory_pack(&once, got);
	unpack_open(&in, once.data, once.len);
	advisory_unpack(&in, mem, &again);
	advisory_pack(out, &again);
	if (unpack_done(&in, NULL) != 0 || out->len != once.len ||
	    memcmp(out->data, once.data, once.len) != 0)
		abort();
	buf_clear(&once);
}

static void
again_advisory(struct unpack *in, struct arena *mem, struct buf *out)
{
	struct buf again = BUF_INIT(1u << 26);
	const uint8_t *from = in->at;
	struct advisory got;

	advisory_unpack(in, mem, &got);
	if (in->bad)
		return;
	advisory_settle(&got, mem, &again);
	if (again.len != (size_t)(in->at - from))
		abort();
	buf_add(out, from, again.len);
	buf_clear(&again);
}

/* Its secret is the one string outside of the arena. */
static void
again_sink(struct unpack *in, struct arena *mem, struct buf *out)
{
	struct sink got;

	sink_unpack(in, mem, &got);
	if (!in->bad)
		sink_pack(out, &got);
	secret_clear(&got.secret);
}

/* The three that open the bytes themselves take all that is left. */
static const void *
rest(struct unpack *in, size_t *ret_n)
{
	const void *p = in->at;

	*ret_n = (size_t)(in->end - in->at);
	in->at = in->end;
	return p;
}

static void
again_reading(struct unpack *in, struct arena *mem, struct buf *out)
{
	struct reading got;
	const void **bytes;
	size_t *lens, n;
	const void *p = rest(in, &n);

	if (reading_unpack(p, n, mem, &got, &bytes, &lens, NULL) < 0) {
		unpack_fail(in, "reading");
		return;
	}
	for (uint32_t i = 0; i < got.n_advisories; i++) {
		struct buf one = BUF_INIT(1u << 26);

		advisory_settle(&got.advisories[i], mem, &one);
		if (one.len != lens[i])
			abort();
		buf_clear(&one);
		if ((const uint8_t *)bytes[i] < (const uint8_t *)p ||
		    (const uint8_t *)bytes[i] + lens[i] >
		    (const uint8_t *)p + n)
			abort();
	}
	reading_pack(out, &got);
	if (out->len != n)
		abort();
	buf_reset(out);
	buf_add(out, p, n);
}

static void
devices_build(struct blob *blob, struct index *ret)
{
	struct index_builder *b = index_builder_new();
	static const char *const ids[] = { "a", "b", "c" };
	struct device d;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		device_init(&d);
		d.id = ids[i];
		d.vendor = "Acme";
		d.model = "Gate 7";
		d.version = i == 1 ? "" : "1.2";
		if (index_builder_add(b, &d, &err) != 0)
			abort();
	}
	if (index_builder_finish(b, blob, &err) != 0 ||
	    blob_map(blob, &err) != 0 ||
	    index_open(ret, blob->map, blob->len, &err) != 0)
		abort();
	index_builder_free(b);
}

#define WHOLE(noun)							\
static void								\
again_##noun(struct unpack *in, struct arena *mem, struct buf *out)	\
{									\
	struct noun got;						\
	size_t n;							\
	const void *p = rest(in, &n);					\
									\
	if (noun##_unpack(p, n, mem, &got, NULL) < 0)			\
		unpack_fail(in, #noun);					\
	else								\
		noun##_pack(out, &got);					\
}

WHOLE(explained)
WHOLE(near_misses)

/* Read with the devices that it is of; each stands there once, in order. */
static void
again_matching(struct unpack *in, struct arena *mem, struct buf *out)
{
	static struct blob blob = BLOB_INIT;
	static struct index ix;
	struct matching got;
	size_t n;
	const void *p = rest(in, &n);

	if (blob.fd == -1)
		devices_build(&blob, &ix);
	if (matching_unpack(p, n, &ix, mem, &got, NULL) < 0) {
		unpack_fail(in, "matching");
		return;
	}
	for (uint32_t i = 0; i < got.n; i++) {
		const struct match *m = &got.matches[i];
		if (m->number >= index_devices(&ix) ||
		    (i > 0 && m->number <= m[-1].number))
			abort();
		for (uint32_t k = 0; k < m->n_why; k++)
			if (strlen(m->why[k]) > TEXT_MAX)
				abort();
		match_pack(out, m);
	}
	buf_reset(out);
	buf_add(out, p, n);
}

static void
again_sending(struct unpack *in, struct arena *mem, struct buf *out)
{
	struct sending got;
	size_t n;
	const void *p = rest(in, &n);

	if (sending_unpack(p, n, mem, &got, NULL) < 0) {
		unpack_fail(in, "sending");
		return;
	}
	sink_pack(out, &got.sink);
	pack_u32(out, got.n);
	for (uint32_t i = 0; i < got.n; i++)
		delivery_pack(out, &got.deliveries[i]);
	secret_clear(&got.sink.secret);
}

/* New ones go to the end: seeds name them by number. */
static unpack_again *const nouns[] = {
	again_advisory, again_alert, again_delivery, again_device,
	again_device_report, again_feed, again_match, again_poll,
	again_product, again_address, again_device_file, again_document,
	again_err, again_fetched, again_hello, again_outcome, again_tls_files,
	again_sink, again_reading, again_matching, again_sending,
	again_explained, again_near_misses, again_aliases,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = ARENA_INIT;
	struct buf out = BUF_INIT(1u << 26);
	struct unpack in;

	if (size < 1)
		return 0;
	unpack_open(&in, data + 1, size - 1);
	nouns[data[0] % COUNT_OF(nouns)](&in, &mem, &out);
	if (!in.bad && (out.len != size - 1 - (size_t)(in.end - in.at) ||
	    memcmp(buf_text(&out), data + 1, out.len) != 0))
		abort();
	buf_clear(&out);
	arena_clear(&mem);
	return 0;
}
