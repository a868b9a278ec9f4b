/* When to try again, over a simulated year. */
#include <check.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "keeper/schedule.h"
#include "suite.h"

#define YEAR (365 * 86400)
#define NOW 1700000000

typedef int64_t next_of(uint32_t tries, int64_t now, int64_t not_before,
    uint64_t seed);

static const struct {
	const char	*name;
	next_of		*next;
	int64_t		 first, last;	/* the shortest and the longest wait */
} kinds[] = {
	{ "delivery", schedule_delivery, 5, 3600 },
	{ "address", schedule_address, 60, 14400 },
};

/* Each try lies behind the last, waits do not shrink while they grow, and no
 * wait leaves its bounds. */
START_TEST(a_year)
{
	next_of *next = kinds[_i].next;

	for (uint64_t seed = 1; seed < 20; seed++) {
		int64_t now = NOW, last_wait = 0;
		uint32_t tries = 0;

		while (now < NOW + YEAR) {
			int64_t at = next(++tries, now, 0, seed);
			int64_t wait = at - now;

			ck_assert_int_ge(wait, kinds[_i].first -
			    kinds[_i].first / 5);
			ck_assert_int_le(wait, kinds[_i].last +
			    kinds[_i].last / 5);
			if (tries <= 7)
				ck_assert_int_gt(wait, last_wait);
			else
				ck_assert_int_ge(wait, kinds[_i].last -
				    kinds[_i].last / 5);
			last_wait = wait;
			now = at;
		}
		/* as often as the longest wait says, and not more */
		ck_assert_int_ge(tries, YEAR / (kinds[_i].last * 6 / 5));
		ck_assert_int_le(tries, YEAR / (kinds[_i].last * 4 / 5) + 20);
	}
}
END_TEST

/* What failed together does not come back together, yet always the same way. */
START_TEST(jitter)
{
	int64_t least = INT64_MAX, most = 0, sum = 0;
	enum { N = 10000 };
	int64_t last = kinds[_i].last;

	for (uint64_t seed = 0; seed < N; seed++) {
		int64_t wait = kinds[_i].next(50, NOW, 0, seed) - NOW;

		ck_assert_int_eq(wait, kinds[_i].next(50, NOW, 0, seed) - NOW);
		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
		sum += wait;
	}
	ck_assert_int_lt(least, last - last / 6);
	ck_assert_int_gt(most, last + last / 6);
	ck_assert_int_lt(labs((long)(sum / N - last)), last / 50);
}
END_TEST

START_TEST(retry_after)
{
	static const struct {
		const char	*what;
		int64_t		 wish, least, most;	/* from now */
	} table[] = {
		{ "in the past", -1000, 48, 72 },
		{ "sooner than ours", 10, 48, 72 },
		{ "later than ours", 5000, 5000, 5000 },
		{ "a day", RETRY_AFTER_MAX, RETRY_AFTER_MAX, RETRY_AFTER_MAX },
		{ "a year: cut", YEAR, RETRY_AFTER_MAX, RETRY_AFTER_MAX },
		{ "for ever: cut", INT64_MAX - NOW, RETRY_AFTER_MAX,
		    RETRY_AFTER_MAX },
	};

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		int64_t a = schedule_delivery(3, NOW, NOW + table[i].wish, 7) -
		    NOW;
		int64_t b = schedule_address(1, NOW, NOW + table[i].wish, 7) -
		    NOW;

		ck_assert_msg(a >= table[i].least && a <= table[i].most &&
		    b >= table[i].least && b <= table[i].most,
		    "%s: %lld %lld", table[i].what, (long long)a,
		    (long long)b);
	}
}
END_TEST

START_TEST(odd_tries)
{
	static const uint32_t odd[] = { 0, 1, 8, 1000000, UINT32_MAX };

	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		ck_assert_int_gt(schedule_delivery(odd[i], NOW, 0, UINT64_MAX),
		    NOW);
		ck_assert_int_gt(schedule_address(odd[i], NOW, 0, 0), NOW);
	}
}
END_TEST

START_TEST(giving_up)
{
	int64_t now = NOW;
	uint32_t tries = 0;

	while (!schedule_gives_up(now - NOW))
		now = schedule_delivery(++tries, now, 0, 42);
	/* RFC 5321, 4.5.4.1: at least 4 to 5 days */
	ck_assert_int_ge(now - NOW, 5 * 86400);
	ck_assert_int_lt(now - NOW, 5 * 86400 + 2 * 3600);
	ck_assert_uint_gt(tries, 100);
	ck_assert_uint_lt(tries, 180);
	ck_assert(!schedule_gives_up(0));
	ck_assert(!schedule_gives_up(-5));	/* the clock went back */
}
END_TEST

START_TEST(backoff)
{
	static const int64_t want[] = { 0, 1000, 2000, 4000, 8000, 16000, 32000,
	    60000, 60000 };

	for (uint32_t i = 0; i < COUNT_OF(want); i++)
		ck_assert_int_eq(schedule_backoff_ms(i), want[i]);
	ck_assert_int_eq(schedule_backoff_ms(64), 60000);
	ck_assert_int_eq(schedule_backoff_ms(UINT32_MAX), 60000);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("keeper_schedule");
	TCase *t = suite_case(s, "schedule", 60);

	tcase_add_loop_test(t, a_year, 0, (int)COUNT_OF(kinds));
	tcase_add_loop_test(t, jitter, 0, (int)COUNT_OF(kinds));
	tcase_add_test(t, retry_after);
	tcase_add_test(t, odd_tries);
	tcase_add_test(t, giving_up);
	tcase_add_test(t, backoff);
	return suite_run(s);
}
