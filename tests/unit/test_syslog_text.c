/* RFC 5424 messages: tables of hard texts, read back by a strict reader. */
#include "base/text.h"
#include "send/send.h"
#include "send/syslog.h"
#include "send_fixture.h"
#include "syslog_parse.h"
#include "suite.h"

static struct parsed_param params[PARSED_PARAMS];
static struct parsed got;
static struct alert alert;
static struct syslog_form form;
static struct buf out = BUF_INIT(1u << 20);

static void
set_up(void)
{
	arena_clear(&mem);
	send_sample_alert(&mem, &alert);
	form = (struct syslog_form){ .host = "relay.test", .pid = 42,
		.sequence = 7, .facility = 17, .enterprise = 4711,
		.max = SYSLOG_MAX };
}

static void
make(const char *name)
{
	buf_reset(&out);
	syslog_text(&out, &form, &alert);
	ck_assert_msg(out.len <= form.max, "%s: %zu bytes", name, out.len);
	ck_assert_msg(syslog_parse(out.data, out.len, &got, params),
	    "%s: %s in %s", name, got.fault, out.data);
}

static void
expect_value(const char *name, const char *element, const char *param,
    const char *want)
{
	const char *is = parsed_get(&got, element, param);

	ck_assert_msg(text_eq(is, want), "%s: %s %s is \"%s\" instead of"
	    " \"%s\"", name, element, param, is != NULL ? is : "(absent)",
	    want != NULL ? want : "(absent)");
}

static char *
repeated(const char *s, size_t n)
{
	size_t len = strlen(s);
	char *all = arena_alloc(&mem, n * len + 1);

	for (size_t i = 0; i < n; i++)
		memcpy(all + i * len, s, len);
	return all;
}

START_TEST(test_header)
{
	make("header");
	ck_assert_uint_eq(got.pri, 17 * 8 + 1);
	ck_assert_str_eq(got.time, "2026-02-03T04:05:06Z");
	ck_assert_str_eq(got.host, "relay.test");
	ck_assert_str_eq(got.app, "advrelay");
	ck_assert_str_eq(got.pid, "42");
	ck_assert_str_eq(got.msgid, "ADV-UPDATE");
	expect_value("", "advisory", "key", "ar-1f2e3d4c5b6a79880011");
	expect_value("", "advisory", "event_id",
	    "ar-1f2e3d4c5b6a79880011:r3:updated");
	expect_value("", "advisory", "exploited", "true");
	expect_value("", "advisory", "cve", "CVE-2026-0001,CVE-2026-0002");
	expect_value("", "advisory", "cvss", "9.8");
	expect_value("", "advisory", "tlp", "TLP:AMBER");
	expect_value("", "advisory", "truncated", NULL);
	expect_value("", "match", "devices", "plc-7,plc-8");
	expect_value("", "match", "count", "2");
	expect_value("", "origin", "software", "advrelay");
	expect_value("", "meta", "sequenceId", "7");
	ck_assert_ptr_nonnull(strstr(out.data, "[advisory@4711 "));
	ck_assert_int_eq(strncmp(got.msg, "CRITICAL 9.8 EXA-2026-017 rev 3: ",
	    33), 0);
	form.one_device = true;
	make("one device");
	expect_value("", "match", "device", "plc-7");
	expect_value("", "match", "part_number", "EX7-212-1AE40");
	expect_value("", "match", "devices", NULL);
	expect_value("", "match", "fix", "Update to V3.1 or later version");
	/* Our own names are lower case; rsyslog lowers them anyway. */
	for (size_t i = 0; i < got.n_params; i++)
		if (strstr(params[i].element, "@") != NULL)
			ck_assert_str_eq(params[i].name, text_lower(&mem,
			    params[i].name));
}
END_TEST

START_TEST(test_odd_header)
{
	form.host = " \n\xc3\xbc";
	form.pid = 0;
	form.sequence = 0;
	form.enterprise = 0;
	form.facility = 99;
	alert.time = 0;
	alert.n_matches = 0;
	make("nothing known");
	ck_assert_str_eq(got.host, "-");
	ck_assert_str_eq(got.time, "-");
	ck_assert_str_eq(got.pid, "-");
	ck_assert_uint_eq(got.pri, 23 * 8 + 2);
	expect_value("", "match", "count", NULL);
	expect_value("", "meta", "sequenceId", NULL);
	ck_assert_ptr_nonnull(strstr(out.data, "[advisory@32473 "));
	form.host = repeated("h", 400);
	alert.time = INT64_MAX;
	make("long host");
	ck_assert_uint_eq(strlen(got.host), 255);
	ck_assert_str_eq(got.time, "9999-12-31T23:59:59Z");
	form.bom = true;
	make("bom");
	ck_assert(got.bom);
}
END_TEST

static const struct {
	const char	*name;
	enum event	 event;
	enum severity	 severity;
	bool		 exploited;
	enum match_status status;
	enum confidence	 confidence;
	int		 want;
	const char	*msgid;
} levels[] = {
	{ "the worst", EVENT_NEW, SEVERITY_CRITICAL, true, MATCH_AFFECTED,
	    CONFIDENCE_EXACT, 1, "ADV-NEW" },
	{ "not exploited", EVENT_NEW, SEVERITY_CRITICAL, false, MATCH_AFFECTED,
	    CONFIDENCE_EXACT, 2, "ADV-NEW" },
	{ "not certain", EVENT_UPDATED, SEVERITY_CRITICAL, true,
	    MATCH_AFFECTED, CONFIDENCE_LIKELY, 2, "ADV-UPDATE" },
	{ "not affected", EVENT_NEW, SEVERITY_CRITICAL, true, MATCH_NAMED,
	    CONFIDENCE_EXACT, 2, "ADV-NEW" },
	{ "high", EVENT_ESCALATION, SEVERITY_HIGH, true, MATCH_AFFECTED,
	    CONFIDENCE_EXACT, 3, "ADV-ESCALATE" },
	{ "medium", EVENT_REMINDER, SEVERITY_MEDIUM, false, MATCH_AFFECTED,
	    CONFIDENCE_EXACT, 4, "ADV-REMIND" },
	{ "unknown", EVENT_NEW, SEVERITY_UNKNOWN, false, MATCH_AFFECTED,
	    CONFIDENCE_EXACT, 4, "ADV-NEW" },
	{ "low", EVENT_NEW, SEVERITY_LOW, false, MATCH_AFFECTED,
	    CONFIDENCE_EXACT, 5, "ADV-NEW" },
	{ "none", EVENT_NEW, SEVERITY_NONE, false, MATCH_AFFECTED,
	    CONFIDENCE_EXACT, 6, "ADV-NEW" },
	{ "over", EVENT_RESOLVED, SEVERITY_CRITICAL, true, MATCH_AFFECTED,
	    CONFIDENCE_EXACT, 5, "ADV-RESOLVED" },
	{ "taken back", EVENT_WITHDRAWN, SEVERITY_NONE, true, MATCH_AFFECTED,
	    CONFIDENCE_EXACT, 6, "ADV-WITHDRAWN" },
	{ "digest", EVENT_DIGEST, SEVERITY_HIGH, false, MATCH_AFFECTED,
	    CONFIDENCE_EXACT, 3, "ADV-DIGEST" },
	{ "test", EVENT_TEST, SEVERITY_CRITICAL, true, MATCH_AFFECTED,
	    CONFIDENCE_EXACT, 2, "TEST" },
};

START_TEST(test_levels)
{
	for (size_t i = 0; i < COUNT_OF(levels); i++) {
		alert.event = levels[i].event;
		alert.severity = levels[i].severity;
		alert.exploited = levels[i].exploited;
		alert.n_matches = 1;
		alert.matches[0].status = levels[i].status;
		alert.matches[0].confidence = levels[i].confidence;
		make(levels[i].name);
		ck_assert_msg(got.pri == 17u * 8 + (unsigned)levels[i].want,
		    "%s: %u", levels[i].name, got.pri);
		ck_assert_str_eq(got.msgid, levels[i].msgid);
	}
}
END_TEST

/* want: NULL = as it is */
static const struct {
	const char	*name, *title, *want;
} titles[] = {
	{ "plain", "Stack overflow", NULL },
	{ "quotes", "a \"quoted\" word\"", NULL },
	{ "brackets", "[x] [y@1 z=\"1\"]]", NULL },
	{ "backslashes", "C:\\temp\\new \\] \\\" \\\\", NULL },
	{ "backslash at the end", "path\\", NULL },
	{ "an element in disguise", "\"][evil@1 x=\"y\"] <14>1 - - -", NULL },
	{ "line breaks", "one\r\ntwo\nthree\tfour", "one two three four" },
	{ "a forged message", "x\n<14>1 2026-01-01T00:00:00Z h a - - -",
	    "x <14>1 2026-01-01T00:00:00Z h a - - -" },
	{ "controls", "a\x01\x1b[31mb\x7f", NULL },
	{ "C1", "a\xc2\x85" "b", NULL },
	{ "umlauts", "K\xc3\xb6pfe f\xc3\xbcr \xc3\x9c" "berg\xc3\xa4nge", NULL },
	{ "emoji", "fire \xf0\x9f\x94\xa5 \xf0\x9f\x91\xa9\xe2\x80\x8d"
	    "\xf0\x9f\x92\xbb", NULL },
	{ "Japanese", "\xe8\x84\x86\xe5\xbc\xb1\xe6\x80\xa7", NULL },
	{ "broken UTF-8", "a\xff\xc3" "b\xe2\x82", NULL },
	{ "overlong", "a\xc0\xaf" "b", NULL },
	{ "a surrogate", "a\xed\xa0\x80" "b", NULL },
	{ "percent", "100% %s %n", NULL },
};

START_TEST(test_titles)
{
	for (size_t i = 0; i < COUNT_OF(titles); i++) {
		const char *clean = text_trim(&mem, text_line(&mem,
		    titles[i].title));
		alert.title = titles[i].title;
		make(titles[i].name);
		expect_value(titles[i].name, "advisory", "title",
		    titles[i].want != NULL ? titles[i].want : clean);
		ck_assert_msg(memmem(got.msg, got.msg_len, clean,
		    strlen(clean)) != NULL, "%s: %s", titles[i].name, got.msg);
		expect_value(titles[i].name, "advisory", "truncated", NULL);
		ck_assert(parsed_get(&got, "evil", "x") == NULL);
	}
}
END_TEST

/* Cutting never happens inside a character or an escape, at whatever place. */
START_TEST(test_long_titles)
{
	static const struct { const char *name, *unit; } units[] = {
		{ "letters", "x" },
		{ "umlauts", "\xc3\xbc" },
		{ "emoji", "\xf0\x9f\x94\xa5" },
		{ "quotes", "\"" },
		{ "backslashes", "\\" },
		{ "brackets", "]" },
		{ "mixed", "\\\xc3\xbc]\xf0\x9f\x94\xa5\"x" },
	};
	static const size_t maxima[] = { SYSLOG_TEXT_LEAST, SYSLOG_UDP_MAX,
	    2048, SYSLOG_MAX };

	for (size_t i = 0; i < COUNT_OF(units); i++)
		for (size_t k = 0; k < COUNT_OF(maxima); k++)
			for (size_t n = 1; n <= 3000; n = n < 300 ? n + 7 :
			    n * 2) {
				form.max = maxima[k];
				form.one_device = n % 2 == 0;
				alert.title = arena_printf(&mem, "%.*s%s",
				    (int)(n % 5), "abcd", repeated(
				    units[i].unit, n));
				make(units[i].name);
				expect_value(units[i].name, "advisory", "id",
				    "EXA-2026-017");
				expect_value(units[i].name, "advisory", "url",
				    alert.url);
				expect_value(units[i].name, "advisory", "key",
				    alert.key);
			}
	form.max = SYSLOG_MAX;
	alert.title = repeated("t", 3000);
	make("3,000 characters over TCP");
	expect_value("tcp", "advisory", "title", alert.title);
	form.max = SYSLOG_UDP_MAX;
	make("3,000 characters over UDP");
	expect_value("udp", "advisory", "truncated", "1");
}
END_TEST

/* Everything large at once; what must stay, stays. */
START_TEST(test_shrinking)
{
	const char *cves[3000];
	struct match *many = arena_alloc(&mem, 2000 * sizeof(*many));

	for (size_t i = 0; i < COUNT_OF(cves); i++)
		cves[i] = arena_printf(&mem, "CVE-2026-%05zu", i);
	for (size_t i = 0; i < 2000; i++) {
		many[i] = alert.matches[0];
		many[i].device.id = arena_printf(&mem, "dev,ice-%zu", i);
	}
	alert.cves = cves;
	alert.n_cves = COUNT_OF(cves);
	alert.matches = many;
	alert.n_matches = 2000;
	alert.left_out = 5;
	alert.summary = repeated("long ", 20000);
	for (form.max = SYSLOG_TEXT_LEAST; form.max <= SYSLOG_MAX;
	    form.max += 61) {
		make("large");
		expect_value("large", "advisory", "key", alert.key);
		expect_value("large", "advisory", "id", "EXA-2026-017");
		expect_value("large", "advisory", "url", alert.url);
		expect_value("large", "advisory", "truncated", "1");
		expect_value("large", "advisory", "count", "2005");
	}
	form.max = SYSLOG_MAX;
	alert.summary = "short";
	alert.n_cves = 600;
	make("many CVEs");
	ck_assert_ptr_nonnull(strstr(parsed_get(&got, "advisory", "cve"),
	    ",+"));
	expect_value("", "advisory", "vector", alert.vector);
	/* A comma in an id would read as two devices. */
	ck_assert_int_eq(strncmp(parsed_get(&got, "match", "devices"),
	    "dev;ice-0,dev;ice-1,", 20), 0);
	alert.id = repeated("\"]\\", 1000);
	alert.key = repeated("]", 1000);
	alert.url = arena_printf(&mem, "https://x/%s", repeated("]", 1900));
	alert.matches[0].device.id = repeated("\xf0\x9f\x94\xa5", 900);
	for (form.max = SYSLOG_TEXT_LEAST; form.max <= SYSLOG_MAX;
	    form.max += 97) {
		form.host = repeated("h", 255);
		form.one_device = form.max % 2 == 0;
		make("hostile");
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("syslog_text");
	TCase *c = tcase_create("all");

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, set_up, NULL);
	tcase_add_test(c, test_header);
	tcase_add_test(c, test_odd_header);
	tcase_add_test(c, test_levels);
	tcase_add_test(c, test_titles);
	tcase_add_test(c, test_long_titles);
	tcase_add_test(c, test_shrinking);
	suite_add_tcase(s, c);
	return s;
}

int
main(void)
{
	int failed;

	failed = suite_run(suite());
	return failed;
}
