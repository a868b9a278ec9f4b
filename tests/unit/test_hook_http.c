/* Webhooks to a scripted receiver: what each answer means. */
#include "../fakes/http_server.h"
#include "base/http.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "send/hook.h"
#include "send_fixture.h"
#include "suite.h"

#define KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static const char *self;
static struct fake_http plain, strict;
static const char *ca, *client_cert, *client_key;
static struct batch batch;

/* As fake_http_start, but the other server. */
static int
receiver_start(struct fake_http *f, const char *log, bool tls)
{
	char line[16] = "";
	int in[2], out[2];
	ssize_t got;

	if (pipe2(in, O_CLOEXEC) == -1 || pipe2(out, O_CLOEXEC) == -1)
		return -1;
	f->pid = fork();
	if (f->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execl("/usr/bin/python3", "python3",
		    "tests/fakes/webhook_server.py", "--with-stdin", "--log",
		    log, tls ? "--cert" : NULL, in_scratch("server.pem"),
		    "--key", in_scratch("server.key"), "--client-ca",
		    in_scratch("ca.pem"), (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	f->life = in[1];
	got = read(out[0], line, sizeof(line) - 1);
	close(out[0]);
	f->port = got > 0 ? atoi(line) : 0;
	return f->port > 0 ? 0 : -1;
}

static struct batch *
to(uint32_t n, const char *path)
{
	batch_make(&batch, n);
	batch.sending.sink.type = SINK_WEBHOOK;
	batch.sending.sink.timeout_s = 2;
	batch.sending.sink.url = arena_printf(&mem, "http://127.0.0.1:%d/%s",
	    plain.port, path);
	return &batch;
}

static void
go(struct batch *b)
{
	struct mono start = mono_now();

	b->settled = 0;
	memset(b->is, 0, sizeof(b->is));
	hook_send(&mem, &b->sending, batch_settled, b);
	b->took_ms = mono_now().ms - start.ms;
}

#define D OUTCOME_DELIVERED
#define L OUTCOME_DEFERRED
#define R OUTCOME_REFUSED
#define ONE REACH_DELIVERY
#define ALL REACH_SINK

/* after: seconds to not_before, 0 = none */
static const struct {
	const char	*path;
	enum outcome_kind kind;
	enum outcome_reach reach;
	const char	*code, *reason, *receipt;
	int64_t		 after;
} answers[] = {
	{ "200", D, ONE, "HTTP 200", "", "HTTP 200", 0 },
	{ "204", D, ONE, "HTTP 204", "", "HTTP 204", 0 },
	{ "202", D, ONE, "HTTP 202", "", "HTTP 202", 0 },
	{ "201", D, ONE, "HTTP 201", "", "HTTP 201, id 4711", 0 },
	{ "201t", D, ONE, "HTTP 201", "", "HTTP 201, id INC \xc3\xbc""1", 0 },
	{ "200h", D, ONE, "HTTP 200", "", "HTTP 200, id xxx", 0 },
	{ "endless", D, ONE, "HTTP 200", "", "HTTP 200", 0 },
	{ "announced", D, ONE, "HTTP 200", "", "HTTP 200", 0 },
	{ "302", L, ALL, "HTTP 302", "redirects to http://127.0.0.1:", "", 0 },
	{ "status/304", L, ALL, "HTTP 304", "redirects;", "", 0 },
	{ "status/400", R, ONE, "HTTP 400", "said so", "", 0 },
	{ "401", L, ALL, "HTTP 401", "credentials): who are you", "", 0 },
	{ "403", L, ALL, "HTTP 403", "credentials): not you", "", 0 },
	{ "none", R, ONE, "HTTP 404", "no such hook", "", 0 },
	{ "status/408", L, ONE, "HTTP 408", "said so", "", 0 },
	{ "410", R, ALL, "HTTP 410", "wants no more of these", "", 0 },
	{ "422", R, ONE, "HTTP 422", "title is too long", "", 0 },
	{ "status/425", L, ONE, "HTTP 425", "said so", "", 0 },
	{ "429/60", L, ALL, "HTTP 429", "slow down", "", 60 },
	{ "429d/90", L, ALL, "HTTP 429", "slow down", "", 90 },
	{ "429/soon", L, ALL, "HTTP 429", "slow down", "", 0 },
	{ "500", L, ONE, "HTTP 500", "oops", "", 0 },
	{ "503", L, ALL, "HTTP 503", "HTTP 503", "", 60 },
	{ "endless/422", R, ONE, "HTTP 422", "xxxx", "", 0 },
	{ "page/100000", R, ONE, "HTTP 422", "HTTP 422: ", "", 0 },
	{ "reset", L, ALL, "", "127.0.0.1", "", 0 },
	{ "junk", L, ALL, "", "HTTP/0.9", "", 0 },
	{ "slow", L, ALL, "", "too slow", "", 0 },
};

START_TEST(test_answers)
{
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		struct outcome *o = &batch.o[0];
		int64_t now = wall_now().s, after;

		go(to(1, answers[i].path));
		ck_assert_uint_eq(batch.settled, 1);
		ck_assert_msg(o->kind == answers[i].kind &&
		    o->reach == answers[i].reach &&
		    strcmp(o->code, answers[i].code) == 0 &&
		    strstr(o->reason, answers[i].reason) != NULL &&
		    text_starts(o->receipt, answers[i].receipt),
		    "%s: %s %d \"%s\" \"%s\" \"%s\"", answers[i].path,
		    outcome_name(o->kind), o->reach, o->code, o->reason,
		    o->receipt);
		ck_assert((*o->reason != '\0') == (o->kind != D));
		ck_assert_uint_le(strlen(o->reason), REASON_MAX);
		ck_assert_uint_le(strlen(o->receipt), 120);
		after = o->not_before - now;
		ck_assert_msg(answers[i].after == 0 ? o->not_before == 0 :
		    after >= answers[i].after - 2 &&
		    after <= answers[i].after + 2, "%s: %lld",
		    answers[i].path, (long long)after);
		ck_assert_int_lt(batch.took_ms, 4000);
	}
}
END_TEST

/* The last request in the log: *ret_root is the caller's to close. */
static const struct json *
last_request(struct json **ret_root)
{
	const char *all = file_text(in_scratch("log")), *last = all;

	for (const char *s = all; *s != '\0'; s++)
		if (*s == '\n' && s[1] != '\0')
			last = s + 1;
	*ret_root = json_parse(last, strlen(last), NULL);
	ck_assert_ptr_nonnull(*ret_root);
	return json_get(*ret_root, "headers");
}

START_TEST(test_request)
{
	static const char *own[] = { "Authorization: Bearer abc",
	    "content-type: application/vnd.test+json" };
	struct json *root, *body;
	const struct json *h;
	char *first;

	secret_set(&to(1, "200")->sending.sink.secret, KEY, strlen(KEY));
	batch.sending.sink.headers = own;
	batch.sending.sink.n_headers = 1;
	go(&batch);
	expect_all(&batch, D, "");
	h = last_request(&root);
	ck_assert_str_eq(json_get_text(root, "method"), "POST");
	ck_assert_str_eq(json_get_text(root, "path"), "/200");
	ck_assert_str_eq(json_get_text(h, "authorization"), "Bearer abc");
	ck_assert_str_eq(json_get_text(h, "content-type"), "application/json");
	ck_assert_str_eq(json_get_text(h, "user-agent"), "advrelay/1.0");
	ck_assert_str_eq(json_get_text(h, "webhook-id"),
	    "ar-1f2e3d4c5b6a79880011:r1:updated");
	ck_assert_int_eq(strncmp(json_get_text(h, "webhook-signature"), "v1,",
	    3), 0);
	ck_assert(json_is_null(json_get(h, "expect")) ||
	    json_get(h, "expect") == NULL);
	first = mem_text(json_get_text(root, "body"));
	body = json_parse(first, strlen(first), NULL);
	ck_assert_str_eq(json_get_text(body, "type"),
	    "advisory.alert.updated");
	json_close(body);
	json_close(root);
	/* A repetition is the same but for the time of the attempt. */
	batch.sending.sink.n_headers = 2;
	go(&batch);
	secret_clear(&batch.sending.sink.secret);
	h = last_request(&root);
	ck_assert_str_eq(json_get_text(root, "body"), first);
	ck_assert_str_eq(json_get_text(h, "content-type"),
	    "application/vnd.test+json");
	json_close(root);
	free(first);
	/* without a secret */
	go(to(1, "200"));
	h = last_request(&root);
	ck_assert_ptr_null(json_get(h, "webhook-signature"));
	ck_assert_str_ne(json_get_text(h, "webhook-timestamp"), "");
	json_close(root);
}
END_TEST

/* What concerns the whole sink ends the batch, and is asked once. */
START_TEST(test_batch)
{
	size_t n = count_lines(in_scratch("log"));

	go(to(5, "200"));
	expect_all(&batch, D, "");
	ck_assert_uint_eq(count_lines(in_scratch("log")), n + 5);
	go(to(5, "422"));
	expect_all(&batch, R, "too long");
	ck_assert_uint_eq(count_lines(in_scratch("log")), n + 10);
	go(to(5, "429/60"));
	expect_all(&batch, L, "slow down");
	ck_assert_int_gt(batch.o[4].not_before, wall_now().s + 50);
	ck_assert_uint_eq(count_lines(in_scratch("log")), n + 11);
	to(5, "slow")->sending.sink.timeout_s = 1;
	go(&batch);
	expect_all(&batch, L, "too slow");
	ck_assert_int_lt(batch.took_ms, 2500);
	go(to(3, "once/x"));
	ck_assert_int_eq(batch.o[0].kind, L);
	ck_assert_int_eq(batch.o[1].kind, D);
}
END_TEST

/* n deliveries, of as many alerts or all of one, several at a time. */
static struct batch *
crowd(uint32_t n, uint32_t connections, bool one_alert, const char *path)
{
	to(n, path)->sending.sink.connections = connections;
	for (uint32_t i = 0; i < n && !one_alert; i++)
		batch.d[i].alert.key = arena_printf(&mem,
		    "ar-1f2e3d4c5b6a7988%04u", i);
	return &batch;
}

/* The most requests that the receiver had at a time. */
static int
most_at_once(void)
{
	int most = 0;

	for (uint32_t i = 0; i < batch.sending.n; i++) {
		int id = atoi(batch.o[i].receipt + strlen("HTTP 201, id "));

		most = id > most ? id : most;
	}
	return most;
}

static const struct {
	const char	*name;
	uint32_t	 connections;
	bool		 one_alert;
	int		 most;
} crowds[] = {
	{ "three at a time", 3, false, 3 },
	{ "one unless asked for more", 0, false, 1 },
	{ "one alert's in a row", 3, true, 1 },
	{ "no more than the ceiling", 1000, false, (int)HTTP_AT_ONCE },
};

/* The receiver keeps each for a moment and tells how many it had. */
START_TEST(test_at_once)
{
	go(crowd(2 * (uint32_t)crowds[_i].most + 3, crowds[_i].connections, crowds[_i].one_alert,
	    arena_printf(&mem, "crowd/%d", crowds[_i].most)));
	expect_all(&batch, D, "");
	ck_assert_msg(most_at_once() == crowds[_i].most, "%s: %d",
	    crowds[_i].name, most_at_once());
}
END_TEST

/* A receiver that is not well hears one request, not one a connection; when it
 * falls ill in the middle, those on their way end by their own answers. */
START_TEST(test_at_once_faults)
{
	size_t n = count_lines(in_scratch("log"));
	uint32_t done = 0;

	go(crowd(20, 4, false, "429/60"));
	expect_all(&batch, L, "slow down");
	ck_assert_int_gt(batch.o[19].not_before, wall_now().s + 50);
	ck_assert_uint_eq(count_lines(in_scratch("log")), n + 1);
	go(crowd(20, 4, false, "401"));
	expect_all(&batch, L, "who are you");
	ck_assert_uint_eq(count_lines(in_scratch("log")), n + 2);
	go(crowd(40, 4, false, "tires/10"));
	ck_assert_uint_eq(batch.settled, 40);
	for (uint32_t i = 0; i < 40; i++) {
		done += batch.o[i].kind == D;
		ck_assert(batch.o[i].kind == D || batch.o[i].reach == ALL);
	}
	ck_assert_uint_eq(done, 10);
	/* the one that was refused and at most three beside it */
	ck_assert_uint_le(count_lines(in_scratch("log")), n + 2 + 14);
}
END_TEST

START_TEST(test_faults)
{
	static const char *bad[] = { "X: a\r\nY: b" };

	to(2, "200")->sending.sink.url = "http://127.0.0.1:1/";
	go(&batch);
	expect_all(&batch, L, "127.0.0.1");
	ck_assert_int_eq(batch.o[0].reach, ALL);
	batch.sending.sink.url = "http://name.invalid/";
	go(&batch);
	expect_all(&batch, L, "cannot be resolved");
	batch.sending.sink.url = "ftp://127.0.0.1/";
	go(&batch);
	expect_all(&batch, L, "");
	ck_assert_int_eq(batch.o[0].reach, ALL);
	to(1, "200")->sending.sink.headers = bad;
	batch.sending.sink.n_headers = 1;
	go(&batch);
	expect_all(&batch, L, "line break");
	secret_set(&to(1, "200")->sending.sink.secret, "whsec_!", 7);
	go(&batch);
	expect_all(&batch, L, "signing key");
	secret_clear(&batch.sending.sink.secret);
	to(1, "200")->d[0].alert.key = "a.b";
	go(&batch);
	expect_all(&batch, R, "event id");
}
END_TEST

static struct batch *
to_strict(uint32_t n)
{
	to(n, "200")->sending.sink.url = arena_printf(&mem,
	    "https://127.0.0.1:%d/201", strict.port);
	batch.sending.sink.tls.ca = ca;
	batch.sending.sink.tls.cert = client_cert;
	batch.sending.sink.tls.key = client_key;
	return &batch;
}

START_TEST(test_tls)
{
	go(to_strict(3));
	expect_all(&batch, D, "");
	to_strict(1)->sending.sink.tls.ca = "";
	go(&batch);
	expect_all(&batch, L, "is not accepted");
	ck_assert_int_eq(batch.o[0].reach, ALL);
	to_strict(1)->sending.sink.tls.cert = "";
	batch.sending.sink.tls.key = "";
	go(&batch);
	expect_all(&batch, L, "127.0.0.1");
}
END_TEST

START_TEST(test_program)
{
	struct program p;

	if (!program_start(&p, self, "hook"))
		return;
	program_ask(&p, ASK_HOOK, to_strict(3));
	expect_all(&batch, D, "");
	program_ask(&p, ASK_HOOK, to(BATCH_MAX, "201"));
	expect_all(&batch, D, "");
	ck_assert_str_eq(batch.o[BATCH_MAX - 1].receipt, "HTTP 201, id 4711");
	/* what is settled does not wait for what takes its time */
	program_ask(&p, ASK_HOOK, to(2, "dozes/one"));
	ck_assert_uint_eq(batch.early, 1);
	ck_assert_int_eq(batch.o[0].kind, D);
	ck_assert_int_eq(batch.o[1].kind, L);
	program_ask(&p, ASK_HOOK, to(2, "page/100000"));
	expect_all(&batch, R, "HTTP 422");
	to(1, "200")->sending.sink.url = arena_printf(&mem,
	    "http://localhost:%d/200", plain.port);
	program_ask(&p, ASK_HOOK, &batch);
	expect_all(&batch, D, "");
	program_end(&p);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("hook_http");
	TCase *c = suite_case(s, "all", 60);

	tcase_add_test(c, test_answers);
	tcase_add_test(c, test_request);
	tcase_add_test(c, test_batch);
	tcase_add_loop_test(c, test_at_once, 0, COUNT_OF(crowds));
	tcase_add_test(c, test_at_once_faults);
	tcase_add_test(c, test_faults);
	tcase_add_test(c, test_tls);
	tcase_add_test(c, test_program);
	return s;
}

int
main(int argc, char **argv)
{
	int failed = 1;

	(void)argc;
	self = argv[0];
	if (access("/usr/bin/python3", X_OK) == -1 ||
	    access("tests/fakes/webhook_server.py", R_OK) == -1) {
		printf("SKIP: no python3, or not run from the tree's root\n");
		return 0;
	}
	scratch_make("hook");
	if (fake_http_certificates(scratch) == -1) {
		printf("SKIP: no certificates, is openssl there?\n");
		scratch_drop();
		return 0;
	}
	ca = file_text(in_scratch("ca.pem"));
	client_cert = file_text(in_scratch("client.pem"));
	client_key = file_text(in_scratch("client.key"));
	http_prepare();
	if (receiver_start(&plain, in_scratch("log"), false) == 0 &&
	    receiver_start(&strict, in_scratch("log-tls"), true) == 0) {
		failed = suite_run(suite());
	} else {
		fprintf(stderr, "the receiver does not start\n");
	}
	fake_http_stop(&plain);
	fake_http_stop(&strict);
	scratch_drop();
	return failed;
}
