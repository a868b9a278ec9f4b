#include "http_rules.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

/* ---- the guard ----------------------------------------------------------- */

/* IPv4-mapped (RFC 4291, 2.5.5.2) and NAT64 (RFC 6052, 2.1) hold IPv4. */
static const uint8_t *
unwrap(const uint8_t ip[16], size_t *ret_len)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

	if (memcmp(ip, mapped, 12) == 0 || memcmp(ip, nat64, 12) == 0) {
		*ret_len = 4;
		return ip + 12;
	}
	*ret_len = 16;
	return ip;
}

/* Ask the guard; keep its reason. */
static bool
guard_ip(struct exchange *e, const uint8_t *ip, size_t len)
{
	const struct http_request *rq = e->rq;

	if (rq->guard == NULL) {
		e->let_through = true;
		return true;
	}
	if (len == 16) {
		ip = unwrap(ip, &len);
	}
	if (rq->guard(rq->guard_ctx, ip, len, e->why, sizeof(e->why))) {
		e->let_through = true;
		return true;
	}
	e->refused = true;
	return false;
}

/* The same for an address in text; true if the text is no address. */
static bool
guard_text(struct exchange *e, const char *text)
{
	uint8_t ip[16];
	char plain[INET6_ADDRSTRLEN + 2];
	size_t n;

	if (*text == '[') {
		text++;
	}
	n = strcspn(text, "]%");
	if (n >= sizeof(plain)) {
		return true;
	}
	memcpy(plain, text, n);
	plain[n] = '\0';
	if (inet_pton(AF_INET, plain, ip) == 1) {
		return guard_ip(e, ip, 4);
	}
	if (inet_pton(AF_INET6, plain, ip) == 1) {
		return guard_ip(e, ip, 16);
	}
	return true;
}

int
guard_refusal(const struct exchange *e, struct err *err)
{
	/* The guard names the address; say it once. */
	if (text_starts(e->why, e->host)) {
		return err_config(err, "refused: %s", e->why);
	}
	return err_config(err, "%.*s is refused: %s", HOST_SHOWN, e->host,
	    e->why);
}

/* Called for each new connection with the address that was really resolved:
 * nothing is sent to an address that the guard does not like. */
curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct exchange *e = ctx;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	uint8_t ip[16];
	bool pass = false;

	(void)purpose;
	if (e->rq->proxy[0] != '\0') {
		pass = true;
	} else if (a->family == AF_INET && a->addrlen >= sizeof(in)) {
		memcpy(&in, &a->addr, sizeof(in));
		memcpy(ip, &in.sin_addr, 4);
		pass = guard_ip(e, ip, 4);
	} else if (a->family == AF_INET6 && a->addrlen >= sizeof(in6)) {
		/* &a->addr is short for an IPv6 address; curl has it behind. */
		memcpy(&in6, (const char *)a +
		    offsetof(struct curl_sockaddr, addr), sizeof(in6));
		memcpy(ip, &in6.sin6_addr, 16);
		pass = guard_ip(e, ip, 16);
	}
	if (!pass) {
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* A kept connection opens no socket, but the feed it was made for may have been
 * allowed more: look again before each request. */
int
before_request(void *ctx, char *peer, char *local, int peer_port,
    int local_port)
{
	struct exchange *e = ctx;

	(void)local, (void)peer_port, (void)local_port;
	if (e->rq->proxy[0] != '\0' || guard_text(e, peer)) {
		return CURL_PREREQFUNC_OK;
	}
	e->let_through = false;
	return CURL_PREREQFUNC_ABORT;
}

/* ---- the URL ------------------------------------------------------------- */

/* One part of the URL as text; "" if it has none. */
static void
url_part(CURLU *u, CURLUPart part, unsigned flags, char *out, size_t room)
{
	char *text = NULL;

	out[0] = '\0';
	if (curl_url_get(u, part, &text, flags) == CURLUE_OK &&
	    strlen(text) < room) {
		memcpy(out, text, strlen(text) + 1);
	}
	curl_free(text);
}

void
url_origin(CURLU *u, char out[ORIGIN_TEXT])
{
	char scheme[32], host[256], port[16];
	struct buf b = BUF_INIT(ORIGIN_TEXT - 1);

	url_part(u, CURLUPART_SCHEME, 0, scheme, sizeof(scheme));
	url_part(u, CURLUPART_HOST, 0, host, sizeof(host));
	url_part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof(port));
	buf_printf(&b, "%s://%s:%s", scheme, host, port);
	memcpy(out, buf_text(&b), b.len + 1);
	buf_clear(&b);
}

bool
url_is_https(CURLU *u)
{
	char scheme[32];

	url_part(u, CURLUPART_SCHEME, 0, scheme, sizeof(scheme));
	return strcmp(scheme, "https") == 0;
}

/* Does it hold a user name, even an empty one? */
static bool
url_has_user(CURLU *u)
{
	char *user = NULL;
	bool has = curl_url_get(u, CURLUPART_USER, &user, 0) !=
	    CURLUE_NO_USER;

	curl_free(user);
	return has;
}

int
url_check(struct exchange *e, bool was_https, bool first, struct err *err)
{
	char scheme[32];
	bool https;

	url_part(e->url, CURLUPART_SCHEME, 0, scheme, sizeof(scheme));
	url_part(e->url, CURLUPART_HOST, 0, e->host, sizeof(e->host));
	https = strcmp(scheme, "https") == 0;
	if (!https && strcmp(scheme, "http") != 0) {
		return err_config(err, "%s%.20s: is not followed; only http: "
		    "and https: addresses are",
		    first ? "" : "the server redirects to ", scheme);
	}
	if (!https && was_https) {
		return err_config(err, "the server redirects from https to "
		    "plain http at %.*s; that is never followed",
		    HOST_SHOWN, e->host);
	}
	if (!https && e->rq->https_only) {
		return err_config(err, "plain http to %.*s is refused, since "
		    "only https is allowed here", HOST_SHOWN, e->host);
	}
	if (e->host[0] == '\0') {
		return err_input(err, "the URL has no usable host name");
	}
	if (url_has_user(e->url)) {
		if (first) {
			return err_input(err, "the URL of %.*s holds a user "
			    "name or password; URLs are shown and stored, so "
			    "it must not", HOST_SHOWN, e->host);
		}
		curl_url_set(e->url, CURLUPART_USER, NULL, 0);
		curl_url_set(e->url, CURLUPART_PASSWORD, NULL, 0);
	}
	curl_url_set(e->url, CURLUPART_FRAGMENT, NULL, 0);
	url_part(e->url, CURLUPART_URL, 0, e->ret->final_url,
	    sizeof(e->ret->final_url));
	if (e->ret->final_url[0] == '\0') {
		return err_input(err, "the URL is longer than %u bytes",
		    URL_TEXT_MAX);
	}
	if (e->rq->proxy[0] != '\0' && (!guard_text(e, e->host) ||
	    ((text_eq_nocase(e->host, "localhost") ||
	    text_find_nocase(e->host, ".localhost") != NULL) &&
	    !guard_text(e, "127.0.0.1")))) {
		return guard_refusal(e, err);
	}
	return 0;
}

int
url_put(struct exchange *e, const char *text, bool first, struct err *err)
{
	CURLUcode code;
	struct buf shown = BUF_INIT(256);

	if (strlen(text) >= URL_TEXT_MAX) {
		return err_input(err, "the URL is longer than %u bytes",
		    URL_TEXT_MAX);
	}
	code = curl_url_set(e->url, CURLUPART_URL, text, URL_FLAGS);
	if (code == CURLUE_OUT_OF_MEMORY) {
		bug("out of memory");
	}
	if (code != CURLUE_OK) {
		text_show(&shown, text, 120);
		err_input(err, "%s \"%s\" cannot be used as a URL: %s",
		    first ? "the text" : "the server redirects to, but",
		    buf_text(&shown), curl_url_strerror(code));
		buf_clear(&shown);
		return -1;
	}
	return 0;
}
