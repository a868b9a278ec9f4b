/* The order of versions, case by case. */
#include <check.h>
#include <stdlib.h>
#include "match/versions.h"

struct pair {
	const char		*a, *b;
	enum version_order	 order;
};

#define LT VERSION_LESS
#define EQ VERSION_EQUAL
#define GT VERSION_GREATER
#define UN VERSION_UNLIKE

static const struct pair pairs[] = {
	/* numbers */
	{ "1.0", "1.0", EQ }, { "1.0", "2.0", LT }, { "2.0", "1.0", GT },
	{ "1.9", "1.10", LT }, { "1.10", "1.9", GT }, { "1", "1.0", EQ },
	{ "1", "1.0.0.0", EQ }, { "1.0.0.1", "1", GT }, { "1.2.3", "1.2", GT },
	{ "02.07.07", "2.7.7", EQ }, { "1.04", "1.4", EQ },
	{ "5.008", "5.028", LT }, { "10", "9", GT }, { "0.9", "1", LT },
	{ "3.3.23.6.9", "3.3.23.6.10", LT }, { "7.0.06", "7.0.07", LT },
	{ "99.9", "3.1", GT }, { "20190812", "20190829", LT },
	{ "18446744073709551616", "1", GT },
	/* a V, and other ways to say version */
	{ "V1.0", "1.0", EQ }, { "v1.0", "V1.0", EQ }, { "V 1.0", "1.0", EQ },
	{ "v.32.011", "V32.011", EQ }, { "Version 2.1", "V2.1", EQ },
	{ "Ver. 2.1", "2.1", EQ }, { "FW14", "V13", GT },
	{ "firmware_05", "5", EQ }, { "Firmware 3.2", "V3.3", LT },
	{ "FW V2.0.1", "2.0.1", EQ }, { "Release 4", "5", LT },
	{ "  V3.1 ", "3.1", EQ }, { "V\xc2\xa0""3.1", "3.1", EQ },
	/* letters */
	{ "7.3.4.1a", "7.3.4.1", GT }, { "7.3.4.1a", "7.3.4.2a", LT },
	{ "7.3.4.1a", "7.3.4.1b", LT }, { "1.0a", "1.0.1", LT },
	{ "1.004E", "1.004", GT }, { "1.004E", "1.005", LT },
	{ "V1.0.212N", "V1.0.211N", GT }, { "R16A", "R15B", GT },
	{ "R15A", "R15B", LT }, { "R9A", "R10A", LT }, { "R16A", "r16a", EQ },
	{ "2.3x", "2.4x", LT },
	/* prefixes */
	{ "R5.01.00", "R6.06.00", LT }, { "R3.05.00", "R3.09.50", LT },
	{ "HEN32204", "HEN32205", LT }, { "HEN32204", "ABC1", UN },
	{ "MX-V4.0.1.15", "MX-V4.0.2", LT }, { "MX-V4.0.1", "4.0.1", EQ },
	{ "M2.1.6.05", "M2.1.6.04", GT }, { "R5.01.00", "5.01.00", EQ },
	/* what stands on top */
	{ "V14", "V14 SP1", LT }, { "V14 SP1", "V14 SP2", LT },
	{ "V14 SP2", "V15", LT }, { "V1.0 SP2 Update 1", "V1.0 SP2", GT },
	{ "V1.0 SP2 Update 2", "V1.0 SP2 Update 10", LT },
	{ "V1.0 SP1", "V1.0 Update 9", GT }, { "V17 Update 5",
	    "V17_Update_5", EQ }, { "V15.1 Update 6", "V15.1 Update 7", LT },
	{ "V15.1 Upd6", "V15.1 Update 6", EQ },
	{ "V15.1 Upd 6", "V15.1 U6", EQ }, { "V4.8 HF4", "V4.8 HF6", LT },
	{ "V4.8 HF4", "V4.8", GT }, { "V4.8 Hotfix 4", "V4.8 HF4", EQ },
	{ "V4.8 Hot Fix 4", "V4.8 HF4", EQ },
	{ "V5.1 SP1 HF4", "V5.1 SP1", GT },
	{ "V5.1 SP1 HF4", "V5.1 SP2", LT },
	{ "V5.1 Service Pack 1", "V5.1 SP1", EQ },
	{ "V5.1 ServicePack 1", "V5.1 SP1", EQ },
	{ "8.0 SP2", "8.0", GT }, { "8.0SP2", "8.0 SP2", EQ },
	{ "V222.0MP12", "V222.0MP13", LT }, { "V222.0MP12", "V222.0", GT },
	{ "1.2 FP2 HF10", "1.2 FP2", GT }, { "1.2 FP1 HF10", "1.2 FP2", LT },
	{ "12.0 CU3", "12.0 CU4", LT }, { "2.0 Patch 3", "2.0 P3", EQ },
	{ "2.0 Patch 3", "2.0", GT }, { "V223.0Update2", "V223.0Update3", LT },
	{ "V5.6 SP2 HF3", "V5.6 SP2 HF3", EQ },
	{ "3.4.4 Build 16102416", "3.4.4 Build 16102417", LT },
	{ "3.4.4 Build 16102416", "3.4.4", GT },
	{ "3.4.4 (Build 7)", "3.4.4 Build 7", EQ },
	{ "1.2 (Build Nr. 8)", "1.2 Build 9", LT },
	{ "V20.2 HotfixRev14", "V20.2 HotfixRev13", GT },
	{ "3.8.0 Feature Pack 1", "3.8.0 FP2", LT },
	{ "3.03 BN 830", "3.03 Build 829", GT },
	{ "SP1", "SP2", LT }, { "SP1", "1", UN }, { "VMS560", "560", UN },
	{ "2020 R2", "2020 R3", LT }, { "2020 R3", "2019 R9", GT },
	{ "2020 R2.1", "2020 R2", GT }, { "2020 R2.1", "2020 R3", LT },
	{ "2020 R2 SP1", "2020 R3", LT }, { "2019 SP1", "2020 Upd1", LT },
	{ "4.7.2.35-r1", "4.7.2.35", GT }, { "4.7.2.35-r1",
	    "4.7.2.35-r2", LT }, { "V14 SP1 Update 14", "V14 SP1 Update 2",
	    GT }, { "V2.0 rev 3", "V2.0 rev 4", LT },
	/* before the release */
	{ "2.0 beta", "2.0", LT }, { "2.0-rc1", "2.0", LT },
	{ "2.0-rc1", "2.0-rc2", LT }, { "2.0-alpha", "2.0-beta", LT },
	{ "2.0 beta", "1.9", GT },
	/* odd shapes */
	{ "15.2(6)E0a", "15.2(7)E0a", LT }, { "15.2(6)E0a", "15.2(6)E1", LT },
	{ "02.07.07(10)", "02.07.07(9)", GT },
	{ "2.420.HW01.33.20190812", "2.420.HW01.33.20190811", GT },
	{ "1.000.HW00.21", "1.000.5", UN },
	{ "02.20.142.10-10884", "02.20.142.10-10885", LT },
	{ "4.5-12", "4.5.12", EQ }, { "2022/1", "2022/2", LT },
	/* dates */
	{ "April/17/2023", "April/20/2023", LT },
	{ "January 31 2014", "February 1 2014", LT },
	{ "31 December 2013", "January 31 2014", LT },
	{ "April/17/2023", "2023-04-17", EQ },
	{ "Sept 2020", "August 2020", GT },
	{ "04/17/2023", "April 17, 2023", EQ },
	/* any number */
	{ "3.5.17", "3.X.17", EQ }, { "3.5.16", "3.X.17", LT },
	{ "5.9", "5.x", EQ }, { "6.0", "5.x", GT }, { "4.9", "V5.X", LT },
	{ "1.2.9", "1.2 *", EQ }, { "12.2.1.1", "12.2.*", EQ },
	{ "12.3", "12.2.*", GT },
};

START_TEST(order)
{
	const struct pair *p = &pairs[_i];
	struct version a, b;

	ck_assert_msg(version_read_printed(p->a, &a) == 0, "\"%s\"", p->a);
	ck_assert_msg(version_read_printed(p->b, &b) == 0, "\"%s\"", p->b);
	enum version_order there = version_compare(&a, &b);
	enum version_order back = version_compare(&b, &a);
	ck_assert_msg(there == p->order, "\"%s\" to \"%s\" gives %d, not %d",
	    p->a, p->b, (int)there, (int)p->order);
	/* The order is the same from the other side. */
	enum version_order mirror = p->order == LT ? GT : p->order == GT ?
	    LT : p->order;
	ck_assert_msg(back == mirror, "\"%s\" to \"%s\" gives %d, not %d",
	    p->b, p->a, (int)back, (int)mirror);
}
END_TEST

static const char *const unreadable[] = {
	"3.8 Feature Packages", "1999-SAB2T2XBK9",
	"", " ", "unknown", "n/a", "d78dda6", "first digits of serial number 24031", "all", "see manual", "V", "3.1 Professional",
	"tbd 2", "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17", "\xe7\x89\x88",
};

START_TEST(no_version)
{
	struct version v;

	ck_assert_msg(version_read_printed(unreadable[_i], &v) != 0, "\"%s\"",
	    unreadable[_i]);
}
END_TEST

static const struct {
	const char	*longer, *line;
	bool		 within;
} lines[] = {
	{ "3.4.1", "3.4", true }, { "3.4", "3.4.1", false },
	{ "3.41", "3.4", false }, { "V14.0.0.1", "V14.0", true },
	{ "V13.3", "V14.0", false }, { "14 SP1", "14", true },
	{ "14", "14 SP1", false }, { "7.2.9", "7.x", true },
};

START_TEST(within)
{
	struct version a, b;

	ck_assert(version_read_printed(lines[_i].longer, &a) == 0);
	ck_assert(version_read_printed(lines[_i].line, &b) == 0);
	ck_assert_msg(version_is_within(&a, &b) == lines[_i].within, "%s %s",
	    lines[_i].longer, lines[_i].line);
}
END_TEST

#define COUNT(a) (int)(sizeof(a) / sizeof((a)[0]))

int
main(void)
{
	Suite *s = suite_create("match versions");
	TCase *c = tcase_create("versions");

	tcase_add_loop_test(c, order, 0, COUNT(pairs));
	tcase_add_loop_test(c, no_version, 0, COUNT(unreadable));
	tcase_add_loop_test(c, within, 0, COUNT(lines));
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed;
}
