/* Header fields: a decoder gets back what went in, and nothing breaks out. */
#include "mail_fixture.h"
#include "suite.h"

/* --- a decoder of its own, independent of the encoder ------------------- */

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ?
	    c - 'A' + 10 : -1;
}

static size_t
decode_word(const char *s, struct buf *out)
{
	const char *end = strstr(s + 10, "?=");
	size_t n;

	ck_assert_ptr_nonnull(end);
	n = (size_t)(end - s) + 2;
	ck_assert_uint_le(n, 75);
	if (s[8] == 'B') {
		static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz0123456789+/";
		unsigned bits = 0, have = 0;
		for (const char *p = s + 10; p < end && *p != '='; p++) {
			bits = bits << 6 |
			    (unsigned)(strchr(digits, *p) - digits);
			have += 6;
			if (have >= 8) {
				have -= 8;
				buf_byte(out, (char)(bits >> have & 0xff));
			}
		}
		return n;
	}
	for (const char *p = s + 10; p < end; p++) {
		if (*p == '_')
			buf_byte(out, ' ');
		else if (*p == '=') {
			buf_byte(out, (char)(hex_digit(p[1]) * 16 +
			    hex_digit(p[2])));
			p += 2;
		} else
			buf_byte(out, *p);
	}
	return n;
}

/* The value of one folded field, decoded by RFC 2047. */
static const char *
decode(const char *field, const char *name)
{
	struct buf b = BUF_INIT(1u << 20), flat = BUF_INIT(1u << 20);
	bool word_before = false;
	const char *s, *result;

	for (s = field + strlen(name) + 1; *s != '\0'; s++)
		if (s[0] == '\r' && s[1] == '\n')
			s++;
		else
			buf_byte(&flat, *s);
	s = buf_text(&flat);
	while (*s == ' ')
		s++;
	while (*s != '\0') {
		size_t blanks = strspn(s, " ");
		if (strncmp(s + blanks, "=?UTF-8?", 8) == 0) {
			if (!word_before)
				buf_add(&b, s, blanks);
			s += blanks;
			s += decode_word(s, &b);
			word_before = true;
			continue;
		}
		word_before = word_before && s[0] == ' ';
		if (*s != ' ')
			word_before = false;
		buf_byte(&b, *s++);
	}
	result = arena_text(&mem, buf_text(&b));
	buf_clear(&b);
	buf_clear(&flat);
	return result;
}

/* One field: ASCII, CRLF only at folds, each followed by a blank, lines within
 * `most`. */
static void
check_shape(const char *name, const char *field, size_t most)
{
	size_t column = 0, n = strlen(field);

	ck_assert_msg(n > 2 && strcmp(field + n - 2, "\r\n") == 0, "%s", name);
	for (size_t i = 0; i + 2 < n; i++) {
		unsigned char c = (unsigned char)field[i];
		if (c == '\r') {
			ck_assert_msg(field[i + 1] == '\n' &&
			    field[i + 2] == ' ', "%s: a line break inside: %s",
			    name, field);
			column = 0;
			i++;
			continue;
		}
		ck_assert_msg(c >= ' ' && c < 0x7f, "%s: byte %02x", name, c);
		ck_assert_msg(++column <= most, "%s: a line over %zu: %s", name,
		    most, field);
	}
}

static const struct {
	const char *name, *value, *meant;
} values[] = {
	{ "plain", "a plain title", "a plain title" },
	{ "quotes", "say \"hello\" \\ 'x'", "say \"hello\" \\ 'x'" },
	{ "brackets", "<script>(a) [b] {c}</script>",
	    "<script>(a) [b] {c}</script>" },
	{ "umlauts", "Köpfe für Förderbänder", "Köpfe für Förderbänder" },
	{ "one umlaut", "pump für water", "pump für water" },
	{ "two apart", "für a b größer", "für a b größer" },
	{ "adjacent", "für größer und schöner", "für größer und schöner" },
	{ "emoji", "\xF0\x9F\x94\xA5 fire \xF0\x9F\x94\xA5\xF0\x9F\x94\xA5",
	    "\xF0\x9F\x94\xA5 fire \xF0\x9F\x94\xA5\xF0\x9F\x94\xA5" },
	{ "japanese", "\xE8\x84\x86\xE5\xBC\xB1\xE6\x80\xA7 in PLC",
	    "\xE8\x84\x86\xE5\xBC\xB1\xE6\x80\xA7 in PLC" },
	{ "looks encoded", "=?UTF-8?Q?Bcc=3A?= x", "=?UTF-8?Q?Bcc=3A?= x" },
	{ "line break", "one\r\nBcc: evil@example.org",
	    "one Bcc: evil@example.org" },
	{ "bare LF", "one\nBcc: evil@example.org",
	    "one Bcc: evil@example.org" },
	{ "bare CR", "one\rBcc: evil@example.org",
	    "one Bcc: evil@example.org" },
	{ "end of header", "one\r\n\r\n<html>", "one <html>" },
	{ "controls", "a\x01\x02\x1b[31mb\x7f", NULL },
	{ "NEL, LS", "a\xC2\x85" "b\xE2\x80\xA8" "c", NULL },
	{ "broken UTF-8", "a\xff\xfe" "b\xc3", NULL },
	{ "blanks", "  a   b  ", "a b" },
	{ "long word", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	{ "empty", "", "" },
};

START_TEST(test_fields)
{
	struct buf b = BUF_INIT(1u << 20);

	mail_field(&mem, &b, "Subject", values[_i].value);
	check_shape(values[_i].name, buf_text(&b), 78);
	if (values[_i].meant != NULL)
		ck_assert_str_eq(decode(buf_text(&b), "Subject"),
		    values[_i].meant);
	buf_clear(&b);
}
END_TEST

START_TEST(test_long_titles)
{
	static const char *const units[] = { "word ", "w\xC3\xB6rd ",
	    "\xC3\xB6\xC3\xA4\xC3\xBC", "\xF0\x9F\x94\xA5", "x",
	    "a \xE2\x82\xAC b " };

	for (size_t u = 0; u < COUNT_OF(units); u++) {
		struct buf title = BUF_INIT(8192), b = BUF_INIT(1u << 20);
		while (title.len < 3000)
			buf_puts(&title, units[u]);
		mail_field(&mem, &b, "Subject", buf_text(&title));
		check_shape(units[u], buf_text(&b), 78);
		ck_assert_str_eq(decode(buf_text(&b), "Subject"),
		    text_trim(&mem, buf_text(&title)));
		buf_clear(&title);
		buf_clear(&b);
	}
}
END_TEST

/* Every length of plain words around the fold, each followed by a letter that
 * needs encoding. */
START_TEST(test_fold_borders)
{
	for (size_t n = 0; n < 160; n++) {
		struct buf title = BUF_INIT(8192), b = BUF_INIT(1u << 20);
		for (size_t i = 0; i < n; i++)
			buf_byte(&title, i % 7 == 6 ? ' ' : 'a');
		buf_puts(&title, "b \xF0\x9F\x94\xA5 c");
		mail_field(&mem, &b, "X-Advisory-Id", buf_text(&title));
		check_shape("fold", buf_text(&b), 78);
		ck_assert_str_eq(decode(buf_text(&b), "X-Advisory-Id"),
		    buf_text(&title));
		buf_clear(&title);
		buf_clear(&b);
	}
}
END_TEST

static const struct {
	const char *name, *text, *field;	/* NULL: refused */
} mailboxes[] = {
	{ "bare", "a@b.example", "To: a@b.example\r\n" },
	{ "named", "Ann <a@b.example>", "To: \"Ann\" <a@b.example>\r\n" },
	{ "quoted", "\"Na, me\" <a@b.example>",
	    "To: \"Na, me\" <a@b.example>\r\n" },
	{ "quote inside", "Relay \"x\" <a@b.example>",
	    "To: \"Relay \\\"x\\\"\" <a@b.example>\r\n" },
	{ "umlaut", "J\xC3\xBCrgen <a@b.example>",
	    "To: =?UTF-8?Q?J=C3=BCrgen?= <a@b.example>\r\n" },
	{ "localhost", "root@localhost", "To: root@localhost\r\n" },
	{ "literal", "a@[192.0.2.1]", "To: a@[192.0.2.1]\r\n" },
	{ "plus", "soc+ot@b.example", "To: soc+ot@b.example\r\n" },
	{ "line break in the name", "Ann\r\nBcc: x <a@b.example>", NULL },
	{ "line break", "a@b.example\r\nRCPT TO:<x@y>", NULL },
	{ "second recipient", "a@b.example> <x@y.example", NULL },
	{ "angle", "<a@b.example>\r\n", NULL },
	{ "blank", "a b@c.example", NULL },
	{ "two at", "a@b@c.example", NULL },
	{ "no at", "root", NULL },
	{ "empty", "", NULL },
	{ "dots", "a..b@c.example", NULL },
	{ "dot first", ".a@c.example", NULL },
	{ "domain dash", "a@-c.example", NULL },
	{ "domain ends in dot", "a@c.", NULL },
	{ "utf8 local", "j\xC3\xBCrgen@b.example", NULL },
	{ "utf8 domain", "a@b\xC3\xBC.example", NULL },
	{ "quoted local", "\"a b\"@c.example", NULL },
	{ "comma", "a@b.example, c@d.example", NULL },
	{ "tail", "Ann <a@b.example> x", NULL },
};

START_TEST(test_mailboxes)
{
	struct mailbox m;
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT(4096);
	int rc = mailbox_parse(&mem, mailboxes[_i].text, &m, &err);

	if (mailboxes[_i].field == NULL) {
		ck_assert_msg(rc == -1 && err.text[0] != '\0', "%s was taken",
		    mailboxes[_i].name);
	} else {
		ck_assert_msg(rc == 0, "%s: %s", mailboxes[_i].name, err.text);
		mail_field_mailbox(&b, "To", &m);
		ck_assert_str_eq(buf_text(&b), mailboxes[_i].field);
	}
	if (strncmp(mailboxes[_i].name, "utf8", 4) == 0)
		ck_assert_ptr_nonnull(strstr(err.text, "SMTPUTF8"));
	buf_clear(&b);
}
END_TEST

START_TEST(test_long_address)
{
	struct buf b = BUF_INIT(1024);

	for (int i = 0; i < 65; i++)
		buf_byte(&b, 'a');
	buf_puts(&b, "@b.example");
	ck_assert_int_eq(mail_address_check(buf_text(&b)), -1);
	buf_reset(&b);
	buf_puts(&b, "a@");
	for (int i = 0; i < 60; i++)
		buf_puts(&b, "abcd.");
	buf_puts(&b, "example");
	ck_assert_int_eq(mail_address_check(buf_text(&b)), -1);
	ck_assert_int_eq(mail_address_check("a@b.example"), 0);
	buf_clear(&b);
}
END_TEST

START_TEST(test_ids)
{
	const char *a = mail_message_id(&mem, "ar-00ff:r3:updated",
	    "Soc@Example.org", "relay.example");
	const char *b = mail_message_id(&mem, "ar-00ff:r3:updated",
	    "soc@example.org", "relay.example");
	const char *c = mail_message_id(&mem, "ar-00ff:r3:updated",
	    "ot@example.org", "relay.example");

	ck_assert_str_eq(a, b);
	ck_assert_str_ne(a, c);
	ck_assert_ptr_nonnull(strstr(a, "<ar.ar-00ff.r3.updated."));
	ck_assert(text_ends(a, "@relay.example>"));
	ck_assert_ptr_null(mail_message_id(&mem, "x>\r\nBcc: y:r1:new", "a@b",
	    "r"));
	ck_assert_ptr_null(mail_message_id(&mem, "ar-1:r1", "a@b", "r"));
	ck_assert_ptr_null(mail_message_id(&mem, "", "a@b", "r"));
	ck_assert_str_eq(mail_root_id(&mem, "ar-1", "r\r\nx>"), "<ar.ar-1@rx>");
	ck_assert_str_eq(mail_slug(&mem, "../../a b\"c.json", 60), "abc.json");
	ck_assert_str_eq(mail_slug(&mem, "\xC3\xBC", 60), "x");
}
END_TEST

START_TEST(test_hostile_alert)
{
	static const char evil[] = "x\r\nBcc: evil@example.org\r\n\r\n<h1>";
	struct buf b = BUF_INIT(1u << 20);
	struct err err = ERR_INIT;
	struct sink sink;
	struct delivery d;

	mail_sample(&mem, &sink, &d);
	d.alert.title = d.alert.id = d.alert.publisher = evil;
	d.alert.tlp = d.alert.route = d.alert.feed = d.alert.url = evil;
	d.prior[0] = evil;
	ck_assert_int_eq(mail_fields(&mem, &b, &sink, &d, &err), 0);
	ck_assert_ptr_null(strstr(buf_text(&b), "\nBcc"));
	ck_assert_ptr_null(strstr(buf_text(&b), "\r\n\r\n"));
	ck_assert_ptr_null(strstr(buf_text(&b), "X-Advisory-Tlp"));
	sink.from = "a@b.example\r\nX: y";
	ck_assert_int_eq(mail_fields(&mem, &b, &sink, &d, &err), -1);
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("mail_text");
	TCase *t = tcase_create("fields");
	int failed;

	tcase_add_loop_test(t, test_fields, 0, (int)COUNT_OF(values));
	tcase_add_test(t, test_long_titles);
	tcase_add_test(t, test_fold_borders);
	tcase_add_loop_test(t, test_mailboxes, 0, (int)COUNT_OF(mailboxes));
	tcase_add_test(t, test_long_address);
	tcase_add_test(t, test_ids);
	tcase_add_test(t, test_hostile_alert);
	suite_add_tcase(s, t);
	failed = suite_run(s);
	arena_clear(&mem);
	return failed;
}
