/* Versions of package worlds: vers-spec's own tests of each scheme that we
 * claim, RPM's table, and our own cases. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "match/schemes.h"

static char *
read_file(const char *path)
{
	const char *shared = getenv("SHARED");
	char full[600];

	snprintf(full, sizeof(full), "%s/corpora/%s", shared != NULL ? shared :
	    "../shared", path);
	FILE *f = fopen(full, "r");
	if (f == NULL) {
		printf("SKIP: %s is not there\n", full);
		return NULL;
	}
	fseek(f, 0, SEEK_END);
	long n = ftell(f);
	rewind(f);
	char *text = malloc((size_t)n + 1);
	ck_assert_uint_eq(fread(text, 1, (size_t)n, f), (size_t)n);
	text[n] = '\0';
	fclose(f);
	return text;
}

/* The i-th JSON string behind "key" in [at, end); false: there is none. */
static bool
string_of(const char *at, const char *end, const char *key, unsigned i,
    char out[256])
{
	char quoted[64];
	size_t n = 0;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	const char *p = strstr(at, quoted);
	if (p == NULL || p >= end)
		return false;
	p += strlen(quoted);
	p += strspn(p, " \n\t[");
	for (;; i--) {
		if (*p != '"')
			return false;
		n = 0;
		for (p++; *p != '"' && n < 255; p++)
			out[n++] = *p == '\\' ? *++p : *p;
		out[n] = '\0';
		p++;
		p += strspn(p, " \n\t,");
		if (i == 0)
			return true;
	}
}

static int
truth_of(const char *at, const char *end, const char *key)
{
	char quoted[64];

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	const char *p = strstr(at, quoted);
	if (p == NULL || p >= end)
		return -1;
	p += strlen(quoted);
	p += strspn(p, " \n");
	return *p == 't' ? 1 : *p == 'f' ? 0 : -1;
}

/* Each test of the file. */
static unsigned
run_tests(const char *name, unsigned *ret_failed)
{
	char path[256], type[256], scheme[256], a[256], b[256], want[256];
	unsigned n = 0;

	snprintf(path, sizeof(path),
	    "vers-purl/package-url_vers-spec/tests/%s", name);
	char *text = read_file(path);
	if (text == NULL)
		return 0;
	for (char *at = strstr(text, "\"test_type\""); at != NULL;) {
		char *next = strstr(at + 1, "\"test_type\"");
		const char *end = next != NULL ? next : at + strlen(at);
		bool right = true;
		ck_assert(string_of(at, end, "test_type", 0, type));
		if (strcmp(type, "containment") == 0) {
			struct vers v;
			ck_assert(string_of(at, end, "vers", 0, a));
			ck_assert(string_of(at, end, "version", 0, b));
			right = vers_read(a, &v) == 0 && vers_holds(&v, b) ==
			    truth_of(at, end, "expected_output");
			n++;
		} else if (strcmp(type, "equality") == 0 ||
		    strcmp(type, "comparison") == 0) {
			ck_assert(string_of(at, end, "input_scheme", 0,
			    scheme));
			ck_assert(string_of(at, end, "versions", 0, a));
			ck_assert(string_of(at, end, "versions", 1, b));
			const struct scheme *s = scheme_find(scheme,
			    strlen(scheme));
			ck_assert_msg(s != NULL, "%s", scheme);
			int got = s->compare(a, b);
			if (type[0] == 'e') {
				right = (got == 0) ==
				    (truth_of(at, end, "expected_output") == 1);
			} else {
				char last[256] = "";
				for (unsigned i = 0; string_of(at, end,
				    "expected_output", i, want); i++) {
					right &= i == 0 || s->compare(last,
					    want) == -(strcmp(last, want) != 0);
					memcpy(last, want, sizeof(last));
				}
				right &= got != SCHEME_UNLIKE && *last != 0;
			}
			n++;
		}
		if (!right) {
			if ((*ret_failed)++ < 20)
				printf("%s: %s \"%s\" \"%s\"\n", name, type, a,
				    b);
		}
		at = next;
	}
	free(text);
	return n;
}

static const char *const spec_files[] = {
	"maven_version_cmp_test.json", "gentoo_version_cmp_test.json",
	"nuget_version_cmp_test.json", "conan_version_cmp_test.json",
	"alpm_version_cmp_test.json", "openssl_version_cmp_test.json",
	"lexicographic-test.json", "datetime_version_cmp_test.json",
	"alpine_version_cmp_test.json", "pypi_range_containment_test.json",
	"npm_range_containment_test.json",
};

START_TEST(spec_file)
{
	unsigned failed = 0, n = run_tests(spec_files[_i], &failed);

	ck_assert_msg(failed == 0, "%s: %u of %u", spec_files[_i], failed, n);
}
END_TEST

START_TEST(rpm_table)
{
	char *text = read_file("version-compare/rpmvercmp.tsv");
	unsigned failed = 0, n = 0;

	if (text == NULL)
		return;
	char a[128], b[128];
	int want, used;
	for (char *p = text; sscanf(p, "%127s %127s %d%n", a, b, &want, &used)
	    == 3; p += used) {
		n++;
		if (scheme_rpm(a, b) != want) {
			failed++;
			printf("rpm: %s %s is not %d\n", a, b, want);
		}
	}
	free(text);
	ck_assert_uint_gt(n, 80);
	ck_assert_uint_eq(failed, 0);
}
END_TEST

static const struct {
	const char	*scheme, *a, *b;
	int		 want;
} orders[] = {
	{ "semver", "1.0.0", "1.0.0", 0 },
	{ "semver", "1.0.0-alpha", "1.0.0-alpha.1", -1 },
	{ "semver", "1.0.0-alpha.1", "1.0.0-alpha.beta", -1 },
	{ "semver", "1.0.0-beta.2", "1.0.0-beta.11", -1 },
	{ "semver", "1.0.0-rc.1", "1.0.0", -1 },
	{ "semver", "1.0.0+a", "1.0.0+b", 0 },
	{ "npm", "v1.2.3", "1.2.3", 0 },
	{ "golang", "v1.10.0", "v1.9.9", 1 },
	{ "semver", "see label", "1.0.0", SCHEME_UNLIKE },
	{ "deb", "1.0~rc1", "1.0", -1 }, { "deb", "1.0", "1.0+b1", -1 },
	{ "deb", "1:0.4", "10.3", 1 }, { "deb", "1.0-1", "1.0-1.1", -1 },
	{ "deb", "2.36-9+deb12u4", "2.36-9+deb12u10", -1 },
	{ "deb", "1.2.3", "1.2.3-0", 0 }, { "deb", "1.0a", "1.0.1", -1 },
	{ "deb", "7.6p2-4", "7.6-0", 1 }, { "deb", "1.0~~", "1.0~", -1 },
	{ "rpm", "1:1.0-1", "2.0-1", 1 },
	{ "rpm", "1.0-1.el8", "1.0-2.el8", -1 },
	{ "rpm", "1.0", "1.0-2.el8", 0 },
	{ "pypi", "1.0.dev1", "1.0a1", -1 }, { "pypi", "1.0a1", "1.0b1", -1 },
	{ "pypi", "1.0rc1", "1.0", -1 }, { "pypi", "1.0", "1.0.post1", -1 },
	{ "pypi", "1.0", "1.0.0", 0 }, { "pypi", "1!1.0", "2.0", 1 },
	{ "pypi", "1.0+ubuntu.1", "1.0", 1 },
	{ "pypi", "1.0-1", "1.0.post1", 0 },
	{ "pypi", "1.0.ALPHA1", "1.0a1", 0 },
	{ "gem", "1.0.0.rc1", "1.0.0", -1 }, { "gem", "1.0", "1.0.0", 0 },
	{ "gem", "1.2.10", "1.2.9", 1 }, { "gem", "1.0.a", "1.0.b", -1 },
	{ "nuget", "1.0.0.1", "1.0.0", 1 },
	{ "nuget", "1.0.0-BETA", "1.0.0-beta", 0 },
	{ "apk", "1.2.3-r1", "1.2.3-r2", -1 },
	{ "apk", "1.2_rc1", "1.2", -1 }, { "apk", "1.2_p1", "1.2", 1 },
	{ "intdot", "1.2", "1.2.0", 0 }, { "intdot", "1.10", "1.9", 1 },
};

START_TEST(order)
{
	const struct scheme *s = scheme_find(orders[_i].scheme,
	    strlen(orders[_i].scheme));

	ck_assert(s != NULL);
	int got = s->compare(orders[_i].a, orders[_i].b);
	ck_assert_msg(got == orders[_i].want, "%s: %s %s: %d, not %d",
	    orders[_i].scheme, orders[_i].a, orders[_i].b, got,
	    orders[_i].want);
	/* The other way round it is the other way round. */
	int back = s->compare(orders[_i].b, orders[_i].a);
	ck_assert_int_eq(back, got == SCHEME_UNLIKE ? got : -got);
}
END_TEST

static const struct {
	const char	*vers, *version;
	int		 want;		/* 2: not a legal vers of ours */
} holds[] = {
	{ "vers:npm/>=1.0.0|<2.0.0", "1.5.0", 1 },
	{ "vers:npm/>=1.0.0|<2.0.0", "2.0.0", 0 },
	{ "vers:npm/>=1.0.0|<2.0.0", "1.0.0", 1 },
	{ "vers:npm/1.2.3|>=2.0.0|<5.0.0", "1.2.3", 1 },
	{ "vers:npm/1.2.3|>=2.0.0|<5.0.0", "1.2.4", 0 },
	{ "vers:npm/<1.2.3", "1.0.0", 1 }, { "vers:npm/>1.2.3", "2.0.0", 1 },
	{ "vers:npm/>1.2.3", "1.2.3", 0 },
	{ "vers:pypi/0.0.0|>=0.0.2|<0.0.6", "0.0.4", 1 },
	{ "vers:pypi/>=1|!=1.5|<2", "1.5", 0 },
	{ "vers:pypi/>=1|!=1.5|<2", "1.6", 1 },
	{ "vers:deb/<1%3A2.0-1", "1:1.9-1", 1 },
	{ "vers:deb/<1%3A2.0-1", "0:9.9-1", 1 },
	{ "vers:maven/>=1.0|<=1.1", "1.1-rc1", 1 },
	{ "vers:npm/1.2.%30", "1.2.0", 1 }, { "vers:npm/>=1%20.0", "1.0", 1 },
	{ "vers:npm/*", "0.0.1", 1 }, { "vers:semver/>=1.0.0", "house", -1 },
	{ "vers:acme/<1", "0", 2 }, { "vers:npm/", "0", 2 },
	{ "vers:npm/<", "0", 2 }, { "npm/<1", "0", 2 },
	{ "vers:npm/<1||<2", "0", 2 }, { "vers:npm/<1 and <2", "0", 2 },
};

START_TEST(hold)
{
	struct vers v;
	int got = vers_read(holds[_i].vers, &v) != 0 ? 2 :
	    vers_holds(&v, holds[_i].version);

	ck_assert_msg(got == holds[_i].want, "%s %s: %d", holds[_i].vers,
	    holds[_i].version, got);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("match vers");
	TCase *c = tcase_create("all");

	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, spec_file, 0,
	    (int)(sizeof(spec_files) / sizeof(spec_files[0])));
	tcase_add_test(c, rpm_table);
	tcase_add_loop_test(c, order, 0,
	    (int)(sizeof(orders) / sizeof(orders[0])));
	tcase_add_loop_test(c, hold, 0,
	    (int)(sizeof(holds) / sizeof(holds[0])));
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed;
}
