#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/pack.h"
#include "noun/sink.h"
#include "pieces.h"

static const char *const type_names[SINK_TYPE_COUNT_] = {
	[SINK_MAIL] = "mail",
	[SINK_SYSLOG] = "syslog",
	[SINK_WEBHOOK] = "webhook",
};

const char *
sink_type_name(enum sink_type t)
{
	if ((unsigned)t >= SINK_TYPE_COUNT_)
		bug("sink type %d", (int)t);
	return type_names[t];
}

void
sink_init(struct sink *s)
{
	memset(s, 0, sizeof(*s));
	s->name = s->url = s->relay = s->proxy = s->scope = "";
	s->tls.ca = s->tls.cert = s->tls.key = "";
	s->user = s->from = s->reply_to = s->dialect = "";
}

/* unpacked by sink_unpack */
void
sink_pack(struct buf *out, const struct sink *s)
{
	pack_str(out, s->name);
	pack_u8(out, (uint8_t)s->type);
	pack_str(out, s->url);
	pack_str(out, s->relay);
	pack_u32(out, s->timeout_s);
	pack_str(out, s->proxy);
	tls_files_pack(out, &s->tls);
	pack_str(out, s->scope);
	pack_u8(out, (uint8_t)s->starttls);
	pack_str(out, s->user);
	secret_pack(out, &s->secret);
	pack_str(out, s->from);
	pack_str(out, s->reply_to);
	pack_bool(out, s->attach);
	pack_u8(out, (uint8_t)s->framing);
	pack_u32(out, s->facility);
	pack_u32(out, s->enterprise);
	pack_bool(out, s->bom);
	pack_str(out, s->dialect);
	pack_u32(out, s->connections);
	texts_pack(out, s->headers, s->n_headers);
}

/* packed by sink_pack. The dialect may be a whole dialect file. */
void
sink_unpack(struct unpack *in, struct arena *mem, struct sink *ret)
{
	sink_init(ret);
	ret->name = unpack_str(in, "sink.name", LINE_MAX_);
	ret->type = unpack_u8(in, "sink.type", SINK_TYPE_COUNT_ - 1);
	ret->url = unpack_str(in, "sink.url", LINE_MAX_);
	ret->relay = unpack_str(in, "sink.relay", LINE_MAX_);
	ret->timeout_s = unpack_u32(in, "sink.timeout_s", UINT32_MAX);
	ret->proxy = unpack_str(in, "sink.proxy", LINE_MAX_);
	tls_files_unpack(in, &ret->tls);
	ret->scope = unpack_str(in, "sink.scope", LINE_MAX_);
	ret->starttls = unpack_u8(in, "sink.starttls", STARTTLS_NONE);
	ret->user = unpack_str(in, "sink.user", LINE_MAX_);
	secret_unpack(in, &ret->secret);
	ret->from = unpack_str(in, "sink.from", LINE_MAX_);
	ret->reply_to = unpack_str(in, "sink.reply_to", LINE_MAX_);
	ret->attach = unpack_bool(in, "sink.attach");
	ret->framing = unpack_u8(in, "sink.framing", FRAMING_LF);
	ret->facility = unpack_u32(in, "sink.facility", 23);
	ret->enterprise = unpack_u32(in, "sink.enterprise", UINT32_MAX);
	ret->bom = unpack_bool(in, "sink.bom");
	ret->dialect = unpack_str(in, "sink.dialect", CONF_MAX);
	ret->connections = unpack_u32(in, "sink.connections", UINT32_MAX);
	ret->headers = texts_unpack(in, mem, "sink.headers", HAND_LIST_MAX,
	    SECRET_MAX, &ret->n_headers);
}
