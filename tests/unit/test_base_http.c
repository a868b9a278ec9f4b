#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fakes/http_server.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/http.h"
#include "base/limits.h"
#include "base/mem.h"
#include "suite.h"

#define NOW 1770091506		/* Tue, 03 Feb 2026 04:05:06 GMT */

static const struct {
	const char	*value;
	int64_t		 want;
} retries[] = {
	{ "", 0 },
	{ "0", 0 },
	{ "1", NOW + 1 },
	{ "120", NOW + 120 },
	{ "86400", NOW + 86400 },
	{ "86401", NOW + 86400 },
	{ "9223372036854775807", NOW + 86400 },
	{ "9223372036854775808", NOW + 86400 },
	{ "-1", 0 },
	{ "1.5", 0 },
	{ "soon", 0 },
	{ "Tue, 03 Feb 2026 04:06:06 GMT", NOW + 60 },
	{ "Tue, 03 Feb 2026 04:05:06 GMT", 0 },
	{ "Mon, 02 Feb 2026 04:05:06 GMT", 0 },
	{ "Tue, 03 Feb 2099 04:05:06 GMT", NOW + 86400 },
};

START_TEST(test_retry_after)
{
	ck_assert_msg(http_retry_after(retries[_i].value, NOW) ==
	    retries[_i].want, "%s", retries[_i].value);
	ck_assert_int_eq(http_retry_after(NULL, NOW), 0);
}
END_TEST

static struct fake_http server;
static struct buf body = BUF_INIT(100000);
static struct http_reply reply;
static struct err err;
static char url[300];

static bool
take(void *ctx, const void *p, size_t n)
{
	size_t *most = ctx;

	buf_add(&body, p, n);
	return most == NULL || body.len < *most;
}

static struct http_request
request(const char *method, const char *path)
{
	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", server.port, path);
	return (struct http_request){ .method = method, .url = url,
		.user_agent = "test", .proxy = "", .max_bytes = 100000,
		.total_ms = 5000 };
}

static int
run(const struct http_request *rq)
{
	buf_reset(&body);
	err_clear(&err);
	return http_exchange(rq, &reply, take, NULL, &err);
}

START_TEST(test_send)
{
	static const char *const headers[] = {
		"Content-Type: application/json", "X-Key: ar-1", NULL };
	static const char *const methods[] = { "POST", "PUT", "PATCH" };
	struct http_request rq = request(methods[_i], "/x/echo");
	char want[64];

	rq.headers = headers;
	rq.body = "{\"a\":1}";
	rq.body_len = 7;
	ck_assert_msg(run(&rq) == 0, "%s", err.text);
	ck_assert_int_eq(reply.status, 200);
	snprintf(want, sizeof(want), "\"method\": \"%s\"", methods[_i]);
	ck_assert_ptr_nonnull(strstr(buf_text(&body), want));
	ck_assert_ptr_nonnull(strstr(buf_text(&body), "\"{\\\"a\\\":1}\""));
	ck_assert_ptr_nonnull(strstr(buf_text(&body), "\"x-key\": \"ar-1\""));
	ck_assert_ptr_nonnull(strstr(buf_text(&body),
	    "\"content-type\": \"application/json\""));
	ck_assert_ptr_null(strstr(buf_text(&body), "expect"));
	/* nothing to send is sent, without a made-up type */
	rq.headers = NULL;
	rq.body = NULL;
	rq.body_len = 0;
	ck_assert_int_eq(run(&rq), 0);
	ck_assert_ptr_null(strstr(buf_text(&body), "content-type"));
	ck_assert_ptr_nonnull(strstr(buf_text(&body),
	    "\"content-length\": \"0\""));
}
END_TEST

START_TEST(test_redirect_is_the_answer)
{
	struct http_request rq = request("GET", "/x/redirect/2");
	char want[64];

	ck_assert_int_eq(run(&rq), 0);
	ck_assert_int_eq(reply.status, 302);
	snprintf(want, sizeof(want), "http://127.0.0.1:%d/x/redirect/1",
	    server.port);
	ck_assert_str_eq(reply.location, want);
	ck_assert_str_eq(buf_text(&body), "elsewhere");
	/* what was posted is not posted elsewhere */
	rq = request("POST", "/x/redirect/2");
	rq.max_redirects = 3;
	ck_assert_int_eq(run(&rq), 0);
	ck_assert_int_eq(reply.status, 302);
}
END_TEST

START_TEST(test_foreign_origin)
{
	static const char *const headers[] = { "Authorization: Bearer t",
		"X-Token: t", "If-None-Match: \"e\"", NULL };
	struct http_request rq = request("GET", "");

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/x/to?url="
	    "http://localhost:%d/x/echo", server.port, server.port);
	rq.headers = headers;
	rq.max_redirects = 1;
	ck_assert_msg(run(&rq) == 0, "%s", err.text);
	ck_assert_int_eq(reply.status, 200);
	ck_assert_ptr_null(strstr(buf_text(&body), "uthorization"));
	ck_assert_ptr_null(strstr(buf_text(&body), "x-token"));
	ck_assert_ptr_nonnull(strstr(buf_text(&body), "if-none-match"));
	rq = request("GET", "/x/to?url=/x/echo");
	rq.headers = headers;
	rq.max_redirects = 1;
	ck_assert_int_eq(run(&rq), 0);
	ck_assert_ptr_nonnull(strstr(buf_text(&body), "x-token"));
}
END_TEST

START_TEST(test_ceilings)
{
	struct http_request rq = request("GET", "/x/endless");
	size_t most = 10;

	ck_assert_int_eq(run(&rq), -1);
	ck_assert_int_eq(err.kind, ERR_LIMIT);
	ck_assert_uint_le(body.len, 100000);
	/* a sink that has enough ends well */
	buf_reset(&body);
	err_clear(&err);
	ck_assert_int_eq(http_exchange(&rq, &reply, take, &most, &err), 0);
	ck_assert_int_eq(reply.status, 200);
	/* an error page is cut */
	rq = request("GET", "/x/status/422?size=5000");
	rq.max_bytes = 1000;
	ck_assert_msg(run(&rq) == 0, "%s", err.text);
	ck_assert_int_eq(reply.status, 422);
	/* a server that talks something else */
	rq = request("GET", "/x/no-head");
	ck_assert_int_eq(run(&rq), -1);
	ck_assert_int_eq(err.kind, ERR_PEER);
	ck_assert_ptr_nonnull(strstr(err.text, "127.0.0.1"));
	rq = request("GET", "/x/silent");
	rq.total_ms = 200;
	ck_assert_int_eq(run(&rq), -1);
	ck_assert_int_eq(err.kind, ERR_PEER);
	ck_assert_int_eq(reply.status, 0);
}
END_TEST

START_TEST(test_refusals)
{
	static const char *const evil[] = { "X: a\r\nY: b", NULL };
	static const char *const bare[] = { "no colon", NULL };
	struct http_request rq = request("GET", "/x/ok");

	rq.headers = evil;
	ck_assert_int_eq(run(&rq), -1);
	ck_assert_int_eq(err.kind, ERR_INPUT);
	rq.headers = bare;
	ck_assert_int_eq(run(&rq), -1);
	rq = request("GET", "/x/ok");
	rq.https_only = true;
	ck_assert_int_eq(run(&rq), -1);
	ck_assert_int_eq(err.kind, ERR_CONFIG);
	rq = request("GET", "/x/ok");
	rq.url = "file:///etc/passwd";
	ck_assert_int_eq(run(&rq), -1);
	ck_assert_int_eq(err.kind, ERR_CONFIG);
	rq.url = "http://u:p@127.0.0.1/";
	ck_assert_int_eq(run(&rq), -1);
	ck_assert_int_eq(err.kind, ERR_INPUT);
	ck_assert_ptr_null(strstr(err.text, "u:p"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("base_http");
	TCase *t = suite_case(s, "http", 30);
	int failed;

	tcase_add_loop_test(t, test_retry_after, 0, (int)COUNT_OF(retries));
	if (fake_http_start(&server, NULL) == 0) {
		http_prepare();
		tcase_add_loop_test(t, test_send, 0, 3);
		tcase_add_test(t, test_redirect_is_the_answer);
		tcase_add_test(t, test_foreign_origin);
		tcase_add_test(t, test_ceilings);
		tcase_add_test(t, test_refusals);
	} else {
		printf("SKIP: no python3, or not run from the tree's root\n");
	}
	failed = suite_run(s);
	fake_http_stop(&server);
	return failed;
}
