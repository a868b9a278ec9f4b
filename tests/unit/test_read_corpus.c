/* Every case of tests/corpus/read/FORMAT/CASE: `input` is read and must give
 * `expect` (the reading as JSON, indented) or `error`. A file `url` says where
 * it came from. ACCEPT=1 writes what comes out. */
#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "noun/advisory.h"
#include "noun/document.h"
#include "read/read.h"

#define FILE_MOST (16u << 20)

static glob_t cases;

/* 0, or -1 if there is no such file. */
static int
slurp(const char *folder, const char *name, struct buf *out)
{
	char path[512], piece[4096];
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		return -1;
	}
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0) {
		buf_add(out, piece, n);
	}
	fclose(f);
	return 0;
}

static void
spill(const char *folder, const char *name, const struct buf *text)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "wb");
	ck_assert_ptr_nonnull(f);
	fwrite(buf_text(text), 1, text->len, f);
	fclose(f);
}

/* One member a line, so that a difference can be seen. */
static void
indent(struct buf *out, const char *s)
{
	int depth = 0;
	bool quoted = false;

	for (; *s != '\0'; s++) {
		bool opens = !quoted && (*s == '{' || *s == '[');
		bool closes = !quoted && (*s == '}' || *s == ']');

		if (*s == '"') {
			quoted = !quoted;
		} else if (*s == '\\') {
			buf_byte(out, *s++);
		}
		depth -= closes;
		if (closes) {
			buf_byte(out, '\n');
			for (int i = 0; i < depth; i++) {
				buf_byte(out, '\t');
			}
		}
		buf_byte(out, *s);
		depth += opens;
		if (opens || (*s == ',' && !quoted)) {
			buf_byte(out, '\n');
			for (int i = 0; i < depth; i++) {
				buf_byte(out, '\t');
			}
		}
	}
	buf_byte(out, '\n');
}

/* What is packed must come back as it was: the way to match and the store. */
static void
check_packed(const struct reading *r, const struct buf *shown)
{
	struct buf packed = BUF_INIT(FILE_MOST), again = BUF_INIT(FILE_MOST);
	struct arena mem = ARENA_INIT;
	struct reading back;
	const void **bytes;
	size_t *lens;
	struct err err = ERR_INIT;
	char said[600];

	reading_pack(&packed, r);
	int rc = reading_unpack(packed.data, packed.len, &mem, &back, &bytes,
	    &lens, &err);
	ck_assert_msg(rc == 0, "unpack: %s", err_show(&err, said,
	    sizeof(said)));
	reading_show(&again, &back);
	ck_assert_str_eq(buf_text(shown), buf_text(&again));
	arena_clear(&mem);
	buf_clear(&packed);
	buf_clear(&again);
}

static const char *
format_of(struct arena *mem, const char *folder)
{
	const char *end = strrchr(folder, '/');
	const char *from = end;

	while (from[-1] != '/') {
		from--;
	}
	return arena_text_n(mem, from, (size_t)(end - from));
}

START_TEST(case_is_read)
{
	struct buf in = BUF_INIT(FILE_MOST), want = BUF_INIT(FILE_MOST);
	struct buf shown = BUF_INIT(FILE_MOST), got = BUF_INIT(FILE_MOST);
	struct buf url = BUF_INIT(4096);
	struct arena mem = ARENA_INIT;
	struct reading reading;
	struct err err = ERR_INIT;
	char said[1024];
	char *folder = cases.gl_pathv[_i];
	const char *other;

	ck_assert_int_eq(slurp(folder, "input", &in), 0);
	if (slurp(folder, "url", &url) == 0) {
		buf_cut(&url, strcspn(buf_text(&url), "\n"));
	} else {
		buf_puts(&url, "https://psirt.example.com/advisories/input");
	}
	const struct document doc = { .feed = "test", .url = buf_text(&url),
	    .format = format_of(&mem, folder) };
	int rc = document_read(&doc, buf_text(&in), in.len, &mem, &reading,
	    &err);
	if (rc == 0) {
		reading_show(&shown, &reading);
		indent(&got, buf_text(&shown));
		check_packed(&reading, &shown);
	} else {
		buf_printf(&got, "%s\n", err_show(&err, said, sizeof(said)));
	}
	const char *name = rc == 0 ? "expect" : "error";
	other = rc == 0 ? "error" : "expect";
	if (getenv("ACCEPT") != NULL) {
		char gone[512];
		snprintf(gone, sizeof(gone), "%s/%s", folder, other);
		unlink(gone);
		spill(folder, name, &got);
	}
	ck_assert_msg(slurp(folder, name, &want) == 0,
	    "%s: there is no %s, and this came:\n%s", folder, name,
	    buf_text(&got));
	ck_assert_msg(strcmp(buf_text(&want), buf_text(&got)) == 0,
	    "%s: other than %s:\n%s", folder, name, buf_text(&got));
	arena_clear(&mem);
	buf_clear(&in);
	buf_clear(&want);
	buf_clear(&shown);
	buf_clear(&got);
	buf_clear(&url);
}
END_TEST

int
main(void)
{
	struct err err = ERR_INIT;
	const char *root = getenv("CORPUS");
	char pattern[512];

	snprintf(pattern, sizeof(pattern), "%s/read/*/*",
	    root == NULL ? "tests/corpus" : root);
	if (glob(pattern, 0, NULL, &cases) != 0) {
		printf("FAIL: no cases under %s\n", pattern);
		return 1;
	}
	read_prepare(&err);
	Suite *s = suite_create("read corpus");
	TCase *t = tcase_create("cases");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, case_is_read, 0, (int)cases.gl_pathc);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	globfree(&cases);
	return failed == 0 ? 0 : 1;
}
