#include "base/http.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "http_rules.h"

/* A CA bundle is 220 KB; a folder of certificates by mistake is refused. */
#define BUNDLE_MAX	(8u << 20)
/* Body of a redirect that is thrown away; a longer one costs its connection. */
#define REDIRECT_BODY_MAX (64u << 10)

/* One per process: the handle keeps connections and TLS sessions. */
static struct {
	CURL		*handle;
	char		*bundle;	/* the system's CAs as PEM text */
	size_t		 bundle_len;
	const char	*bundle_path;
	bool		 looked;
	bool		 bundle_open;	/* can still be read in the sandbox */
} web;

/* The first CA bundle of the usual places, into memory. */
static void
bundle_load(void)
{
	static const char *const places[] = {
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/cert.pem",
	};
	struct buf all = BUF_INIT(BUNDLE_MAX);
	char part[16384];
	ssize_t n;
	int fd = -1;

	for (size_t i = 0; i < COUNT_OF(places) && fd == -1; i++) {
		fd = open(places[i], O_RDONLY | O_CLOEXEC);
		web.bundle_path = places[i];
	}
	if (fd == -1) {
		return;
	}
	while ((n = read(fd, part, sizeof(part))) > 0) {
		buf_add(&all, part, (size_t)n);
	}
	close(fd);
	if (n == 0 && !all.over) {
		web.bundle_len = all.len;
		web.bundle = buf_take(&all);
	}
	buf_clear(&all);
}

void
http_prepare(void)
{
	if (web.bundle == NULL && web.bundle_path == NULL) {
		if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
			bug("libcurl does not start");
		}
		bundle_load();
	}
}

/* What the sandbox lets us read shows at the first use. */
static void
bundle_look(void)
{
	int fd;

	if (web.looked) {
		return;
	}
	web.looked = true;
	http_prepare();
	fd = open(web.bundle_path, O_RDONLY | O_CLOEXEC);
	web.bundle_open = fd != -1;
	if (fd != -1) {
		close(fd);
		free(web.bundle);
		web.bundle = NULL;
	}
}

CURL *
web_handle_new(void)
{
	CURL *h;

	bundle_look();
	h = curl_easy_init();
	if (h == NULL) {
		bug("libcurl gives no handle");
	}
	return h;
}

static CURL *
web_handle(void)
{
	if (web.handle == NULL) {
		web.handle = web_handle_new();
	}
	return web.handle;
}

/* ---- what comes in ------------------------------------------------------- */

static bool
is_redirect(const struct exchange *e)
{
	long s = e->ret->status;

	return (s == 301 || s == 302 || s == 303 || s == 307 || s == 308) &&
	    (e->ret->location[0] != '\0' || e->location_long) &&
	    e->rq->max_redirects > 0 && strcmp(e->rq->method, "GET") == 0;
}

/* If the line is the header `name`, its value. Half a validator or address
 * would be a wrong one: too long or odd is as good as absent. True if cut. */
static bool
header_take(const char *line, size_t n, const char *name, char *out,
    size_t room)
{
	size_t skip = strlen(name);

	if (n <= skip || line[skip] != ':' ||
	    strncasecmp(line, name, skip) != 0) {
		return false;
	}
	for (skip++; skip < n && (line[skip] == ' ' || line[skip] == '\t');) {
		skip++;
	}
	while (n > skip && (unsigned char)line[n - 1] <= ' ') {
		n--;
	}
	out[0] = '\0';
	if (n - skip >= room) {
		return true;
	}
	for (size_t i = skip; i < n; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f) {
			return true;
		}
	}
	memcpy(out, line + skip, n - skip);
	out[n - skip] = '\0';
	return false;
}

/* Each line of the head; also of 1xx answers before it and trailers behind,
 * which must not change what the head said. */
static size_t
take_header(char *line, size_t one, size_t n, void *ctx)
{
	struct exchange *e = ctx;
	struct http_reply *r = e->ret;

	n *= one;
	if (n >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		r->etag[0] = r->last_modified[0] = r->content_type[0] = '\0';
		r->retry_after[0] = r->location[0] = '\0';
		e->location_long = false;
		e->in_headers = true;
		curl_easy_getinfo(e->handle, CURLINFO_RESPONSE_CODE,
		    &r->status);
		return n;
	}
	if (!e->in_headers) {
		return n;
	}
	if (n <= 2 && (line[0] == '\r' || line[0] == '\n')) {
		e->in_headers = false;
		curl_easy_getinfo(e->handle, CURLINFO_RESPONSE_CODE,
		    &r->status);
		return n;
	}
	header_take(line, n, "ETag", r->etag, sizeof(r->etag));
	header_take(line, n, "Last-Modified", r->last_modified,
	    sizeof(r->last_modified));
	header_take(line, n, "Content-Type", r->content_type,
	    sizeof(r->content_type));
	header_take(line, n, "Retry-After", r->retry_after,
	    sizeof(r->retry_after));
	if (header_take(line, n, "Location", r->location,
	    sizeof(r->location))) {
		e->location_long = true;
	}
	return n;
}

/* The body, decompressed. libcurl's own ceiling counts bytes on the wire and
 * only announced ones, so the counting is done here. */
static size_t
take_body(char *p, size_t one, size_t n, void *ctx)
{
	struct exchange *e = ctx;
	curl_off_t announced = -1;

	n *= one;
	curl_easy_getinfo(e->handle, CURLINFO_RESPONSE_CODE, &e->ret->status);
	if (is_redirect(e)) {
		e->thrown += n;
		return e->thrown > REDIRECT_BODY_MAX ? 0 : n;
	}
	if (e->ret->body_len == 0 && e->ret->status / 100 == 2) {
		curl_easy_getinfo(e->handle,
		    CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
		e->over = announced > 0 &&
		    (uint64_t)announced > e->rq->max_bytes;
	}
	if (n > e->rq->max_bytes - e->ret->body_len &&
	    e->ret->status / 100 != 2) {
		/* An error page tells enough without its end. */
		e->stopped = true;
		return 0;
	}
	if (e->over || n > e->rq->max_bytes - e->ret->body_len) {
		e->over = true;
		return 0;
	}
	if (n > 0 && !e->sink(e->sink_ctx, p, n)) {
		e->stopped = true;
		return 0;
	}
	e->ret->body_len += n;
	return n;
}

/* ---- what goes out ------------------------------------------------------- */

static struct curl_slist *
list_add(struct curl_slist *list, const char *line)
{
	list = curl_slist_append(list, line);
	if (list == NULL) {
		mem_out();
	}
	return list;
}

void
headers_free(struct curl_slist *headers)
{
	for (struct curl_slist *h = headers; h != NULL; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(headers);
}

/* Headers of this hop; another origin gets none that could be a secret. */
static int
headers_make(const struct exchange *e, struct curl_slist **ret,
    struct err *err)
{
	bool typed = false, sends = strcmp(e->rq->method, "GET") != 0;

	for (const char *const *h = e->rq->headers; h && *h; h++) {
		if (strpbrk(*h, "\r\n") != NULL || strchr(*h, ':') == NULL) {
			return err_input(err, "a request header holds a line "
			    "break or no colon");
		}
		typed = typed || strncasecmp(*h, "Content-Type:", 13) == 0;
		if (!e->foreign || strncasecmp(*h, "If-", 3) == 0 ||
		    strncasecmp(*h, "Accept", 6) == 0) {
			*ret = list_add(*ret, *h);
		}
	}
	if (sends) {
		/* Waiting for "100 Continue" costs a second where it is not
		 * understood. */
		*ret = list_add(*ret, "Expect:");
		if (!typed) {
			*ret = list_add(*ret, "Content-Type:");
		}
	}
	return 0;
}

static void
blob_set(CURL *h, CURLoption option, const char *pem, size_t len)
{
	struct curl_blob blob = { .data = (void *)(uintptr_t)pem, .len = len,
		.flags = CURL_BLOB_NOCOPY };

	if (curl_easy_setopt(h, option, &blob) != CURLE_OK) {
		bug("libcurl does not take certificates from memory");
	}
}

/* Whom to trust and who we are. */
static void
set_tls(CURL *h, const struct exchange *e)
{
	const struct tls_files *tls = e->rq->tls;
	const char *ca = tls != NULL ? tls->ca : "", *key;

	curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
	/* The default folder would be trusted beside the feed's own CA, and it
	 * keeps libcurl from caching the bundle it has parsed. */
	curl_easy_setopt(h, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(h, CURLOPT_PROXY_CAPATH, NULL);
	if (ca[0] != '\0') {
		blob_set(h, CURLOPT_CAINFO_BLOB, ca, strlen(ca));
		blob_set(h, CURLOPT_PROXY_CAINFO_BLOB, ca, strlen(ca));
	} else if (web.bundle_open) {
		curl_easy_setopt(h, CURLOPT_CAINFO, web.bundle_path);
		curl_easy_setopt(h, CURLOPT_PROXY_CAINFO, web.bundle_path);
	} else if (web.bundle != NULL) {
		blob_set(h, CURLOPT_CAINFO_BLOB, web.bundle, web.bundle_len);
		blob_set(h, CURLOPT_PROXY_CAINFO_BLOB, web.bundle,
		    web.bundle_len);
	}
	if (tls != NULL && tls->cert[0] != '\0' && !e->foreign) {
		blob_set(h, CURLOPT_SSLCERT_BLOB, tls->cert, strlen(tls->cert));
		key = tls->key[0] != '\0' ? tls->key : tls->cert;
		blob_set(h, CURLOPT_SSLKEY_BLOB, key, strlen(key));
	}
}

static void
set_limits(CURL *h, const struct exchange *e, unsigned left_ms)
{
	const struct http_request *rq = e->rq;

	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	/* A name server that keeps silent must not hold us past the end. */
	curl_easy_setopt(h, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)left_ms);
	if (rq->connect_ms > 0) {
		curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS,
		    (long)rq->connect_ms);
	}
	if (rq->slow_bytes > 0 && rq->slow_s > 0) {
		curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT,
		    (long)rq->slow_bytes);
		curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, (long)rq->slow_s);
	}
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR,
	    rq->https_only ? "https" : "http,https");
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	/* Environment variables must not decide where the bytes go. */
	curl_easy_setopt(h, CURLOPT_PROXY, rq->proxy);
	curl_easy_setopt(h, CURLOPT_NOPROXY, "");
	curl_easy_setopt(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void
set_request(CURL *h, struct exchange *e, struct curl_slist *headers)
{
	const struct http_request *rq = e->rq;

	curl_easy_setopt(h, CURLOPT_CURLU, e->url);
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h, CURLOPT_USERAGENT, rq->user_agent);
	if (rq->compressed) {
		curl_easy_setopt(h, CURLOPT_ACCEPT_ENCODING, "gzip");
	}
	if (strcmp(rq->method, "GET") != 0) {
		curl_easy_setopt(h, CURLOPT_POST, 1L);
		curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, rq->method);
		curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)rq->body_len);
		curl_easy_setopt(h, CURLOPT_POSTFIELDS,
		    rq->body != NULL ? rq->body : "");
	}
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, e);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, e);
	curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, e);
	curl_easy_setopt(h, CURLOPT_PREREQFUNCTION, before_request);
	curl_easy_setopt(h, CURLOPT_PREREQDATA, e);
}

/* ---- one exchange ----------------------------------------------------- */

int
exchange_ready(struct exchange *e, unsigned left_ms, struct err *err)
{
	CURL *h = e->handle;

	curl_easy_reset(h);
	e->headers = NULL;
	e->detail[0] = '\0';
	if (headers_make(e, &e->headers, err) == -1) {
		return -1;
	}
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, e->detail);
	set_limits(h, e, left_ms);
	set_tls(h, e);
	set_request(h, e, e->headers);
	e->thrown = 0;
	e->ret->status = 0;
	e->refused = e->let_through = false;
	return 0;
}

int
exchange_over(struct exchange *e, CURLcode code, struct err *err)
{
	struct buf shown = BUF_INIT(400);
	int rc = 0;

	curl_easy_getinfo(e->handle, CURLINFO_RESPONSE_CODE, &e->ret->status);
	if (code != CURLE_OK && !e->stopped &&
	    e->thrown <= REDIRECT_BODY_MAX) {
		text_show(&shown, e->detail[0] ? e->detail :
		    curl_easy_strerror(code), 300);
		rc = exchange_fail(e, code, buf_text(&shown), err);
		buf_clear(&shown);
	}
	/* Nothing of this exchange stays in the handle but its connections. */
	curl_easy_reset(e->handle);
	headers_free(e->headers);
	e->headers = NULL;
	return rc;
}

/* One request and its answer, without following. */
static int
hop(struct exchange *e, unsigned left_ms, struct err *err)
{
	if (exchange_ready(e, left_ms, err) == -1) {
		curl_easy_reset(e->handle);
		headers_free(e->headers);
		return -1;
	}
	return exchange_over(e, curl_easy_perform(e->handle), err);
}

int
exchange_url(struct exchange *e, struct err *err)
{
	e->url = curl_url();
	if (e->url == NULL) {
		mem_out();
	}
	return url_put(e, e->rq->url, true, err);
}

void
exchange_clear(struct exchange *e)
{
	curl_url_cleanup(e->url);
	e->url = NULL;
}

/* Hop by hop, each under the same rules as the first. */
static int
follow(struct exchange *e, struct err *err)
{
	const struct mono start = mono_now();
	char origin[ORIGIN_TEXT], here[ORIGIN_TEXT];
	bool https = false;
	int64_t left;

	if (exchange_url(e, err) == -1) {
		return -1;
	}
	url_origin(e->url, origin);
	for (unsigned n = 0;; n++) {
		if (url_check(e, https, n == 0, err) == -1) {
			return -1;
		}
		https = url_is_https(e->url);
		url_origin(e->url, here);
		e->foreign = strcmp(origin, here) != 0;
		left = (int64_t)e->rq->total_ms - (mono_now().ms - start.ms);
		if (left <= 0) {
			return err_peer(err, "%.*s was too slow: redirects "
			    "used up the time", HOST_SHOWN, e->host);
		}
		if (hop(e, (unsigned)left, err) == -1) {
			return -1;
		}
		if (!is_redirect(e)) {
			return 0;
		}
		if (n >= e->rq->max_redirects) {
			return err_limit(err, "%.*s redirects once more after "
			    "%u redirects; that many are followed", HOST_SHOWN,
			    e->host, n);
		}
		if (e->location_long) {
			return err_peer(err, "%.*s redirects to a URL that is "
			    "too long or not text", HOST_SHOWN, e->host);
		}
		if (url_put(e, e->ret->location, false, err) == -1) {
			return -1;
		}
	}
}

void
location_resolve(struct exchange *e)
{
	struct http_reply *r = e->ret;
	char *full = NULL;

	if (r->location[0] == '\0') {
		return;
	}
	if (curl_url_set(e->url, CURLUPART_URL, r->location, URL_FLAGS) ==
	    CURLUE_OK &&
	    curl_url_get(e->url, CURLUPART_URL, &full, 0) == CURLUE_OK &&
	    strlen(full) < sizeof(r->location)) {
		memcpy(r->location, full, strlen(full) + 1);
	} else {
		r->location[0] = '\0';
	}
	curl_free(full);
}

int
http_exchange(const struct http_request *rq, struct http_reply *ret,
    http_sink *sink, void *ctx, struct err *err)
{
	struct exchange e = {
		.rq = rq, .ret = ret, .sink = sink, .sink_ctx = ctx,
	};
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (rq->total_ms == 0) {
		bug("an exchange without an end");
	}
	e.handle = web_handle();
	rc = follow(&e, err);
	if (rc == 0) {
		location_resolve(&e);
	}
	exchange_clear(&e);
	return rc;
}

/* RFC 9110, 10.2.3: seconds or a date. A server's word may silence a feed for
 * a day at most. */
int64_t
http_retry_after(const char *value, int64_t now)
{
	struct wall t;
	int64_t s;

	if (value == NULL || value[0] == '\0') {
		return 0;
	}
	if (text_i64(value, 0, INT64_MAX, &s) == 0) {
		/* as it is */
	} else if (strspn(value, "0123456789") == strlen(value)) {
		s = RETRY_AFTER_MAX;
	} else if (wall_parse(value, &t) == 0 && t.s > now) {
		s = t.s - now;
	} else {
		return 0;
	}
	if (s == 0) {
		return 0;
	}
	return now + (s < RETRY_AFTER_MAX ? s : RETRY_AFTER_MAX);
}
