/* CPE names against the tables that the reference implementation made, and our
 * own cases of the relations (NISTIR 7696, table 6-2). */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "match/cpe.h"

static const char *const words[] = {
	"disjoint", "equal", "subset", "superset", "other"
};

static FILE *
open_table(const char *name)
{
	const char *shared = getenv("SHARED");
	char path[600];

	snprintf(path, sizeof(path), "%s/corpora/cpe/derived/%s",
	    shared != NULL ? shared : "../shared", name);
	FILE *f = fopen(path, "r");
	if (f == NULL)
		printf("SKIP: %s is not there\n", path);
	return f;
}

START_TEST(relations)
{
	char line[2048];
	unsigned n = 0, failed = 0;
	FILE *f = open_table("ref_relations.tsv");

	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		struct cpe a, b;
		line[strcspn(line, "\n")] = '\0';
		char *second = strchr(line, '\t');
		char *want = second != NULL ? strchr(second + 1, '\t') : NULL;
		ck_assert(want != NULL);
		*second++ = *want++ = '\0';
		int rc = cpe_read(line, &a) | cpe_read(second, &b);
		const char *got = rc != 0 ? "unread" :
		    words[cpe_relate(&a, &b)];
		n++;
		if (strcmp(got, want) != 0) {
			failed++;
			printf("%s\n%s\n  %s, not %s\n", line, second, got,
			    want);
		}
	}
	fclose(f);
	ck_assert_msg(failed == 0, "%u of %u", failed, n);
}
END_TEST

/* A URI and the formatted string that it is bound to are one name. */
START_TEST(bindings)
{
	char line[2048];
	unsigned n = 0, failed = 0;
	FILE *f = open_table("ref_bindings.tsv");

	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		struct cpe from, to;
		char *part[4];
		unsigned k = 0;
		line[strcspn(line, "\n")] = '\0';
		for (char *p = line; k < 4; p = strchr(p, '\t') + 1) {
			part[k++] = p;
			if (strchr(p, '\t') == NULL)
				break;
		}
		for (unsigned i = 1; i < k; i++)
			part[i][-1] = '\0';
		if (k < 4 || strcmp(part[1], "ok") != 0)
			continue;
		n++;
		if (cpe_read(part[0], &from) != 0 ||
		    cpe_read(part[2], &to) != 0 ||
		    cpe_relate(&from, &to) != CPE_EQUAL) {
			for (unsigned i = 0; i < CPE_ATTRIBUTES_; i++)
				if (strcmp(from.at[i], to.at[i]) != 0)
					printf("%s %s: %s, %s\n", part[0],
					    part[2], from.at[i], to.at[i]);
			failed++;
		}
	}
	fclose(f);
	ck_assert_uint_gt(n, 1000);
	/* One row binds a quoted hyphen to NA, which is another value. */
	ck_assert_msg(failed <= 1, "%u of %u", failed, n);
}
END_TEST

static const struct {
	const char	*a, *b, *want;
} attributes[] = {
	{ "*", "*", "equal" }, { "*", "-", "superset" },
	{ "*", "x", "superset" }, { "*", "x*", "superset" },
	{ "-", "*", "subset" }, { "-", "-", "equal" },
	{ "-", "x", "disjoint" }, { "x", "*", "subset" },
	{ "x", "-", "disjoint" }, { "x", "x", "equal" },
	{ "x", "y", "disjoint" }, { "x", "x*", "other" },
	{ "x*", "*", "subset" }, { "x*", "-", "disjoint" },
	{ "x*", "xyz", "superset" }, { "x*", "yx", "disjoint" },
	{ "*soft", "microsoft", "superset" },
	{ "micro??", "microso", "superset" }, { "?", "ab", "disjoint" },
	{ "???", "ab", "superset" }, { "a\\*", "ab", "disjoint" },
	{ "a\\*", "a\\*", "equal" }, { "9\\.*", "9.3", "disjoint" },
};

START_TEST(attribute)
{
	enum cpe_relation got = cpe_compare(attributes[_i].a,
	    attributes[_i].b);

	ck_assert_msg(strcmp(words[got], attributes[_i].want) == 0,
	    "%s %s: %s", attributes[_i].a, attributes[_i].b, words[got]);
}
END_TEST

START_TEST(reading)
{
	struct cpe c;
	char v[2 * CPE_TEXT];

	ck_assert_int_eq(cpe_read("cpe:/a:hp:insight:7.4.0.1570:-:~~online~"
	    "win2003~x64~", &c), 0);
	ck_assert_str_eq(c.at[CPE_UPDATE], "-");
	ck_assert_str_eq(c.at[CPE_EDITION], "*");
	ck_assert_str_eq(c.at[CPE_SW_EDITION], "online");
	ck_assert_str_eq(c.at[CPE_TARGET_SW], "win2003");
	ck_assert_str_eq(c.at[CPE_TARGET_HW], "x64");
	cpe_version(&c, v);
	ck_assert_str_eq(v, "7.4.0.1570");
	ck_assert_int_eq(cpe_read("cpe:2.3:o:Acme:Gate:15.0\\(2a\\)se9:sp1:"
	    "*:*:*:*:*:*", &c), 0);
	ck_assert_str_eq(c.at[CPE_VENDOR], "acme");
	cpe_version(&c, v);
	ck_assert_str_eq(v, "15.0(2a)se9 sp1");
	ck_assert_int_eq(cpe_read("acme gate", &c), -1);
	ck_assert_int_eq(cpe_read("cpe:2.3:o", &c), -1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("match cpe");
	TCase *c = tcase_create("all");

	tcase_add_test(c, relations);
	tcase_add_test(c, bindings);
	tcase_add_test(c, reading);
	tcase_add_loop_test(c, attribute, 0,
	    (int)(sizeof(attributes) / sizeof(attributes[0])));
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed;
}
