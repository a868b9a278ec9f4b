/* test_base_text.c - base/text.h. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "suite.h"

#define COUNT(t) (sizeof(t) / sizeof(*(t)))
#define FFFD "\xef\xbf\xbd"

START_TEST(whole_numbers)
{
	static const struct {
		const char	*text;
		int64_t		 min, max;
		int		 rc;
		int64_t		 value;
	} cases[] = {
		{ "0", 0, 10, 0, 0 },
		{ "10", 0, 10, 0, 10 },
		{ "007", 0, 10, 0, 7 },
		{ "11", 0, 10, -1, 0 },
		{ "4", 5, 10, -1, 0 },
		{ "", 0, 10, -1, 0 },
		{ "+1", 0, 10, -1, 0 },
		{ "-1", 0, 10, -1, 0 },
		{ "-0", 0, 10, -1, 0 },
		{ "-1", -5, 10, 0, -1 },
		{ "--1", -5, 10, -1, 0 },
		{ "-", -5, 10, -1, 0 },
		{ " 1", 0, 10, -1, 0 },
		{ "1 ", 0, 10, -1, 0 },
		{ "1x", 0, 10, -1, 0 },
		{ "0x1", 0, 10, -1, 0 },
		{ "1.0", 0, 10, -1, 0 },
		{ "9223372036854775807", 0, INT64_MAX, 0, INT64_MAX },
		{ "9223372036854775808", 0, INT64_MAX, -1, 0 },
		{ "-9223372036854775808", INT64_MIN, 0, 0, INT64_MIN },
		{ "-9223372036854775809", INT64_MIN, 0, -1, 0 },
		{ "99999999999999999999999", 0, INT64_MAX, -1, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t	v = 99;

		ck_assert_msg(text_i64(cases[i].text, cases[i].min,
		    cases[i].max, &v) == cases[i].rc, "%s", cases[i].text);
		ck_assert_int_eq(v, cases[i].rc == 0 ? cases[i].value : 99);
	}

	uint32_t	u = 99;
	ck_assert_int_eq(text_u32("4294967295", 0, UINT32_MAX, &u), 0);
	ck_assert_uint_eq(u, UINT32_MAX);
	ck_assert_int_eq(text_u32("4294967296", 0, UINT32_MAX, &u), -1);
	ck_assert_int_eq(text_u32("-0", 0, UINT32_MAX, &u), -1);
	ck_assert_int_eq(text_u32("", 0, UINT32_MAX, &u), -1);
}
END_TEST

struct unit_case {
	const char	*text;
	int64_t		 value;		/* -1: refused */
};

static void
check_units(int (*read)(const char *, int64_t *), const struct unit_case *c)
{
	for (; c->text != NULL; c++) {
		int64_t	v = -1;
		int	rc = read(c->text, &v);

		ck_assert_msg((rc == 0) == (c->value >= 0) && v == c->value,
		    "\"%s\": %d, %lld", c->text, rc, (long long)v);
	}
}

START_TEST(durations)
{
	static const struct unit_case	cases[] = {
		{ "30s", 30 }, { "15m", 900 }, { "4h", 14400 },
		{ "7d", 604800 }, { "2w", 1209600 }, { "15 min", 900 },
		{ "2 hours", 7200 }, { "1 hour", 3600 }, { "1 day", 86400 },
		{ "3 Days", 259200 }, { " 10 sec ", 10 }, { "0", 0 },
		{ "0s", 0 }, { "1 week", 604800 },
		{ "", -1 }, { "30", -1 }, { "s", -1 }, { "-3s", -1 },
		{ "1.5h", -1 }, { "1h30m", -1 }, { "5 months", -1 },
		{ "3 d d", -1 }, { "3 fortnights", -1 },
		{ "9223372036854775807w", -1 },
		{ "99999999999999999999s", -1 },
		{ NULL, 0 }
	};

	check_units(text_duration, cases);
}
END_TEST

START_TEST(sizes)
{
	static const struct unit_case	cases[] = {
		{ "4096", 4096 }, { "64 KiB", 65536 }, { "5 MiB", 5242880 },
		{ "1 GiB", 1073741824 }, { "1GiB", 1073741824 },
		{ "2TiB", INT64_C(2) << 40 }, { "10 bytes", 10 },
		{ "7B", 7 }, { "5 kB", 5000 }, { "5 MB", 5000000 },
		{ "0", 0 },
		{ "", -1 }, { "KiB", -1 }, { "5 M", -1 }, { "-1", -1 },
		{ "5 KiB KiB", -1 }, { "1.5 MiB", -1 },
		{ "9223372036854775807 KiB", -1 },
		{ NULL, 0 }
	};

	check_units(text_size, cases);
}
END_TEST

START_TEST(well_formed_utf8)
{
	static const struct {
		const char	*name, *bytes;
		uint32_t	 rune;		/* 0: broken */
	} cases[] = {
		{ "ASCII", "a", 'a' },
		{ "DEL", "\x7f", 0x7f },
		{ "first of two bytes", "\xc2\x80", 0x80 },
		{ "last of two bytes", "\xdf\xbf", 0x7ff },
		{ "first of three bytes", "\xe0\xa0\x80", 0x800 },
		{ "before the surrogates", "\xed\x9f\xbf", 0xd7ff },
		{ "after the surrogates", "\xee\x80\x80", 0xe000 },
		{ "last of three bytes", "\xef\xbf\xbf", 0xffff },
		{ "first of four bytes", "\xf0\x90\x80\x80", 0x10000 },
		{ "last of all", "\xf4\x8f\xbf\xbf", 0x10ffff },
		{ "overlong slash, 2", "\xc0\xaf", 0 },
		{ "overlong DEL", "\xc1\xbf", 0 },
		{ "overlong slash, 3", "\xe0\x80\xaf", 0 },
		{ "overlong 7FF", "\xe0\x9f\xbf", 0 },
		{ "overlong slash, 4", "\xf0\x80\x80\xaf", 0 },
		{ "overlong FFFF", "\xf0\x8f\xbf\xbf", 0 },
		{ "first surrogate", "\xed\xa0\x80", 0 },
		{ "last surrogate", "\xed\xbf\xbf", 0 },
		{ "surrogate pair", "\xed\xa0\x80\xed\xb0\x80", 0 },
		{ "U+110000", "\xf4\x90\x80\x80", 0 },
		{ "F5", "\xf5\x80\x80\x80", 0 },
		{ "five bytes", "\xf8\x88\x80\x80\x80", 0 },
		{ "FE", "\xfe", 0 },
		{ "FF", "\xff", 0 },
		{ "a lone continuation", "\x80", 0 },
		{ "a lead and ASCII", "\xc3(", 0 },
		{ "a cut sequence of two", "\xc3", 0 },
		{ "a cut sequence of three", "\xe2\x82", 0 },
		{ "a cut sequence of four", "\xf0\x9f\x92", 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t		n = strlen(cases[i].bytes);
		uint32_t	rune = 0;
		size_t		len = text_rune(cases[i].bytes, n, &rune);
		char		around[40];

		ck_assert_msg((len != 0) == (cases[i].rune != 0), "%s",
		    cases[i].name);
		ck_assert_msg(rune == cases[i].rune, "%s", cases[i].name);
		/* At each place of the eight bytes looked at in one. */
		for (size_t at = 0; at < 20; at++) {
			memset(around, 'x', sizeof(around));
			memcpy(around + at, cases[i].bytes, n);
			ck_assert_msg(text_is_utf8(around, sizeof(around)) ==
			    (cases[i].rune != 0), "%s at %zu",
			    cases[i].name, at);
			ck_assert_msg(text_is_utf8(around, at + n) ==
			    (cases[i].rune != 0), "%s at the end",
			    cases[i].name);
		}
	}
	ck_assert(text_is_utf8("", 0));
	ck_assert(text_is_utf8("a\0b", 3));
	ck_assert_uint_eq(text_rune("a", 0, &(uint32_t){ 0 }), 0);
}
END_TEST

struct clean_case {
	const char	*name, *text, *line, *block;
};

static const struct clean_case	cleaned[] = {
	{ "nothing to do", "Siemens SIMATIC S7-1500", "Siemens SIMATIC S7-1500",
	    "Siemens SIMATIC S7-1500" },
	{ "empty", "", "", "" },
	{ "umlauts stay", "Geutebr\xc3\xbc" "ck", "Geutebr\xc3\xbc" "ck",
	    "Geutebr\xc3\xbc" "ck" },
	{ "four bytes stay", "a\xf0\x9f\x92\xa3z", "a\xf0\x9f\x92\xa3z",
	    "a\xf0\x9f\x92\xa3z" },
	{ "line breaks", "a\nb\r\nc\rd", "a b c d", "a\nb\nc\nd" },
	{ "two breaks", "a\n\nb", "a b", "a\n\nb" },
	{ "tabs", "a\tb\t\tc", "a b c", "a b  c" },
	{ "controls", "a\1\2\3z", "a z", "a z" },
	{ "escape sequence", "\x1b[31mred\x1b[0m", " [31mred [0m",
	    " [31mred [0m" },
	{ "DEL", "a\x7fz", "a z", "a z" },
	{ "C1", "a\xc2\x80\xc2\x9fz", "a z", "a z" },
	{ "NEL", "a\xc2\x85z", "a z", "a\nz" },
	{ "LS and PS", "a\xe2\x80\xa8\xe2\x80\xa9z", "a z", "a\n\nz" },
	{ "blanks stay", "a  b", "a  b", "a  b" },
	{ "NBSP stays", "a\xc2\xa0z", "a\xc2\xa0z", "a\xc2\xa0z" },
	{ "Latin-1", "Geutebr\xfc" "ck", "Geutebr" FFFD "ck",
	    "Geutebr" FFFD "ck" },
	{ "cut sequence is one", "a\xe2\x82z", "a" FFFD "z", "a" FFFD "z" },
	{ "cut at the end", "a\xf0\x9f\x92", "a" FFFD, "a" FFFD },
	{ "surrogate is three", "a\xed\xa0\x80z", "a" FFFD FFFD FFFD "z",
	    "a" FFFD FFFD FFFD "z" },
	{ "overlong is two", "\xc0\xaf", FFFD FFFD, FFFD FFFD },
	{ "broken, then a break", "\xff\n\xff", FFFD " " FFFD,
	    FFFD "\n" FFFD },
};

START_TEST(lines_and_blocks)
{
	struct arena	a = ARENA_INIT;

	for (size_t i = 0; i < COUNT(cleaned); i++) {
		const struct clean_case	*c = &cleaned[i];
		char	around[100];

		ck_assert_msg(strcmp(text_line(&a, c->text), c->line) == 0,
		    "line: %s", c->name);
		ck_assert_msg(strcmp(text_block(&a, c->text), c->block) == 0,
		    "block: %s", c->name);
		/* Behind and before whole words of eight bytes. */
		for (int at = 0; at < 9; at++) {
			snprintf(around, sizeof(around), "%.*s%s.0123456789",
			    at, "abcdefgh", c->text);
			const char	*line = text_line(&a, around);
			ck_assert(text_starts(line + at, c->line));
			ck_assert(text_ends(line, ".0123456789"));
			ck_assert_uint_eq(strlen(line),
			    (size_t)at + strlen(c->line) + 11);
		}
	}
	arena_clear(&a);
}
END_TEST

START_TEST(any_bytes_give_clean_lines)
{
	struct arena	 a = ARENA_INIT;
	unsigned	 seed = 12345;

	for (int round = 0; round < 20000; round++) {
		char		bytes[41];
		uint32_t	rune;
		size_t		n = (size_t)round % 40, len;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245u + 12345u;
			bytes[i] = (char)(seed >> 16);
			if (bytes[i] == '\0' || (seed >> 28) < 6)
				bytes[i] = 'a';
		}
		bytes[n] = '\0';
		const char	*line = text_line(&a, bytes);
		for (const char *p = line; *p != '\0'; p += len) {
			len = text_rune(p, strlen(p), &rune);
			ck_assert_uint_ne(len, 0);
			ck_assert(rune >= 0x20 &&
			    (rune < 0x7f || rune >= 0xa0));
		}
		ck_assert_str_eq(text_line(&a, line), line);
		const char	*block = text_block(&a, bytes);
		ck_assert(text_is_utf8(block, strlen(block)));
		ck_assert_str_eq(text_block(&a, block), block);
		if (text_is_utf8(bytes, n))
			ck_assert_uint_le(strlen(line), n);
		if (round % 1000 == 0)
			arena_clear(&a);
	}
	arena_clear(&a);
}
END_TEST

START_TEST(mojibake)
{
	static const struct {
		const char	*name, *text, *want;	/* NULL: as it is */
	} cases[] = {
		{ "CISA's Geutebrueck", "Geutebr\xc3\x83\xc2\xbc" "ck",
		    "Geutebr\xc3\xbc" "ck" },
		{ "Schneider's accent", "Ing\xc3\x83\xc2\xa9nierie",
		    "Ing\xc3\xa9nierie" },
		{ "registered", "SIMATIC\xc3\x82\xc2\xae S7",
		    "SIMATIC\xc2\xae S7" },
		{ "CP1252 apostrophe",
		    "vendor\xc3\xa2\xe2\x82\xac\xe2\x84\xa2s",
		    "vendor\xe2\x80\x99s" },
		{ "Latin-1 apostrophe",
		    "vendor\xc3\xa2\xc2\x80\xc2\x99s",
		    "vendor\xe2\x80\x99s" },
		{ "dash", "a \xc3\xa2\xe2\x82\xac\xe2\x80\x9c b",
		    "a \xe2\x80\x93 b" },
		{ "a hole of CP1252", "\xc3\x83\xc2\x81" "BC",
		    "\xc3\x81" "BC" },
		{ "NBSP", "a\xc3\x82\xc2\xa0" "b", "a\xc2\xa0" "b" },
		{ "three bytes", "\xc3\xa4\xc2\xb8\xc2\xad\xc3\xa5\xe2\x80"
		    "\xba\xc2\xbd", "\xe4\xb8\xad\xe5\x9b\xbd" },
		{ "twice is repaired once",
		    "\xc3\x83\xc6\x92\xc3\x82\xc2\xbc", "\xc3\x83\xc2\xbc" },
		{ "ASCII", "Siemens", NULL },
		{ "empty", "", NULL },
		{ "right already", "Geutebr\xc3\xbc" "ck", NULL },
		{ "right and French", "\xc3\x89lectricit\xc3\xa9", NULL },
		{ "a lone A tilde", "S\xc3\x83O PAULO", NULL },
		{ "both kinds", "Geutebr\xc3\xbc" "ck br\xc3\x83\xc2\xbc" "ck",
		    NULL },
		{ "quotes that are right", "the \xe2\x80\x9c" "A\xe2\x80\x9d",
		    NULL },
		{ "beyond CP1252", "\xce\xb1\xc3\x83\xc2\xbc", NULL },
		{ "no UTF-8", "Geutebr\xfc" "ck", NULL },
	};
	struct arena	a = ARENA_INIT;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char	*want = cases[i].want != NULL ?
		    cases[i].want : cases[i].text;

		ck_assert_msg(strcmp(text_mojibake(&a, cases[i].text), want)
		    == 0, "%s", cases[i].name);
	}
	arena_clear(&a);
}
END_TEST

START_TEST(cuts)
{
	static const struct {
		const char	*text;
		size_t		 n, want;
	} cases[] = {
		{ "abc", 10, 3 }, { "abc", 3, 3 }, { "abc", 2, 2 },
		{ "abc", 0, 0 }, { "", 5, 0 },
		{ "a\xc3\xbc" "b", 1, 1 }, { "a\xc3\xbc" "b", 2, 1 },
		{ "a\xc3\xbc" "b", 3, 3 }, { "\xc3\xbc", 1, 0 },
		{ "\xe2\x82\xac", 2, 0 }, { "\xe2\x82\xac", 3, 3 },
		{ "x\xf0\x9f\x92\xa3", 2, 1 }, { "x\xf0\x9f\x92\xa3", 3, 1 },
		{ "x\xf0\x9f\x92\xa3", 4, 1 }, { "x\xf0\x9f\x92\xa3", 5, 5 },
		{ "a\xc3", 9, 1 },
		{ "\x80\x80\x80\x80\x80\x80", 5, 5 },
		{ "\x80\x80", 2, 2 }, { "ab\xff", 3, 3 },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_msg(text_cut(cases[i].text, cases[i].n) ==
		    cases[i].want, "case %zu", i);
}
END_TEST

START_TEST(showing)
{
	static const struct {
		const char	*text;
		size_t		 max;
		const char	*ascii, *utf8;
	} cases[] = {
		{ "plain", 10, "plain", "plain" },
		{ "plain", 5, "plain", "plain" },
		{ "plain", 4, "plai...", "plai..." },
		{ "", 0, "", "" },
		{ "x", 0, "...", "..." },
		{ "a\nb\r\t\"\\", 99, "a\\nb\\r\\t\\\"\\\\",
		    "a\\nb\\r\\t\\\"\\\\" },
		{ "\x1b[1m", 99, "\\x1b[1m", "\\x1b[1m" },
		{ "\xc3\xbc", 99, "\\xc3\\xbc", "\xc3\xbc" },
		{ "\xff", 99, "\\xff", "\\xff" },
		{ "\xc2\x9b", 99, "\\xc2\\x9b", "\\xc2\\x9b" },
		{ "\xe2\x80\xae" "fdp", 99, "\\xe2\\x80\\xae" "fdp",
		    "\\xe2\\x80\\xae" "fdp" },
		{ "a\x01", 4, "a...", "a..." },
		{ "a\x01", 5, "a\\x01", "a\\x01" },
		{ "a\xc3\xbc", 2, "a...", "a..." },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf	b = BUF_INIT(1000), c = BUF_INIT(1000);

		buf_puts(&b, "<");
		text_show(&b, cases[i].text, cases[i].max);
		ck_assert_str_eq(buf_text(&b) + 1, cases[i].ascii);
		text_show_utf8(&c, cases[i].text, cases[i].max);
		ck_assert_str_eq(buf_text(&c), cases[i].utf8);
		buf_clear(&b);
		buf_clear(&c);
	}
}
END_TEST

START_TEST(comparing)
{
	ck_assert(text_eq("a", "a") && !text_eq("a", "b"));
	ck_assert(text_eq(NULL, NULL) && !text_eq(NULL, "") &&
	    !text_eq("", NULL));
	ck_assert(text_eq_nocase("SieMens", "siEmenS"));
	ck_assert(!text_eq_nocase("a", "ab") && !text_eq_nocase("ab", "a"));
	ck_assert(!text_eq_nocase("@", "`") && !text_eq_nocase("[", "{"));
	ck_assert(text_eq_nocase(NULL, NULL) && !text_eq_nocase("", NULL));
	ck_assert(text_starts("abc", "ab") && text_starts("abc", "") &&
	    !text_starts("ab", "abc"));
	ck_assert(text_ends("abc", "bc") && text_ends("abc", "") &&
	    !text_ends("bc", "abc"));

	const char	*hay = "The SIMATIC and simatic";
	ck_assert_ptr_eq(text_find_nocase(hay, "simatic"), hay + 4);
	ck_assert_ptr_eq(text_find_nocase(hay, ""), hay);
	ck_assert_ptr_null(text_find_nocase(hay, "simaticx"));
	ck_assert_ptr_null(text_find_nocase("", "x"));
	ck_assert_ptr_nonnull(text_find_nocase("aaab", "AAB"));
	ck_assert_ptr_null(text_find_nocase("aaa", "aab"));
}
END_TEST

START_TEST(trimming)
{
	struct arena	a = ARENA_INIT;

	ck_assert_str_eq(text_trim(&a, "  a b\t\n"), "a b");
	ck_assert_str_eq(text_trim(&a, "\xc2\xa0 a\xc2\xa0\xc2\xa0 "), "a");
	ck_assert_str_eq(text_trim(&a, "\xc2\xa0"), "");
	ck_assert_str_eq(text_trim(&a, " "), "");
	ck_assert_str_eq(text_trim(&a, ""), "");
	/* A0 may also end another character. */
	ck_assert_str_eq(text_trim(&a, "\xc3\xa0"), "\xc3\xa0");
	ck_assert_str_eq(text_lower(&a, "SIMATIC \xc3\x9c"),
	    "simatic \xc3\x9c");
	arena_clear(&a);
}
END_TEST

START_TEST(globs)
{
	static const struct {
		const char	*pattern, *text;
		bool		 want;
	} cases[] = {
		{ "", "", true }, { "", "a", false }, { "*", "", true },
		{ "*", "abc", true }, { "?", "", false }, { "?", "a", true },
		{ "?", "\xc3\xbc", true }, { "??", "\xc3\xbc", false },
		{ "a*c", "abc", true }, { "a*c", "ac", true },
		{ "a*c", "abcd", false }, { "A*C", "abc", true },
		{ "*.siemens.com", "cert.siemens.com", true },
		{ "*.siemens.com", "siemens.com", false },
		{ "a*b*c", "a-b-b-c", true }, { "a**b", "ab", true },
		{ "*a", "aaaa", true }, { "*a?", "aab", true },
		{ "[a]", "a", false }, { "abc", "ab", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_msg(text_glob(cases[i].pattern, cases[i].text) ==
		    cases[i].want, "%s %s", cases[i].pattern, cases[i].text);

	/* What blows up a backtracking matcher takes no time here. */
	char	many[2001];
	memset(many, 'a', 2000);
	many[2000] = '\0';
	ck_assert(!text_glob("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", many));
}
END_TEST

START_TEST(did_you_mean)
{
	static const char *const	names[] = { "type", "url", "interval",
	    "confidence", "criticality", "a", NULL };

	ck_assert_str_eq(text_nearest("tipe", names), "type");
	ck_assert_str_eq(text_nearest("tyep", names), "type");
	ck_assert_str_eq(text_nearest("TYPE", names), "type");
	ck_assert_str_eq(text_nearest("intervall", names), "interval");
	ck_assert_str_eq(text_nearest("confidnece", names), "confidence");
	ck_assert_str_eq(text_nearest("critcality", names), "criticality");
	ck_assert_str_eq(text_nearest("ulr", names), "url");
	ck_assert_ptr_null(text_nearest("sandwich", names));
	ck_assert_ptr_null(text_nearest("b", names));
	ck_assert_ptr_null(text_nearest("", names));
	char	big[200];
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	ck_assert_ptr_null(text_nearest(big, names));
	big[63] = '\0';
	ck_assert_ptr_null(text_nearest(big, names));
}
END_TEST

START_TEST(hex)
{
	char	out[9];

	text_hex((const uint8_t *)"\x00\x0f\xf0\xff", 4, out);
	ck_assert_str_eq(out, "000ff0ff");
	text_hex((const uint8_t *)"", 0, out);
	ck_assert_str_eq(out, "");
}
END_TEST

int
main(void)
{
	Suite	*suite = suite_create("base/text");
	TCase *tc = suite_case(suite, "text", 10);

	tcase_add_test(tc, whole_numbers);
	tcase_add_test(tc, durations);
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, well_formed_utf8);
	tcase_add_test(tc, lines_and_blocks);
	tcase_add_test(tc, any_bytes_give_clean_lines);
	tcase_add_test(tc, mojibake);
	tcase_add_test(tc, cuts);
	tcase_add_test(tc, showing);
	tcase_add_test(tc, comparing);
	tcase_add_test(tc, trimming);
	tcase_add_test(tc, globs);
	tcase_add_test(tc, did_you_mean);
	tcase_add_test(tc, hex);
	return suite_run(suite);
}
