/* The end of a test program: its suite is run, and says what failed. */
#ifndef TEST_SUITE_H
#define TEST_SUITE_H
#include <check.h>

/* The exit code. */
static inline int
suite_run(Suite *whole)
{
	SRunner *r = srunner_create(whole);
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}

/* The only test case of a suite, with its limit for each test. */
static inline TCase *
suite_case(Suite *whole, const char *name, double seconds)
{
	TCase *t = tcase_create(name);

	tcase_set_timeout(t, seconds);
	suite_add_tcase(whole, t);
	return t;
}
#endif
