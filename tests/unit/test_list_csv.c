/* Every case of tests/corpus/list/CASE: `input` is read as a device list and
 * must give `expect`: the devices, then the remarks, then the counts. With
 * ACCEPT=1 in the environment `expect` is written instead. */
#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "list/list.h"
#include "noun/index.h"

static glob_t cases;

struct showing {
	struct buf		*out;
	struct index_builder	*index;
};

static int
show_device(void *ctx, const struct device *d, struct err *err)
{
	struct showing *show = ctx;
	int rc = index_builder_add(show->index, d, err);

	if (rc != 0)
		return rc;
	buf_puts(show->out, "device");
#define X(field, heading)						\
	if (d->field[0] != '\0')					\
		buf_printf(show->out, " | %s=%s", heading, d->field);
	DEVICE_COLUMNS(X)
#undef X
	for (uint32_t i = 0; i < d->n_extra; i++)
		buf_printf(show->out, " | +%s=%s", d->extra[i].name,
		    d->extra[i].value);
	buf_byte(show->out, '\n');
	return 0;
}

static void
read_whole(const char *path, struct buf *ret)
{
	char part[4096];
	size_t n;
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		return;
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(ret, part, n);
	fclose(f);
}

START_TEST(list_is_read)
{
	const char *folder = cases.gl_pathv[_i];
	struct arena mem = ARENA_INIT;
	struct buf in = BUF_INIT(1u << 24), want = BUF_INIT(1u << 24);
	struct buf got = BUF_INIT(1u << 24);
	struct device_report report;
	struct showing show = { .out = &got };

	read_whole(arena_printf(&mem, "%s/input", folder), &in);
	const char *path = arena_printf(&mem, "%s/expect", folder);
	read_whole(path, &want);
	struct device_file file = { .name = "lab", .path = "lab.csv",
	    .format = "", .bytes = buf_text(&in), .len = in.len };
	show.index = index_builder_new();
	list_read(&file, &mem, show_device, &show, &report);
	for (uint32_t i = 0; i < report.n_remarks; i++)
		buf_printf(&got, "remark %s\n", report.remarks[i]);
	if (report.failure[0] != '\0')
		buf_printf(&got, "failure %s\n", report.failure);
	buf_printf(&got, "%u taken, %u skipped\n", report.devices,
	    report.skipped);
	if (getenv("ACCEPT") != NULL) {
		FILE *f = fopen(path, "wb");
		ck_assert(f != NULL);
		fwrite(got.data, 1, got.len, f);
		fclose(f);
	} else {
		ck_assert_msg(strcmp(buf_text(&got), buf_text(&want)) == 0,
		    "%s gives\n%s", folder, buf_text(&got));
	}
	index_builder_free(show.index);
	buf_clear(&in);
	buf_clear(&want);
	buf_clear(&got);
	arena_clear(&mem);
}
END_TEST

int
main(void)
{
	const char *root = getenv("CORPUS");
	char pattern[512];

	snprintf(pattern, sizeof(pattern), "%s/list/*",
	    root == NULL ? "tests/corpus" : root);
	if (glob(pattern, 0, NULL, &cases) != 0) {
		printf("FAIL: no cases at %s\n", pattern);
		return 1;
	}
	Suite *s = suite_create("list csv");
	TCase *c = tcase_create("cases");
	tcase_add_loop_test(c, list_is_read, 0, (int)cases.gl_pathc);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	globfree(&cases);
	return failed;
}
