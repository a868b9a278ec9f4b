/* fetch - feed -> document. The one program that talks to publishers. */
#include "base/err.h"
#include "base/http.h"
#include "fetch.h"
#include "talk/ask.h"
#include "talk/helper.h"
#include "talk/sandbox.h"

/* Certificates, where libcurl reads them again for each new CA store. */
static const char *const files[] = {
	"/etc/ssl/certs",
	"/etc/ssl/cert.pem",
	"/etc/pki/tls/certs",
	"/etc/pki/ca-trust/extracted",
	NULL,
};

/* Address space: the largest document twice (filled and mapped), libcurl with
 * HTTP/2 and TLS, and resolver threads that outlive a silent name server. */
static const struct sandbox_profile profile = {
	.files = files,
	.network = true,
	.memory = 1u << 30,
	.descriptors = 64,
};

static int
prepare(struct err *err)
{
	(void)err;
	http_prepare();
	helper_warm_resolver();
	return 0;
}

static const struct helper fetch = {
	.name = "fetch",
	.profile = &profile,
	.asks = { ASK_FETCH },
	.n_asks = 1,
	.prepare = prepare,
	.serve = fetch_serve,
	.by_hand = fetch_by_hand,
};

int
main(int argc, char **argv)
{
	return helper_main(&fetch, argc, argv);
}
