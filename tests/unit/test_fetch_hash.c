#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fetch/fetch.h"
#include "suite.h"

#define H16 "0123456789abcdef"
#define H16U "0123456789ABCDEF"
#define H64 H16 H16 H16 H16
#define H64U H16U H16U H16U H16U
#define OTHER "ffffffffffffffff" H16 H16 H16
#define H128 H64 H64

static const struct {
	const char	*name;
	const char	*text;
	const char	*want;
} cases[] = {
	{ "bare", H64, H64 },
	{ "bare, line", H64 "\n", H64 },
	{ "bare, CRLF", H64 "\r\n", H64 },
	{ "sha512", H128 "  doc.json\n", H128 },
	{ "sha256sum", H64 "  doc.json\n", H64 },
	{ "binary mark", H64 " *doc.json\n", H64 },
	{ "capitals", H64U "  doc.json\n", H64 },
	{ "BOM", "\xef\xbb\xbf" H64 "  doc.json\n", H64 },
	{ "blanks before", " \t" H64 "  doc.json", H64 },
	{ "escaped name mark", "\\" H64 "  doc.json\n", H64 },
	{ "path", H64 "  ./2026/doc.json\n", H64 },
	{ "another name, alone", H64 "  moved.json\n", H64 },
	{ "BSD", "SHA256 (doc.json) = " H64 "\n", H64 },
	{ "BSD, 512", "SHA512 (a/doc.json) = " H128 "\n", H128 },
	{ "of two", OTHER "  a.json\n" H64 "  doc.json\n", H64 },
	{ "of two, none ours", OTHER "  a.json\n" H64 "  b.json\n", "" },
	{ "comment before", "# hashes\n" H64 "  doc.json\n", H64 },
	{ "empty", "", "" },
	{ "only lines", "\n\n\r\n", "" },
	{ "HTML", "<html><title>404</title></html>", "" },
	{ "too short", "0123456789abcdef  doc.json\n", "" },
	{ "sha384", H64 H16 H16 "  doc.json\n", "" },
	{ "too long", H128 "0  doc.json\n", "" },
	{ "no gap", H64 "x\n", "" },
	{ "BSD, cut", "SHA256 (doc.json", "" },
	{ "BSD, crossed", "SHA256 )doc.json( = " H64, "" },
};

START_TEST(test_parse)
{
	char got[SHA512_TEXT];
	size_t n = strlen(cases[_i].text);
	/* so that a sanitizer sees a read behind the end */
	char *exact = malloc(n + 1);

	memcpy(exact, cases[_i].text, n);
	exact = realloc(exact, n > 0 ? n : 1);
	verify_parse(exact, n, "doc.json", got);
	ck_assert_msg(strcmp(got, cases[_i].want) == 0, "%s: \"%s\"",
	    cases[_i].name, got);
	free(exact);
}
END_TEST

START_TEST(test_nul)
{
	char got[SHA512_TEXT];
	const char text[] = H64 "\0 doc.json";

	verify_parse(text, sizeof(text) - 1, "doc.json", got);
	ck_assert_str_eq(got, "");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fetch_hash");
	TCase *t = tcase_create("parse");

	tcase_add_loop_test(t, test_parse, 0, (int)COUNT_OF(cases));
	tcase_add_test(t, test_nul);
	suite_add_tcase(s, t);
	return suite_run(s);
}
