/* The small pure parts: words in free text, addresses, ids, mended XML. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "noun/advisory.h"
#include "noun/document.h"
#include "noun/feed_type.h"
#include "read/ids.h"
#include "read/read.h"
#include "read/url.h"
#include "read/words.h"
#include "read/xml_mend.h"

static const struct {
	const char	*text;
	bool		 exploited;
} exploits[] = {
	{ "Exploited:Yes", true },
	{ "Publicly Disclosed:No;Exploited:No;Latest Software Release:"
	    "Exploitation Less Likely", false },
	{ "Publicly Disclosed:Yes;Exploited:Yes", true },
	{ "This vulnerability is being actively exploited.", true },
	{ "The vendor is aware that it has been exploited in the wild.", true },
	{ "CISA lists it in the Known Exploited Vulnerabilities", true },
	{ "Active exploitation was observed", true },
	{ "It could be exploited remotely.", false },
	{ "No known public exploits specifically target it.", false },
	{ "We are not aware that it was exploited.", false },
	{ "It has never been exploited", false },
	{ "Exploits are available.", false },
	{ "This can be exploited from a network. We saw it exploited.", true },
	{ "", false },
};

START_TEST(exploited_is_told)
{
	ck_assert_msg(words_say_exploited(exploits[_i].text) ==
	    exploits[_i].exploited, "%s", exploits[_i].text);
}
END_TEST

static const struct {
	const char	*text;
	uint32_t	 topics;
} titles[] = {
	{ "CVE-2024-1234 in WidgetOS", TOPIC_VULNERABILITY },
	{ "Security Advisory: buffer overflow", TOPIC_VULNERABILITY },
	{ "End of Life notice for Gateway 3", TOPIC_END_OF_SUPPORT },
	{ "Gateway 3 will be discontinued", TOPIC_END_OF_SUPPORT },
	{ "Firmware 2.1 available", TOPIC_UPDATE },
	{ "Data breach at our supplier", TOPIC_BREACH },
	{ "Patch for a vulnerability", TOPIC_VULNERABILITY | TOPIC_UPDATE },
	{ "Dispatch center opened", 0 },
	{ "Geological survey", 0 },
	{ "We moved to a new office", 0 },
};

START_TEST(topics_are_found)
{
	ck_assert_msg(words_topics(titles[_i].text) == titles[_i].topics,
	    "%s: %x", titles[_i].text, words_topics(titles[_i].text));
}
END_TEST

START_TEST(cves_are_found)
{
	struct arena mem = ARENA_INIT;
	const char **cves;
	uint32_t n = words_cves(&mem, "cve-2024-1234, CVE-2024-1234 and "
	    "(CVE-2023-99999). Not xCVE-2020-1111, CVE-20-1, CVE-2020-12 or "
	    "CVE-2020-123456789012345678901.", &cves, 10);

	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(cves[0], "CVE-2024-1234");
	ck_assert_str_eq(cves[1], "CVE-2023-99999");
	ck_assert_uint_eq(words_cves(&mem, "CVE-2024-0001 CVE-2024-0002", &cves,
	    1), 1);
	arena_clear(&mem);
}
END_TEST

static const struct {
	const char	*base, *ref, *want;
} joins[] = {
	{ "https://a/b/c/d;p?q", "g", "https://a/b/c/g" },
	{ "https://a/b/c/d;p?q", "./g", "https://a/b/c/g" },
	{ "https://a/b/c/d;p?q", "g/", "https://a/b/c/g/" },
	{ "https://a/b/c/d;p?q", "/g", "https://a/g" },
	{ "https://a/b/c/d;p?q", "//g", "https://g" },
	{ "https://a/b/c/d;p?q", "?y", "https://a/b/c/d;p?y" },
	{ "https://a/b/c/d;p?q", "g?y#s", "https://a/b/c/g?y#s" },
	{ "https://a/b/c/d;p?q", "", "https://a/b/c/d;p?q" },
	{ "https://a/b/c/d;p?q", ".", "https://a/b/c/" },
	{ "https://a/b/c/d;p?q", "..", "https://a/b/" },
	{ "https://a/b/c/d;p?q", "../g", "https://a/b/g" },
	{ "https://a/b/c/d;p?q", "../../../../g", "https://a/g" },
	{ "https://a/b/c/d;p?q", "g;x=1/../y", "https://a/b/c/y" },
	{ "https://a", "g", "https://a/g" },
	{ "https://a/b", "mailto:x@y", "mailto:x@y" },
	{ "https://a/b", "c d\xc3\xa4", "https://a/c%20d%C3%A4" },
	{ "", "g", "" },
	{ "nothing", "g", "" },
};

START_TEST(addresses_are_joined)
{
	struct arena mem = ARENA_INIT;

	ck_assert_str_eq(url_join(&mem, joins[_i].base, joins[_i].ref),
	    joins[_i].want);
	arena_clear(&mem);
}
END_TEST

START_TEST(addresses_are_guarded)
{
	struct arena mem = ARENA_INIT;

	ck_assert(url_for_people("HTTPS://a/"));
	ck_assert(!url_for_people("javascript:alert(1)"));
	ck_assert(!url_for_people("data:text/html,x"));
	ck_assert(!url_for_people("/a"));
	ck_assert(url_may_follow("https://a/", "http://b/"));
	ck_assert(!url_may_follow("https://a/", "file:///etc/passwd"));
	ck_assert(url_may_follow("file:///srv/feed", "file:///srv/x"));
	ck_assert(!url_may_follow("https://a/", "gopher://b/"));
	ck_assert_str_eq(url_bare(&mem, "https://a/b?x#y"), "https://a/b");
	ck_assert_str_eq(url_folder(&mem, "https://a/b/c?x/y"), "https://a/b/");
	ck_assert_str_eq(url_folder(&mem, "https://a"), "https://a/");
	arena_clear(&mem);
}
END_TEST

START_TEST(ids_are_kept)
{
	struct arena mem = ARENA_INIT;
	struct ids t = { .slots = NULL };
	uint32_t value;

	ck_assert(!ids_find(&t, "x", &value));
	for (uint32_t i = 0; i < 10000; i++) {
		ck_assert(ids_add(&t, &mem, arena_printf(&mem, "id-%u", i), i));
	}
	ck_assert(!ids_add(&t, &mem, "id-77", 1));
	for (uint32_t i = 0; i < 10000; i++) {
		ck_assert(ids_find(&t, arena_printf(&mem, "id-%u", i),
		    &value));
		ck_assert_uint_eq(value, i);
	}
	ck_assert(!ids_find(&t, "id-10000", &value));
	arena_clear(&mem);
}
END_TEST

static const struct {
	const char	*in, *want;
} lines[] = {
	{ "plain", "plain" },
	{ "  both ends \t", "both ends" },
	{ "two\nlines", "two lines" },
	{ "Geutebr\xc3\x83\xc2\xbc" "ck", "Geutebr\xc3\xbc" "ck" },
	{ "\xc2\xa0nbsp\xc2\xa0", "nbsp" },
	{ "esc\x1b[31m", "esc [31m" },
	{ "", "" },
};

START_TEST(lines_are_cleaned)
{
	struct arena mem = ARENA_INIT;

	ck_assert_str_eq(words_line(&mem, lines[_i].in, NULL), lines[_i].want);
	arena_clear(&mem);
}
END_TEST

START_TEST(texts_are_bounded)
{
	struct arena mem = ARENA_INIT;
	struct buf b = BUF_INIT(8u << 20);
	bool cut = false;

	while (b.len < 3 * (size_t)TEXT_MAX) {
		buf_puts(&b, "gr\xc3\xbc\xc3\x9f \n");
	}
	ck_assert_uint_le(strlen(words_text(&mem, buf_text(&b), &cut)),
	    TEXT_MAX);
	ck_assert(cut);
	cut = false;
	ck_assert_uint_le(strlen(words_line(&mem, buf_text(&b), &cut)),
	    LINE_MAX_);
	ck_assert(cut);
	ck_assert_str_eq(words_summary(&mem, "one two  three\nfour", 8),
	    "one two...");
	ck_assert_str_eq(words_summary(&mem, " one\n\ntwo ", 80), "one two");
	arena_clear(&mem);
	buf_clear(&b);
}
END_TEST

static uint32_t
find_nbsp(const char *name)
{
	return strcmp(name, "nbsp") == 0 ? 160 : 0;
}

static const struct {
	const char	*in, *want;
} mends[] = {
	{ "\n <?xml?><a/>", "<?xml?><a/>" },
	{ "<a>R&D &amp; x</a>", "<a>R&amp;D &amp; x</a>" },
	{ "<a>a&nbsp;b&own;</a>", "<a>a&#160;b&own;</a>" },
	{ "<a>&#38; &#x26; &#; &</a>", "<a>&#38; &#x26; &amp;#; &amp;</a>" },
	{ "<a>x\001y</a>", "<a>x y</a>" },
	{ "&", "&amp;" },
};

START_TEST(xml_is_mended)
{
	struct buf out = BUF_INIT(1000);

	xml_mend(&out, mends[_i].in, strlen(mends[_i].in), find_nbsp);
	ck_assert_str_eq(buf_text(&out), mends[_i].want);
	buf_clear(&out);
}
END_TEST

/* Quadratic blow-up: one long entity, often referred to. */
START_TEST(entities_are_bounded)
{
	struct arena mem = ARENA_INIT;
	struct buf in = BUF_INIT(1u << 20);
	struct reading r;
	struct err err = ERR_INIT;
	const struct document doc = { .feed = "", .url = "https://a/",
	    .format = "rss" };
	size_t said = 0;

	buf_puts(&in, "<!DOCTYPE rss [<!ENTITY e \"");
	for (int i = 0; i < 20000; i++) {
		buf_puts(&in, "ha ");
	}
	buf_puts(&in, "\">]><rss><channel>");
	for (int i = 0; i < 100; i++) {
		buf_printf(&in, "<item><guid>%d</guid><description>&e;&e;&e;"
		    "</description></item>", i);
	}
	buf_puts(&in, "</channel></rss>");
	ck_assert_int_eq(document_read(&doc, buf_text(&in), in.len, &mem, &r,
	    &err), 0);
	ck_assert_uint_eq(r.n_advisories, 100);
	for (uint32_t i = 0; i < r.n_advisories; i++) {
		said += strlen(r.advisories[i].text);
	}
	ck_assert_uint_le(said, 4u << 20);
	ck_assert_uint_eq(r.n_remarks, 1);
	arena_clear(&mem);
	buf_clear(&in);
}
END_TEST

START_TEST(feed_types_are_known)
{
	ck_assert_ptr_null(feed_type_find("csaf-"));
	for (const struct feed_type *t = feed_types; t->name != NULL; t++) {
		ck_assert_ptr_eq(feed_type_find(t->name), t);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("read words");
	TCase *t = tcase_create("words");

	tcase_add_loop_test(t, exploited_is_told, 0, COUNT_OF(exploits));
	tcase_add_loop_test(t, topics_are_found, 0, COUNT_OF(titles));
	tcase_add_test(t, cves_are_found);
	tcase_add_loop_test(t, addresses_are_joined, 0, COUNT_OF(joins));
	tcase_add_test(t, addresses_are_guarded);
	tcase_add_test(t, ids_are_kept);
	tcase_add_loop_test(t, lines_are_cleaned, 0, COUNT_OF(lines));
	tcase_add_test(t, texts_are_bounded);
	tcase_add_loop_test(t, xml_is_mended, 0, COUNT_OF(mends));
	tcase_add_test(t, entities_are_bounded);
	tcase_add_test(t, feed_types_are_known);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
