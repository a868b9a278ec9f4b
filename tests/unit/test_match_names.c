/* Makers, product names and order numbers, folded. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "match/matching.h"

enum relation { SAME_KEY, SAME_CORE, APART };

static const struct {
	const char	*vendor, *a, *b;
	enum relation	 relation;
} names[] = {
	{ "", "SIMATIC S7-1200", "simatic  s7 1200", SAME_KEY },
	{ "", "V-Server Lite", "v server lite", SAME_KEY },
	{ "", "Vijeo\xc2\xa0Historian", "VIJEO HISTORIAN", SAME_KEY },
	{ "", "C\xe2\x97\x8f""CURE 9000", "c cure 9000", SAME_KEY },
	{ "", "Caf\xc3\xa9 Panel\xc2\xae", "CAFE PANEL", SAME_KEY },
	{ "", "Caf\xc3\x83\xc2\xa9 Panel", "Cafe Panel", SAME_KEY },
	{ "Acme", "Acme Gate 7", "Gate 7", SAME_KEY },
	{ "Acme Tools, Inc.", "Acme Tools Gate 7", "Gate 7", SAME_KEY },
	{ "Acme", "Acme", "ACME", SAME_KEY },
	{ "", "Gate 7 series", "Gate 7", SAME_CORE },
	{ "", "Relion 670 series", "Relion 670", SAME_CORE },
	{ "", "Gate 7 controllers", "Gate 7", SAME_CORE },
	{ "", "Gate CPU (incl. PLUS variants)", "Gate CPU", SAME_CORE },
	{ "", "all versions of Gate 7", "Gate 7", SAME_CORE },
	{ "", "Gate 7", "Gate 8", APART }, { "", "FX3 10", "FX31 0", APART },
	{ "", "X204", "X204-2FM", APART }, { "", "Touch", "Touch+", APART },
	{ "", "D2-250", "D2-250-1", APART },
	{ "", "Gate", "Gate Pro", APART },
	{ "", "NET 216 (6GK5216-0BA00-2FC2)", "NET 216", SAME_KEY },
	{ "", "NET 216 (6GK5216-0BA00-2FC2)", "NET 216 (6GK5216-0BA00-2AC2)",
	    SAME_KEY },
	{ "", "CPU 1212C (6ES7 212-1AE40-0XB0)", "CPU 1212C", SAME_KEY },
	{ "", "FC 350 (2730844)", "FC 350", SAME_KEY },
};

START_TEST(name_keys)
{
	struct maker m;
	struct name a, b;

	maker_read(names[_i].vendor, &m);
	name_read(names[_i].a, &m, &a);
	name_read(names[_i].b, &m, &b);
	enum relation got = a.key == b.key ? SAME_KEY :
	    a.core == b.core ? SAME_CORE : APART;
	ck_assert_msg(got == names[_i].relation, "\"%s\" \"%s\": %d",
	    names[_i].a, names[_i].b, (int)got);
}
END_TEST

static const struct {
	const char	*a, *b;
	bool		 share;
} makers[] = {
	{ "Siemens", "SIEMENS AG", true },
	{ "Johnson Controls", "Johnson Controls, Inc.", true },
	{ "Johnson Controls Inc", " Johnson  Controls Inc. ", true },
	{ "AVEVA Software, LLC", "aveva software", true },
	{ "Control By Web", "ControlByWeb", true },
	{ "PEPPERL+FUCHS", "Pepperl + Fuchs SE", true },
	{ "Geutebr\xc3\xbc""ck", "Geutebr\xc3\x83\xc2\xbc""ck", true },
	{ "Geutebr\xc3\xbc""ck", "GEUTEBRUCK GmbH & Co. KG", true },
	{ "ABB, Phoenix Contact, Schneider Electric, Siemens, and WAGO",
	    "wago", true },
	{ "ABB, Phoenix Contact, Schneider Electric, Siemens, and WAGO",
	    "Phoenix Contact", true },
	{ "Sensormatic Electronics, LLC, a subsidiary of Johnson Controls "
	    "Inc.", "Johnson Controls", true },
	{ "General Electric (GE)", "General Electric", true },
	{ "General Electric (GE)", "GE", true },
	{ "Innokas Yhtym\xc3\xa4 Oy", "Innokas Yhtyma", true },
	{ "ICONICS, Mitsubishi Electric", "mitsubishi electric", true },
	{ "Siemens", "Siemens Healthineers", false },
	{ "Delta Electronics", "Delta Controls", false },
	{ "ABB", "ABB Robotics", false }, { "Moxa", "Mox", false },
	{ "Acme, Inc.", "Inc.", false }, { "", "Acme", false },
};

START_TEST(maker_keys)
{
	struct maker a, b;
	bool share = false;

	maker_read(makers[_i].a, &a);
	maker_read(makers[_i].b, &b);
	for (unsigned i = 0; i < a.n; i++)
		for (unsigned k = 0; k < b.n; k++)
			share |= a.key[i] == b.key[k];
	ck_assert_msg(share == makers[_i].share, "\"%s\" \"%s\"",
	    makers[_i].a, makers[_i].b);
}
END_TEST

static const struct {
	const char	*text, *order;
} orders[] = {
	{ "6GK5216-0BA00-2FC2", "6GK52160BA002FC2" },
	{ "6gk5216 0ba00 2fc2", "6GK52160BA002FC2" },
	{ "6ES7212-1xx40-0XB0", "6ES72121??400XB0" },
	{ "6ES7 212-1..40-0XB0", "6ES72121??400XB0" },
	{ "6GK5*", "6GK5*" }, { "1756-EN2T", "1756EN2T" },
	{ "750-8202/025-001", "7508202025001" },
	{ "P1\\*A2", "P1A2" }, { "P1\\?A\\\\2*", "P1A2*" },
	{ "***", "" }, { "-", "" }, { "", "" },
};

START_TEST(order_numbers)
{
	char out[ORDER_TEXT];

	size_t n = order_read(orders[_i].text, out, sizeof(out));
	if (orders[_i].order[0] == '\0')
		ck_assert_uint_eq(n, 0);
	else
		ck_assert_str_eq(out, orders[_i].order);
}
END_TEST

START_TEST(codes_in_names)
{
	struct name n;

	name_read("CPU 1212C (6ES7 212-1AE40-0XB0)", NULL, &n);
	ck_assert_uint_eq(n.n_codes, 1);
	ck_assert_str_eq(n.code[0], "6ES72121AE400XB0");
	name_read("CPU 121x (6ES7212-1xx40-0XB0)", NULL, &n);
	ck_assert_uint_eq(n.n_codes, 1);
	ck_assert_str_eq(n.code[0], "6ES72121??400XB0");
	name_read("GATE LS10 (S7-1500)", NULL, &n);
	ck_assert_uint_eq(n.n_codes, 0);
}
END_TEST

START_TEST(long_names)
{
	char text[5000];
	struct name n;

	memset(text, 'a', sizeof(text) - 1);
	for (size_t i = 0; i < sizeof(text); i += 3)
		text[i] = ' ';
	text[sizeof(text) - 1] = '\0';
	name_read(text, NULL, &n);
	ck_assert(n.cut);
	ck_assert_uint_le(n.n, NAME_TOKENS_MAX);
}
END_TEST

static const struct {
	const char	*a, *b;
	bool		 same;
} cpes[] = {
	{ "cpe:2.3:h:acme:gate7:1.0:*:*:*:*:*:*:*", "cpe:/h:acme:gate7:2.0",
	    true },
	/* A thing and its firmware; which of them it is, is compared. */
	{ "cpe:2.3:h:acme:gate7:*:*:*:*:*:*:*:*",
	    "cpe:2.3:o:acme:gate7:*:*:*:*:*:*:*:*", true },
	{ "cpe:2.3:h:acme:gate7", "cpe:/o:acme:gate7_firmware:2", true },
	{ "cpe:2.3:h:acme:gate7", "cpe:2.3:h:acme:gate8", false },
	{ "cpe:2.3:h:acme:gate7", "cpe:2.3:h:acme:gate7_os", false },
	{ "cpe:2.3:h:ac:megate7", "cpe:2.3:h:acme:gate7", false },
	{ "cpe:2.3:a:acme:g\\+\\+:*", "cpe:/a:ACME:g%2B%2b:1", true },
	{ "cpe:2.3:a:acme:g\\:x:1", "cpe:/a:acme:g%3ax:1", true },
	{ "cpe:2.3:a:acme:g\\+", "cpe:/a:acme:g%2b%2b", false },
};

START_TEST(cpe_names)
{
	ck_assert(index_cpe(cpes[_i].a) != 0);
	ck_assert_int_eq(index_cpe(cpes[_i].a) == index_cpe(cpes[_i].b),
	    cpes[_i].same);
}
END_TEST

static const struct {
	const char	*cpe, *vendor, *product;	/* NULL: none */
} spoken[] = {
	{ "cpe:2.3:o:acme_corp:gate_7_firmware:1:*:*:*:*:*:*:*", "acme corp",
	    "gate 7 firmware" },
	{ "cpe:/a:Acme:g%26t", "acme", "g&t" },
	{ "cpe:2.3:a:acme:web\\/gate", "acme", "web/gate" },
	{ "cpe:2.3:a:acme:*:1", NULL, NULL },
	{ "cpe:2.3:a:-:gate:1", NULL, NULL },
	{ "cpe:/a:acme", NULL, NULL }, { "cpe:/a:acme:", NULL, NULL },
	{ "gate", NULL, NULL },
};

START_TEST(names_in_cpes)
{
	char vendor[CPE_WORDS], product[CPE_WORDS], room[2048] = "cpe:/a:x:";

	int rc = index_cpe_names(spoken[_i].cpe, vendor, product);
	ck_assert_int_eq(rc, spoken[_i].vendor != NULL ? 0 : -1);
	if (rc == 0) {
		ck_assert_str_eq(vendor, spoken[_i].vendor);
		ck_assert_str_eq(product, spoken[_i].product);
	}
	memset(room + 9, 'y', sizeof(room) - 10);
	ck_assert_int_eq(index_cpe_names(room, vendor, product), 0);
	ck_assert_uint_eq(strlen(product), CPE_WORDS - 1);
	ck_assert(index_cpe(room) != 0);
}
END_TEST

START_TEST(purls)
{
	const char *v;
	uint64_t a = index_purl("pkg:generic/acme/gate@1.0?arch=arm", &v);

	ck_assert_str_eq(v, "1.0?arch=arm");
	ck_assert(a == index_purl("pkg:generic/acme/gate", &v));
	ck_assert_str_eq(v, "");
	ck_assert(a != index_purl("pkg:npm/%40acme/gate", &v));
	ck_assert(index_purl("nothing", &v) == 0);
	ck_assert(index_cpe("nothing") == 0);
}
END_TEST

#define COUNT(a) (int)(sizeof(a) / sizeof((a)[0]))

int
main(void)
{
	Suite *s = suite_create("match names");
	TCase *c = tcase_create("names");

	tcase_add_loop_test(c, name_keys, 0, COUNT(names));
	tcase_add_loop_test(c, maker_keys, 0, COUNT(makers));
	tcase_add_loop_test(c, order_numbers, 0, COUNT(orders));
	tcase_add_test(c, codes_in_names);
	tcase_add_test(c, long_names);
	tcase_add_loop_test(c, cpe_names, 0, COUNT(cpes));
	tcase_add_loop_test(c, names_in_cpes, 0, COUNT(spoken));
	tcase_add_test(c, purls);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed;
}
