/* Every noun into bytes and back, whole and mutilated.
 *
 * A noun with every field filled differently is packed, unpacked and packed
 * again: equal bytes show that no two fields are swapped, and no field that was
 * filled may come back empty. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/pack.h"
#include "noun/delivery.h"
#include "noun/document.h"
#include "noun/feed.h"
#include "noun/pieces.h"
#include "test_noun_filled.h"

/* Each of these unpacks, and packs what it got again into `again`; with `look`
 * it compares with the original. They return unpack_done's result. */
typedef int turn(const void *p, size_t n, struct arena *mem,
    struct buf *again, bool look);

static int
turn_poll(const void *p, size_t n, struct arena *mem, struct buf *again,
    bool look)
{
	struct poll got = { .etag = NULL };
	struct unpack in;

	unpack_open(&in, p, n);
	poll_unpack(&in, mem, &got);
	if (look)
		FILLED(&poll_ask, &got);
	poll_pack(again, &got);
	return unpack_done(&in, NULL);
}

static int
turn_fetched(const void *p, size_t n, struct arena *mem, struct buf *again,
    bool look)
{
	struct fetched got = { .url = NULL };
	struct unpack in;

	(void)mem;
	unpack_open(&in, p, n);
	fetched_unpack(&in, &got);
	if (look)
		FILLED(&fetched, &got);
	fetched_pack(again, &got);
	return unpack_done(&in, NULL);
}

static int
turn_document(const void *p, size_t n, struct arena *mem, struct buf *again,
    bool look)
{
	struct document got = { .url = NULL };
	struct unpack in;

	(void)mem;
	unpack_open(&in, p, n);
	document_unpack(&in, &got);
	if (look)
		FILLED(&document, &got);
	document_pack(again, &got);
	return unpack_done(&in, NULL);
}

static int
turn_file(const void *p, size_t n, struct arena *mem, struct buf *again,
    bool look)
{
	struct device_file got = { .name = NULL };
	struct unpack in;

	(void)mem;
	unpack_open(&in, p, n);
	device_file_unpack(&in, &got);
	if (look)
		FILLED(&file, &got);
	device_file_pack(again, &got);
	return unpack_done(&in, NULL);
}

static int
turn_report(const void *p, size_t n, struct arena *mem, struct buf *again,
    bool look)
{
	struct device_report got = { .name = NULL };
	struct unpack in;

	unpack_open(&in, p, n);
	device_report_unpack(&in, mem, &got);
	if (look)
		FILLED(&report, &got);
	device_report_pack(again, &got);
	return unpack_done(&in, NULL);
}

static int
turn_outcome(const void *p, size_t n, struct arena *mem, struct buf *again,
    bool look)
{
	struct outcome got = { .code = NULL };
	struct unpack in;

	(void)mem;
	unpack_open(&in, p, n);
	outcome_unpack(&in, &got);
	if (look)
		FILLED(&outcome, &got);
	outcome_pack(again, &got);
	/* Half an outcome never says that it was delivered. */
	if (in.bad)
		ck_assert_int_eq(got.kind, OUTCOME_DEFERRED);
	return unpack_done(&in, NULL);
}

static int
turn_matching(const void *p, size_t n, struct arena *mem, struct buf *again,
    bool look)
{
	struct matching got = { .matches = NULL };

	if (matching_unpack(p, n, filled_index(), mem, &got, NULL) < 0)
		return -1;
	if (look) {
		ck_assert_uint_eq(got.left_out, 9);
		FILLED(&matches[0], &got.matches[0]);
		FILLED(&plain_remedy[0], &got.matches[0].remedies[0]);
	}
	pack_each(again, &got);
	return 0;
}

/* The reading's lists, one level down. */
static void
look_at(const struct reading *got)
{
	const struct vulnerability *v = &got->advisories[0].vulns[0];

	FILLED(&reading, got);
	FILLED(&addresses[0], &got->addresses[0]);
	FILLED(&advisories[0], &got->advisories[0]);
	FILLED(&products[0], &got->advisories[0].products[0]);
	FILLED(&advisories[0].revisions[0], &got->advisories[0].revisions[0]);
	FILLED(&notes[1], &got->advisories[0].notes[1]);
	FILLED(&references[0], &got->advisories[0].references[0]);
	FILLED(&vulns[0], v);
	FILLED(&vulns[0].assertions[0], &v->assertions[0]);
	FILLED(&vulns[0].scores[0], &v->scores[0]);
	FILLED(&remedies[0], &v->remedies[0]);
	FILLED(&vulns[0].threats[0], &v->threats[0]);
	FILLED(&vulns[0].flags[0], &v->flags[0]);
	ck_assert_str_eq(got->advisories[1].title, "");
}

static int
turn_reading(const void *p, size_t n, struct arena *mem, struct buf *again,
    bool look)
{
	struct reading got = { .advisories = NULL };
	const void **bytes;
	size_t *lens;

	if (reading_unpack(p, n, mem, &got, &bytes, &lens, NULL) < 0)
		return -1;
	if (look)
		look_at(&got);
	for (uint32_t i = 0; look && i < got.n_advisories; i++) {
		struct buf one = BUF_INIT(ADVISORY_MAX);

		advisory_pack(&one, &got.advisories[i]);
		ck_assert_uint_eq(one.len, lens[i]);
		ck_assert_mem_eq(one.data, bytes[i], lens[i]);
		buf_clear(&one);
	}
	reading_pack(again, &got);
	return 0;
}

static int
turn_sending(const void *p, size_t n, struct arena *mem, struct buf *again,
    bool look)
{
	struct sending got = { .deliveries = NULL };

	if (sending_unpack(p, n, mem, &got, NULL) < 0)
		return -1;
	if (look) {
		FILLED(&sink, &got.sink);
		ck_assert_str_eq(secret_bytes(&got.sink.secret), "hush");
		FILLED(&deliveries[0], &got.deliveries[0]);
	}
	sink_pack(again, &got.sink);
	pack_u32(again, got.n);
	for (uint32_t i = 0; i < got.n; i++)
		delivery_pack(again, &got.deliveries[i]);
	secret_clear(&got.sink.secret);
	return 0;
}

static int
turn_explained(const void *p, size_t n, struct arena *mem, struct buf *again,
    bool look)
{
	struct explained got = { .matched = false };

	if (explained_unpack(p, n, mem, &got, NULL) < 0)
		return -1;
	if (look) {
		FILLED(&explained, &got);
		FILLED(&explained.products[0], &got.products[0]);
		FILLED(&explained.cves[0], &got.cves[0]);
		ck_assert_str_eq(got.products[0].steps[1].text, "w4");
	}
	explained_pack(again, &got);
	return 0;
}

static int
turn_near(const void *p, size_t n, struct arena *mem, struct buf *again,
    bool look)
{
	struct near_misses got = { .n = 0 };

	if (near_misses_unpack(p, n, mem, &got, NULL) < 0)
		return -1;
	if (look)
		FILLED(&near_list[0], &got.list[0]);
	near_misses_pack(again, &got);
	return 0;
}

static struct buf
packed(unsigned which)
{
	struct buf out = BUF_INIT(ADVISORY_MAX);
	struct matching m = { matches, 1, 9 };

	fill();
	switch (which) {
	case 0: poll_pack(&out, &poll_ask); break;
	case 1: fetched_pack(&out, &fetched); break;
	case 2: document_pack(&out, &document); break;
	case 3: device_file_pack(&out, &file); break;
	case 4: device_report_pack(&out, &report); break;
	case 5: outcome_pack(&out, &outcome); break;
	case 6: pack_each(&out, &m); break;
	case 7: reading_pack(&out, &reading); break;
	case 9:
		explained.match = matches[0];
		explained_pack(&out, &explained);
		break;
	case 10:
		near_list[0].device = device;
		near_misses_pack(&out, &(struct near_misses){ near_list, 1 });
		break;
	default:
		sink_pack(&out, &sink);
		pack_u32(&out, 2);
		delivery_pack(&out, &deliveries[0]);
		delivery_pack(&out, &deliveries[1]);
	}
	ck_assert(!out.over);
	return out;
}

static const struct {
	const char	*name;
	turn		*turn;
} nouns[] = {
	{ "poll", turn_poll }, { "fetched", turn_fetched },
	{ "document", turn_document }, { "device file", turn_file },
	{ "device report", turn_report }, { "outcome", turn_outcome },
	{ "matching", turn_matching }, { "reading", turn_reading },
	{ "sending", turn_sending }, { "explained", turn_explained },
	{ "near misses", turn_near },
};

START_TEST(test_round)
{
	struct buf out = packed((unsigned)_i), again = BUF_INIT(ADVISORY_MAX);
	struct arena mem = ARENA_INIT;

	ck_assert_msg(nouns[_i].turn(out.data, out.len, &mem, &again, true)
	    == 0, "%s", nouns[_i].name);
	ck_assert_uint_eq(again.len, out.len);
	ck_assert_mem_eq(again.data, out.data, out.len);
	arena_clear(&mem);
	buf_clear(&again);
	buf_clear(&out);
}
END_TEST

/* Unpacks a copy that ends where its memory ends, so that a sanitizer sees
 * each byte too far; the memory used is bounded by what came. */
static int
turn_copy(unsigned which, const char *p, size_t n)
{
	struct buf again = BUF_INIT(ADVISORY_MAX);
	struct arena mem = ARENA_INIT;
	char *copy = malloc(n > 0 ? n : 1);

	ck_assert_ptr_nonnull(copy);
	if (n > 0)
		memcpy(copy, p, n);

	int rc = nouns[which].turn(copy, n, &mem, &again, false);

	ck_assert_msg(mem.used <= 64 * n + 8192, "%s: %zu of %zu",
	    nouns[which].name, mem.used, n);
	arena_clear(&mem);
	buf_clear(&again);
	free(copy);
	return rc;
}

START_TEST(test_cut)
{
	struct buf out = packed((unsigned)_i);

	for (size_t n = 0; n < out.len; n++)
		ck_assert_msg(turn_copy((unsigned)_i, out.data, n) == -1,
		    "%s: %zu of %zu bytes", nouns[_i].name, n, out.len);
	buf_byte(&out, 'x');
	ck_assert_int_eq(turn_copy((unsigned)_i, out.data, out.len), -1);
	buf_clear(&out);
}
END_TEST

/* xorshift: the same sequence on each run and machine */
static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

START_TEST(test_flip)
{
	struct buf out = packed((unsigned)_i);
	char *twisted = mem_alloc(out.len);
	uint32_t state = 2463534242u;

	for (unsigned round = 0; round < 20000; round++) {
		unsigned flips = 1 + next_random(&state) % 4;

		memcpy(twisted, out.data, out.len);
		while (flips-- > 0) {
			uint32_t at = next_random(&state) % (uint32_t)out.len;

			twisted[at] = (char)(twisted[at] ^
			    (1 << next_random(&state) % 8));
			if (flips == 2)
				twisted[at] = (char)0xff;
		}
		(void)turn_copy((unsigned)_i, twisted, out.len);
	}
	free(twisted);
	buf_clear(&out);
}
END_TEST

/* Many empty items and little behind them: the least sizes are not too large,
 * or unpack_count would refuse the list. */
START_TEST(test_least)
{
	enum { MANY = 200 };
	struct buf out = BUF_INIT(ADVISORY_MAX), again = BUF_INIT(ADVISORY_MAX);
	struct arena mem = ARENA_INIT;
	struct vulnerability v = {
		.assertions = arena_alloc(&mem, MANY * sizeof(*v.assertions)),
		.n_assertions = MANY,
		.scores = arena_alloc(&mem, MANY * sizeof(*v.scores)),
		.n_scores = MANY,
		.remedies = arena_alloc(&mem, MANY * sizeof(*v.remedies)),
		.n_remedies = MANY,
		.threats = arena_alloc(&mem, MANY * sizeof(*v.threats)),
		.n_threats = MANY,
		.flags = arena_alloc(&mem, MANY * sizeof(*v.flags)),
		.n_flags = MANY,
		.notes = arena_alloc(&mem, MANY * sizeof(*v.notes)),
		.n_notes = MANY,
		.references = arena_alloc(&mem, MANY * sizeof(*v.references)),
		.n_references = MANY,
		.ids = arena_alloc(&mem, MANY * sizeof(*v.ids)),
		.n_ids = MANY,
	};
	struct vulnerability *list = arena_alloc(&mem, MANY * sizeof(*list));
	struct advisory one = {
		.products = arena_alloc(&mem, MANY * sizeof(*one.products)),
		.n_products = MANY, .vulns = &v, .n_vulns = 1,
		.revisions = arena_alloc(&mem, MANY * sizeof(*one.revisions)),
		.n_revisions = MANY,
	};
	struct reading r = {
		.advisories = arena_alloc(&mem, MANY * sizeof(one)),
		.n_advisories = MANY,
		.addresses = arena_alloc(&mem, MANY * sizeof(*r.addresses)),
		.n_addresses = MANY,
	};

	r.advisories[0] = one;
	r.advisories[1].vulns = list;
	r.advisories[1].n_vulns = MANY;
	reading_pack(&out, &r);
	ck_assert_int_eq(turn_reading(out.data, out.len, &mem, &again, false),
	    0);

	/* The last items of their blobs: exactly so small. */
	struct match none = { .product = NULL };

	buf_reset(&out);
	match_pack(&out, &none);
	ck_assert_uint_eq(out.len, LEAST_MATCH);
	buf_reset(&out);
	device_pack(&out, &none.device);
	ck_assert_uint_eq(out.len, LEAST_DEVICE);
	arena_clear(&mem);
	buf_clear(&again);
	buf_clear(&out);
}
END_TEST

/* Devices a to d with versions 1.0, 2.0, 2.0, 3.0. */
static void
build_versions(struct blob *blob, struct index *ret)
{
	static const char *const rows[][2] = { { "a", "1.0" }, { "b", "2.0" },
	    { "c", "2.0" }, { "d", "3.0" } };
	struct index_builder *b = index_builder_new();
	struct err err = ERR_INIT;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct device d;
		device_init(&d);
		d.id = rows[i][0];
		d.version = rows[i][1];
		ck_assert_int_eq(index_builder_add(b, &d, &err), 0);
	}
	ck_assert_int_eq(index_builder_finish(b, blob, &err), 0);
	index_builder_free(b);
	ck_assert_int_eq(blob_map(blob, &err), 0);
	ck_assert_int_eq(index_open(ret, blob->map, blob->len, &err), 0);
}

/* What matches share is packed once, and shared again behind it; a line quotes
 * each device by its own text. */
START_TEST(test_shared)
{
	static char fix[2000], why[1000], line[64];
	static const uint32_t places[][2] = { { 1, 0 }, { 2, 3 } };
	struct buf out = BUF_INIT(ADVISORY_MAX);
	struct arena mem = ARENA_INIT;
	struct matching got = { .n = 0 };
	struct remedy remedy = { .text = fix };
	const char *lines[] = { why, line };
	struct blob blob = BLOB_INIT;
	struct index ix;
	struct match m;

	memset(fix, 'f', sizeof(fix) - 1);
	memset(why, 'w', sizeof(why) - 1);
	snprintf(line, sizeof(line), "%s is in it, %s", match_quote(
	    INDEX_COLUMN_version), match_quote(INDEX_COLUMN_version));
	build_versions(&blob, &ix);
	match_init(&m);
	m.remedies = &remedy;
	m.n_remedies = 1;
	m.why = lines;
	m.n_why = 2;
	struct match_writer *w = match_writer_new(&out, 4, 9);
	for (uint32_t i = 0; i < 2; i++) {
		m.status = i == 1 ? MATCH_FIXED : MATCH_AFFECTED;
		m.same = i == 1 ? 7 : 3;
		match_write(w, &m, 2);
		match_write_devices(w, places[i], 2);
	}
	match_writer_end(w);
	ck_assert_uint_lt(out.len, 2 * sizeof(fix) + sizeof(why) + 400);
	ck_assert_int_eq(matching_unpack(out.data, out.len, &ix, &mem, &got,
	    NULL), 0);
	ck_assert_uint_eq(got.n, 4);
	ck_assert_uint_eq(got.left_out, 9);
	for (uint32_t i = 0; i < 4; i++) {
		static const char *const told[] = { "1.0 is in it, 1.0",
		    "2.0 is in it, 2.0", "2.0 is in it, 2.0",
		    "3.0 is in it, 3.0" };
		const struct match *one = &got.matches[i];
		ck_assert_uint_eq(one->number, i);
		ck_assert_int_eq(one->device.id[0], (int)("abcd"[i]));
		ck_assert_int_eq(one->status, i < 2 ? MATCH_AFFECTED :
		    MATCH_FIXED);
		ck_assert_str_eq(one->remedies[0].text, fix);
		ck_assert_ptr_eq(one->why[0], got.matches[0].why[0]);
		ck_assert_str_eq(one->why[1], told[i]);
	}
	ck_assert_ptr_eq(got.matches[1].why[1], got.matches[2].why[1]);
	ck_assert_uint_eq(got.matches[0].same, got.matches[1].same);
	ck_assert_uint_ne(got.matches[0].same, got.matches[2].same);
	/* A body that was not there yet. */
	out.data[8] = 9;
	ck_assert_int_eq(matching_unpack(out.data, out.len, &ix, &mem, &got,
	    NULL), -1);
	arena_clear(&mem);
	buf_clear(&out);
	blob_clear(&blob);
}
END_TEST

/* Answers that no `match` gives which has this index. */
START_TEST(test_strange_devices)
{
	static const struct {
		const char	*what;
		uint32_t	 n, at[3];
	} cases[] = {
		{ "one that is not there", 2, { 0, 4 } },
		{ "one twice", 3, { 1, 2, 1 } },
	};
	struct blob blob = BLOB_INIT;
	struct index ix;
	struct match m;

	build_versions(&blob, &ix);
	match_init(&m);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf out = BUF_INIT(ADVISORY_MAX);
		struct arena mem = ARENA_INIT;
		struct matching got;
		struct err err = ERR_INIT;
		struct match_writer *w = match_writer_new(&out, cases[i].n, 0);

		match_write(w, &m, cases[i].n);
		match_write_devices(w, cases[i].at, cases[i].n);
		match_writer_end(w);
		ck_assert_msg(matching_unpack(out.data, out.len, &ix, &mem,
		    &got, &err) == -1, "%s", cases[i].what);
		ck_assert_msg(strstr(err.text, "matching") != NULL, "%s: %s",
		    cases[i].what, err.text);
		arena_clear(&mem);
		buf_clear(&out);
	}
	blob_clear(&blob);
}
END_TEST

/* Changes one thing in the reading; unpacking must refuse it. */
static const char *const breaks[] = {
	"assertion beyond the products", "score", "remedy", "threat", "flag",
	"relation of", "relation on", "claim", "version kind", "topics",
	"cvss version", "cvss tenths", "address kind",
};

static void
break_it(unsigned which)
{
	static uint32_t beyond[] = { 0, 3 };
	struct indices wrong = { beyond, 2 };

	switch (which) {
	case 0: vulns[0].assertions[1].product = 3; break;
	case 1: vulns[0].scores[0].products = wrong; break;
	case 2: remedies[1].products = wrong; break;
	case 3: vulns[0].threats[0].products = wrong; break;
	case 4: vulns[0].flags[0].products = wrong; break;
	case 5: products[0].of = 3; break;
	case 6: products[0].on = UINT32_MAX; break;
	case 7: vulns[0].assertions[0].claim = CLAIM_COUNT_; break;
	case 8: products[0].version_kind = VERSION_RANGE + 1; break;
	case 9: advisories[0].topics = 1u << TOPIC_COUNT; break;
	case 10: memcpy(vulns[0].scores[0].cvss.version, "3.2", 4); break;
	case 11: vulns[0].scores[0].cvss.tenths = 101; break;
	default: addresses[0].kind = ADDRESS_DOCUMENT + 1;
	}
}

START_TEST(test_range)
{
	struct buf again = BUF_INIT(ADVISORY_MAX);
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;
	struct reading got;

	fill();
	break_it((unsigned)_i);

	struct buf out = packed(7);

	ck_assert_msg(reading_unpack(out.data, out.len, &mem, &got, NULL,
	    NULL, &err) == -1, "%s", breaks[_i]);
	ck_assert_msg(strncmp(err.text, "reading", 7) == 0, "%s", err.text);
	arena_clear(&mem);
	buf_clear(&again);
	buf_clear(&out);
}
END_TEST

/* A leaf's indices are not looked at by the packer, and harmless afterwards. */
START_TEST(test_leaf)
{
	struct arena mem = ARENA_INIT;
	struct reading got;

	products[1].of = 77;
	products[1].on = 78;

	struct buf out = packed(7);

	ck_assert_int_eq(reading_unpack(out.data, out.len, &mem, &got, NULL,
	    NULL, NULL), 0);
	ck_assert_uint_eq(got.advisories[0].products[1].of, 0);
	ck_assert_uint_eq(got.advisories[0].products[1].on, 0);
	arena_clear(&mem);
	buf_clear(&out);
}
END_TEST

/* Of more prior event ids than a delivery may name, the newest are kept. */
START_TEST(test_prior)
{
	const char *ids[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9",
		"10", "11" };
	struct delivery d = { .prior = ids, .n_prior = 12 }, got;
	struct buf out = BUF_INIT(ALERT_MAX);
	struct arena mem = ARENA_INIT;
	struct unpack in;

	delivery_pack(&out, &d);
	unpack_open(&in, out.data, out.len);
	delivery_unpack(&in, &mem, &got);
	ck_assert_int_eq(unpack_done(&in, NULL), 0);
	ck_assert_uint_eq(got.n_prior, 10);
	ck_assert_str_eq(got.prior[0], "2");
	ck_assert_str_eq(got.prior[9], "11");
	arena_clear(&mem);
	buf_clear(&out);
}
END_TEST

/* What _init makes has no NULL strings, and packs. */
START_TEST(test_init)
{
	struct advisory a;
	struct outcome o;
	struct device d;
	struct match m;
	struct alert l;
	struct sink s;

	advisory_init(&a);
	outcome_init(&o);
	device_init(&d);
	match_init(&m);
	alert_init(&l);
	sink_init(&s);
	ck_assert_str_eq(a.aggregate, "");
	ck_assert_str_eq(a.format, "");
	ck_assert_int_eq(o.kind, OUTCOME_DEFERRED);
	ck_assert_str_eq(o.receipt, "");
	ck_assert_str_eq(d.list, "");
	ck_assert_str_eq(d.support_until, "");
	ck_assert_str_eq(m.device.id, "");
	ck_assert_str_eq(m.vector, "");
	ck_assert_str_eq(l.sha256, "");
	ck_assert_str_eq(l.key, "");
	ck_assert_str_eq(s.tls.key, "");
	ck_assert_str_eq(s.dialect, "");
	FILLED(&advisories[0].format, &a.format);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("noun pack");
	TCase *t = tcase_create("pack");
	int n = (int)COUNT_OF(nouns);

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, test_round, 0, n);
	tcase_add_loop_test(t, test_cut, 0, n);
	tcase_add_loop_test(t, test_flip, 0, n);
	tcase_add_test(t, test_least);
	tcase_add_test(t, test_shared);
	tcase_add_test(t, test_strange_devices);
	tcase_add_loop_test(t, test_range, 0, (int)COUNT_OF(breaks));
	tcase_add_test(t, test_leaf);
	tcase_add_test(t, test_prior);
	tcase_add_test(t, test_init);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed;
}
