/* What a revision changed for one device, in words. */
#include <check.h>
#include <time.h>

#include "base/limits.h"
#include "keeper/compose.h"
#include "keeper_fixture.h"
#include "suite.h"

static const struct {
	const char	*name;
	const char	*old, *now;	/* "" = there is none */
	const char	*want;		/* lines, joined by "|" */
} table[] = {
	{ "nothing", "a:l:affected:high:CVE-1", "a:l:affected:high:CVE-1", "" },
	{ "order is no change", "a:l:affected:high:CVE-1,CVE-2",
	    "a:l:affected:high:CVE-2,CVE-1", "" },
	{ "first seen", "", "a:l:affected:high", "a: now affected" },
	{ "first seen, but fixed", "", "a:l:fixed:high", "" },
	{ "gone", "a:l:affected:high", "", "a: no longer concerned" },
	{ "gone, was fixed", "a:l:fixed:high", "", "" },
	{ "both fixed", "a:l:fixed:high:CVE-1", "a:l:fixed:low:CVE-2", "" },
	{ "status", "a:l:under_investigation:high", "a:l:affected:high",
	    "a: under_investigation -> affected" },
	{ "fixed now", "a:l:affected:high", "a:l:fixed:high",
	    "a: affected -> fixed" },
	{ "affected again", "a:l:fixed:high", "a:l:affected:high",
	    "a: fixed -> affected" },
	{ "severity", "a:l:affected:high", "a:l:affected:critical",
	    "a: severity high -> critical" },
	{ "CVE added", "a:l:affected:high:CVE-1", "a:l:affected:high:CVE-1,CVE-2",
	    "a: added CVE-2" },
	{ "many CVEs", "a:l:affected:high",
	    "a:l:affected:high:CVE-1,CVE-2,CVE-3,CVE-4,CVE-5",
	    "a: added CVE-1, CVE-2, CVE-3 and 2 more" },
	{ "CVE gone", "a:l:affected:high:CVE-1,CVE-2", "a:l:affected:high:CVE-2",
	    "a: no longer CVE-1" },
	{ "CVE swapped", "a:l:affected:high:CVE-1", "a:l:affected:high:CVE-2",
	    "a: added CVE-2|a: no longer CVE-1" },
	{ "fix is there", "a:l:affected:high", "a:l:affected:high::vendor_fix",
	    "a: vendor_fix is new" },
	{ "fix taken back", "a:l:affected:high::vendor_fix",
	    "a:l:affected:high", "a: vendor_fix was taken back" },
	{ "all at once", "a:l:named:low:CVE-1", "a:l:affected:high:CVE-2::",
	    "a: named -> affected|a: severity low -> high|a: added CVE-2|"
	    "a: no longer CVE-1" },
};

static const struct match *
parse(struct arena *mem, const char *text, struct match *m)
{
	if (text[0] == '\0')
		return NULL;
	fixture_match(mem, text, m);
	return m;
}

START_TEST(row)
{
	struct arena mem = ARENA_INIT;
	struct match old, now;
	const char **list = NULL;
	const char *got = "";
	uint32_t n = 0;

	changes_of(&mem, parse(&mem, table[_i].old, &old),
	    parse(&mem, table[_i].now, &now), &list, &n);
	for (uint32_t i = 0; i < n; i++)
		got = arena_printf(&mem, "%s%s%s", got, i > 0 ? "|" : "",
		    list[i]);
	ck_assert_msg(strcmp(got, table[_i].want) == 0,
	    "%s: \"%s\", expected \"%s\"", table[_i].name, got,
	    table[_i].want);
	arena_clear(&mem);
}
END_TEST

START_TEST(exploited)
{
	struct arena mem = ARENA_INIT;
	struct match old, now;
	const char **list = NULL;
	uint32_t n = 0;

	fixture_match(&mem, "a:l:affected:high", &old);
	fixture_match(&mem, "a:l:affected:high", &now);
	now.exploited = true;
	changes_of(&mem, &old, &now, &list, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(list[0], "a: exploitation is known now");
	/* a retreat is no reason to speak */
	n = 0;
	changes_of(&mem, &now, &old, &list, &n);
	ck_assert_uint_eq(n, 0);
	arena_clear(&mem);
}
END_TEST

START_TEST(ceiling)
{
	struct arena mem = ARENA_INIT;
	struct match now;
	const char **list = NULL;
	uint32_t n = 0;

	fixture_match(&mem, "a:l:affected:high", &now);
	for (uint32_t i = 0; i < CHANGES_MAX + 50; i++)
		changes_of(&mem, NULL, &now, &list, &n);
	ck_assert_uint_eq(n, CHANGES_MAX);
	arena_clear(&mem);
}
END_TEST

/* A publisher may list 20,000 CVEs, and none of them twice. */
START_TEST(many_cves)
{
	struct arena mem = ARENA_INIT;
	struct match old, now;
	const char **list = NULL;
	uint32_t n = 0;
	clock_t start = clock();

	fixture_match(&mem, "a:l:affected:high", &old);
	fixture_match(&mem, "a:l:affected:high", &now);
	old.cves = arena_alloc(&mem, CVES_MAX * sizeof(*old.cves));
	now.cves = arena_alloc(&mem, CVES_MAX * sizeof(*now.cves));
	old.n_cves = now.n_cves = CVES_MAX;
	for (uint32_t i = 0; i < CVES_MAX; i++) {
		old.cves[i] = arena_printf(&mem, "CVE-2020-%u", i);
		now.cves[i] = arena_printf(&mem, "CVE-2020-%u",
		    CVES_MAX - i);
	}
	for (int i = 0; i < 10; i++) {
		n = 0;
		changes_of(&mem, &old, &now, &list, &n);
		ck_assert_uint_eq(n, 2);
	}
	ck_assert_str_eq(list[0], "a: added CVE-2020-20000");
	ck_assert_str_eq(list[1], "a: no longer CVE-2020-0");
	/* comparing each with each would take minutes */
	ck_assert_int_lt((clock() - start) / CLOCKS_PER_SEC, 20);
	arena_clear(&mem);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("keeper_changes");
	TCase *t = suite_case(s, "changes", 60);

	tcase_add_loop_test(t, row, 0, (int)COUNT_OF(table));
	tcase_add_test(t, exploited);
	tcase_add_test(t, ceiling);
	tcase_add_test(t, many_cves);
	return suite_run(s);
}
