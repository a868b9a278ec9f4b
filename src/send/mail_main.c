/* The program `mail`: alerts, sink -> outcomes. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "mail.h"
#include "mail_sample.h"
#include "talk/ask.h"
#include "talk/helper.h"
#include "talk/sandbox.h"

static const struct sandbox_profile profile = {
	.network = true,
	/* An ask of 512 MB mapped, its unpacked nouns, and 64 built mails of
	 * 3 MB each. */
	.memory = (size_t)2 << 30,
	.descriptors = 32,
};

static int
prepare(struct err *err)
{
	helper_warm_resolver();
	return mail_prepare(err);
}

static int
serve(struct serving *s, struct err *err)
{
	return send_serve(s, mail_send, err);
}

/* Prints the mail of a built-in alert, to be looked at in a mail reader. */
static int
by_hand(int argc, char **argv)
{
	struct arena mem = ARENA_INIT;
	struct buf out = BUF_INIT(0);
	struct err err = ERR_INIT;
	struct sink sink;
	struct delivery delivery;
	char text[768];
	int rc = EX_OK;

	if (argc != 1 || strcmp(argv[0], "sample") != 0) {
		fputs("usage: mail --by-hand sample\n"
		    "prints the mail of a sample alert (.eml)\n", stderr);
		return EX_USAGE;
	}
	mail_sample(&mem, &sink, &delivery);
	if (mail_build(&mem, &out, &sink, &delivery, &err) == -1) {
		fprintf(stderr, "mail: %s\n", err_show(&err, text,
		    sizeof(text)));
		rc = EX_SOFTWARE;
	} else if (fwrite(out.data, 1, out.len, stdout) != out.len)
		rc = EX_IOERR;
	buf_clear(&out);
	arena_clear(&mem);
	return rc;
}

static const struct helper helper = {
	.name = "mail",
	.profile = &profile,
	.asks = { ASK_MAIL },
	.n_asks = 1,
	.prepare = prepare,
	.serve = serve,
	.by_hand = by_hand,
};

int
main(int argc, char **argv)
{
	return helper_main(&helper, argc, argv);
}
