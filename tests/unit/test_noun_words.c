/* Names of enums and back, severities, tags, keys. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "noun/advisory.h"
#include "noun/alert.h"
#include "noun/delivery.h"
#include "noun/document.h"
#include "noun/match.h"
#include "noun/severity.h"
#include "noun/sink.h"

START_TEST(test_there_and_back)
{
	for (unsigned i = 0; i < SEVERITY_COUNT_; i++) {
		enum severity s = SEVERITY_COUNT_;

		ck_assert_int_eq(severity_parse(
		    severity_name((enum severity)i), &s), 0);
		ck_assert_uint_eq(s, i);
	}
	for (unsigned i = 0; i < EVENT_COUNT_; i++) {
		enum event e = EVENT_COUNT_;

		ck_assert_int_eq(event_parse(event_name((enum event)i), &e),
		    0);
		ck_assert_uint_eq(e, i);
	}
	for (unsigned i = 0; i < MATCH_STATUS_COUNT_; i++) {
		enum match_status s = MATCH_STATUS_COUNT_;

		ck_assert_int_eq(match_status_parse(
		    match_status_name((enum match_status)i), &s), 0);
		ck_assert_uint_eq(s, i);
	}
	for (unsigned i = 0; i < CONFIDENCE_COUNT_; i++) {
		enum confidence c = CONFIDENCE_COUNT_;

		ck_assert_int_eq(confidence_parse(
		    confidence_name((enum confidence)i), &c), 0);
		ck_assert_uint_eq(c, i);
	}
}
END_TEST

START_TEST(test_unknown_words)
{
	static const char *const words[] = { "", "x", "exactly", "exac",
		"new ", "AFFECTED" };
	enum match_status m;
	enum confidence c;
	enum event e;

	for (unsigned i = 0; i < COUNT_OF(words); i++) {
		ck_assert_int_eq(match_status_parse(words[i], &m), -1);
		ck_assert_int_eq(confidence_parse(words[i], &c), -1);
		ck_assert_int_eq(event_parse(words[i], &e), -1);
	}
}
END_TEST

START_TEST(test_names)
{
	static const char *const topics[] = { "vulnerability", "update",
		"update-integrity", "end-of-support", "maintenance",
		"acquisition", "verification", "lifecycle", "breach" };
	static const char *const claims[] = { "known_affected",
		"first_affected", "last_affected", "under_investigation",
		"recommended", "first_fixed", "fixed", "known_not_affected" };

	for (unsigned i = 0; i < TOPIC_COUNT; i++)
		ck_assert_str_eq(topic_name(i), topics[i]);
	ck_assert_ptr_null(topic_name(TOPIC_COUNT));
	ck_assert_ptr_null(topic_name(~0u));
	ck_assert_str_eq(topic_name(3), "end-of-support");
	ck_assert_int_eq(TOPIC_END_OF_SUPPORT, 1 << 3);
	ck_assert_int_eq(TOPIC_BREACH, 1 << (TOPIC_COUNT - 1));
	for (unsigned i = 0; i < CLAIM_COUNT_; i++)
		ck_assert_str_eq(claim_name((enum claim)i), claims[i]);
	ck_assert_str_eq(outcome_name(OUTCOME_DELIVERED), "delivered");
	ck_assert_str_eq(outcome_name(OUTCOME_DEFERRED), "deferred");
	ck_assert_str_eq(outcome_name(OUTCOME_REFUSED), "refused");
	ck_assert_str_eq(sink_type_name(SINK_MAIL), "mail");
	ck_assert_str_eq(sink_type_name(SINK_SYSLOG), "syslog");
	ck_assert_str_eq(sink_type_name(SINK_WEBHOOK), "webhook");
	ck_assert_str_eq(fetch_result_name(FETCH_DOCUMENT), "document");
	ck_assert_str_eq(fetch_result_name(FETCH_FORBIDDEN), "forbidden");
	ck_assert_str_eq(hash_check_name(HASH_NONE), "none");
	ck_assert_str_eq(hash_check_name(HASH_UNREADABLE), "unreadable");
	ck_assert(match_status_alerts(MATCH_AFFECTED));
	ck_assert(match_status_alerts(MATCH_UNDER_INVESTIGATION));
	ck_assert(match_status_alerts(MATCH_NAMED));
	ck_assert(!match_status_alerts(MATCH_FIXED));
	ck_assert(!match_status_alerts(MATCH_NOT_AFFECTED));
}
END_TEST

static const struct {
	const char	*word;
	int		 rc;
	enum severity	 severity;
} severities[] = {
	{ "Critical", 0, SEVERITY_CRITICAL },
	{ "IMPORTANT", 0, SEVERITY_HIGH },
	{ "moderate", 0, SEVERITY_MEDIUM },
	{ "Informational", 0, SEVERITY_NONE },
	{ "None", 0, SEVERITY_NONE },
	{ "unknown", 0, SEVERITY_UNKNOWN },
	{ "", -1, SEVERITY_COUNT_ },
	{ "severe", -1, SEVERITY_COUNT_ },
	{ "high ", -1, SEVERITY_COUNT_ },
};

START_TEST(test_severity_words)
{
	enum severity s = SEVERITY_COUNT_;

	ck_assert_int_eq(severity_parse(severities[_i].word, &s),
	    severities[_i].rc);
	ck_assert_int_eq(s, severities[_i].severity);
}
END_TEST

static const struct {
	unsigned	 tenths;
	enum severity	 severity;
} bands[] = {
	{ 0, SEVERITY_NONE }, { 1, SEVERITY_LOW }, { 39, SEVERITY_LOW },
	{ 40, SEVERITY_MEDIUM }, { 69, SEVERITY_MEDIUM },
	{ 70, SEVERITY_HIGH }, { 89, SEVERITY_HIGH },
	{ 90, SEVERITY_CRITICAL }, { 100, SEVERITY_CRITICAL },
};

START_TEST(test_severity_bands)
{
	ck_assert_int_eq(severity_of(bands[_i].tenths), bands[_i].severity);
}
END_TEST

START_TEST(test_severity_order)
{
	static const int syslog[] = { 4, 6, 5, 4, 3, 2 };

	for (unsigned i = 0; i < SEVERITY_COUNT_; i++)
		ck_assert_int_eq(severity_syslog((enum severity)i), syslog[i]);
	ck_assert_int_eq(severity_rank(SEVERITY_UNKNOWN),
	    severity_rank(SEVERITY_MEDIUM));
	for (unsigned i = SEVERITY_NONE; i < SEVERITY_CRITICAL; i++)
		ck_assert_int_lt(severity_rank((enum severity)i),
		    severity_rank((enum severity)(i + 1)));
}
END_TEST

static const struct {
	const char	*name, *tags, *tag;
	int		 has;
} tagged[] = {
	{ "alone", "ot", "ot", 1 },
	{ "first", "ot,dmz", "ot", 1 },
	{ "last", "dmz; ot", "ot", 1 },
	{ "blanks", "  dmz   ot  ", "ot", 1 },
	{ "other case", "OT", "ot", 1 },
	{ "part", "otter", "ot", 0 },
	{ "longer", "ot", "otter", 0 },
	{ "none", "", "ot", 0 },
	{ "empty", "ot", "", 0 },
	{ "empty among commas", "ot,,dmz", "", 0 },
	{ "separators only", ",; ", "ot", 0 },
};

START_TEST(test_tags)
{
	struct device d;

	device_init(&d);
	d.tags = tagged[_i].tags;
	ck_assert_msg(device_has_tag(&d, tagged[_i].tag) == tagged[_i].has,
	    "%s", tagged[_i].name);
}
END_TEST

/* printf 'NS\nID\nSCOPE' | sha256sum | cut -c1-20 */
static const struct {
	const char	*ns, *id, *scope, *key;
} keys[] = {
	{ "https://www.cisa.gov/", "ICSA-24-030-01", "",
	    "ar-36929b516e87f64a5e50" },
	{ "https://www.cisa.gov/", "ICSA-24-030-01", "plc-7",
	    "ar-cf5c6a1b7c8c26d86016" },
	{ "", "", "", "ar-75a11da44c802486bc6f" },
	{ "https://b\xc3\xbc" "cher.example", "A'; DROP TABLE x;--", "\xff",
	    "ar-a9fffe8739c68f0aacd1" },
};

START_TEST(test_key)
{
	char key[KEY_TEXT];

	alert_key(keys[_i].ns, keys[_i].id, keys[_i].scope, key);
	ck_assert_str_eq(key, keys[_i].key);
	ck_assert_uint_eq(strlen(key), KEY_TEXT - 1);
}
END_TEST

START_TEST(test_event_id)
{
	char id[EVENT_ID_TEXT];
	struct alert a;

	alert_init(&a);
	a.key = "ar-0123456789abcdef0123";
	a.rev = 3;
	a.event = EVENT_UPDATED;
	ck_assert_str_eq(alert_event_id(&a, id),
	    "ar-0123456789abcdef0123:r3:updated");
	a.rev = UINT32_MAX;
	a.event = EVENT_ESCALATION;
	ck_assert_str_eq(alert_event_id(&a, id),
	    "ar-0123456789abcdef0123:r4294967295:escalation");
	ck_assert_ptr_eq(alert_event_id(&a, id), id);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("noun words");
	TCase *t = tcase_create("words");

	tcase_add_test(t, test_there_and_back);
	tcase_add_test(t, test_unknown_words);
	tcase_add_test(t, test_names);
	tcase_add_loop_test(t, test_severity_words, 0,
	    (int)COUNT_OF(severities));
	tcase_add_loop_test(t, test_severity_bands, 0, (int)COUNT_OF(bands));
	tcase_add_test(t, test_severity_order);
	tcase_add_loop_test(t, test_tags, 0, (int)COUNT_OF(tagged));
	tcase_add_loop_test(t, test_key, 0, (int)COUNT_OF(keys));
	tcase_add_test(t, test_event_id);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed;
}
