/* Files of aliases: what is read, what is complained of, and back to text. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "noun/aliases.h"

static struct arena mem = ARENA_INIT;
static struct buf said = BUF_INIT(1u << 20);

static void
complain(void *ctx, unsigned line, const char *text)
{
	(void)ctx;
	buf_printf(&said, "%u:%s\n", line, text);
}

static struct aliases
read_all(const char *text, size_t n)
{
	struct aliases ret = { .n = 0 };

	buf_reset(&said);
	aliases_read("own", text, n, &mem, &ret, complain, NULL);
	return ret;
}

static const struct {
	const char	*name, *text;
	const char	*shown;		/* all aliases again, one a line */
	const char	*complaint;	/* part of it; "" = none */
} table[] = {
	{ "empty", "", "", "" },
	{ "remarks and blank lines", "# a\n\n  \t# b\r\n", "", "" },
	{ "a maker", "maker \"A\" = \"B b\"=\"C\" # x",
	    "maker \"A\" = \"B b\" = \"C\"\n", "" },
	{ "brands", "brand \"A\" \"B\" \"C c\"",
	    "brand \"A\" \"B\" \"C c\"\n", "" },
	{ "products that stand apart", "apart \"A\" \"B\" \"C c\"",
	    "apart \"A\" \"B\" \"C c\"\n", "" },
	{ "a maker without brands", "brand \"A\"", "", "1:a name is missing" },
	{ "a brand is no other name", "brand \"A\" = \"B\"", "",
	    "1:a name is missing" },
	{ "a division", "division \"A b\" = \"A\" = \"C\"",
	    "division \"A b\" = \"A\" = \"C\"\n", "" },
	{ "a division of nobody", "division \"A\"", "",
	    "1:a name is missing" },
	{ "a short form", "short \"A\" \"B b\" = \"BB\" = \"Bb\"",
	    "short \"A\" \"B b\" = \"BB\" = \"Bb\"\n", "" },
	{ "short for nothing", "short \"A\" \"B\"", "",
	    "1:a name is missing" },
	{ "short without words", "short \"A\" = \"B\"", "",
	    "1:a name is missing" },
	{ "a maker alone", "maker \"A\"", "maker \"A\"\n", "" },
	{ "an include", "include \"A\" \"B\" = \"C\" \"D\"\n",
	    "include \"A\" \"B\" = \"C\" \"D\"\n", "" },
	{ "of a device", "include \"A\" \"B\" = device \"d-1\"\r\n",
	    "include \"A\" \"B\" = device \"d-1\"\n", "" },
	{ "no vendor is printed", "include \"\" \"B\" = \"\" \"D\"",
	    "include \"\" \"B\" = \"\" \"D\"\n", "" },
	{ "an exclude with a reason",
	    "exclude \"A\" \"B\" = \"C\" \"D\" because \"of it\"",
	    "exclude \"A\" \"B\" = \"C\" \"D\" because \"of it\"\n", "" },
	{ "of a whole vendor", "exclude \"A\" = \"C\"",
	    "exclude \"A\" = \"C\"\n", "" },
	{ "quotes within, and a # within", "include \"A\" \"7\"\" & #15\"\"\" = "
	    "\"C\" \"D\"", "include \"A\" \"7\"\" & #15\"\"\" = \"C\" "
	    "\"D\"\n", "" },
	{ "letters of any script", "maker \"Dräger\" = \"德\"",
	    "maker \"Dräger\" = \"德\"\n", "" },
	{ "the good lines stay", "foo\nmaker \"A\"\n\nbar \"x\"\n",
	    "maker \"A\"\n", "4:\"bar\" is not known; allowed: maker" },
	{ "no statement", "\"A\" = \"B\"", "", "1:a line begins with" },
	{ "a quote is open", "maker \"A", "", "1:a quote is not closed" },
	{ "no quotes", "maker A", "", "1:a name stands in quotes" },
	{ "no names", "maker", "", "1:a name is missing" },
	{ "an empty maker", "maker \"\"", "", "1:a name is missing" },
	{ "too much", "maker \"A\" \"B\"", "", "1:there is more behind" },
	{ "no equal sign", "include \"A\" \"B\"", "", "1:\"=\" is missing" },
	{ "no product to include", "include \"A\" = \"C\" \"D\"", "",
	    "1:the publisher's product is missing" },
	{ "no model to include", "include \"A\" \"B\" = \"C\"", "",
	    "1:the device list's model is missing" },
	{ "no device", "include \"A\" \"B\" = device", "",
	    "1:the device's id is missing" },
	{ "an empty device", "include \"A\" \"B\" = device \"\"", "",
	    "1:the device's id is missing" },
	{ "everything excluded", "exclude \"\" = \"C\"", "",
	    "1:the publisher's vendor and product are both empty" },
	{ "from everything", "exclude \"A\" = \"\"", "",
	    "1:the device list's vendor and model are both empty" },
	{ "no reason", "exclude \"A\" = \"C\" because", "",
	    "1:the reason is missing" },
	{ "a line", "line \"A\" \"B 7\" = \"AB-7?\" \"B7 *\" # x",
	    "line \"A\" \"B 7\" = \"AB-7?\" \"B7 *\"\n", "" },
	{ "a system", "system \"A\" \"BOS\" = \"Gate*\"",
	    "system \"A\" \"BOS\" = \"Gate*\"\n", "" },
	{ "a line of nobody", "line \"\" \"B\" = \"B7\"", "",
	    "1:the publisher's vendor is missing; allowed: line \"VENDOR\" "
	    "\"NAME\" = \"CODE\" ..." },
	{ "a line without a name", "line \"A\" = \"B7\"", "",
	    "1:the name that the publisher prints is missing" },
	{ "a line without codes", "line \"A\" \"B\" =", "",
	    "1:a code is missing" },
	{ "codes are not parted by =", "line \"A\" \"B\" = \"B7\" = \"B8\"", "",
	    "1:there is more behind the end" },
	{ "a list's vendor has no place", "line \"A\" \"B\" = \"AAA\" \"B8\"",
	    "", "1:a code begins with two signs of which one is a digit" },
	{ "a star within", "line \"A\" \"B\" = \"B7*x\"", "",
	    "1:a * stands only at the end of a code" },
	{ "a code that fits all", "line \"A\" \"B\" = \"B*\"", "",
	    "1:a code begins with two signs" },
	{ "a code of wildcards", "system \"A\" \"B\" = \"????7\"", "",
	    "1:a code begins with two signs" },
	{ "a code that is too long", "line \"A\" \"B\" = \"B7000000000000000000"
	    "000000000000000000000000000000000\"", "",
	    "1:a code is longer than 47 signs" },
	{ "a code of other letters", "line \"A\" \"B\" = \"B7ß\"", "",
	    "1:a code has Latin letters and digits only" },
	{ "broken UTF-8", "maker \"\xff\"", "", "1:this is no text in UTF-8" },
};

START_TEST(line)
{
	struct buf out = BUF_INIT(65536);
	struct aliases got = read_all(table[_i].text, strlen(table[_i].text));

	for (uint32_t i = 0; i < got.n; i++) {
		alias_show(&out, &got.list[i]);
		buf_byte(&out, '\n');
	}
	ck_assert_msg(strcmp(buf_text(&out), table[_i].shown) == 0,
	    "%s: %s", table[_i].name, buf_text(&out));
	ck_assert_msg((table[_i].complaint[0] == '\0') == (said.len == 0) &&
	    strstr(buf_text(&said), table[_i].complaint) != NULL, "%s: %s",
	    table[_i].name, buf_text(&said));
	/* What is shown says the same again. */
	struct aliases again = read_all(buf_text(&out), out.len);
	ck_assert_uint_eq(again.n, got.n);
	buf_clear(&out);
	arena_clear(&mem);
}
END_TEST

START_TEST(packed)
{
	static const char text[] = "maker \"A\" = \"B\"\n"
	    "exclude \"C\" \"D\" = \"E\" \"F\" because \"G\"\n"
	    "include \"C\" \"D\" = device \"H\"\n"
	    "line \"C\" \"D\" = \"D-1\" \"D-2*\"\n";
	struct aliases got = read_all(text, sizeof(text) - 1), back;
	struct buf a = BUF_INIT(65536), b = BUF_INIT(65536);
	struct unpack in;

	ck_assert_uint_eq(got.n, 4);
	ck_assert_str_eq(got.list[2].where, "own:3");
	aliases_pack(&a, &got);
	unpack_open(&in, a.data, a.len);
	aliases_unpack(&in, &mem, &back);
	ck_assert_int_eq(unpack_done(&in, NULL), 0);
	aliases_pack(&b, &back);
	ck_assert_uint_eq(a.len, b.len);
	ck_assert_int_eq(memcmp(a.data, b.data, a.len), 0);
	/* Cut anywhere: an error, never more. */
	for (size_t n = 0; n < a.len; n++) {
		void *copy = malloc(n + 1);
		memcpy(copy, a.data, n);
		unpack_open(&in, copy, n);
		aliases_unpack(&in, &mem, &back);
		ck_assert_int_eq(unpack_done(&in, NULL), -1);
		free(copy);
	}
	buf_clear(&a);
	buf_clear(&b);
	arena_clear(&mem);
}
END_TEST

/* The ceilings: complaints, aliases, names, the length of one. */
START_TEST(ceilings)
{
	struct buf text = BUF_INIT(16u << 20);

	for (unsigned i = 0; i < 1000; i++)
		buf_puts(&text, "x\n");
	read_all(buf_text(&text), text.len);
	unsigned lines = 0;
	for (size_t i = 0; i < said.len; i++)
		lines += said.data[i] == '\n';
	ck_assert_uint_eq(lines, ALIAS_FAULTS_MAX + 1);
	buf_reset(&text);
	for (unsigned i = 0; i < ALIASES_MAX + 10; i++)
		buf_puts(&text, "maker \"A\"\n");
	struct aliases got = read_all(buf_text(&text), text.len);
	ck_assert_uint_eq(got.n, ALIASES_MAX);
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "20001:more than"));
	buf_reset(&text);
	buf_puts(&text, "maker \"A\"");
	for (unsigned i = 0; i < ALIAS_NAMES_MAX; i++)
		buf_puts(&text, " = \"A\"");
	got = read_all(buf_text(&text), text.len);
	ck_assert_uint_eq(got.n, 0);
	buf_reset(&text);
	buf_puts(&text, "maker \"");
	for (unsigned i = 0; i < 100000; i++)
		buf_puts(&text, "\"\"");
	got = read_all(buf_text(&text), text.len);
	ck_assert_uint_eq(got.n, 0);
	got = read_all("maker \"A\0B\"\nmaker \"C\"", 21);
	ck_assert_uint_eq(got.n, 1);
	buf_clear(&text);
	arena_clear(&mem);
}
END_TEST

/* Codes as they are compared, and what stands before the first wildcard. */
START_TEST(codes)
{
	static const struct {
		const char	*text, *code;
		unsigned	 head;
	} all[] = {
		{ "1756-L8?E", "1756l8?e", 6 }, { "CPU 1214C", "cpu1214c", 8 },
		{ "6ES7 214-1??4*", "6es72141??4*", 8 }, { "B7", "b7", 2 },
		{ "Gate *", "gate*", 4 },
	};

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		char code[ALIAS_CODE];
		unsigned head;
		ck_assert_ptr_null(alias_code(all[i].text, code, &head));
		ck_assert_str_eq(code, all[i].code);
		ck_assert_uint_eq(head, all[i].head);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("aliases");
	TCase *t = tcase_create("aliases");

	tcase_add_loop_test(t, line, 0, (int)COUNT_OF(table));
	tcase_add_test(t, packed);
	tcase_add_test(t, codes);
	tcase_add_test(t, ceilings);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
