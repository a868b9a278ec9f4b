/* The program `syslog`: alerts, sink -> outcomes. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/tls.h"
#include "send_sample.h"
#include "syslog.h"
#include "talk/ask.h"
#include "talk/helper.h"
#include "talk/sandbox.h"

static const struct sandbox_profile profile = {
	.network = true,
	/* An ask of 512 MB mapped and its unpacked nouns. */
	.memory = (size_t)2 << 30,
	.descriptors = 32,
};

static int
prepare(struct err *err)
{
	helper_warm_resolver();
	return tls_prepare(err);
}

/* Prints the message of a built-in alert, without framing. */
static int
by_hand(int argc, char **argv)
{
	struct syslog_form form = { .host = "relay.plant-a.example",
		.sequence = 1, .facility = 17, .max = SYSLOG_MAX };
	struct arena mem = ARENA_INIT;
	struct buf out = BUF_INIT(SYSLOG_MAX + 1u);
	struct alert alert;
	int rc = EX_OK;

	if (argc < 1 || argc > 2 || strcmp(argv[0], "sample") != 0 ||
	    (argc == 2 && strcmp(argv[1], "device") != 0 &&
	    strcmp(argv[1], "udp") != 0)) {
		fputs("usage: syslog --by-hand sample [device | udp]\n"
		    "prints the line of a sample alert: for all its devices,"
		    " for one,\nor short enough for a datagram\n", stderr);
		return EX_USAGE;
	}
	form.one_device = argc == 2 && strcmp(argv[1], "device") == 0;
	if (argc == 2 && strcmp(argv[1], "udp") == 0)
		form.max = SYSLOG_UDP_MAX;
	send_sample_alert(&mem, &alert);
	syslog_text(&out, &form, &alert);
	buf_byte(&out, '\n');
	if (fwrite(out.data, 1, out.len, stdout) != out.len)
		rc = EX_IOERR;
	buf_clear(&out);
	arena_clear(&mem);
	return rc;
}

static const struct helper helper = {
	.name = "syslog",
	.profile = &profile,
	.asks = { ASK_SYSLOG },
	.n_asks = 1,
	.prepare = prepare,
	.serve = syslog_serve,
	.by_hand = by_hand,
};

int
main(int argc, char **argv)
{
	int rc = helper_main(&helper, argc, argv);

	syslog_hang_up();
	return rc;
}
