/* What the test_*_replay.c share: every seed and every past finding of a fuzz
 * target once through it. The targets are included under names of their own,
 * and abort on a fault: the file that did it is the last one named. */
#ifndef TEST_REPLAY_H
#define TEST_REPLAY_H
#include <check.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "suite.h"

typedef int replay_target(const uint8_t *data, size_t size);

/* In a block of just that size, so that a sanitizer sees each byte too far. */
static void
replay_file(replay_target *target, const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	uint8_t *data;

	ck_assert_msg(f != NULL && fstat(fileno(f), &st) == 0, "%s", path);
	data = malloc(st.st_size > 0 ? (size_t)st.st_size : 1);
	ck_assert_ptr_nonnull(data);
	ck_assert_uint_eq(fread(data, 1, (size_t)st.st_size, f),
	    (size_t)st.st_size);
	fclose(f);
	printf("%s\n", path);
	fflush(stdout);
	target(data, (size_t)st.st_size);
	free(data);
}

static unsigned
replay_folder(replay_target *target, const char *kind, const char *name)
{
	char path[1024];
	struct dirent *e;
	unsigned n = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "tests/fuzz/%s/%s", kind, name);
	dir = opendir(path);
	if (dir == NULL)
		return 0;
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "tests/fuzz/%s/%s/%s", kind,
		    name, e->d_name);
		replay_file(target, path);
		n++;
	}
	closedir(dir);
	return n;
}

/* A target without seeds is a mistake. */
static void
replay(replay_target *target, const char *name)
{
	ck_assert_msg(replay_folder(target, "seeds", name) > 0,
	    "tests/fuzz/seeds/%s: no seeds; tests run in the repository's root",
	    name);
	replay_folder(target, "findings", name);
}

#define REPLAY_TEST(name)						\
START_TEST(test_##name)							\
{									\
	replay(name, #name);						\
}									\
END_TEST

static int
replay_run(const char *room, const TTest *const *tests, size_t n)
{
	Suite *s = suite_create(room);
	TCase *t = suite_case(s, "replay", 60);

	for (size_t i = 0; i < n; i++)
		tcase_add_test(t, tests[i]);
	return suite_run(s);
}

#define REPLAY_MAIN(room, ...)						\
int									\
main(void)								\
{									\
	const TTest *const tests[] = { __VA_ARGS__ };			\
									\
	return replay_run(room, tests, sizeof(tests) / sizeof(tests[0])); \
}
#endif
