/* A flag byte, then a packed alert: whatever is in it, the message must be
 * legal by a reader of its own, short enough, and keep the key. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/syslog_parse.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/pack.h"
#include "send/send_sample.h"
#include "send/syslog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct parsed_param params[PARSED_PARAMS];

static void
check(const struct alert *a, const char *host, uint8_t flags)
{
	struct syslog_form form = {
		.host = host,
		.pid = flags,
		.sequence = flags & 1,
		.facility = flags >> 3,
		.enterprise = flags & 2 ? 4294967295u : 1,
		.bom = (flags & 4) != 0,
		.one_device = (flags & 1) != 0,
		.max = flags & 8 ? SYSLOG_MAX : flags & 16 ? SYSLOG_UDP_MAX :
		    SYSLOG_TEXT_LEAST,
	};
	struct buf out = BUF_INIT(2 * SYSLOG_MAX);
	struct parsed p;

	syslog_text(&out, &form, a);
	if (out.len > form.max)
		abort();
	if (!syslog_parse(out.data, out.len, &p, params)) {
		fprintf(stderr, "%s in: %s\n", p.fault, out.data);
		abort();
	}
	if (p.bom != form.bom || p.msg_len == 0 ||
	    parsed_get(&p, "advisory", "event_id") == NULL)
		abort();
	buf_clear(&out);
}

/* The sample with one text in all its places: what a mutation of packed bytes
 * rarely reaches. */
static void
check_text(struct arena *mem, const uint8_t *data, size_t size, uint8_t flags)
{
	const char *text = arena_text_n(mem, (const char *)data,
	    strnlen((const char *)data, size));
	struct alert a;

	send_sample_alert(mem, &a);
	a.title = a.summary = a.id = a.publisher = a.key = a.vector = text;
	a.scope = a.route = a.version = a.status = text;
	a.cves[0] = a.changes[0] = text;
	a.matches[0].device.id = a.matches[0].device.name = text;
	a.matches[0].device.site = a.matches[0].why[0] = text;
	a.url = arena_printf(mem, "https://x/%s", text);
	check(&a, text, flags);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = ARENA_INIT;
	struct unpack in;
	struct alert a;

	if (size < 2)
		return 0;
	unpack_open(&in, data + 1, size - 1);
	alert_init(&a);
	alert_unpack(&in, &mem, &a);
	if (!in.bad)
		check(&a, "relay.test", data[0]);
	check_text(&mem, data + 1, size - 1, data[0]);
	arena_clear(&mem);
	return 0;
}
