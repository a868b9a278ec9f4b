/* test_base_json.c - base/json.h: reading hostile bytes, writing good ones. */
#include <check.h>
#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "suite.h"

#define COUNT(t) (sizeof(t) / sizeof(*(t)))

static struct json *
parse(const char *text)
{
	struct err	err = ERR_INIT;
	struct json	*root = json_parse(text, strlen(text), &err);

	ck_assert_msg(root != NULL, "%s: %s: %s", text, err.where, err.text);
	return root;
}

START_TEST(refused_with_a_place)
{
	static const struct {
		const char	*name, *text;
		size_t		 n;		/* 0: strlen */
		const char	*where;		/* NULL: any */
	} cases[] = {
		{ "empty", "", 0, NULL },
		{ "blank", "  ", 0, NULL },
		{ "cut", "{\"a\":", 0, "line 1, column 5" },
		{ "second line", "{\n  \"a\": x\n}", 0, "line 2, column 8" },
		{ "behind it", "{} {}", 0, NULL },
		{ "duplicate key", "{\"a\":1,\"a\":2}", 0, NULL },
		{ "deep duplicate", "[{\"a\":{\"b\":1,\"b\":1}}]", 0, NULL },
		{ "same key, escaped", "{\"a\":1,\"\\u0061\":2}", 0, NULL },
		{ "escaped NUL", "[\"a\\u0000b\"]", 0, NULL },
		{ "NUL in a key", "{\"a\\u0000b\":1}", 0, NULL },
		{ "NUL byte in a text", "[\"a\0b\"]", 7, NULL },
		{ "NUL byte behind", "[]\0", 3, NULL },
		{ "NUL byte behind a number", "[1\0,2]", 6,
		    "line 1, column 3" },
		{ "Latin-1", "[\"Geutebr\xfc" "ck\"]", 0, NULL },
		{ "overlong", "[\"\xc0\xaf\"]", 0, NULL },
		{ "surrogate bytes", "[\"\xed\xa0\x80\"]", 0, NULL },
		{ "lone surrogate", "[\"\\ud800\"]", 0, NULL },
		{ "UTF-16", "\xff\xfe[\0]\0", 6, NULL },
		{ "two BOMs", "\xef\xbb\xbf\xef\xbb\xbf[]", 0, NULL },
		{ "comment", "[] // x", 0, NULL },
		{ "trailing comma", "[1,]", 0, NULL },
		{ "huge number", "[1e999]", 0, NULL },
		{ "huge integer", "[123456789012345678901234567890]", 0, NULL },
		{ "control in a text", "[\"a\nb\"]", 0, NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err	err = ERR_INIT;
		size_t		n = cases[i].n != 0 ? cases[i].n :
		    strlen(cases[i].text);
		char		*exact = malloc(n + 1);
		char		*bytes = n != 0 ? realloc(exact, n) : exact;

		memcpy(bytes, cases[i].text, n);
		struct json	*root = json_parse(bytes, n, &err);
		ck_assert_msg(root == NULL, "%s", cases[i].name);
		ck_assert_int_eq(err.kind, ERR_INPUT);
		ck_assert_msg(text_starts(err.where, "line "), "%s",
		    cases[i].name);
		if (cases[i].where != NULL)
			ck_assert_str_eq(err.where, cases[i].where);
		for (const char *p = err.text; *p != '\0'; p++)
			ck_assert_msg((unsigned char)*p >= ' ', "%s",
			    cases[i].name);
		ck_assert(text_is_utf8(err.text, strlen(err.text)));
		free(bytes);
	}
	ck_assert_ptr_null(json_parse(NULL, 0, NULL));
}
END_TEST

/* n brackets and what closes them. */
static char *
nested(size_t n, char open, char close)
{
	char	*text = malloc(2 * n + 1);

	memset(text, open, n);
	memset(text + n, close, n);
	text[2 * n] = '\0';
	return text;
}

START_TEST(depth_has_a_ceiling)
{
	struct err	err = ERR_INIT;
	char		*text = nested(JSON_DEPTH_MAX, '[', ']');

	struct json	*root = json_parse(text, strlen(text), &err);
	ck_assert_ptr_nonnull(root);
	json_close(root);
	free(text);

	text = nested(JSON_DEPTH_MAX + 1, '[', ']');
	ck_assert_ptr_null(json_parse(text, strlen(text), &err));
	ck_assert_str_eq(err.where, "line 1, column 257");
	ck_assert_str_eq(err.text, "nested deeper than 256 levels");
	free(text);

	text = nested(10000000, '{', '}');
	err_clear(&err);
	ck_assert_ptr_null(json_parse(text, 10000000, &err));
	ck_assert(text_starts(err.text, "nested deeper"));
	free(text);
}
END_TEST

START_TEST(brackets_in_texts_do_not_count)
{
	static const char *const	inside[] = {
		"%s", "\\\"%s", "\\\\\\\"%s", "%s\\\\", "        %s",
	};
	char	deep[1001], text[3000];

	memset(deep, '[', 1000);
	deep[1000] = '\0';
	for (size_t i = 0; i < COUNT(inside); i++) {
		const char	*at = strstr(inside[i], "%s");

		snprintf(text, sizeof(text), "[\"%.*s%s%s\",        1]",
		    (int)(at - inside[i]), inside[i], deep, at + 2);
		json_close(parse(text));
	}
	/* A text that ends in an escaped backslash is over. */
	snprintf(text, sizeof(text), "[\"\\\\\",%s", deep);
	struct err	err = ERR_INIT;
	ck_assert_ptr_null(json_parse(text, strlen(text), &err));
	ck_assert(text_starts(err.text, "nested deeper"));
}
END_TEST

START_TEST(values)
{
	static const char	text[] = "\xef\xbb\xbf{"
	    "\"t\":\"\\u00fc\",\"i\":-5,"
	    "\"r\":9.8,\"w\":10.0,\"big\":1e300,\"y\":true,\"f\":false,"
	    "\"n\":null,\"a\":[1,\"x\"],\"o\":{\"p\":\"q\"}}";
	struct json		*root = parse(text);
	const struct json	*none = NULL;

	ck_assert(json_is_object(root) && !json_is_array(root));
	ck_assert_str_eq(json_get_text(root, "t"), "\xc3\xbc");
	ck_assert_str_eq(json_get_text(root, "i"), "");
	ck_assert_str_eq(json_get_text(root, "absent"), "");
	ck_assert_str_eq(json_get_text(json_get(root, "a"), "t"), "");
	ck_assert_int_eq(json_integer(json_get(root, "i"), 3), -5);
	ck_assert_int_eq(json_integer(json_get(root, "w"), 3), 10);
	ck_assert_int_eq(json_integer(json_get(root, "r"), 3), 3);
	ck_assert_int_eq(json_integer(json_get(root, "big"), 3), 3);
	ck_assert_int_eq(json_integer(json_get(root, "t"), 3), 3);
	ck_assert_double_eq(json_number(json_get(root, "r"), 0), 9.8);
	ck_assert_double_eq(json_number(json_get(root, "i"), 0), -5);
	ck_assert_double_eq(json_number(json_get(root, "t"), 7), 7);
	ck_assert(json_true(json_get(root, "y")));
	ck_assert(!json_true(json_get(root, "f")) && !json_true(none));
	ck_assert(!json_true(json_get(root, "i")));
	ck_assert(json_is_bool(json_get(root, "f")));
	ck_assert(json_is_null(json_get(root, "n")) && !json_is_null(none));
	ck_assert(json_is_number(json_get(root, "r")));
	ck_assert(json_is_number(json_get(root, "i")));
	ck_assert(json_is_string(json_get(root, "t")));
	ck_assert_uint_eq(json_count(json_get(root, "a")), 2);
	ck_assert_uint_eq(json_count(root), 0);
	ck_assert_uint_eq(json_count(none), 0);
	ck_assert_str_eq(json_text(json_at(json_get(root, "a"), 1)), "x");
	ck_assert_ptr_null(json_at(json_get(root, "a"), 2));
	ck_assert_ptr_null(json_at(none, 0));
	ck_assert_str_eq(json_kind(root), "object");
	ck_assert_str_eq(json_kind(json_get(root, "a")), "array");
	ck_assert_str_eq(json_kind(json_get(root, "t")), "string");
	ck_assert_str_eq(json_kind(json_get(root, "r")), "number");
	ck_assert_str_eq(json_kind(json_get(root, "y")), "boolean");
	ck_assert_str_eq(json_kind(json_get(root, "n")), "null");
	ck_assert_str_eq(json_kind(none), "nothing");
	json_close(root);
	json_close(NULL);
}
END_TEST

/* White space between tokens is dropped before the parser; nothing may come
 * together that was apart, nor move within a text. */
START_TEST(white_space_is_between_tokens_only)
{
	static const char	*const apart[] = { "1 2", "[1 2]", "[1\n2]",
		"tr ue", "[tru e]", "[- 1]", "[1. 5]", "[1 e3]", "{\"a\" 1}",
		"[\"a\" \"b\"]", "nul\tl", "[1,\v2]", "[1,\f2]",
		"\\ \"a\"", "[\"a\\\" ]", "\xc3 \xa4" };
	static const char	spread[] = " \t\r\n{ \"a\"\n:\t[ 1 ,\r\n"
	    "        2 , -1.5e2 , true\n]  ,\"b  c\" : \" x\\\"  y \" }\n ";

	for (size_t i = 0; i < COUNT(apart); i++) {
		struct err	err = ERR_INIT;

		ck_assert_msg(json_parse(apart[i], strlen(apart[i]), &err) ==
		    NULL, "%s", apart[i]);
		ck_assert(text_starts(err.where, "line "));
	}
	struct json	*root = parse(spread);

	ck_assert_uint_eq(json_count(json_get(root, "a")), 4);
	ck_assert(json_number(json_point(root, "/a/2"), 0) == -150);
	ck_assert(json_true(json_point(root, "/a/3")));
	ck_assert_str_eq(json_get_text(root, "b  c"), " x\"  y ");
	json_close(root);
}
END_TEST

START_TEST(documents_close_in_any_order)
{
	struct json	*a = parse("{\"a\":[\"first\",{\"b\":1}]}");
	struct json	*b = parse("[\"second\"]");
	struct json	*c = parse("\"third\"");

	json_close(b);
	ck_assert(json_parse("[1,", 3, NULL) == NULL);
	ck_assert_str_eq(json_text(json_point(a, "/a/0")), "first");
	json_close(a);
	ck_assert_str_eq(json_text(c), "third");
	json_close(c);
	json_close(NULL);
}
END_TEST

START_TEST(members_come_in_document_order)
{
	struct json	*root = parse("{\"z\":1,\"a\":2,\"m\":3,\"b\":4}");
	struct buf	 seen = BUF_INIT(100);
	void		*iter = NULL;
	const char	*key;

	for (;;) {
		const struct json	*v = json_next(root, &iter, &key);

		if (v == NULL)
			break;
		buf_printf(&seen, "%s%d ", key, (int)json_integer(v, 0));
	}
	ck_assert_str_eq(buf_text(&seen), "z1 a2 m3 b4 ");
	buf_clear(&seen);
	iter = NULL;
	ck_assert_ptr_null(json_next(NULL, &iter, &key));
	json_close(root);
}
END_TEST

START_TEST(pointers)
{
	/* The example of RFC 6901 section 5. */
	static const char	text[] = "{\"foo\":[\"bar\",\"baz\"],\"\":0,"
	    "\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
	    "\"k\\\"l\":6,\" \":7,\"m~n\":8,\"0\":{\"1\":10}}";
	static const struct {
		const char	*pointer;
		int		 value;		/* -1: nothing there */
	} cases[] = {
		{ "/", 0 }, { "/a~1b", 1 }, { "/c%d", 2 }, { "/e^f", 3 },
		{ "/g|h", 4 }, { "/i\\j", 5 }, { "/k\"l", 6 }, { "/ ", 7 },
		{ "/m~0n", 8 }, { "/0/1", 10 },
		{ "foo", -1 }, { "/nope", -1 }, { "/foo/2", -1 },
		{ "/foo/-", -1 }, { "/foo/01", -1 }, { "/foo/x", -1 },
		{ "/foo/", -1 }, { "/foo/99999999999999999999", -1 },
		{ "/foo/0/x", -1 }, { "/m~2n", -1 }, { "/m~", -1 },
		{ "//", -1 },
	};
	struct json	*root = parse(text);

	ck_assert_ptr_eq(json_point(root, ""), root);
	ck_assert_str_eq(json_text(json_point(root, "/foo/0")), "bar");
	ck_assert_uint_eq(json_count(json_point(root, "/foo")), 2);
	ck_assert_ptr_null(json_point(NULL, ""));
	ck_assert_ptr_null(json_point(NULL, "/a"));
	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_msg(json_integer(json_point(root, cases[i].pointer),
		    -1) == cases[i].value, "%s", cases[i].pointer);
	json_close(root);
}
END_TEST

START_TEST(writing)
{
	static const char *const texts[] = { "", "b\\" };
	struct buf	b = BUF_INIT(10000);
	struct json_out	j;

	jout_init(&j, &b);
	jout_object(&j);
	jout_kv(&j, "a", "x\"\\\n\t\x01\x7f/");
	jout_kn(&j, "min", INT64_MIN);
	jout_kb(&j, "yes", true);
	jout_key(&j, "list");
	jout_array(&j);
	jout_int(&j, 1);
	jout_bool(&j, false);
	jout_null(&j);
	jout_tenths(&j, 98);
	jout_tenths(&j, 100);
	jout_text(&j, NULL);
	jout_array(&j);
	jout_end(&j, ']');
	jout_object(&j);
	jout_end(&j, '}');
	jout_end(&j, ']');
	jout_ka(&j, "none");
	jout_end(&j, ']');
	jout_texts(&j, "texts", texts, 2);
	jout_kv(&j, "\xc3\xbc\"", "Geutebr\xc3\xbc" "ck \xff\xe2\x82");
	jout_key(&j, "nul");
	jout_text_n(&j, "a\0b", 3);
	jout_end(&j, '}');
	ck_assert_str_eq(buf_text(&b),
	    "{\"a\":\"x\\\"\\\\\\n\\t\\u0001\\u007f/\","
	    "\"min\":-9223372036854775808,\"yes\":true,"
	    "\"list\":[1,false,null,9.8,10.0,\"\",[],{}],\"none\":[],"
	    "\"texts\":[\"\",\"b\\\\\"],"
	    "\"\xc3\xbc\\\"\":\"Geutebr\xc3\xbc" "ck \xef\xbf\xbd\xef\xbf\xbd"
	    "\xef\xbf\xbd\",\"nul\":\"a\\u0000b\"}");
	ck_assert_uint_eq(j.depth, 0);
	buf_clear(&b);
}
END_TEST

START_TEST(any_bytes_are_written_as_json)
{
	unsigned	seed = 99;

	for (int round = 0; round < 5000; round++) {
		struct buf	b = BUF_INIT(10000);
		struct json_out	j;
		char		bytes[64];
		size_t		n = (size_t)round % 60;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245u + 12345u;
			bytes[i] = (char)(seed >> 16);
			if (bytes[i] == '\0')
				bytes[i] = '"';
		}
		jout_init(&j, &b);
		jout_array(&j);
		jout_text_n(&j, bytes, n);
		jout_end(&j, ']');
		struct json	*root = parse(buf_text(&b));
		if (text_is_utf8(bytes, n)) {
			bytes[n] = '\0';
			ck_assert_str_eq(json_text(json_at(root, 0)), bytes);
		}
		json_close(root);
		buf_clear(&b);
	}
}
END_TEST

START_TEST(a_value_without_a_key_is_a_bug)
{
	struct buf	b = BUF_INIT(100);
	struct json_out	j;

	jout_init(&j, &b);
	jout_object(&j);
	jout_int(&j, 1);
}
END_TEST

START_TEST(a_key_in_an_array_is_a_bug)
{
	struct buf	b = BUF_INIT(100);
	struct json_out	j;

	jout_init(&j, &b);
	jout_array(&j);
	jout_key(&j, "k");
}
END_TEST

START_TEST(a_wrong_bracket_is_a_bug)
{
	struct buf	b = BUF_INIT(100);
	struct json_out	j;

	jout_init(&j, &b);
	jout_array(&j);
	jout_end(&j, '}');
}
END_TEST

START_TEST(too_deep_a_nest_is_a_bug)
{
	struct buf	b = BUF_INIT(1000);
	struct json_out	j;

	jout_init(&j, &b);
	for (int i = 0; i < 64; i++)
		jout_array(&j);
}
END_TEST

/* --- the suite of nst/JSONTestSuite --------------------------------------- */

static char *
slurp(const char *path, size_t *ret_len)
{
	FILE	*f = fopen(path, "rb");
	char	*bytes = NULL;
	size_t	 n = 0;

	if (f == NULL)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0) {
		n = (size_t)ftell(f);
		rewind(f);
		bytes = malloc(n + 1);
		if (fread(bytes, 1, n, f) != n) {
			free(bytes);
			bytes = NULL;
		}
	}
	fclose(f);
	*ret_len = n;
	return bytes;
}

/* Allowed by RFC 8259 and refused here by choice: duplicates and NUL. */
static bool
refused_by_choice(const char *name)
{
	static const char *const	names[] = {
		"y_object_duplicated_key.json",
		"y_object_duplicated_key_and_value.json",
		"y_object_escaped_null_in_key.json",
		"y_string_null_escape.json",
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

START_TEST(json_test_suite)
{
	const char	*shared = getenv("SHARED");
	char		 folder[500], path[1000];
	struct dirent	*entry;
	int		 yes = 0, no = 0, either = 0;

	snprintf(folder, sizeof(folder),
	    "%s/corpora/json/nst_JSONTestSuite/test_parsing",
	    shared != NULL ? shared : "../shared");
	DIR	*dir = opendir(folder);
	if (dir == NULL) {
		printf("SKIP: no JSONTestSuite at %s\n", folder);
		return;
	}
	for (;;) {
		struct err	err = ERR_INIT;
		size_t		n = 0;

		entry = readdir(dir);
		if (entry == NULL)
			break;
		if (!text_ends(entry->d_name, ".json"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		char		*bytes = slurp(path, &n);
		ck_assert_msg(bytes != NULL, "%s", path);
		struct json	*root = json_parse(bytes, n, &err);
		char		 kind = entry->d_name[0];

		yes += kind == 'y';
		no += kind == 'n';
		either += kind == 'i';
		if (kind == 'y')
			ck_assert_msg((root == NULL) ==
			    refused_by_choice(entry->d_name), "%s: %s",
			    entry->d_name, err.text);
		if (kind == 'n')
			ck_assert_msg(root == NULL, "%s", entry->d_name);
		ck_assert_msg((root == NULL) == (err.kind != ERR_NONE), "%s",
		    entry->d_name);
		json_close(root);
		free(bytes);
	}
	closedir(dir);
	printf("JSONTestSuite: %d to accept, %d to refuse, %d either way\n",
	    yes, no, either);
	ck_assert_int_gt(yes, 50);
	ck_assert_int_gt(no, 100);
}
END_TEST

int
main(void)
{
	Suite	*suite = suite_create("base/json");
	TCase *tc = suite_case(suite, "json", 10);

	tcase_add_test(tc, refused_with_a_place);
	tcase_add_test(tc, depth_has_a_ceiling);
	tcase_add_test(tc, brackets_in_texts_do_not_count);
	tcase_add_test(tc, values);
	tcase_add_test(tc, white_space_is_between_tokens_only);
	tcase_add_test(tc, documents_close_in_any_order);
	tcase_add_test(tc, members_come_in_document_order);
	tcase_add_test(tc, pointers);
	tcase_add_test(tc, writing);
	tcase_add_test(tc, any_bytes_are_written_as_json);
	tcase_add_test_raise_signal(tc, a_value_without_a_key_is_a_bug,
	    SIGABRT);
	tcase_add_test_raise_signal(tc, a_key_in_an_array_is_a_bug,
	    SIGABRT);
	tcase_add_test_raise_signal(tc, a_wrong_bracket_is_a_bug,
	    SIGABRT);
	tcase_add_test_raise_signal(tc, too_deep_a_nest_is_a_bug,
	    SIGABRT);
	tcase_add_test(tc, json_test_suite);
	return suite_run(suite);
}
