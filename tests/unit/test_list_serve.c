/* A LIST ask: reports that fit a frame, and one index of all lists. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/pack.h"
#include "list/list.h"
#include "noun/index.h"
#include "talk/ask.h"
#include "talk/frame.h"
#include "talk/helper.h"

static struct arena mem = ARENA_INIT;
static struct buf answer = BUF_INIT(FRAME_BODY_MAX - 1);
static struct blob ask_body = BLOB_INIT, answer_body = BLOB_INIT;

static int
serve(const struct device_file *files, uint32_t n, struct err *err)
{
	struct buf ask = BUF_INIT(1u << 26);
	struct serving s = { .kind = ASK_LIST, .ask_body = &ask_body,
	    .answer = &answer, .answer_body = &answer_body, .mem = &mem };

	pack_u32(&ask, 0);		/* aliases */
	pack_u32(&ask, n);
	for (uint32_t i = 0; i < n; i++)
		device_file_pack(&ask, &files[i]);
	ck_assert_int_eq(blob_of(&ask_body, "ask", ask.data, ask.len, err), 0);
	ck_assert_int_eq(blob_map(&ask_body, err), 0);
	buf_clear(&ask);
	return list_serve(&s, err);
}

static void
clear(void)
{
	blob_clear(&ask_body);
	blob_clear(&answer_body);
	buf_clear(&answer);
	arena_clear(&mem);
}

START_TEST(two_lists)
{
	static const char a[] = "id,vendor,model\n1,Acme,Gate 7\n1,Acme,X\n";
	static const char b[] = "id;vendor;model\n1;Rockwell;Micro 8\n";
	struct device_file files[] = {
		{ "north", "n.csv", "csv", a, sizeof(a) - 1 },
		{ "south", "s.csv", "", b, sizeof(b) - 1 },
		{ "west", "w.bin", "xls", b, sizeof(b) - 1 },
	};
	struct err err = ERR_INIT;
	struct device_report r[3];
	struct unpack in;
	struct index ix;
	struct device d;

	ck_assert_msg(serve(files, 3, &err) == 0, "%s", err.text);
	unpack_open(&in, answer.data, answer.len);
	ck_assert_uint_eq(unpack_u32(&in, "n", 3), 3);
	for (int i = 0; i < 3; i++)
		device_report_unpack(&in, &mem, &r[i]);
	ck_assert_int_eq(unpack_done(&in, &err), 0);
	ck_assert_uint_eq(r[0].devices, 1);
	ck_assert_uint_eq(r[0].skipped, 1);
	ck_assert_uint_eq(r[0].n_remarks, 1);
	ck_assert_str_eq(r[1].failure, "");
	ck_assert(strstr(r[2].failure, "xls") != NULL);
	ck_assert_int_eq(blob_map(&answer_body, &err), 0);
	ck_assert_int_eq(index_open(&ix, answer_body.map, answer_body.len,
	    &err), 0);
	/* The same id in two lists is two devices. */
	ck_assert_uint_eq(index_devices(&ix), 2);
	index_device(&ix, 1, &mem, &d);
	ck_assert_str_eq(d.list, "south");
	ck_assert_str_eq(d.vendor, "Rockwell");
	clear();
}
END_TEST

START_TEST(many_remarks_fit)
{
	struct buf text = BUF_INIT(1u << 24);
	struct device_file files[2];
	struct err err = ERR_INIT;
	struct unpack in;

	buf_puts(&text, "id,vendor,model\n");
	for (int i = 0; i < 20000; i++)
		buf_puts(&text, "same,Acme,Gate 7\n");
	for (int i = 0; i < 2; i++)
		files[i] = (struct device_file){ i == 0 ? "a" : "b", "f.csv",
		    "csv", text.data, text.len };
	ck_assert_int_eq(serve(files, 2, &err), 0);
	ck_assert_uint_le(answer.len, 12u << 10);
	unpack_open(&in, answer.data, answer.len);
	unpack_u32(&in, "n", 2);
	for (int i = 0; i < 2; i++) {
		struct device_report r;
		device_report_unpack(&in, &mem, &r);
		ck_assert_uint_eq(r.skipped, 19999);
		ck_assert_uint_gt(r.n_remarks, 10);
		ck_assert(strstr(r.remarks[r.n_remarks - 1], "further") !=
		    NULL);
	}
	ck_assert_int_eq(unpack_done(&in, &err), 0);
	buf_clear(&text);
	clear();
}
END_TEST

START_TEST(garbled)
{
	struct serving s = { .kind = ASK_LIST, .ask_body = &ask_body,
	    .answer = &answer, .answer_body = &answer_body, .mem = &mem };
	struct err err = ERR_INIT;

	ck_assert_int_eq(list_serve(&s, &err), -1);
	err_clear(&err);
	ck_assert_int_eq(blob_of(&ask_body, "ask", "\5\0\0\0abc", 7, &err), 0);
	ck_assert_int_eq(blob_map(&ask_body, &err), 0);
	ck_assert_int_eq(list_serve(&s, &err), -1);
	clear();
}
END_TEST

static const struct {
	const char	*heading;
	int		 column;
} headings[] = {
	{ "ID", INDEX_COLUMN_id }, { "Asset ID", INDEX_COLUMN_id },
	{ "Product_Name", INDEX_COLUMN_model }, { "type", INDEX_COLUMN_model },
	{ "Software-Version", INDEX_COLUMN_version },
	{ "FW", INDEX_COLUMN_version }, { "MLFB", INDEX_COLUMN_part_number },
	{ "Order No.", INDEX_COLUMN_part_number },
	{ "SKU", INDEX_COLUMN_part_number },
	{ "Manufacturer", INDEX_COLUMN_vendor },
	{ "Serial Number", INDEX_COLUMN_serial },
	{ "HW version", INDEX_COLUMN_hw_version },
	{ "support until", INDEX_COLUMN_support_until },
	{ "Support\xc2\xa0Until", INDEX_COLUMN_support_until },
	{ "colour", -1 }, { "", -1 },
	{ "a heading that nobody would ever write in a list", -1 },
};

START_TEST(column_names)
{
	ck_assert_msg(column_of(headings[_i].heading) == headings[_i].column,
	    "%s", headings[_i].heading);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("list serve");
	TCase *c = tcase_create("asks");

	tcase_add_test(c, two_lists);
	tcase_add_test(c, many_remarks_fit);
	tcase_add_test(c, garbled);
	tcase_add_loop_test(c, column_names, 0,
	    (int)(sizeof(headings) / sizeof(headings[0])));
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed;
}
