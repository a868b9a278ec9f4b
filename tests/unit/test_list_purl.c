/* Package URLs as keys: the tests of purl-spec, of its grammar and of each type.
 * Two spellings of one package must have one key, two packages two. */
#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "noun/index.h"

#define TESTS "corpora/vers-purl/package-url_purl-spec/tests"
#define CANONICAL_MAX 4096

static struct arena mem;
static const char *canonical[CANONICAL_MAX];
static unsigned n_canonical, n_run, n_odd, n_bad;

static const char *
decoded(const char *s)
{
	size_t n = strcspn(s, "?#"), len = 0;
	char *out = arena_text_n(&mem, s, n);

	for (size_t i = 0; i < n; i++, len++) {
		unsigned byte;
		out[len] = s[i];
		if (s[i] == '%' && i + 2 < n &&
		    sscanf(s + i + 1, "%2x", &byte) == 1) {
			out[len] = (char)byte;
			i += 2;
		}
	}
	out[len] = '\0';
	return out;
}

/* The parts, put together; a part's own separators are encoded. */
static const char *
put_together(const struct json *o)
{
	const char *space = json_get_text(o, "namespace");
	const char *version = json_get_text(o, "version");

	return arena_printf(&mem, "pkg:%s/%s%s%s%s%s", json_get_text(o, "type"),
	    space, space[0] != '\0' ? "/" : "", json_get_text(o, "name"),
	    version[0] != '\0' ? "@" : "", version);
}

/* Where we are broader than the standard: qualifiers and subpaths are not
 * looked at, a type's own demands are not made ("conan" wants a channel), a
 * name's case is folded where the world's own does not matter. */
static bool
is_lenient(const struct json *test)
{
	const char *input = json_text(json_get(test, "input"));

	return json_true(json_get(test, "expected_failure")) &&
	    index_purl(input, &input) != 0;
}

static void
run_one(const char *path, const struct json *test)
{
	const char *input = json_text(json_get(test, "input"));
	const struct json *want = json_get(test, "expected_output");
	const char *kind = json_get_text(test, "test_type");
	const char *version, *want_version;

	if (input[0] == '\0' || text_eq(kind, "build"))
		return;
	n_run++;
	if (json_true(json_get(test, "expected_failure"))) {
		n_odd += is_lenient(test);
		return;
	}
	const char *is = json_is_object(want) ? put_together(want) :
	    json_text(want);
	uint64_t key = index_purl(input, &version);
	bool same = key == index_purl(is, &want_version);
	bool good = key != 0 && same &&
	    strcasecmp(decoded(version), decoded(want_version)) == 0;
	if (!good) {
		n_bad++;
		printf("%s: %s is not %s\n", path, input, is);
	}
	if (!json_is_object(want) && n_canonical < CANONICAL_MAX)
		canonical[n_canonical++] = arena_text(&mem, is);
}

static void
run_file(const char *path)
{
	static char text[1 << 20];
	struct err err = ERR_INIT;
	FILE *f = fopen(path, "rb");

	ck_assert_msg(f != NULL, "%s", path);
	size_t n = fread(text, 1, sizeof(text), f);
	fclose(f);
	struct json *root = json_parse(text, n, &err);
	ck_assert_msg(root != NULL, "%s: %s", path, err.text);
	const struct json *tests = json_get(root, "tests");
	for (size_t i = 0; i < json_count(tests); i++)
		run_one(path, json_at(tests, i));
	json_close(root);
}

/* "type/namespace/name" of a canonical one, small letters. */
static char *
package_of(const char *purl)
{
	const char *version;
	size_t n = strcspn(purl, "?#");

	index_purl(purl, &version);
	if (version[0] != '\0')
		n = (size_t)(version - purl) - 1;
	return text_lower(&mem, decoded(arena_text_n(&mem, purl, n)));
}

START_TEST(tests_of_the_standard)
{
	const char *shared = getenv("SHARED");
	const char *of[] = { "spec", "types" };
	const char *version;

	n_canonical = n_run = n_odd = n_bad = 0;
	for (int i = 0; i < 2; i++) {
		glob_t found;
		const char *all = arena_printf(&mem, "%s/" TESTS "/%s/*.json",
		    shared != NULL ? shared : "../shared", of[i]);
		if (glob(all, 0, NULL, &found) != 0) {
			printf("SKIP: %s is not there\n", all);
			return;
		}
		for (size_t k = 0; k < found.gl_pathc; k++)
			run_file(found.gl_pathv[k]);
		globfree(&found);
	}
	for (unsigned i = 0; i < n_canonical; i++)
		for (unsigned k = 0; k < i; k++)
			if (!text_eq(package_of(canonical[i]),
			    package_of(canonical[k])))
				ck_assert_msg(index_purl(canonical[i],
				    &version) != index_purl(canonical[k],
				    &version), "%s and %s have one key",
				    canonical[i], canonical[k]);
	printf("purl-spec: %u tests, %u of bad ones have a key\n", n_run,
	    n_odd);
	ck_assert_uint_eq(n_bad, 0);
	ck_assert_uint_gt(n_run, 100);
	arena_clear(&mem);
}
END_TEST

START_TEST(spellings)
{
	static const struct {
		const char	*a, *b;
		bool		 same;
	} cases[] = {
		{ "pkg:pypi/Django_Rest@1", "PKG:PyPI/django-rest", true },
		{ "pkg:pypi/a.b", "pkg:pypi/a-b", false },
		{ "pkg:pub/Flutter-Map@1", "pkg:pub/flutter_map", true },
		{ "pkg:github/Acme/Gate", "pkg:github/acme/gate", true },
		{ "pkg:rpm/Fedora/curl", "pkg:rpm/fedora/curl", true },
		{ "pkg:rpm/fedora/Curl", "pkg:rpm/fedora/curl", false },
		{ "pkg:generic/OpenSSL", "pkg:generic/openssl", false },
		{ "pkg:maven/Org/a", "pkg:maven/org/a", false },
		{ "pkg:cargo/Serde", "pkg:cargo/serde", false },
		{ "pkg:npm/%40angular/core@1", "pkg:npm/@angular/core", true },
		{ "pkg://generic//a//b/@1", "pkg:generic/a/b", true },
		{ "pkg:deb/debian/curl@7?arch=i386#x", "pkg:deb/Debian/curl",
		    true },
		{ "pkg:otp/Crypto", "pkg:otp/crypto", true },
	};
	static const char *const bad[] = { "", "pkg:", "pkg:generic",
	    "pkg:generic/", "pkg:generic/@1", "pkg:/name", "pkg:1x/name",
	    "pkg:a&b/name", "pkg:a:b/name", "generic/name", "pkg:%67eneric/a",
	    "pkg:?x", "pkg:@" };
	const char *version;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg((index_purl(cases[i].a, &version) ==
		    index_purl(cases[i].b, &version)) == cases[i].same,
		    "%s, %s", cases[i].a, cases[i].b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(index_purl(bad[i], &version) == 0, "%s", bad[i]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("list/purl");
	TCase *tc = tcase_create("purl");

	tcase_add_test(tc, tests_of_the_standard);
	tcase_add_test(tc, spellings);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed > 0;
}
