/* test_base_err.c - base/err.h and base/mem.h. */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "suite.h"

START_TEST(each_kind_returns_minus_one_and_keeps_its_text)
{
	struct err	e = ERR_INIT;

	ck_assert_int_eq(err_input(&e, "bad %s", "id"), -1);
	ck_assert_int_eq(e.kind, ERR_INPUT);
	ck_assert_str_eq(e.text, "bad id");
	err_clear(&e);
	ck_assert_int_eq(e.kind, ERR_NONE);
	ck_assert_int_eq(err_limit(&e, "x"), -1);
	ck_assert_int_eq(e.kind, ERR_LIMIT);
	err_clear(&e);
	ck_assert_int_eq(err_config(&e, "x"), -1);
	ck_assert_int_eq(e.kind, ERR_CONFIG);
	err_clear(&e);
	ck_assert_int_eq(err_peer(&e, "x"), -1);
	ck_assert_int_eq(e.kind, ERR_PEER);
}
END_TEST

START_TEST(the_first_error_wins)
{
	struct err	e = ERR_INIT;
	char		out[64];

	err_input(&e, "first");
	err_limit(&e, "second");
	errno = ENOENT;
	err_sys(&e, "third");
	err_at(&e, "f", 1, "fourth");
	ck_assert_int_eq(e.kind, ERR_INPUT);
	ck_assert_int_eq(e.sys, 0);
	ck_assert_str_eq(err_show(&e, out, sizeof(out)), "first");
}
END_TEST

START_TEST(null_is_accepted_everywhere)
{
	char	out[8] = "x";

	ck_assert_int_eq(err_input(NULL, "x"), -1);
	ck_assert_int_eq(err_sys(NULL, "x"), -1);
	ck_assert_int_eq(err_at(NULL, "w", 1, "x"), -1);
	ck_assert_int_eq(err_in(NULL, "x"), -1);
	ck_assert_str_eq(err_show(NULL, out, sizeof(out)), "");
	err_clear(NULL);
}
END_TEST

START_TEST(the_kernels_words_stay_behind_a_long_text)
{
	struct err	e = ERR_INIT;
	char		big[2000];

	errno = ENOENT;
	ck_assert_int_eq(err_sys(&e, "open %s", "x"), -1);
	ck_assert_str_eq(e.text, "open x: No such file or directory");
	ck_assert_int_eq(e.sys, ENOENT);
	ck_assert_int_eq(errno, ENOENT);

	err_clear(&e);
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	errno = EACCES;
	err_sys(&e, "%s", big);
	ck_assert(text_ends(e.text, "aaa: Permission denied"));
	ck_assert_uint_eq(strlen(e.text), sizeof(e.text) - 1);
}
END_TEST

START_TEST(places_are_shown_and_cut_at_the_front)
{
	struct err	e = ERR_INIT;
	char		out[700], path[600];

	err_at(&e, "relay.conf", 31, "%d is too low", 20);
	ck_assert_str_eq(err_show(&e, out, sizeof(out)),
	    "relay.conf:31: 20 is too low");
	err_clear(&e);
	err_at(&e, "/document/title", 0, "not a string");
	ck_assert_str_eq(err_show(&e, out, sizeof(out)),
	    "/document/title: not a string");
	ck_assert_str_eq(err_show(&e, out, 10), "/document");

	/* Two-byte characters, so that each cut can hit the middle of one. */
	for (size_t extra = 0; extra < 2; extra++) {
		memset(path, 'x', sizeof(path));
		for (size_t i = 0; i < 498; i += 2)
			memcpy(path + i + extra, "\xc3\xbc", 2);
		memcpy(path + 498 + extra, "/end", 5);
		err_clear(&e);
		err_at(&e, path, 0, "x");
		ck_assert(text_starts(e.where, "...\xc3\xbc"));
		ck_assert(text_ends(e.where, "/end"));
		ck_assert(text_is_utf8(e.where, strlen(e.where)));
	}
}
END_TEST

START_TEST(context_goes_in_front_and_nothing_overflows)
{
	struct err	e = ERR_INIT;
	char		big[600];

	ck_assert_int_eq(err_in(&e, "no effect"), -1);
	ck_assert_int_eq(e.kind, ERR_NONE);
	err_input(&e, "expected a string");
	err_in(&e, "/document");
	err_in(&e, "feed \"%s\"", "acme");
	ck_assert_str_eq(e.text, "feed \"acme\": /document: expected a string");

	for (size_t n = 480; n < sizeof(big); n++) {
		memset(big, 'b', n);
		big[n] = '\0';
		err_clear(&e);
		err_input(&e, "t\xc3\xbct\xc3\xbc");
		err_in(&e, "%s", big);
		ck_assert_uint_lt(strlen(e.text), sizeof(e.text));
		ck_assert(text_is_utf8(e.text, strlen(e.text)));
		ck_assert(text_starts(e.text, "bbb"));
	}
}
END_TEST

START_TEST(long_texts_end_at_a_character)
{
	struct err	e = ERR_INIT;
	char		big[1200];

	for (size_t lead = 0; lead < 3; lead++) {
		memset(big, 'a', 3);
		for (size_t i = lead; i + 3 < sizeof(big); i += 3)
			memcpy(big + i, "\xe2\x82\xac", 4);
		err_clear(&e);
		err_input(&e, "%s", big);
		ck_assert(text_is_utf8(e.text, strlen(e.text)));
		ck_assert_uint_gt(strlen(e.text), sizeof(e.text) - 5);
	}
}
END_TEST

START_TEST(memory_of_nothing_is_something)
{
	char	*p = mem_alloc(0), *q = mem_text(NULL);

	ck_assert_ptr_nonnull(p);
	p = mem_resize(p, 0);
	ck_assert_ptr_nonnull(p);
	ck_assert_str_eq(q, "");
	free(q);
	q = mem_text_n("abc", 2);
	ck_assert_str_eq(q, "ab");
	free(p);
	free(q);
}
END_TEST

START_TEST(a_bug_aborts)
{
	bug("it is %d o'clock", 13);
}
END_TEST

/* A sanitizer has its own word on such a request. */
#ifndef SANITIZED
START_TEST(no_memory_ends_with_71)
{
	mem_alloc((size_t)1 << 62);
}
END_TEST
#endif

int
main(void)
{
	Suite	*suite = suite_create("base/err");
	TCase *tc = suite_case(suite, "err", 10);

	tcase_add_test(tc, each_kind_returns_minus_one_and_keeps_its_text);
	tcase_add_test(tc, the_first_error_wins);
	tcase_add_test(tc, null_is_accepted_everywhere);
	tcase_add_test(tc, the_kernels_words_stay_behind_a_long_text);
	tcase_add_test(tc, places_are_shown_and_cut_at_the_front);
	tcase_add_test(tc, context_goes_in_front_and_nothing_overflows);
	tcase_add_test(tc, long_texts_end_at_a_character);
	tcase_add_test(tc, memory_of_nothing_is_something);
	tcase_add_test_raise_signal(tc, a_bug_aborts, SIGABRT);
#ifndef SANITIZED
	tcase_add_exit_test(tc, no_memory_ends_with_71, 71);
#endif
	return suite_run(suite);
}
