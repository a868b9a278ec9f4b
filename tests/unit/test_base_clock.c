/* test_base_clock.c - base/clock.h. */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/clock.h"
#include "suite.h"

START_TEST(both_families_of_dates)
{
	static const struct {
		const char	*text, *shown;	/* NULL: not a date */
	} cases[] = {
		/* RFC 3339 */
		{ "2026-02-03T04:05:06Z", "2026-02-03T04:05:06Z" },
		{ "2026-02-03T04:05:06.7+01:00", "2026-02-03T03:05:06Z" },
		{ "2026-02-03T04:05:06.123456789Z", "2026-02-03T04:05:06Z" },
		{ "2026-02-03t04:05:06z", "2026-02-03T04:05:06Z" },
		{ "2026-02-03 04:05:06", "2026-02-03T04:05:06Z" },
		{ "2026-02-03 04:05", "2026-02-03T04:05:00Z" },
		{ "2026-02-03T04:05", "2026-02-03T04:05:00Z" },
		{ "2026-02-03T04:05:06", "2026-02-03T04:05:06Z" },
		{ "2026-02-03 04:05:06 UTC", "2026-02-03T04:05:06Z" },
		{ "2026-02-03 04:05:06 +0200", "2026-02-03T02:05:06Z" },
		{ "2026-02-03T04:05:06.000+0100", "2026-02-03T03:05:06Z" },
		{ "2026-02-03T04:05:06-00:00", "2026-02-03T04:05:06Z" },
		{ "2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z" },
		{ "2026-12-31T23:30:00-05:30", "2027-01-01T05:00:00Z" },
		{ "  2026-02-03T04:05:06Z\n", "2026-02-03T04:05:06Z" },
		{ "2026-02-03", "2026-02-03T00:00:00Z" },
		{ "2024-02-29", "2024-02-29T00:00:00Z" },
		{ "2000-02-29", "2000-02-29T00:00:00Z" },
		{ "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z" },
		{ "1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z" },
		{ "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z" },
		{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z" },
		{ "2023-02-29", NULL },
		{ "1900-02-29", NULL },
		{ "2026-13-01", NULL },
		{ "2026-00-01", NULL },
		{ "2026-01-00", NULL },
		{ "2026-04-31", NULL },
		{ "2026-1-1", NULL },
		{ "2026-02-03T24:00:00Z", NULL },
		{ "2026-02-03T04:60:00Z", NULL },
		{ "2026-02-03T04:05:61Z", NULL },
		{ "2026-02-03T4:05:06Z", NULL },
		{ "2026-02-03T04", NULL },
		{ "2026-02-03T", NULL },
		{ "2026-02-03T04:05:06+24:00", NULL },
		{ "2026-02-03T04:05:06+1:00", NULL },
		{ "2026-02-03T04:05:06Zx", NULL },
		{ "2026-02-03T04:05:06.Z", NULL },
		{ "20260203", NULL },
		{ "202602-03", NULL },
		/* RFC 5322 and RFC 1123 */
		{ "Tue, 03 Feb 2026 04:05:06 GMT", "2026-02-03T04:05:06Z" },
		{ "Tue, 3 Feb 2026 04:05:06 +0100", "2026-02-03T03:05:06Z" },
		{ "03 Feb 2026 04:05:06 -0800", "2026-02-03T12:05:06Z" },
		{ "Tue, 03 Feb 2026 04:05 GMT", "2026-02-03T04:05:00Z" },
		{ "Tue, 03 Feb 2026 04:05:06", "2026-02-03T04:05:06Z" },
		{ "Tue, 03 Feb 2026 04:05:06 EST", "2026-02-03T09:05:06Z" },
		{ "Tue, 03 Feb 2026 04:05:06 pdt", "2026-02-03T11:05:06Z" },
		{ "Tue, 03 Feb 2026 04:05:06 UT", "2026-02-03T04:05:06Z" },
		{ "Tue, 03 Feb 2026 04:05:06 +0100 (CET)",
		    "2026-02-03T03:05:06Z" },
		{ "Tuesday, 03 February 2026 04:05:06 Z",
		    "2026-02-03T04:05:06Z" },
		{ "Wed, 03 Feb 2026 04:05:06 GMT", "2026-02-03T04:05:06Z" },
		{ "Tue,  3  Feb  2026  4:05:06  GMT", "2026-02-03T04:05:06Z" },
		{ "21 Nov 97 09:55:06 -0600", "1997-11-21T15:55:06Z" },
		{ "21 Nov 49 09:55:06 GMT", "2049-11-21T09:55:06Z" },
		{ "3 Sept 2026 04:05:06 GMT", "2026-09-03T04:05:06Z" },
		{ "Tue, 30 Feb 2026 04:05:06 GMT", NULL },
		{ "Tue, 03 Fxb 2026 04:05:06 GMT", NULL },
		{ "Xxx, 03 Feb 2026 04:05:06 GMT", NULL },
		{ "Tue, 03 Feb 2026", NULL },
		{ "Tue, 03 Feb 2026 04:05:06 CEST", NULL },
		{ "Tue, 03 Feb 2026 04:05:06 GMT x", NULL },
		{ "Tue", NULL },
		{ "Tue,", NULL },
		{ "", NULL },
		{ " ", NULL },
		{ "yesterday", NULL },
		{ "1770091506", NULL },
		{ "-2026-02-03", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wall	t = { .s = 42 };
		char		out[WALL_TEXT];
		int		rc = wall_parse(cases[i].text, &t);

		ck_assert_msg((rc == 0) == (cases[i].shown != NULL),
		    "\"%s\": %d", cases[i].text, rc);
		if (rc == 0)
			ck_assert_str_eq(wall_show(t, out), cases[i].shown);
		else
			ck_assert_int_eq(t.s, 42);
	}
}
END_TEST

START_TEST(known_seconds)
{
	struct wall	t;

	ck_assert_int_eq(wall_parse("1970-01-01T00:00:00Z", &t), 0);
	ck_assert_int_eq(t.s, 0);
	ck_assert_int_eq(wall_parse("2001-09-09T01:46:40Z", &t), 0);
	ck_assert_int_eq(t.s, 1000000000);
}
END_TEST

START_TEST(agrees_with_the_c_library)
{
	/* Each 9.3 days from year 0 to 9999, so that all days of the year and
	 * all kinds of years come by. */
	for (int64_t s = -62167219200; s < 253402300800; s += 805817) {
		char		mine[WALL_TEXT], theirs[48];
		struct tm	tm;
		time_t		t = (time_t)s;
		struct wall	back;

		ck_assert_ptr_nonnull(gmtime_r(&t, &tm));
		snprintf(theirs, sizeof(theirs),
		    "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		    tm.tm_sec);
		wall_show((struct wall){ s }, mine);
		if (strcmp(mine, theirs) != 0)
			ck_abort_msg("%s is not %s", mine, theirs);
		if (wall_parse(mine, &back) != 0 || back.s != s)
			ck_abort_msg("%s does not come back", mine);
	}
}
END_TEST

START_TEST(absurd_times_stay_within_four_digits)
{
	char	out[WALL_TEXT];

	ck_assert_str_eq(wall_show((struct wall){ INT64_MAX }, out),
	    "9999-12-31T23:59:59Z");
	ck_assert_str_eq(wall_show((struct wall){ INT64_MIN }, out),
	    "0000-01-01T00:00:00Z");
}
END_TEST

START_TEST(clocks_run)
{
	struct mono	a = mono_now(), b = mono_now();

	ck_assert_int_ge(b.ms, a.ms);
	ck_assert_int_gt(wall_now().s, 1700000000);
}
END_TEST

int
main(void)
{
	Suite	*suite = suite_create("base/clock");
	TCase *tc = suite_case(suite, "clock", 10);

	tcase_add_test(tc, both_families_of_dates);
	tcase_add_test(tc, known_seconds);
	tcase_add_test(tc, agrees_with_the_c_library);
	tcase_add_test(tc, absurd_times_stay_within_four_digits);
	tcase_add_test(tc, clocks_run);
	return suite_run(suite);
}
