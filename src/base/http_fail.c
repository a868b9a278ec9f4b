/* What libcurl says of an exchange that failed, for the operator. */
#include "http_rules.h"

#include "base/err.h"

static int
fail_tls(const struct exchange *e, CURLcode code, const char *detail,
    struct err *err)
{
	switch (code) {
	case CURLE_SSL_CERTPROBLEM:
		return err_config(err, "the client certificate or its key "
		    "cannot be used: %s", detail);
	case CURLE_PEER_FAILED_VERIFICATION:
		return err_peer(err, "the certificate of %.*s is not accepted: "
		    "%s; if the server has a CA of its own, name that CA's "
		    "file in the tls settings", HOST_SHOWN, e->host, detail);
	case CURLE_SSL_CACERT_BADFILE:
		return err_config(err, "the CA certificates cannot be used: %s",
		    detail);
	default:
		return err_peer(err, "no TLS with %.*s: %s", HOST_SHOWN,
		    e->host, detail);
	}
}

int
exchange_fail(const struct exchange *e, CURLcode code, const char *detail,
    struct err *err)
{
	const char *host = e->host;

	if (e->over) {
		return err_limit(err, "the body from %.*s is larger than the "
		    "%zu bytes allowed", HOST_SHOWN, host, e->rq->max_bytes);
	}
	if (e->refused && !e->let_through) {
		return guard_refusal(e, err);
	}
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return err_peer(err, "the name %.*s cannot be resolved; check "
		    "its spelling and this machine's name server", HOST_SHOWN,
		    host);
	case CURLE_COULDNT_RESOLVE_PROXY:
		return err_peer(err, "the proxy's name cannot be resolved");
	case CURLE_COULDNT_CONNECT:
		return err_peer(err, "no connection to %.*s: %s", HOST_SHOWN,
		    host, detail);
	case CURLE_OPERATION_TIMEDOUT:
		return err_peer(err, "%.*s was too slow: %s", HOST_SHOWN, host,
		    detail);
	case CURLE_BAD_CONTENT_ENCODING:
		return err_peer(err, "the body from %.*s cannot be "
		    "decompressed: %s", HOST_SHOWN, host, detail);
	case CURLE_URL_MALFORMAT:
		return err_input(err, "the URL cannot be used: %s", detail);
	case CURLE_UNSUPPORTED_PROTOCOL:
		/* The scheme was looked at before; libcurl says the same of an
		 * answer without a status line, which is the server's fault. */
		return err_peer(err, "the answer of %.*s is no HTTP: %s",
		    HOST_SHOWN, host, detail);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return fail_tls(e, code, detail, err);
	default:
		return err_peer(err, "the exchange with %.*s broke off: %s",
		    HOST_SHOWN, host, detail);
	}
}
