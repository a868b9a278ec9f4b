/* base/http.h - one HTTP exchange under ceilings, by libcurl (in http.c only).
 *
 * For fetch (GET, conditional) and hook (POST). Blocking; the caller's process
 * may be killed at the deadline. One handle is kept per process so that
 * connections are reused; that is a cache which may be lost. No cookies, no
 * netrc, no environment proxies, TLS >= 1.2 with verification, http and https
 * only. Every redirect hop is checked again. */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/tls.h"

struct buf;

/* May this address be connected to? `ip` is a 4- or 16-byte address
 * (IPv4-mapped and NAT64 already unwrapped). NULL guard = everything may. On
 * refusal fill why (room bytes). */
typedef bool http_guard(void *ctx, const uint8_t *ip, size_t ip_len,
    char *why, size_t room);

struct http_request {
	/* "GET", "POST", "PUT", "PATCH" */
	const char		*method;
	const char		*url;
	/* "Name: value", NULL-terminated; or NULL */
	const char *const	*headers;
	const void		*body;		/* NULL for none */
	size_t			 body_len;
	const char		*user_agent;
	const char		*proxy;		/* "" = none */
	const struct tls_files	*tls;		/* NULL = system CA */
	http_guard		*guard;
	void			*guard_ctx;
	/* of the body, after decompression; an answer other than 2xx is cut
	 * there */
	size_t			 max_bytes;
	/* 0 = a redirect is the answer */
	unsigned		 max_redirects;
	unsigned		 connect_ms, total_ms;
	/* under slow_bytes/s for slow_s: end; 0 = off */
	unsigned		 slow_bytes, slow_s;
	bool			 compressed;	/* offer gzip */
	bool			 https_only;
};

struct http_reply {
	long		 status;	/* 0 while no answer came */
	char		 etag[256];
	char		 last_modified[64];
	char		 content_type[128];
	char		 retry_after[64];	/* verbatim */
	char		 location[2048];	/* of an unfollowed redirect */
	char		 final_url[2048];
	size_t		 body_len;
};

/* Body bytes go to `sink` as they come (never those of a redirect that is
 * followed); by then the status and headers in `ret` are there to look at. It
 * returns false to stop: what came so far is then the answer. 0 when an answer
 * came (whatever its status); -1 otherwise, with a sentence that names the host
 * and kind
 *	ERR_LIMIT	max_bytes, max_redirects
 *	ERR_PEER	network, name, TLS, time: later may be better
 *	ERR_INPUT	the URL or a header cannot be used
 *	ERR_CONFIG	refused by the guard or the rules (https_only, https to
 *			http, another scheme), or the client certificate is
 *			unusable: a person must look
 * Only a GET is redirected. Another origin gets neither the client certificate
 * nor headers other than If-* and Accept*. With a proxy the names are resolved
 * by the proxy: the guard then sees IP addresses written in URLs only, and the
 * proxy's own address is not guarded. A URL with a user name is refused. */
typedef bool http_sink(void *ctx, const void *p, size_t n);
int  http_exchange(const struct http_request *rq, struct http_reply *ret,
    http_sink *sink, void *ctx, struct err *err);

/* --- several at once --- */
/* One exchange of several; the caller's, as are the request and what it points
 * to, until http_next() gives it back. */
struct http_one {
	struct http_request rq;		/* max_redirects 0 */
	http_sink	*sink;
	void		*sink_ctx;
	void		*user;		/* the caller's */
	/* as http_exchange() */
	int		 rc;
	struct http_reply reply;
	struct err	 err;
};
/* Begins; HTTP_AT_ONCE (limits.h) may be on their way. Connections are kept. */
void http_begin(struct http_one *one);
/* One that has ended, or NULL when none did within wait_ms. */
struct http_one *http_next(int wait_ms);

/* Before the sandbox: global setup, the system's CA bundle. */
void http_prepare(void);
/* Retry-After: seconds or an HTTP date, as wall seconds; 0 if none or absurd
 * (capped at one day). Pure. */
int64_t http_retry_after(const char *value, int64_t now);
#endif
