/* test_base_log.c - base/log.h. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "suite.h"

/* Everything written to stderr since capture_start(). */
static FILE	*captured;

static void
capture_start(void)
{
	captured = tmpfile();
	ck_assert_ptr_nonnull(captured);
	dup2(fileno(captured), STDERR_FILENO);
}

static const char *
capture(char *out, size_t room)
{
	ssize_t	n = pread(fileno(captured), out, room - 1, 0);

	ck_assert_int_ge(n, 0);
	out[n] = '\0';
	ck_assert_int_eq(ftruncate(fileno(captured), 0), 0);
	lseek(STDERR_FILENO, 0, SEEK_SET);
	return out;
}

/* Held lines come together, whole, and no later than the next release. */
START_TEST(held_lines_come_with_the_release)
{
	char	out[20000], want[64];

	capture_start();
	log_hold();
	log_info("first", NULL);
	ck_assert_str_eq(capture(out, sizeof(out)), "");
	log_release();
	ck_assert_str_eq(capture(out, sizeof(out)),
	    "level=info msg=\"first\"\n");
	log_info("second", NULL);
	ck_assert_str_eq(capture(out, sizeof(out)),
	    "level=info msg=\"second\"\n");
	log_hold();
	for (int i = 0; i < 500; i++)
		log_info("many", "i", LOG_NUM(i), NULL);
	log_release();
	capture(out, sizeof(out));
	const char	*at = out;
	for (int i = 0; i < 500; i++) {
		int	n = snprintf(want, sizeof(want),
		    "level=info msg=\"many\" i=%d\n", i);
		ck_assert_int_eq(strncmp(at, want, (size_t)n), 0);
		at += n;
	}
	ck_assert_str_eq(at, "");
}
END_TEST

START_TEST(pairs_are_quoted_when_needed)
{
	static const struct {
		const char	*value, *shown;
	} cases[] = {
		{ "ops-mail", "ops-mail" },
		{ "", "\"\"" },
		{ "two words", "\"two words\"" },
		{ "a=b", "\"a=b\"" },
		{ "say \"hi\"", "\"say \\\"hi\\\"\"" },
		{ "back\\slash", "\"back\\\\slash\"" },
		{ "line\nbreak", "\"line\\nbreak\"" },
		{ "x\x1b[0m", "\"x\\x1b[0m\"" },
		{ "Geutebr\xc3\xbc" "ck", "\"Geutebr\xc3\xbc" "ck\"" },
		{ "\xff", "\"\\xff\"" },
		{ "https://a/b?c#d", "https://a/b?c#d" },
	};
	char	out[5000], want[500];

	capture_start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		log_info("polled", "feed", cases[i].value, "n", LOG_NUM(-7),
		    NULL);
		snprintf(want, sizeof(want),
		    "level=info msg=\"polled\" feed=%s n=-7\n",
		    cases[i].shown);
		ck_assert_str_eq(capture(out, sizeof(out)), want);
	}
}
END_TEST

START_TEST(levels)
{
	char	out[5000];

	capture_start();
	log_debug("quiet", NULL);
	ck_assert_str_eq(capture(out, sizeof(out)), "");
	log_level(LOG_DEBUG_);
	log_program("keeper");
	log_debug("loud", NULL);
	log_info("i", NULL);
	log_warning("w", NULL);
	log_error("e", NULL);
	ck_assert_str_eq(capture(out, sizeof(out)),
	    "level=debug prog=keeper msg=\"loud\"\n"
	    "level=info prog=keeper msg=\"i\"\n"
	    "level=warning prog=keeper msg=\"w\"\n"
	    "level=error prog=keeper msg=\"e\"\n");
	log_level(LOG_ERROR_);
	log_warning("w", NULL);
	log_foreign(LOG_WARNING_, "read", "msg=\"w\"");
	ck_assert_str_eq(capture(out, sizeof(out)), "");
}
END_TEST

START_TEST(a_missing_value_ends_the_list)
{
	char	out[5000];

	capture_start();
	log_info("m", "a", (const char *)NULL, NULL);
	ck_assert_str_eq(capture(out, sizeof(out)),
	    "level=info msg=\"m\" a=\"\"\n");
}
END_TEST

START_TEST(long_lines_stay_whole_pairs)
{
	char	big[3000], out[9000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	capture_start();
	log_info("m", "a", big, "b", big, "c", big, "d", big, "e", "short",
	    NULL);
	capture(out, sizeof(out));
	ck_assert_uint_le(strlen(out), 4096);
	ck_assert(text_ends(out, "...\" e=short\n"));
	ck_assert_ptr_nonnull(strstr(out, " c=\"xxx"));
	ck_assert_ptr_null(strstr(out, " d="));
}
END_TEST

static char		diverted_line[5000];
static enum log_level	diverted_level;

static void
keep_line(enum log_level level, const char *line)
{
	diverted_level = level;
	snprintf(diverted_line, sizeof(diverted_line), "%s", line);
}

START_TEST(diverted_lines_come_without_level_and_newline)
{
	char	out[100];

	capture_start();
	log_divert(keep_line);
	log_warning("slow \"peer\"", "url", "https://x/", NULL);
	ck_assert_int_eq(diverted_level, LOG_WARNING_);
	ck_assert_str_eq(diverted_line,
	    "msg=\"slow \\\"peer\\\"\" url=https://x/");
	ck_assert_str_eq(capture(out, sizeof(out)), "");
	log_divert(NULL);

	/* What one end writes passes the other unchanged. */
	log_foreign(LOG_WARNING_, "fetch", diverted_line);
	ck_assert_str_eq(capture(out, sizeof(out)), "level=warning prog=fetch "
	    "msg=\"slow \\\"peer\\\"\" url=https://x/\n");
}
END_TEST

START_TEST(nothing_foreign_is_trusted)
{
	static const struct {
		const char	*line, *shown;
	} cases[] = {
		{ "msg=\"ok\" a=b", "msg=\"ok\" a=b" },
		{ "msg=\"Geutebr\xc3\xbc" "ck\"",
		    "msg=\"Geutebr\xc3\xbc" "ck\"" },
		{ "hello", "msg=\"hello\"" },
		{ "", "msg=\"\"" },
		{ "msg=\"open", "msg=\"msg=\\\"open\"" },
		{ "msg=\"a\\", "msg=\"msg=\\\"a\\\\\"" },
		{ "a=b level=error", "msg=\"a=b level=error\"" },
		{ "prog=keeper a=b", "msg=\"prog=keeper a=b\"" },
		{ "a=b  c=d", "msg=\"a=b  c=d\"" },
		{ "a=b ", "msg=\"a=b \"" },
		{ "a=", "msg=\"a=\"" },
		{ "msg=\"x\"\nlevel=error",
		    "msg=\"msg=\\\"x\\\"\\nlevel=error\"" },
		{ "msg=\"\x1b[2J\"", "msg=\"msg=\\\"\\x1b[2J\\\"\"" },
		{ "msg=\"\xff\"", "msg=\"msg=\\\"\\xff\\\"\"" },
		{ "msg=\"\xe2\x80\xae\"",
		    "msg=\"msg=\\\"\\xe2\\x80\\xae\\\"\"" },
	};
	char	out[5000], want[500];

	capture_start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		log_foreign(LOG_INFO_, "read", cases[i].line);
		snprintf(want, sizeof(want), "level=info prog=read %s\n",
		    cases[i].shown);
		ck_assert_str_eq(capture(out, sizeof(out)), want);
	}
	log_foreign((enum log_level)77, "read", "a=b");
	ck_assert_str_eq(capture(out, sizeof(out)), "");
}
END_TEST

START_TEST(the_journal_gets_priorities)
{
	char		out[500], stream[64];
	struct stat	st;

	capture_start();
	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_error("e", NULL);
	log_info("i", NULL);
	ck_assert_str_eq(capture(out, sizeof(out)),
	    "<3>level=error msg=\"e\"\n<6>level=info msg=\"i\"\n");
}
END_TEST

START_TEST(another_stderr_is_not_the_journal)
{
	char	out[500];

	capture_start();
	setenv("JOURNAL_STREAM", "1:2", 1);
	log_info("i", NULL);
	ck_assert_str_eq(capture(out, sizeof(out)), "level=info msg=\"i\"\n");
}
END_TEST

START_TEST(lines_of_two_processes_do_not_mix)
{
	int	ends[2], lines = 0;
	char	big[1000], line[5000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	ck_assert_int_eq(pipe(ends), 0);
	for (int child = 0; child < 2; child++) {
		pid_t	pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			dup2(ends[1], STDERR_FILENO);
			close(ends[0]);
			for (int i = 0; i < 500; i++)
				log_info("m", "a", big, "b", big, "c", big,
				    NULL);
			_exit(0);
		}
	}
	close(ends[1]);
	FILE	*in = fdopen(ends[0], "r");
	while (fgets(line, sizeof(line), in) != NULL) {
		ck_assert(text_starts(line, "level=info msg=\"m\" a=xxx"));
		ck_assert_uint_eq(strlen(line), 18 + 3 * (3 + 999) + 1);
		lines++;
	}
	ck_assert_int_eq(lines, 1000);
	fclose(in);
	while (wait(NULL) > 0)
		continue;
}
END_TEST

int
main(void)
{
	Suite	*suite = suite_create("base/log");
	TCase *tc = suite_case(suite, "log", 10);

	tcase_add_test(tc, pairs_are_quoted_when_needed);
	tcase_add_test(tc, held_lines_come_with_the_release);
	tcase_add_test(tc, levels);
	tcase_add_test(tc, a_missing_value_ends_the_list);
	tcase_add_test(tc, long_lines_stay_whole_pairs);
	tcase_add_test(tc, diverted_lines_come_without_level_and_newline);
	tcase_add_test(tc, nothing_foreign_is_trusted);
	tcase_add_test(tc, the_journal_gets_priorities);
	tcase_add_test(tc, another_stderr_is_not_the_journal);
	tcase_add_test(tc, lines_of_two_processes_do_not_mix);
	return suite_run(suite);
}
