/* Signatures of Standard Webhooks, against its own library where that is. */
#include "base/digest.h"
#include "base/secret.h"
#include "base/text.h"
#include "send/hook.h"
#include "send_fixture.h"
#include "suite.h"

#define KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
/* `npm install --prefix build/node standardwebhooks` puts it there. */
#define LIBRARY "build/node/node_modules/standardwebhooks"

static struct hook_headers got;

static int
sign(const char *key, const char *id, int64_t now, const char *body,
    struct err *err)
{
	struct secret s = SECRET_INIT;
	int rc;

	secret_set(&s, key, strlen(key));
	rc = hook_sign(&s, id, now, body, strlen(body), &got, err);
	secret_clear(&s);
	return rc;
}

/* The example that the specification's libraries all test with. */
START_TEST(test_vector)
{
	ck_assert_int_eq(sign(KEY, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
	    "{\"test\": 2432232314}", NULL), 0);
	ck_assert_str_eq(got.id, "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek");
	ck_assert_str_eq(got.timestamp, "webhook-timestamp: 1614265330");
	ck_assert_str_eq(got.signature, "webhook-signature: "
	    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	ck_assert_int_eq(sign(strchr(KEY, '_') + 1, "msg_p5jXN8AQM9LWM0D4loKWxJek",
	    1614265330, "{\"test\": 2432232314}", NULL), 0);
	ck_assert_ptr_nonnull(strstr(got.signature, "g0hM9SsE"));
	ck_assert_int_eq(sign("", "ar-1:r1:new", 1, "{}", NULL), 0);
	ck_assert_str_eq(got.signature, "");
	ck_assert_str_eq(got.id, "webhook-id: ar-1:r1:new");
}
END_TEST

START_TEST(test_refused)
{
	static const struct { const char *name, *key, *id;
	    enum err_kind kind; } bad[] = {
		{ "a dot", KEY, "ar-1.2", ERR_INPUT },
		{ "a line break", KEY, "ar-1\r\nX: y", ERR_INPUT },
		{ "nothing", KEY, "", ERR_INPUT },
		{ "too long", KEY, "0123456789012345678901234567890123456789"
		    "01234567", ERR_INPUT },
		{ "no base64", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!w", "a",
		    ERR_CONFIG },
		{ "short key", "whsec_MfKQ9r8GKYqrTwjUPD8ILA==", "a",
		    ERR_CONFIG },
	};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct err err = ERR_INIT;
		ck_assert_msg(sign(bad[i].key, bad[i].id, 1, "x", &err) == -1 &&
		    err.kind == bad[i].kind, "%s", bad[i].name);
		ck_assert(strstr(err.text, "MfKQ") == NULL);
	}
}
END_TEST

static const char by_hmac[] =
    "import base64, hashlib, hmac, sys\n"
    "d = sys.argv[1]\n"
    "id, ts, sig = open(d + '/headers').read().splitlines()\n"
    "body = open(d + '/body', 'rb').read()\n"
    "key = base64.b64decode('" KEY "'[6:])\n"
    "mac = hmac.new(key, ('%s.%s.' % (id, ts)).encode() + body,\n"
    "               hashlib.sha256).digest()\n"
    "want = 'v1,' + base64.b64encode(mac).decode()\n"
    "sys.exit(0 if want == sig else 1)\n";

static const char by_library[] =
    "const { Webhook } = require(process.cwd() + '/" LIBRARY "');"
    "const fs = require('fs'), d = process.argv[1];"
    "const [id, ts, sig] = fs.readFileSync(d + '/headers', 'utf8')"
    "  .split('\\n');"
    "const body = fs.readFileSync(d + '/body', 'utf8');"
    "const h = { 'webhook-id': id, 'webhook-timestamp': ts,"
    "  'webhook-signature': sig };"
    "const w = new Webhook('" KEY "'); w.verify(body, h);"
    "try { w.verify(body + ' ', h); process.exit(1); } catch (e) {}";

/* A real body, judged by somebody else. */
START_TEST(test_judged)
{
	struct buf body = BUF_INIT(HOOK_BODY_MAX);
	char id[EVENT_ID_TEXT], cmd[4096];
	struct alert alert;
	const char *text;

	send_sample_alert(&mem, &alert);
	ck_assert_int_eq(hook_body(&body, &alert, HOOK_BODY_MAX, NULL), 0);
	ck_assert_int_eq(sign(KEY, alert_event_id(&alert, id), wall_now().s,
	    body.data, NULL), 0);
	text = arena_printf(&mem, "%s\n%s\n%s\n", strchr(got.id, ' ') + 1,
	    strchr(got.timestamp, ' ') + 1, strchr(got.signature, ' ') + 1);
	file_write(in_scratch("headers"), text, strlen(text));
	file_write(in_scratch("body"), body.data, body.len);
	buf_clear(&body);
	ck_assert_int_eq(python(by_hmac, scratch), 0);
	if (access(LIBRARY "/package.json", R_OK) == -1) {
		printf("SKIP: no %s; checked by Python's hmac only\n", LIBRARY);
		return;
	}
	file_write(in_scratch("judge.js"), by_library, strlen(by_library));
	snprintf(cmd, sizeof(cmd), "node -e \"$(cat '%s/judge.js')\" '%s'",
	    scratch, scratch);
	ck_assert_int_eq(system(cmd), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("hook_sign");
	TCase *c = tcase_create("all");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, test_vector);
	tcase_add_test(c, test_refused);
	tcase_add_test(c, test_judged);
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
