/* test_base_secret.c - base/secret.h. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/pack.h"
#include "base/secret.h"
#include "base/text.h"
#include "scratch.h"
#include "suite.h"

static char	folder[SCRATCH];

static void
make_folder(void)
{
	scratch_folder(folder, "secret");
}

static void
drop_folder(void)
{
	char	path[128];

	snprintf(path, sizeof(path), "%s/s", folder);
	unlink(path);
	rmdir(folder);
}

/* A file with these bytes and this mode; the path goes to out. */
static void
make_file(char out[128], const char *bytes, size_t n, mode_t mode)
{
	snprintf(out, 128, "%s/s", folder);
	unlink(out);
	int	fd = open(out, O_CREAT | O_WRONLY | O_EXCL, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

START_TEST(files)
{
	static const struct {
		const char	*name, *bytes;
		size_t		 n;
		mode_t		 mode;
		const char	*want;		/* NULL: refused */
	} cases[] = {
		{ "plain", "pass", 4, 0600, "pass" },
		{ "a newline", "pass\n", 5, 0600, "pass" },
		{ "CR LF", "pass\r\n", 6, 0400, "pass" },
		{ "only one newline goes", "pass\n\n", 6, 0600, "pass\n" },
		{ "blanks stay", " pass ", 6, 0600, " pass " },
		{ "several lines", "a\nb\n", 4, 0600, "a\nb" },
		{ "empty", "", 0, 0600, NULL },
		{ "only a newline", "\n", 1, 0600, NULL },
		{ "a NUL", "a\0b", 3, 0600, NULL },
		{ "others may read", "pass", 4, 0604, NULL },
		{ "the group may read", "pass", 4, 0640, NULL },
		{ "the group may write", "pass", 4, 0620, NULL },
	};

	make_folder();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct secret	s = SECRET_INIT;
		struct err	err = ERR_INIT;
		char		path[128];

		make_file(path, cases[i].bytes, cases[i].n, cases[i].mode);
		int	rc = secret_read(&s, path, &err);
		ck_assert_msg((rc == 0) == (cases[i].want != NULL), "%s: %s",
		    cases[i].name, err.text);
		if (rc == 0) {
			ck_assert_str_eq(secret_bytes(&s), cases[i].want);
			ck_assert_uint_eq(s.len, strlen(cases[i].want));
		} else {
			ck_assert_int_eq(err.kind, ERR_CONFIG);
			ck_assert(text_starts(err.text, path));
			ck_assert_str_eq(secret_bytes(&s), "");
		}
		secret_clear(&s);
	}
	drop_folder();
}
END_TEST

START_TEST(odd_files)
{
	struct secret	 s = SECRET_INIT;
	struct err	 err = ERR_INIT;
	char		 path[128];
	char		*big = calloc(1, SECRET_MAX + 2);

	make_folder();
	memset(big, 'x', SECRET_MAX + 1);
	make_file(path, big, SECRET_MAX + 1, 0600);
	ck_assert_int_eq(secret_read(&s, path, &err), -1);
	ck_assert_int_eq(err.kind, ERR_CONFIG);
	make_file(path, big, SECRET_MAX, 0600);
	err_clear(&err);
	ck_assert_int_eq(secret_read(&s, path, &err), 0);
	ck_assert_uint_eq(s.len, SECRET_MAX);

	/* A FIFO without a writer must not hang. */
	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(secret_read(&s, path, &err), -1);
	ck_assert_int_eq(err.kind, ERR_CONFIG);
	/* The old value stays when the new one cannot be had. */
	ck_assert_uint_eq(s.len, SECRET_MAX);
	err_clear(&err);
	ck_assert_int_eq(secret_read(&s, folder, &err), -1);
	ck_assert_int_eq(err.kind, ERR_CONFIG);
	unlink(path);
	err_clear(&err);
	ck_assert_int_eq(secret_read(&s, path, &err), -1);
	ck_assert_int_eq(err.kind, ERR_SYSTEM);
	secret_clear(&s);
	free(big);
	drop_folder();
}
END_TEST

START_TEST(systemds_credentials_may_show_a_group_bit)
{
	struct secret	s = SECRET_INIT;
	struct err	err = ERR_INIT;
	char		path[128];

	if (geteuid() != 0) {
		printf("SKIP: only root can make root's files\n");
		return;
	}
	make_folder();
	make_file(path, "pass", 4, 0440);
	ck_assert_int_eq(secret_read(&s, path, &err), -1);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	err_clear(&err);
	ck_assert_int_eq(secret_read(&s, path, &err), 0);
	make_file(path, "pass", 4, 0444);
	ck_assert_int_eq(secret_read(&s, path, &err), -1);
	secret_clear(&s);
	drop_folder();
}
END_TEST

START_TEST(packed_there_and_back)
{
	struct secret	s = SECRET_INIT, t = SECRET_INIT;
	struct buf	b = BUF_INIT(SECRET_MAX * 2);
	struct unpack	u;
	struct err	err = ERR_INIT;

	secret_set(&s, "tok\xc3\xa9n", 6);
	secret_pack(&b, &s);
	secret_pack(&b, &t);
	unpack_open(&u, b.data, b.len);
	secret_unpack(&u, &t);
	ck_assert_str_eq(secret_bytes(&t), "tok\xc3\xa9n");
	secret_unpack(&u, &t);
	ck_assert_int_eq(unpack_done(&u, &err), 0);
	ck_assert_str_eq(secret_bytes(&t), "");

	for (size_t n = 0; n < 10; n++) {
		unpack_open(&u, b.data, n);
		secret_unpack(&u, &t);
		ck_assert(u.bad);
		ck_assert_uint_eq(t.len, 0);
	}
	unpack_open(&u, "\3\0\0\0a\0b", 7);
	secret_unpack(&u, &t);
	ck_assert(u.bad);
	secret_set(&s, secret_bytes(&s), s.len);
	ck_assert_uint_eq(s.len, 6);
	secret_clear(&s);
	secret_clear(&s);
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite	*suite = suite_create("base/secret");
	TCase *tc = suite_case(suite, "secret", 10);

	tcase_add_test(tc, files);
	tcase_add_test(tc, odd_files);
	tcase_add_test(tc, systemds_credentials_may_show_a_group_bit);
	tcase_add_test(tc, packed_there_and_back);
	return suite_run(suite);
}
