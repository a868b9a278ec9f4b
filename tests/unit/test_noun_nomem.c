/* Nouns and the device index without memory. */
#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "nomem.h"
#include "noun/index.h"
#include "noun/mailbox.h"
#include "test_noun_filled.h"

static struct buf
packed(void (*pack)(struct buf *))
{
	struct buf b = BUF_INIT(ADVISORY_MAX);

	pack(&b);
	return b;
}

static void
pack_reading(struct buf *b)
{
	reading_pack(b, &reading);
}

static void
pack_matching(struct buf *b)
{
	struct matching m = { matches, 1, 9 };

	pack_each(b, &m);
}

static void
pack_alert(struct buf *b)
{
	alert_pack(b, &alert);
}

static void
pack_sending(struct buf *b)
{
	sink_pack(b, &sink);
	pack_u32(b, 2);
	delivery_pack(b, &deliveries[0]);
	delivery_pack(b, &deliveries[1]);
}

static void
pack_rest(struct buf *b)
{
	fetched_pack(b, &fetched);
	document_pack(b, &document);
	device_file_pack(b, &file);
	outcome_pack(b, &outcome);
	poll_pack(b, &poll_ask);
	device_report_pack(b, &report);
	device_pack(b, &device);
}

static void
run_reading(void)
{
	struct arena mem = ARENA_INIT;
	struct buf b = packed(pack_reading);
	struct reading got;
	const void **bytes;
	size_t *lens;

	if (reading_unpack(b.data, b.len, &mem, &got, &bytes, &lens, NULL) != 0)
		bug("reading");
	arena_clear(&mem);
	buf_clear(&b);
}

static void
run_matching(void)
{
	struct arena mem = ARENA_INIT;
	struct buf b = packed(pack_matching);
	struct matching got;

	if (matching_unpack(b.data, b.len, filled_index(), &mem, &got,
	    NULL) != 0)
		bug("matching");
	arena_clear(&mem);
	buf_clear(&b);
}

static void
run_alert(void)
{
	struct arena mem = ARENA_INIT;
	struct buf b = packed(pack_alert);
	struct alert got;
	struct unpack in;

	unpack_open(&in, b.data, b.len);
	alert_unpack(&in, &mem, &got);
	if (unpack_done(&in, NULL) != 0)
		bug("alert");
	arena_clear(&mem);
	buf_clear(&b);
}

static void
run_sending(void)
{
	struct arena mem = ARENA_INIT;
	struct buf b = packed(pack_sending);
	struct sending got;

	if (sending_unpack(b.data, b.len, &mem, &got, NULL) != 0)
		bug("sending");
	secret_clear(&got.sink.secret);
	arena_clear(&mem);
	buf_clear(&b);
}

static void
run_rest(void)
{
	struct arena mem = ARENA_INIT;
	struct buf b = packed(pack_rest);
	struct poll poll;
	struct device_report r;
	struct device d;
	struct fetched f;
	struct document doc;
	struct device_file list;
	struct outcome o;
	struct unpack in;

	unpack_open(&in, b.data, b.len);
	fetched_unpack(&in, &f);
	document_unpack(&in, &doc);
	device_file_unpack(&in, &list);
	outcome_unpack(&in, &o);
	poll_unpack(&in, &mem, &poll);
	device_report_unpack(&in, &mem, &r);
	device_unpack(&in, &mem, &d);
	if (unpack_done(&in, NULL) != 0)
		bug("poll, report, device");
	nomem_left = 0;		/* Check asks for memory, too */
	FILLED(&device, &d);
	arena_clear(&mem);
	buf_clear(&b);
}

static void
run_words(void)
{
	struct arena mem = ARENA_INIT;
	struct mailbox box;
	char key[KEY_TEXT];

	if (mailbox_parse(&mem, "\"Na, me\" <a@b.example>", &box, NULL) != 0)
		bug("mailbox");
	alert_key("ns", "id", "scope", key);
	arena_clear(&mem);
}

static void
add_devices(struct index_builder *b, struct err *err)
{
	static const char *const names[] = { "Siemens", "Siemens AG", NULL };
	static const char *const models[] = { "SIMATIC S7-1500",
		"SCALANCE X204-2", "LOGO! 8" };
	char id[32];

	index_builder_alias(b, names);
	for (int i = 0; i < 300; i++) {
		struct device d = device;

		snprintf(id, sizeof(id), "plc-%d", i);
		d.id = id;
		d.vendor = i % 2 == 0 ? "Siemens" : "ACME GmbH";
		d.model = models[i % 3];
		d.part_number = "6ES7 511-1AK02-0AB0";
		d.version = "V2.9";
		if (index_builder_add(b, &d, err) != 0)
			bug("index: %s", err->text);
	}
}

static void
run_index(void)
{
	struct index_builder *b = index_builder_new();
	struct arena mem = ARENA_INIT;
	struct blob blob = BLOB_INIT;
	struct err err = ERR_INIT;
	struct index ix;
	struct device d;

	add_devices(b, &err);
	if (index_builder_finish(b, &blob, &err) != 0 ||
	    blob_map(&blob, &err) != 0 ||
	    index_open(&ix, blob.map, blob.len, &err) != 0)
		bug("index: %s", err.text);
	index_builder_free(b);
	index_device(&ix, 0, &mem, &d);
	if (index_devices(&ix) != 300 || d.n_extra != 2)
		bug("index: not what was put in");
	arena_clear(&mem);
	blob_clear(&blob);
}

static const struct nomem_case cases[] = {
	{ "reading", run_reading, 4, false }, { "matching", run_matching, 3, false },
	{ "alert", run_alert, 3, false }, { "sending", run_sending, 4, false },
	{ "poll, report, device", run_rest, 3, false },
	{ "words", run_words, 1, true },
	{ "index", run_index, 30, false },
};

START_TEST(test_nomem)
{
	nomem_each(&cases[_i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("noun/nomem");
	TCase *tc = tcase_create("nomem");
	char warm[KEY_TEXT];

	fill();
	filled_index();
	alert_key("", "", "", warm);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_nomem, 0, (int)COUNT_OF(cases));
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
