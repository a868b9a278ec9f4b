/* The program `hook`: alerts, sink -> outcomes. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/http.h"
#include "base/json.h"
#include "base/limits.h"
#include "hook.h"
#include "send_sample.h"
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

static const struct sandbox_profile profile = {
	.files = files,
	.network = true,
	/* An ask of 512 MB mapped and its unpacked nouns, one body with its
	 * signed copy, libcurl and its resolver threads. */
	.memory = (size_t)2 << 30,
	.descriptors = 64,
};

static int
prepare(struct err *err)
{
	(void)err;
	json_prepare();
	http_prepare();
	helper_warm_resolver();
	return 0;
}

/* Prints the body of a built-in alert. */
static int
by_hand(int argc, char **argv)
{
	struct arena mem = ARENA_INIT;
	struct buf out = BUF_INIT(HOOK_BODY_MAX + 1u);
	struct err err = ERR_INIT;
	struct alert alert;
	char text[800];
	int rc = EX_OK;

	if (argc != 1 || strcmp(argv[0], "sample") != 0) {
		fputs("usage: hook --by-hand sample\n"
		    "prints the webhook of a sample alert (JSON)\n", stderr);
		return EX_USAGE;
	}
	send_sample_alert(&mem, &alert);
	if (hook_body(&out, &alert, HOOK_BODY_MAX, &err) == -1) {
		fprintf(stderr, "hook: %s\n", err_show(&err, text,
		    sizeof(text)));
		rc = EX_SOFTWARE;
	}
	buf_byte(&out, '\n');
	if (rc == EX_OK && fwrite(out.data, 1, out.len, stdout) != out.len)
		rc = EX_IOERR;
	buf_clear(&out);
	arena_clear(&mem);
	return rc;
}

static const struct helper helper = {
	.name = "hook",
	.profile = &profile,
	.asks = { ASK_HOOK },
	.n_asks = 1,
	.prepare = prepare,
	.serve = hook_serve,
	.by_hand = by_hand,
};

int
main(int argc, char **argv)
{
	return helper_main(&helper, argc, argv);
}
