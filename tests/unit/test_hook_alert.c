/* Webhook bodies: JSON whatever the texts, within their ceiling, as the schema
 * says. */
#include "base/json.h"
#include "base/text.h"
#include "send/hook.h"
#include "send_fixture.h"
#include "suite.h"

static struct alert alert;
static struct buf out = BUF_INIT(HOOK_BODY_MAX);

static void
set_up(void)
{
	arena_clear(&mem);
	send_sample_alert(&mem, &alert);
}

static struct json *
make(size_t max)
{
	struct err err = ERR_INIT;
	struct json *root;

	buf_reset(&out);
	ck_assert_msg(hook_body(&out, &alert, max, &err) == 0, "%s", err.text);
	ck_assert_uint_le(out.len, max);
	root = json_parse(out.data, out.len, &err);
	ck_assert_msg(root != NULL, "%s in %s", err.text, out.data);
	return root;
}

static const char *
full_text(size_t n)
{
	char *s = arena_alloc(&mem, n + 1);

	memset(s, '"', n);
	s[n] = '\0';
	return s;
}

START_TEST(test_fields)
{
	struct json *root = make(HOOK_BODY_MAX);
	const struct json *data = json_get(root, "data");
	const struct json *match = json_at(json_get(data, "matches"), 0);

	ck_assert_str_eq(json_get_text(root, "type"),
	    "advisory.alert.updated");
	ck_assert_str_eq(json_get_text(root, "timestamp"),
	    "2026-02-03T04:05:06Z");
	ck_assert_str_eq(json_get_text(data, "event_id"),
	    "ar-1f2e3d4c5b6a79880011:r3:updated");
	ck_assert_str_eq(json_get_text(data, "title"), alert.title);
	ck_assert_str_eq(json_get_text(data, "summary"), alert.summary);
	ck_assert(json_number(json_get(json_get(data, "cvss"), "score"), 0) >
	    9.79);
	ck_assert_uint_eq(json_count(json_get(data, "topics")), 3);
	ck_assert_uint_eq(json_count(json_get(data, "matches")), 2);
	ck_assert_str_eq(json_get_text(json_get(data, "advisory"), "id"),
	    "EXA-2026-017");
	ck_assert_str_eq(json_get_text(match, "device"), "plc-7");
	ck_assert_uint_eq(json_count(json_get(match, "tags")), 2);
	ck_assert_str_eq(json_get_text(json_get(match, "extra"), "cabinet"),
	    "A \"17\"");
	ck_assert_ptr_null(json_get(match, "email"));
	json_close(root);
	alert.cvss = (struct cvss){ "", 0, 0 };
	alert.initial = 0;
	root = make(HOOK_BODY_MAX);
	data = json_get(root, "data");
	ck_assert(json_is_null(json_get(data, "cvss")));
	ck_assert(json_is_null(json_get(json_get(data, "advisory"),
	    "initial")));
	json_close(root);
}
END_TEST

START_TEST(test_digest)
{
	struct alert_entry *entries;
	const struct json *data, *e;
	struct json *root;

	send_sample_digest(&mem, &alert);
	root = make(HOOK_BODY_MAX);
	ck_assert_str_eq(json_get_text(root, "type"), "advisory.alert.digest");
	data = json_get(root, "data");
	ck_assert_uint_eq(json_count(json_get(data, "matches")), 0);
	ck_assert_uint_eq(json_count(json_get(data, "entries")), 2);
	e = json_at(json_get(data, "entries"), 0);
	ck_assert_str_eq(json_get_text(e, "id"), "EXA-2026-017");
	ck_assert_str_eq(json_get_text(e, "event"), "new");
	ck_assert_uint_eq(json_count(json_get(e, "devices")), 2);
	ck_assert_int_eq((int)json_number(json_get(e, "left_out"), 0), 3);
	json_close(root);
	/* the fullest that a keeper makes, every byte escaped as two */
	entries = arena_alloc(&mem, DIGEST_ENTRIES_MAX * sizeof(*entries));
	for (uint32_t i = 0; i < DIGEST_ENTRIES_MAX; i++) {
		entries[i] = alert.entries[0];
		entries[i].title = entries[i].id = entries[i].publisher =
		    full_text(300);
		entries[i].url = full_text(URL_TEXT_MAX);
	}
	alert.entries = entries;
	alert.n_entries = DIGEST_ENTRIES_MAX;
	root = make(HOOK_BODY_MAX);
	ck_assert_uint_eq(json_count(json_get(json_get(root, "data"),
	    "entries")), DIGEST_ENTRIES_MAX);
	json_close(root);
}
END_TEST

START_TEST(test_hard_texts)
{
	static const char *const texts[] = { "\"quoted\" \\ </script>",
	    "a\nb\tc\r\x01\x7f", "K\xc3\xb6pfe \xf0\x9f\x94\xa5",
	    "broken \xff\xc3", "\xe2\x80\xa8", "" };
	struct column twice[] = { { "a", "1" }, { "a", "2" }, { "", "3" } };

	alert.matches[0].device.extra = twice;
	alert.matches[0].device.n_extra = 3;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		alert.title = alert.id = alert.key = alert.vector = texts[i];
		alert.cves[0] = alert.matches[0].why[0] = texts[i];
		alert.matches[0].device.tags = texts[i];
		twice[2].name = twice[2].value = texts[i];
		json_close(make(HOOK_BODY_MAX));
	}
}
END_TEST

/* Devices go, never the alert, and they are counted. */
START_TEST(test_shrinking)
{
	struct match *many = arena_alloc(&mem, 20000 * sizeof(*many));
	struct json *root;
	const struct json *data;
	char *text = arena_alloc(&mem, 200001);
	struct err err = ERR_INIT;

	memset(text, 't', 200000);
	for (size_t i = 0; i < 20000; i++)
		many[i] = alert.matches[0];
	alert.matches = many;
	alert.n_matches = 20000;
	alert.left_out = 7;
	for (size_t max = 20000; max <= HOOK_BODY_MAX; max *= 3) {
		root = make(max);
		data = json_get(root, "data");
		ck_assert_int_eq(json_integer(json_get(data, "left_out"), -1) +
		    (int64_t)json_count(json_get(data, "matches")), 20007);
		ck_assert_str_eq(json_get_text(data, "key"), alert.key);
		json_close(root);
	}
	alert.summary = text;
	json_close(make(20000));
	ck_assert_int_eq(hook_body(&out, &alert, 1000, &err), -1);
	ck_assert_int_eq(err.kind, ERR_LIMIT);
}
END_TEST

/* 77: there is no validator. Bad bodies must be refused, or it checks none. */
static const char validate[] =
    "import json, sys\n"
    "try: import jsonschema\n"
    "except ImportError: sys.exit(77)\n"
    "v = jsonschema.Draft202012Validator(json.load(\n"
    "    open('contrib/schema/alert.schema.json')))\n"
    "bad = 0\n"
    "for line in open(sys.argv[1]):\n"
    "  for e in v.iter_errors(json.loads(line)):\n"
    "    print(e.json_path, e.message); bad = 1\n"
    "b = json.loads(line); del b['data']['key']\n"
    "if v.is_valid(b): print('the schema refuses nothing'); bad = 1\n"
    "sys.exit(bad)\n";

START_TEST(test_schema)
{
	struct buf lines = BUF_INIT(64u << 20);
	int rc;

	for (int e = 0; e < EVENT_COUNT_; e++) {
		alert.event = (enum event)e;
		alert.severity = (enum severity)(e % SEVERITY_COUNT_);
		alert.n_matches = e == EVENT_RESOLVED ? 0 : 2;
		alert.matches[0].status = (enum match_status)(e %
		    MATCH_STATUS_COUNT_);
		json_close(make(HOOK_BODY_MAX));
		buf_add(&lines, out.data, out.len);
		buf_byte(&lines, '\n');
	}
	send_sample_digest(&mem, &alert);
	json_close(make(HOOK_BODY_MAX));
	buf_add(&lines, out.data, out.len);
	buf_byte(&lines, '\n');
	alert_init(&alert);
	alert.key = "ar-00000000000000000000";
	json_close(make(HOOK_BODY_MAX));
	buf_add(&lines, out.data, out.len);
	buf_byte(&lines, '\n');
	file_write(in_scratch("bodies.jsonl"), lines.data, lines.len);
	buf_clear(&lines);
	rc = python(validate, in_scratch("bodies.jsonl"));
	if (rc == 77)
		printf("SKIP: python3 has no jsonschema\n");
	else
		ck_assert_int_eq(rc, 0);
	if (getenv("KEEP_BODIES") != NULL)
		file_write(getenv("KEEP_BODIES"), file_text(in_scratch(
		    "bodies.jsonl")), strlen(file_text(in_scratch(
		    "bodies.jsonl"))));
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("hook_alert");
	TCase *c = tcase_create("all");

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, set_up, NULL);
	tcase_add_test(c, test_fields);
	tcase_add_test(c, test_digest);
	tcase_add_test(c, test_hard_texts);
	tcase_add_test(c, test_shrinking);
	tcase_add_test(c, test_schema);
	suite_add_tcase(s, c);
	return s;
}

int
main(void)
{
	int failed;

	scratch_make("hook");
	failed = suite_run(suite());
	scratch_drop();
	return failed;
}
