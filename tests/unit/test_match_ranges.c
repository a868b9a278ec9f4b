/* Printed ranges and versions in, below and above them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/arena.h"
#include "match/ranges.h"
#include "noun/index.h"

#define IN VERDICT_IN
#define UN VERDICT_UNKNOWN
#define NO VERDICT_OUT

/* kind: R = range, V = product_version, N = no version branch. */
static const struct {
	const char	*range;
	char		 kind;
	const char	*version;	/* NULL: not known */
	enum verdict	 verdict;
} cases[] = {
	/* all */
	{ "vers:all/*", 'R', "1.0", IN }, { "vers:all/*", 'R', NULL, IN },
	{ "vers:all/*", 'V', NULL, IN }, { "All versions", 'R', NULL, IN },
	{ "All Versions", 'R', "7", IN }, { "all", 'R', NULL, IN },
	{ "*", 'R', "garbage", IN }, { "", 'N', NULL, IN },
	{ "", 'R', "1.0", UN }, { " ", 'R', NULL, UN },
	/* one bound */
	{ "< V4.1.3", 'R', "4.1.2", IN }, { "< V4.1.3", 'R', "V4.1.3", NO },
	{ "<V4.3.10", 'R', "4.3.9", IN }, { "< 4.0", 'R', "4", NO },
	{ "<= 5.008", 'R', "5.008", IN }, { "<= 5.008", 'R', "5.009", NO },
	{ "<=3.3.23.6.9", 'R', "3.3.23.6.10", NO },
	{ "< V4.1.3", 'R', NULL, UN }, { "< V4.1.3", 'R', "unknown", UN },
	{ " <1.000.HW00.21.20190812", 'R', "1.000.HW00.20.20190101", IN },
	{ "vers:all/<V4.3.8", 'R', "4.3.7", IN },
	{ "vers:all/<V4.3.8", 'R', "4.3.8", NO },
	{ "All versions < V2.14.0", 'R', "2.13.9", IN },
	{ "All BIOS versions < V25.02.06", 'R', "25.02.06", NO },
	{ "All versions <= V5.x", 'R', "5.9", IN },
	{ "All versions <= V5.x", 'R', "6.0", NO },
	{ "< V3.X.17", 'R', "3.4.16", IN }, { "< V3.X.17", 'R', "3.4.17", NO },
	{ "<= 52", 'R', "53", NO }, { "\xe2\x89\xa4 2.0.1", 'R', "2.0.2", NO },
	{ "< FW14", 'R', "13", IN }, { "<=firmware_05", 'R', "6", NO },
	/* "<= 2.3" is often meant to hold all of 2.3 */
	{ "<= 2.3", 'R', "2.3.1", UN }, { "<= 2.3.1", 'R', "2.3.1.5", NO },
	{ "<= V14", 'R', "V14 SP1", UN }, { "<= 2.3", 'R', "2.4", NO },
	/* updates and builds */
	{ "< V17 Update 5", 'R', "V17 Update 4", IN },
	{ "< V17 Update 5", 'R', "V17", IN },
	{ "< V17 Update 5", 'R', "V17 Update 5", NO },
	{ "<V19_Update_1", 'R', "V19", IN }, { "<V18_Update_2", 'R',
	    "V18 Update 2", NO },
	{ "< V1.0 SP2 Update 1", 'R', "V1.0 SP2 Update 2", NO },
	{ "All versions < V4.8 SP2", 'R', "V4.8 SP1", IN },
	{ "<= 3.4.4 Build 16102416", 'R', "3.4.4 Build 16102416", IN },
	{ "<= 3.4.4 Build 16102416", 'R', "3.4.4 Build 16102417", NO },
	{ "< 02.07.07(10)", 'R', "02.07.07(9)", IN },
	/* two bounds: the bar, a blank, "and" */
	{ ">= 6.02 | <= 6.05", 'R', "6.02", IN },
	{ ">= 6.02 | <= 6.05", 'R', "6.05", IN },
	{ ">= 6.02 | <= 6.05", 'R', "6.06", NO },
	{ ">= 6.02 | <= 6.05", 'R', "6.01", NO },
	{ ">=1.220|<=1.281", 'R', "1.250", IN },
	{ ">=3.0|<3.4.1", 'R', "3.4.1", NO },
	{ "> 6.1 | < 6.1.4", 'R', "6.1", NO },
	{ "> 6.1 | < 6.1.4", 'R', "6.1.3", IN },
	{ ">= V7.80 < V9.30", 'R', "V7.80", IN },
	{ ">= V7.80 < V9.30", 'R', "V9.30", NO },
	{ ">= V2.3 and < V6.30.016", 'R', "V6.30.015", IN },
	{ ">= V2.3 and < V6.30.016", 'R', "2.2", NO },
	{ "vers:all/>=V7.80<V9.40", 'R', "9.39", IN },
	{ "> V3.0 < V4.0", 'R', "3.0", NO },
	{ "> V3.0 < V4.0", 'R', "3.5", IN },
	{ ">= R3.05.00 | <= R3.09.50", 'R', "R3.06.00", IN },
	{ ">= 2019 < 2020 Upd1", 'R', "2018", NO },
	{ ">= 2019 < 2020 Upd1", 'R', "2019 SP1", IN },
	{ "<= 5.0 and >= 3.0", 'R', "2.0", NO },
	{ "<= 5.0 and >= 3.0", 'R', "4.0", IN },
	{ "0 < 9.8.12", 'R', "9.8.11", IN },
	{ "0 < 9.8.12", 'R', "9.8.12", NO },
	{ "1.0 - 2.0", 'R', "1.5", IN }, { "1.0 - 2.0", 'R', "2.1", NO },
	{ "from 2.0 to 3.0", 'R', "2.5", IN },
	{ "between 2.0 and 3.0.1", 'R', "1.9", NO },
	/* runs, and what merely has a hyphen */
	{ "3.4.1-3.4.9", 'V', "3.4.5", IN }, { "3.4.1-3.4.9", 'V', "3.4.10", NO },
	{ "3.4.1-3.4.9", 'V', "3.4.0", NO }, { "V21-V29", 'V', "24", IN },
	{ "V21-V29", 'V', "30", NO }, { "2.03-06", 'V', "2.03-06", IN },
	{ "2.03-06", 'V', "2.03-05", NO }, { "R12-V2", 'V', "R12-V2", IN },
	{ "3.4.9-3.4.1", 'V', "3.4.5", NO },
	/* signs the other way round, lines parted by a slash */
	{ "=> 5.0 | <= 5.0.5", 'R', "5.0", IN },
	{ "=> 5.0 | <= 5.0.5", 'R', "4.9", NO },
	{ "<= 2.0.11 / 3.0.11", 'R', "3.0.5", IN },
	{ "<= 2.0.11 / 3.0.11", 'R', "3.0.12", NO },
	{ "<= 2.0.11 / 3.0.11", 'R', "2.5", NO },
	{ "<= 6.01.00/29.03.2007", 'R', "6.02.00", NO },
	/* the underscore counts on within one version */
	{ "<= 14.00.15_51.25.01", 'R', "14.00.15_51.25.00", IN },
	{ "<= 14.00.15_51.25.01", 'R', "14.00.15_51.25.02", NO },
	{ "<4.04E_v10.95", 'R', "4.04E_v10.94", IN },
	{ "<4.04E_v10.95", 'R', "4.04E_v10.95", NO },
	/* brackets with words behind the number are remarks */
	{ "< 14.4u1 (14.x series)", 'R', "14.3", UN },
	{ "< 14.4u1 (14.x series)", 'R', "14.5", NO },
	{ "< 1.49 (1.29 for the small one)", 'R', "1.49", NO },
	/* numbers of documents, of items; order numbers */
	{ "- SSA-100200 and ICSA-21-100-10", 'V', "1.0", UN },
	{ ">= 5.0.0 < 6 | CVE-2099-18340", 'R', "7", NO },
	{ ">= 5.0.0 < 6 | CVE-2099-18340", 'R', "5.1", IN },
	{ "2404444 version 1.x", 'R', "1.4", UN },
	{ "2404444 version 1.x", 'R', "2.0", NO },
	{ "1999-SAB2T2XBK9", 'V', "1.0", UN },
	{ ">= V01L001 | < V01L010", 'R', "V01L009", IN },
	{ ">= V01L001 | < V01L010", 'R', "V01L010", NO },
	{ "9f86d081", 'V', "1.0", UN },
	/* a count of their own: no line, or another one */
	{ "< VMS560 Build 595", 'R', "1.0", UN },
	{ "< VMS560 Build 595", 'R', "VMS560 Build 594", IN },
	{ "<= SP1", 'R', "2014 R2", UN }, { "<= SP1", 'R', "SP2", NO },
	{ "< FW14", 'R', "15", NO }, { "<= R5.01", 'R', "5.02", NO },
	/* beside a longer one a version is itself, not its line */
	{ "3.4 | 3.4.1", 'V', "3.4.2", NO }, { "3.4 | 3.4.1", 'V', "3.4", IN },
	{ "V15, V15.1 and V16", 'V', "15 Update 3", UN },
	{ "V15, V15.1 and V16", 'V', "15.2", NO },
	{ "V15, V15.1 and V16", 'V', "16.3", UN },
	{ "< 4.8 | SP5", 'R', "4.8 SP4", IN },
	{ "< 4.8 | SP5", 'R', "4.8 SP5", NO },
	{ "9.4 | FP2  Hotfix 5", 'V', "10.3", NO },
	{ ">= V01L001 | < V01L010", 'R', "1.0", UN },
	{ "3.4 | 3.4.1", 'V', "3.4.1", IN }, { "3.4 | 3.5.1", 'V', "3.4.2", UN },
	{ "1.38.xx | 1.40", 'V', "1.38.7", IN },
	{ "1.38.xx | 1.40", 'V', "1.39.7", NO },
	{ "2014-2016", 'V', "2015", IN }, { "2014-2016 ", 'V', "2017", NO },
	{ "vers:generic/>=1.0|<2.0|>=3.0|<3.5", 'R', "2.5", NO },
	{ "vers:generic/>=1.0|<2.0|>=3.0|<3.5", 'R', "3.4", IN },
	/* a lone lower bound never says no */
	{ ">= V2.3", 'R', "2.4", IN }, { ">= V2.3", 'R', "2.2", UN },
	{ "> 1.7.5.0", 'R', "1.7.4.0", UN },
	/* exact versions and lists */
	{ "3.4", 'V', "3.4", IN }, { "3.4", 'V', "3.5", NO },
	{ "3.4", 'V', "3.4.1", UN }, { "V2.0", 'V', "2", IN },
	{ "1.00 | 1.04", 'V', "1.04", IN }, { "1.00 | 1.04", 'V', "1.02", NO },
	{ "5.1 | 6.0 | 6.1", 'V', "6.0", IN },
	{ "V1.0.4, V1.1.0", 'V', "1.1.0", IN },
	{ "2.1.0, 2.1.1 and 2.1.2", 'V', "2.1.2", IN },
	{ "2.1.0, 2.1.1 and 2.1.2", 'V', "2.1.3", NO },
	{ "R16A", 'V', "R15B", NO }, { "HEN32204", 'V', "HEN32204", IN },
	{ "3.0.x", 'V', "3.0.7", IN }, { "3.0.x", 'V', "3.1", NO },
	{ "1.2 *", 'V', "1.2.9", IN }, { "2.X", 'V', "3.0", NO },
	{ "<= 1.12.0.25 | 1.12.13.2 | 1.12.14.5", 'R', "1.12.13.2", IN },
	{ "<= 1.12.0.25 | 1.12.13.2 | 1.12.14.5", 'R', "1.12.14.4", NO },
	{ "<= 1.12.0.25 | 1.12.13.2 | 1.12.14.5", 'R', "1.11", IN },
	/* words */
	{ "V2.0 and prior", 'R', "1.9", IN },
	{ "V2.0.1 and prior", 'R', "2.0.2", NO },
	{ "2.1.3 and earlier versions", 'R', "2.1.3", IN },
	{ "All versions prior to V3.0", 'R', "2.9", IN },
	{ "Versions prior to 3.0", 'R', "3.0", NO },
	{ "prior to and including 3.0.0", 'R', "3.0.0", IN },
	{ "versions before 2.1", 'R', "2.0.9", IN },
	{ "up to and including 2.1.5", 'R', "2.1.5", IN },
	{ "3.1.2 and later", 'R', "3.2", IN },
	{ "1.0 through 1.5", 'R', "1.6", NO },
	/* one bound for each line */
	{ "<v36.011_v35.013_v34.014", 'R', "v35.012", IN },
	{ "<v36.011_v35.013_v34.014", 'R', "v35.013", NO },
	{ "<v36.011_v35.013_v34.014", 'R', "v34.014", NO },
	{ "<v36.011_v35.013_v34.014", 'R', "v33.1", IN },
	{ "<v36.011_v35.013_v34.014", 'R', "v36.010", IN },
	/* dates */
	{ "<April/20/2023", 'R', "2023-04-19", IN },
	{ "< January 31 2014", 'R', "February 1 2014", NO },
	/* what nobody can compare is not known, never a no */
	{ "<=the_first_5_digits_of_serial_number_24031", 'R', "1.0", UN },
	{ "<=d78dda6", 'R', "1.0", UN },
	{ "< V4 SP1 Update 2", 'R', "4.1.2", UN },
	{ "< V4 Update 2", 'R', "4.0.2", UN },
	{ "< V4 Update 2", 'R', "4.1.2", NO },
	{ "< 2.11 R3", 'R', "2.11.2240", UN },
	{ "<= 3.4.4", 'R', "3.4.4b20210304", IN },
	{ "<= 2.3 build 7", 'R', "2.3.0.1", UN },
	{ "<= 3.4.4", 'R', "3.4.4 20210304", IN },
	{ "<= 3.4.4", 'R', "3.4.4 (3312)", UN },
	{ "<= 3.4.4", 'R', "3.4.4.3312", NO },
	{ "< 21.4R3-S4", 'R', "21.4 R3-S2", IN },
	{ "NMC2 <= 6.9.6", 'R', "6.9.5", UN },
	{ "NMC2 <= 6.9.6", 'R', "7.0.0", NO },
	{ "All versions <= V2.5.0 and Function State (FS) <= 3", 'R', "2.4",
	    UN },
	{ "All versions <= V2.5.0 and Function State (FS) <= 3", 'R', "2.6",
	    NO },
	{ ">= 20.8 (only affected by CVE-2019-10943)", 'R', "20.9", IN },
	{ "All versions < ROS V4.3.4", 'R', "4.3.3", IN },
	{ "All versions < ROS V4.3.4", 'R', "V4.3.4", NO },
	{ "< ROS V4.3.4 | < ROX V2.1", 'R', "5.0", NO },
	{ "All versions with maxView Storage Manager < 4.09", 'R', "1", UN },
	{ "see the advisory", 'R', "1.0", UN },
	{ "HEN32204", 'V', "XYZ9", UN },
};

START_TEST(verdicts)
{
	struct arena mem = ARENA_INIT;
	struct range r;
	struct version v;
	bool known = cases[_i].version != NULL && version_read_printed(
	    cases[_i].version, &v) == 0, lone;

	range_read(cases[_i].range, cases[_i].kind == 'N' ? VERSION_NONE :
	    cases[_i].kind == 'V' ? VERSION_ONE : VERSION_RANGE, &mem, &r);
	enum verdict got = range_test(&r, known ? &v : NULL, &lone);
	ck_assert_msg(got == cases[_i].verdict, "\"%s\", %s: %d, not %d",
	    cases[_i].range, cases[_i].version == NULL ? "-" :
	    cases[_i].version, (int)got, (int)cases[_i].verdict);
	arena_clear(&mem);
}
END_TEST

/* As far as the answer is said to go it is the same, and it goes somewhere. */
static unsigned
check_until(const struct range *r, const char *range, const uint64_t *ranks,
    size_t n)
{
	unsigned beyond = 0;
	bool lone[2];

	for (size_t i = 0; i < n; i++) {
		uint64_t last = range_rank_until(r, ranks[i]);
		enum verdict v = range_test_rank(r, ranks[i], &lone[0]);
		ck_assert_msg(last >= ranks[i], "%s", range);
		for (size_t k = 0; k < n; k++) {
			if (ranks[k] < ranks[i] || ranks[k] > last)
				continue;
			beyond += ranks[k] > ranks[i];
			ck_assert_msg(range_test_rank(r, ranks[k], &lone[1]) ==
			    v && lone[0] == lone[1], "%s: %llx and %llx", range,
			    (unsigned long long)ranks[i],
			    (unsigned long long)ranks[k]);
		}
	}
	return beyond;
}

START_TEST(ranks_until)
{
	static const char *const ranges[] = { "< 2.3", "<= 2.3", "> 2.3",
	    ">= 2.3", ">= 1.1 < 4.1.3", ">= 6.02 | <= 6.05", "2.3", "2.3 | 4.2",
	    "<= 4", "< V2.3 SP1", "V2.3 SP1", ">= V1.1 SP2 < V4.2 SP3",
	    "MX-V2.3.0.1", "R2.3 and prior", "< V2 SP3", "<= 2.3 build 7",
	    "< V2 Update 4", "< 2.11 R3", "vers:all/*" };
	struct arena mem = ARENA_INIT;
	uint64_t ranks[400];
	size_t n = 0;
	char text[40];

	for (unsigned a = 0; a < 7; a++)
		for (unsigned b = 0; b < 6; b++)
			for (unsigned c = 0; c < 5; c++) {
				snprintf(text, sizeof(text), "%u.%u.%u", a, b,
				    c < 4 ? c : 1200);
				ranks[n++] = index_rank(text);
			}
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct range r;
		range_read(ranges[i], VERSION_RANGE, &mem, &r);
		ck_assert_msg(r.ranked, "%s", ranges[i]);
		ck_assert_uint_gt(check_until(&r, ranges[i], ranks, n), n);
	}
	arena_clear(&mem);
}
END_TEST

/* By rank a version is in just those ranges in which it is when it is read. */
START_TEST(ranks)
{
	static const char *const printed[] = { "0.1", "1.0", "1.0.0", "1.00",
	    "1.1", "1.10", "2.3", "2.3.0.1", "2.3.1", "2.4", "4.0", "4.1.2",
	    "4.1.3", "4.1.3.1", "4.2", "5.3", "6.0", "6.02", "6.03", "6.05",
	    "6.06", "8.1", "8.2", "10.2.5", "11.1.2", "13.0", "14.0", "14.1",
	    "2.3.1000", "2.11.2240", "4.0.0.3", "4.1.5000", "25.02.06", "65535.65535.65535.65535" };
	struct arena mem = ARENA_INIT;
	unsigned ranked = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct range r;
		range_read(cases[i].range, cases[i].kind == 'R' ?
		    VERSION_RANGE : cases[i].kind == 'V' ? VERSION_ONE :
		    VERSION_NONE, &mem, &r);
		ranked += r.ranked && !r.all;
		for (size_t k = 0; r.ranked && k < sizeof(printed) /
		    sizeof(printed[0]); k++) {
			uint64_t rank = index_rank(printed[k]);
			struct version v;
			bool lone[2];
			ck_assert_uint_ne(rank, 0);
			ck_assert_int_eq(version_read_printed(printed[k], &v),
			    0);
			enum verdict by_rank = range_test_rank(&r, rank,
			    &lone[0]);
			ck_assert_msg(by_rank == range_test(&r, &v, &lone[1])
			    && lone[0] == lone[1], "%s and %s: %d",
			    cases[i].range, printed[k], by_rank);
			struct cell cell;
			cell_read(printed[k], &cell);
			ck_assert_msg(!cell.odd && by_rank == range_test_cell(
			    &r, &cell, false, &lone[1]) && lone[0] == lone[1],
			    "%s and the cell %s", cases[i].range, printed[k]);
		}
	}
	/* Most are: else this shows nothing. */
	ck_assert_uint_gt(ranked, 30);
	arena_clear(&mem);
}
END_TEST

START_TEST(no_rank)
{
	static const char *const printed[] = { "", "1", "1.", ".1", "1..2",
	    "1.2.3.4.5", "V1.2", "1.2a", "1.2 SP1", "65536.1", "1.99999",
	    "1.2-3", " 1.2", "192.168.0.10", "1,2", "1.x", "99999999999999999999.1" };
	static const struct { const char *less, *more; } pairs[] = {
		{ "1.2", "1.10" }, { "1.2.9", "1.3" }, { "0.1", "1.0" },
		{ "1.2", "1.2.0.1" },
	};

	for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++)
		ck_assert_msg(index_rank(printed[i]) == 0, "%s", printed[i]);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		ck_assert_uint_lt(index_rank(pairs[i].less),
		    index_rank(pairs[i].more));
	ck_assert_uint_eq(index_rank("1.0"), index_rank("1.0.0"));
}
END_TEST

START_TEST(lone_bounds)
{
	struct arena mem = ARENA_INIT;
	struct range r;
	struct version v;
	bool lone;

	ck_assert_int_eq(version_read_printed("8.4", &v), 0);
	range_read(">=V8.3", VERSION_RANGE, &mem, &r);
	ck_assert_int_eq(range_test(&r, &v, &lone), VERDICT_IN);
	ck_assert(lone);
	range_read(">=V8.3 < V9", VERSION_RANGE, &mem, &r);
	ck_assert_int_eq(range_test(&r, &v, &lone), VERDICT_IN);
	ck_assert(!lone);
	arena_clear(&mem);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("match ranges");
	TCase *c = tcase_create("ranges");

	tcase_add_loop_test(c, verdicts, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(c, lone_bounds);
	tcase_add_test(c, ranks);
	tcase_add_test(c, ranks_until);
	tcase_add_test(c, no_rank);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed;
}
