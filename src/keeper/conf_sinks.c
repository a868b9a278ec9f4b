/* Sinks of relay.conf. A sink type is a row of the table at the end. */
#include <stdio.h>
#include <string.h>

#include <libconfig.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#include "noun/mailbox.h"

#include "contract/conf.h"

#include "conf_parts.h"

/* People read mail; the others are programs, which want each. */
#define SINK_COMMON(backlog_)						\
	{ .name = "type", .type = SET_OTHER },				\
	{ .name = "url", .type = SET_TEXT,				\
	    .at = offsetof(struct conf_sink, sink.url),			\
	    .most = URL_TEXT_MAX, .required = true,			\
	    .help = "where the sink listens" },				\
	{ .name = "timeout", .type = SET_DURATION,			\
	    .at = offsetof(struct conf_sink, sink.timeout_s),		\
	    .least = 1, .most = 240, .otherwise = "30s",		\
	    .help = "longest time for one exchange" },			\
	{ .name = "scope", .type = SET_TEXT,				\
	    .at = offsetof(struct conf_sink, sink.scope),		\
	    .otherwise = "advisory",					\
	    .help = "\"advisory\": one alert lists all devices; "	\
	    "\"device\": one alert each" },				\
	{ .name = "backlog", .type = SET_WORD,				\
	    .at = offsetof(struct conf_sink, backlog),			\
	    .words = "each|digest", .otherwise = backlog_,		\
	    .help = "known advisories after a change of the devices" },	\
	TLS_KEYS(conf_sink, sink.tls),					\
	{ .name = "key_file", .type = SET_OTHER }

static const struct key mail_keys[] = {
	SINK_COMMON("digest"),
	{ .name = "tls", .type = SET_WORD,
	    .at = offsetof(struct conf_sink, sink.starttls),
	    .words = "required|optional|none", .otherwise = "required",
	    .help = "STARTTLS" },
	{ .name = "user", .type = SET_TEXT,
	    .at = offsetof(struct conf_sink, sink.user), .most = 255,
	    .help = "for AUTH" },
	{ .name = "password_file", .type = SET_SECRET,
	    .at = offsetof(struct conf_sink, sink.secret), .most = 4096,
	    .help = "a file that others cannot read" },
	{ .name = "from", .type = SET_TEXT,
	    .at = offsetof(struct conf_sink, sink.from), .most = 500,
	    .help = "\"Name <address>\"" },
	{ .name = "reply_to", .type = SET_TEXT,
	    .at = offsetof(struct conf_sink, sink.reply_to), .most = 500,
	    .help = "an address" },
	{ .name = "to", .type = SET_TEXTS, .at = offsetof(struct conf_sink, to),
	    .count_at = offsetof(struct conf_sink, n_to),
	    .most = RECIPIENTS_MAX, .required = true,
	    .help = "the recipients' addresses" },
	{ .name = "attach", .type = SET_BOOL,
	    .at = offsetof(struct conf_sink, sink.attach), .otherwise = "true",
	    .help = "attach the original document" },
	{ .name = NULL }
};

static const char facilities[] =
	"kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|"
	"ntp|audit|alert|clock|local0|local1|local2|local3|local4|local5|"
	"local6|local7";

static const struct key syslog_keys[] = {
	SINK_COMMON("each"),
	{ .name = "framing", .type = SET_WORD,
	    .at = offsetof(struct conf_sink, sink.framing),
	    .words = "octet|lf", .otherwise = "octet",
	    .help = "RFC 6587 over tcp" },
	{ .name = "facility", .type = SET_WORD,
	    .at = offsetof(struct conf_sink, sink.facility),
	    .words = facilities, .otherwise = "local1", .help = "facility" },
	{ .name = "enterprise", .type = SET_NUMBER,
	    .at = offsetof(struct conf_sink, sink.enterprise), .least = 1,
	    .most = 2147483647, .otherwise = "32473",
	    .help = "your IANA private enterprise number" },
	{ .name = "bom", .type = SET_BOOL,
	    .at = offsetof(struct conf_sink, sink.bom), .otherwise = "false",
	    .help = "declare UTF-8 by a byte order mark" },
	{ .name = NULL }
};

static const struct key webhook_keys[] = {
	SINK_COMMON("each"),
	{ .name = "dialect", .type = SET_TEXT,
	    .at = offsetof(struct conf_sink, sink.dialect),
	    .otherwise = "alert", .help = "\"alert\": the canonical alert" },
	{ .name = "connections", .type = SET_NUMBER,
	    .at = offsetof(struct conf_sink, sink.connections), .least = 1,
	    .most = HTTP_AT_ONCE, .otherwise = "4",
	    .help = "requests at a time; those of one alert never overlap" },
	{ .name = "secret_file", .type = SET_SECRET,
	    .at = offsetof(struct conf_sink, sink.secret), .most = 4096,
	    .help = "signing key (whsec_...), in a file that others cannot "
	    "read" },
	{ .name = "headers", .type = SET_TEXTS,
	    .at = offsetof(struct conf_sink, sink.headers),
	    .count_at = offsetof(struct conf_sink, sink.n_headers), .most = 50,
	    .help = "\"Name: value\" each" },
	{ .name = "proxy", .type = SET_TEXT,
	    .at = offsetof(struct conf_sink, sink.proxy),
	    .most = URL_TEXT_MAX, .help = "http://host:port" },
	{ .name = NULL }
};

/* ---- checks by type ------------------------------------------------------ */

static void
check_scheme(struct conf_read *r, const config_setting_t *s,
    const struct sink *k, const char *words, uint32_t port)
{
	struct url_parts url;
	const char *at = words;

	if (k->url[0] == '\0')
		return;
	if (conf_url(r, k->url, &url) == -1 || url.host[0] == '\0') {
		conf_complain(r, conf_member(s, "url"), "is no URL: %s; "
		    "allowed: scheme://host:port with the scheme %s",
		    url.fault[0] != '\0' ? url.fault : "it has no host", words);
		return;
	}
	for (; *at != '\0'; at += strspn(at, ", ")) {
		size_t n = strcspn(at, ",");

		if (strlen(url.scheme) == n &&
		    strncmp(url.scheme, at, n) == 0)
			break;
		at += n;
	}
	if (*at == '\0')
		conf_complain(r, conf_member(s, "url"), "scheme \"%s\" is not "
		    "known here; allowed: %s", url.scheme, words);
	else if (port == 0 && url.port == 0)
		conf_complain(r, conf_member(s, "url"), "\"%s\" names no port",
		    k->url);
}

/* True and the reason if it is no mailbox ("Name <a@b>" or an address). */
static bool
mailbox_fault(struct conf_read *r, const char *text, const char **ret_why)
{
	struct mailbox box;
	struct err err = ERR_INIT;

	if (mailbox_parse(r->mem, text, &box, &err) == 0)
		return false;
	*ret_why = arena_text(r->mem, err.text);
	return true;
}

static void
check_mail(struct conf_read *r, const config_setting_t *s,
    struct conf_sink *k, const struct conf *c)
{
	const char *why = NULL;

	check_scheme(r, s, &k->sink, "smtp", 25);
	if (k->sink.from[0] != '\0' && mailbox_fault(r, k->sink.from, &why))
		conf_complain(r, conf_member(s, "from"), "\"%s\" is no mail "
		    "address: %s", k->sink.from, why);
	if (k->sink.from[0] == '\0')
		k->sink.from = arena_printf(r->mem,
		    "Advisory Relay <advrelay@%s>", c->name);
	if (k->sink.reply_to[0] != '\0' &&
	    mailbox_fault(r, k->sink.reply_to, &why))
		conf_complain(r, conf_member(s, "reply_to"),
		    "\"%s\" is no mail address: %s", k->sink.reply_to, why);
	for (uint32_t i = 0; i < k->n_to; i++)
		if (mailbox_fault(r, k->to[i], &why))
			conf_complain(r, conf_member(s, "to"), "\"%s\" is no "
			    "mail address: %s", k->to[i], why);
	if (k->n_to == 0 && conf_is_empty(config_setting_get_member(s, "to")))
		conf_complain(r, conf_member(s, "to"), "names no recipient; "
		    "allowed: one address or a list of addresses");
	if (k->sink.user[0] != '\0' && k->sink.secret.len == 0 &&
	    config_setting_get_member(s, "password_file") == NULL)
		conf_complain(r, conf_member(s, "user"),
		    "needs a password_file beside it");
	/* the PLAIN plugin of libesmtp copies both into 513 bytes */
	if (k->sink.secret.len > 255)
		conf_complain(r, conf_member(s, "password_file"),
		    "the password is longer than 255 bytes");
}

static void
check_syslog(struct conf_read *r, const config_setting_t *s,
    struct conf_sink *k, const struct conf *c)
{
	(void)c;
	check_scheme(r, s, &k->sink, "udp, tcp, tls", 514);
	if (k->sink.enterprise == 32473)
		conf_warn(r, s, "enterprise is 32473, the number for examples; "
		    "a number of your own is free of charge from IANA");
}

static void
check_webhook(struct conf_read *r, const config_setting_t *s,
    struct conf_sink *k, const struct conf *c)
{
	struct buf key = BUF_SECRET(4096);
	const char *secret = secret_bytes(&k->sink.secret);

	(void)c;
	check_scheme(r, s, &k->sink, "https, http", 443);
	conf_proxy(r, s, k->sink.proxy);
	if (strcmp(k->sink.dialect, "alert") != 0)
		conf_complain(r, conf_member(s, "dialect"), "\"%s\" is not "
		    "known; allowed: \"alert\"", k->sink.dialect);
	for (uint32_t i = 0; i < k->sink.n_headers; i++) {
		const char *h = k->sink.headers[i];
		const char *colon = strchr(h, ':');

		if (colon == NULL || colon == h ||
		    strcspn(h, " \t") < (size_t)(colon - h) ||
		    strpbrk(h, "\r\n") != NULL)
			conf_complain(r, conf_member(s, "headers"), "\"%s\" is "
			    "no header; allowed: \"Name: value\"", h);
	}
	if (k->sink.secret.len > 0) {
		if (text_starts(secret, "whsec_"))
			secret += strlen("whsec_");
		if (base64_decode(&key, secret, strlen(secret)) == -1 ||
		    key.len < 24 || key.len > 64)
			conf_complain(r, conf_member(s, "secret_file"), "is no "
			    "signing key; allowed in this file: whsec_ and "
			    "base64 of 24 to 64 bytes (Standard Webhooks)");
	}
	buf_clear(&key);
}

static const struct {
	enum sink_type	 type;
	const struct key *keys;
	void (*check)(struct conf_read *, const config_setting_t *,
	    struct conf_sink *, const struct conf *);
} sink_kinds[SINK_TYPE_COUNT_] = {
	[SINK_MAIL] = { SINK_MAIL, mail_keys, check_mail },
	[SINK_SYSLOG] = { SINK_SYSLOG, syslog_keys, check_syslog },
	[SINK_WEBHOOK] = { SINK_WEBHOOK, webhook_keys, check_webhook },
};

static void
add_sink(struct conf_read *r, const config_setting_t *s, struct conf *c)
{
	const char *word = NULL;
	struct conf_sink *k;
	int type = SINK_TYPE_COUNT_;

	if (!config_setting_is_group(s)) {
		conf_complain(r, s, "must be a group: %s = { type = \"mail\"; "
		    "... };", config_setting_name(s));
		return;
	}
	config_setting_lookup_string(s, "type", &word);
	for (int t = 0; word != NULL && t < SINK_TYPE_COUNT_; t++)
		if (strcmp(word, sink_type_name((enum sink_type)t)) == 0)
			type = t;
	if (type == SINK_TYPE_COUNT_) {
		if (word == NULL)
			conf_complain(r, s, "\"type\" is missing; allowed: "
			    "\"mail\", \"syslog\", \"webhook\"");
		else
			conf_complain(r, conf_member(s, "type"), "\"%s\" is no "
			    "sink type; allowed: \"mail\", \"syslog\", "
			    "\"webhook\"", word);
		return;
	}
	c->sinks = arena_more(r->mem, c->sinks, c->n_sinks, sizeof(*c->sinks));
	k = &c->sinks[c->n_sinks++];
	*k = (struct conf_sink){ .to = NULL };
	sink_init(&k->sink);
	k->sink.type = (enum sink_type)type;
	k->sink.name = arena_text(r->mem, config_setting_name(s));
	k->sink.relay = c->name;
	keys_read(r, s, sink_kinds[type].keys, k);
	if (strcmp(k->sink.scope, "advisory") != 0 &&
	    strcmp(k->sink.scope, "device") != 0)
		conf_complain(r, conf_member(s, "scope"),
		    "\"%s\" is not known; allowed: \"advisory\", "
		    "\"device\"", k->sink.scope);
	conf_tls_key(r, s, &k->sink.tls);
	sink_kinds[type].check(r, s, k, c);
}

void
conf_read_sinks(struct conf_read *r, const config_setting_t *s, struct conf *c)
{
	int n;

	if (s == NULL)
		return;
	if (!config_setting_is_group(s)) {
		conf_complain(r, s, "must be a group of named sinks: sinks = { "
		    "soc = { type = \"mail\"; ... }; };");
		return;
	}
	n = config_setting_length(s);
	if (n == 0 || n > (int)SINKS_MAX)
		conf_complain(r, s, "has %d sinks; allowed: 1 to %u", n,
		    SINKS_MAX);
	for (int i = 0; i < n && i < (int)SINKS_MAX; i++)
		add_sink(r, config_setting_get_elem(s, (unsigned)i), c);
}
