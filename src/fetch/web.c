#include "fetch.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/http.h"
#include "base/limits.h"
#include "base/text.h"

/* An error page is read to its end up to here, which keeps the connection. */
#define ERROR_PAGE_MAX	(64u << 10)
/* A server that sends less than this is not read from but waited for. */
#define SLOW_BYTES	64u
#define SLOW_S		30u
#define CONNECT_MS_MAX	20000u

struct taking {
	const struct http_reply	*reply;
	int			 fd;
	size_t			 dropped;
	int			 sys;		/* a write failed: errno */
};

static bool
is_document(long status)
{
	return status == 200 || status == 203;
}

/* Body bytes on their way into the memfd. */
static bool
take(void *ctx, const void *p, size_t n)
{
	struct taking *t = ctx;
	const char *at = p;
	ssize_t done;

	if (!is_document(t->reply->status)) {
		t->dropped += n;
		return t->dropped <= ERROR_PAGE_MAX;
	}
	while (n > 0) {
		done = write(t->fd, at, n);
		if (done == -1 && errno == EINTR) {
			continue;
		}
		if (done <= 0) {
			t->sys = errno;
			return false;
		}
		at += done;
		n -= (size_t)done;
	}
	return true;
}

/* The answers that need a person, with what that person can do. */
static void
end_forbidden(const struct job *j, const char *url, long status,
    struct fetched *ret)
{
	const char *shown = url_show(j->mem, url);

	switch (status) {
	case 401:
		fetched_end(ret, j->mem, FETCH_FORBIDDEN, "%s asks for "
		    "credentials (401); if the publisher gave you a client "
		    "certificate, name it in the feed's tls settings", shown);
		break;
	case 407:
		fetched_end(ret, j->mem, FETCH_FORBIDDEN, "the proxy asks for "
		    "credentials (407) on the way to %s", shown);
		break;
	case 451:
		fetched_end(ret, j->mem, FETCH_FORBIDDEN, "%s is withheld for "
		    "legal reasons (451)", shown);
		break;
	default:
		fetched_end(ret, j->mem, FETCH_FORBIDDEN, "%s refuses us "
		    "(403); some servers want a contact in the User-Agent "
		    "(\"%s\" was sent), others keep a list of addresses: ask "
		    "the publisher", shown, j->poll->feed.user_agent);
		break;
	}
}

/* What the status means for the poll. */
static void
end_by_status(const struct job *j, const char *url, long status, bool asked,
    struct fetched *ret)
{
	const char *shown = url_show(j->mem, url);

	if (is_document(status)) {
		fetched_end(ret, j->mem, FETCH_DOCUMENT, "%s", "");
	} else if (status == 304 && asked) {
		fetched_end(ret, j->mem, FETCH_UNCHANGED, "%s", "");
	} else if (status == 404 || status == 410) {
		fetched_end(ret, j->mem, FETCH_GONE, "nothing lies at %s "
		    "(%ld)", shown, status);
	} else if (status == 401 || status == 403 || status == 407 ||
	    status == 451) {
		end_forbidden(j, url, status, ret);
	} else if (status == 429) {
		fetched_end(ret, j->mem, FETCH_FAILED, "%s says that we ask "
		    "too often (429)", shown);
	} else if (status >= 500) {
		fetched_end(ret, j->mem, FETCH_FAILED, "the server of %s has "
		    "trouble of its own (%ld)", shown, status);
	} else {
		fetched_end(ret, j->mem, FETCH_FAILED, "%s answered with "
		    "status %ld, which brings no document", shown, status);
	}
}

/* A header's value if it is text. */
static const char *
value(const struct job *j, const char *s)
{
	return text_is_utf8(s, strlen(s)) ? arena_text(j->mem, s) : "";
}

static void
take_headers(const struct job *j, const struct http_reply *reply,
    struct fetched *ret)
{
	const struct poll *p = j->poll;

	ret->status = (uint32_t)reply->status;
	ret->media_type = value(j, reply->content_type);
	ret->etag = value(j, reply->etag);
	ret->last_modified = value(j, reply->last_modified);
	if (reply->final_url[0] != '\0') {
		ret->url = value(j, reply->final_url);
	}
	if (ret->result == FETCH_UNCHANGED) {
		/* RFC 9110, 15.4.5: a 304 may leave out Last-Modified. */
		ret->etag = ret->etag[0] ? ret->etag : p->etag;
		ret->last_modified = ret->last_modified[0]
		    ? ret->last_modified : p->last_modified;
	} else if (ret->result != FETCH_DOCUMENT) {
		ret->etag = ret->last_modified = "";
		ret->not_before = http_retry_after(reply->retry_after,
		    wall_now().s);
	}
}

/* The feed's rules as a request; `headers` has room for three. */
static void
request_make(const struct job *j, const char *url, bool conditional,
    size_t max, const char *headers[3], struct http_request *ret)
{
	const struct feed *feed = &j->poll->feed;
	int64_t left = j->end.ms - mono_now().ms;
	unsigned total = feed->timeout_s * 1000;
	size_t n = 0;

	if (conditional && j->poll->etag[0] != '\0') {
		headers[n++] = arena_printf(j->mem, "If-None-Match: %s",
		    j->poll->etag);
	}
	if (conditional && j->poll->last_modified[0] != '\0') {
		headers[n++] = arena_printf(j->mem, "If-Modified-Since: %s",
		    j->poll->last_modified);
	}
	headers[n] = NULL;
	if (total == 0 || total > left) {
		total = left > 1 ? (unsigned)left : 1;
	}
	*ret = (struct http_request){
		.method = "GET",
		.url = url,
		.headers = headers,
		.user_agent = feed->user_agent,
		.proxy = feed->proxy,
		.tls = &feed->tls,
		.guard = guard_pass,
		.guard_ctx = (void *)(uintptr_t)&j->guard,
		.max_bytes = max,
		.max_redirects = REDIRECTS_MAX,
		.connect_ms = total < CONNECT_MS_MAX ? total : CONNECT_MS_MAX,
		.total_ms = total,
		.slow_bytes = SLOW_BYTES,
		.slow_s = SLOW_S,
		.compressed = true,
		.https_only = feed->https_only,
	};
}

/* The exchange failed without a usable answer. */
static void
end_by_err(const struct job *j, const char *url, const struct err *err,
    struct fetched *ret)
{
	/* A refusal and an impossible URL stay what they are; the rest may
	 * pass. */
	enum fetch_result r = err->kind == ERR_CONFIG ||
	    err->kind == ERR_INPUT ? FETCH_FORBIDDEN : FETCH_FAILED;

	fetched_end(ret, j->mem, r, "%s: %s", url_show(j->mem, url),
	    err->text);
}

void
web_get(const struct job *j, const char *url, bool conditional, size_t max,
    struct fetched *ret, struct blob *ret_body)
{
	struct http_request rq;
	struct http_reply reply;
	struct err err = ERR_INIT;
	const char *headers[3];
	struct taking t = { .reply = &reply, .fd = -1 };
	int rc;

	ret->url = arena_text(j->mem, url);
	if (blob_start(&t.fd, "document", &err) == -1) {
		fetched_end(ret, j->mem, FETCH_FAILED, "%s", err.text);
		return;
	}
	request_make(j, url, conditional, max, headers, &rq);
	rc = http_exchange(&rq, &reply, take, &t, &err);
	if (rc == 0 && t.sys != 0) {
		errno = t.sys;
		rc = err_sys(&err, "no memory for the document");
	}
	if (rc == -1) {
		end_by_err(j, url, &err, ret);
	} else {
		end_by_status(j, url, reply.status, headers[0] != NULL, ret);
	}
	take_headers(j, &reply, ret);
	if (ret->result != FETCH_DOCUMENT) {
		close(t.fd);
	} else if (blob_seal(ret_body, t.fd, &err) == -1) {
		fetched_end(ret, j->mem, FETCH_FAILED, "%s", err.text);
	}
}
