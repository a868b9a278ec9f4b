/* SMTP submission by libesmtp 1.1, and the way round each of its faults. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libesmtp.h declares the SSL_CTX calls only if it sees this macro, and
 * OpenSSL's headers belong to base/tls.c. */
typedef struct ssl_ctx_st SSL_CTX;
#define SSL_SESSION_ASN1_VERSION 1
#include <auth-client.h>
#include <libesmtp.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/tls.h"
#include "mail.h"
#include "mail_server.h"
#include "mail_watch.h"
#include "noun/mailbox.h"

#define AUTH_MOST 255u	/* the plugins copy both into 513 bytes unchecked */

/* One delivery on its way. */
struct item {
	const struct delivery	*delivery;
	struct mailbox		 to;
	smtp_message_t		 message;
	smtp_recipient_t	 recipient;
	bool			 settled;
	bool			 rcpt_ok;
	bool			 body_sent;	/* at least begun */
	bool			 given;		/* the bytes, to libesmtp */
	struct buf		 bytes;
	int64_t			 last_ms;	/* of the transfer's progress */
};

struct post {
	struct arena		*mem;
	const struct sink	*sink;
	struct mail_server	 server;
	struct mailbox		 from;
	struct item		 item[BATCH_MAX];
	size_t			 n;
	struct watch		 watch;
	struct tls_context	*tls;
	bool			 no_starttls;	/* the server has it not */
	int64_t			 timeout_ms;
	send_settled		*settled;
	void			*ctx;
};

static void
settle(struct post *p, struct item *it, const struct outcome *o)
{
	if (it->settled)
		return;
	it->settled = true;
	if (!p->settled(p->ctx, it->delivery, o))
		watch_stop(&p->watch, "", "the keeper is gone");
}

static void
settle_because(struct post *p, struct item *it, enum outcome_kind kind,
    enum outcome_reach reach, const char *code, const char *why)
{
	struct outcome o;

	outcome_init(&o);
	o.kind = kind;
	o.reach = reach;
	o.code = arena_text(p->mem, code);
	o.reason = text_line(p->mem, why);
	settle(p, it, &o);
}

/* "5.7.1" if the server said so, else "550" */
static const char *
status_code(struct arena *mem, const smtp_status_t *s)
{
	if (s->enh_class > 0)
		return arena_printf(mem, "%d.%d.%d", s->enh_class,
		    s->enh_subject, s->enh_detail);
	return arena_printf(mem, "%d", s->code);
}

static const char *
status_text(struct arena *mem, const smtp_status_t *s)
{
	char *text = text_line(mem, s->text == NULL ? "" : s->text);

	text[text_cut(text, REASON_MAX)] = '\0';
	return text_trim(mem, text);
}

/* Codes that mean our configuration, wherever they come. */
static bool
is_sink_code(int code)
{
	return code == 421 || code == 530 || code == 534 || code == 535 ||
	    code == 538;
}

/* A refusal in answer to `what`. */
static void
settle_refusal(struct post *p, struct item *it, const smtp_status_t *s,
    const char *what)
{
	struct outcome o;
	bool is_mail = text_eq(what, "MAIL");

	outcome_init(&o);
	o.code = status_code(p->mem, s);
	o.reason = arena_printf(p->mem, "%s was answered: %d %s", what, s->code,
	    status_text(p->mem, s));
	if (is_sink_code(s->code)) {
		o.reach = REACH_SINK;
	} else if (s->code / 100 == 5) {
		/* 552 in answer to MAIL speaks of this mail's size. */
		if (is_mail && s->code != 552)
			o.reach = REACH_SINK;
		else
			o.kind = OUTCOME_REFUSED;
	}
	settle(p, it, &o);
}

static struct item *
item_of_message(struct post *p, smtp_message_t m)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->item[i].message == m)
			return &p->item[i];
	bug("a mail that is not ours");
}

static struct item *
item_of_recipient(struct post *p, smtp_recipient_t r)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->item[i].recipient == r)
			return &p->item[i];
	bug("a recipient that is not ours");
}

/* The server has answered the whole message. */
static void
on_sent(struct post *p, struct item *it)
{
	const smtp_status_t *s = smtp_message_transfer_status(it->message);
	struct outcome o;

	buf_clear(&it->bytes);
	if (s == NULL || s->code == 0)
		return;		/* the answer was lost: told at the end */
	if (s->code / 100 != 2 || !it->rcpt_ok) {
		if (s->code / 100 == 4 || s->code / 100 == 5)
			settle_refusal(p, it, s, "DATA");
		return;
	}
	outcome_init(&o);
	o.kind = OUTCOME_DELIVERED;
	o.code = status_code(p->mem, s);
	o.receipt = status_text(p->mem, s);
	settle(p, it, &o);
}

static void
on_recipient(struct post *p, struct item *it)
{
	const smtp_status_t *s = smtp_recipient_status(it->recipient);

	if (s->code / 100 == 2)
		it->rcpt_ok = true;
	else
		settle_refusal(p, it, s, "RCPT");
}

static void
on_sender(struct post *p, struct item *it)
{
	const smtp_status_t *s = smtp_reverse_path_status(it->message);

	if (s->code / 100 != 2)
		settle_refusal(p, it, s, "MAIL");
}

/* A write that timed out is dropped by libesmtp without a word, and it goes on
 * with the next one: the server could accept a mail with a hole. So a pause as
 * long as the timeout ends the session. */
static void
on_progress(struct post *p, struct item *it)
{
	int64_t now = mono_now().ms;

	if (now - it->last_ms >= p->timeout_ms)
		watch_stop(&p->watch, "", "the server took no data for too"
		    " long");
	it->last_ms = now;
}

static void
on_event(smtp_session_t session, int event, void *arg, ...)
{
	struct post *p = arg;
	va_list ap;

	(void)session;
	va_start(ap, arg);
	switch (event) {
	case SMTP_EV_MAILSTATUS:
		(void)va_arg(ap, char *);
		on_sender(p, item_of_message(p, va_arg(ap, smtp_message_t)));
		break;
	case SMTP_EV_RCPTSTATUS:
		(void)va_arg(ap, char *);
		on_recipient(p, item_of_recipient(p,
		    va_arg(ap, smtp_recipient_t)));
		break;
	case SMTP_EV_MESSAGEDATA:
		on_progress(p, item_of_message(p, va_arg(ap, smtp_message_t)));
		break;
	case SMTP_EV_MESSAGESENT:
		on_sent(p, item_of_message(p, va_arg(ap, smtp_message_t)));
		break;
	case SMTP_EV_DISCONNECT:
		p->watch.sock = -1;
		break;
	case SMTP_EV_STARTTLS_OK:
		p->watch.tls = true;
		tls_keep_own_cert(va_arg(ap, void *));
		break;
	case SMTP_EV_EXTNA_STARTTLS:
		/* Its argument is NULL, unlike that of its siblings. */
		p->no_starttls = true;
		break;
	case SMTP_EV_WRONG_PEER_CERTIFICATE: {
		/* It compared with the canonical name. OpenSSL has checked the
		 * configured one, or there would be no session. */
		int *ok = va_arg(ap, int *);
		*ok = 1;
		break;
	}
	default:
		/* All other complaints about certificates keep their 0. */
		break;
	}
	va_end(ap);
}

/* smtp_messagecb_t: with len NULL it is a rewind, then all bytes at once, then
 * the end. Must leave errno 0, which the library reads as its own. */
static const char *
on_bytes_wanted(void **ctx, int *len, void *arg)
{
	struct item *it = arg;

	(void)ctx;
	if (len == NULL) {
		it->given = false;
		it->body_sent = true;
		it->last_ms = mono_now().ms;
		errno = 0;
		return NULL;
	}
	errno = 0;
	*len = 0;
	if (it->given || it->bytes.len == 0 || it->bytes.len > INT_MAX)
		return NULL;
	it->given = true;
	*len = (int)it->bytes.len;
	return it->bytes.data;
}

/* auth_interact_t: only our two mechanisms get an answer. */
static int
on_secret_wanted(auth_client_request_t request, char **result, int fields,
    void *arg)
{
	struct post *p = arg;

	if (!p->watch.tls && !p->watch.clear_auth)
		return 0;
	for (int i = 0; i < fields; i++) {
		/* The prototype lacks a const; nothing is written there. */
		if ((request[i].flags & AUTH_USER) != 0)
			result[i] = (char *)(uintptr_t)p->sink->user;
		else if ((request[i].flags & AUTH_PASS) != 0)
			result[i] = (char *)(uintptr_t)
			    secret_bytes(&p->sink->secret);
		else
			result[i] = NULL;
	}
	return 1;
}

int
mail_prepare(struct err *err)
{
	static const char *const ours[] = { "PLAIN", "LOGIN" };
	auth_context_t auth;

	signal(SIGPIPE, SIG_IGN);
	/* It looks for keys under $HOME, and takes one that it may not look at
	 * for a reason not to begin TLS. */
	setenv("HOME", "/nonexistent", 1);
	if (tls_prepare(err) == -1)
		return -1;
	/* A mechanism is a plugin, loaded when a server first offers it, and
	 * kept: behind the sandbox it could not be. */
	auth_client_init();
	auth = auth_create_context();
	if (auth == NULL)
		bug("auth_create_context");
	auth_set_mechanism_flags(auth, AUTH_PLUGIN_PLAIN, 0);
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		if (!auth_set_mechanism(auth, ours[i])) {
			auth_destroy_context(auth);
			return err_config(err, "libesmtp's plugin for AUTH %s"
			    " is missing", ours[i]);
		}
	auth_destroy_context(auth);
	return 0;
}

/* Everything of the sink that can be wrong before a server is asked. */
static int
post_check(struct post *p, struct err *err)
{
	const struct sink *s = p->sink;
	size_t secret_len = strlen(secret_bytes(&s->secret));

	if (mail_server_parse(p->mem, s->url, &p->server, err) == -1)
		return -1;
	if (mailbox_parse(p->mem, s->from, &p->from, err) == -1)
		return err_in(err, "from");
	if (s->reply_to[0] != '\0') {
		struct mailbox ignored;
		if (mailbox_parse(p->mem, s->reply_to, &ignored, err) == -1)
			return err_in(err, "reply_to");
	}
	if (s->user[0] == '\0')
		return 0;
	if (strlen(s->user) > AUTH_MOST || secret_len > AUTH_MOST)
		return err_config(err, "user and password may have %u"
		    " characters each", AUTH_MOST);
	if (secret_len == 0)
		return err_config(err, "a user without a password");
	if (strlen(secret_bytes(&s->secret)) != s->secret.len)
		return err_config(err, "a NUL in the password");
	if (s->starttls == STARTTLS_NONE && !p->server.loopback)
		return err_config(err, "a password is sent over TLS only; set"
		    " starttls to \"required\", or leave out the user");
	return 0;
}

/* Builds what each delivery sends; what cannot be sent is settled at once. */
static void
post_items(struct post *p, const struct sending *sending)
{
	for (uint32_t i = 0; i < sending->n; i++) {
		struct item *it = &p->item[i];
		struct err err = ERR_INIT;
		struct arena scratch = ARENA_INIT;
		char why[768];

		it->delivery = &sending->deliveries[i];
		buf_init(&it->bytes, MAIL_MAX);
		if (mailbox_parse(p->mem, it->delivery->recipient, &it->to,
		    &err) == -1)
			err_in(&err, "recipient");
		else
			mail_build(&scratch, &it->bytes, p->sink, it->delivery,
			    &err);
		if (err.kind != ERR_NONE)
			settle_because(p, it, OUTCOME_REFUSED, REACH_DELIVERY,
			    "", err_show(&err, why, sizeof(why)));
		arena_clear(&scratch);
	}
}

static smtp_session_t
session_new(struct post *p)
{
	smtp_session_t s = smtp_create_session();
	const int phases[] = { Timeout_GREETING, Timeout_ENVELOPE,
	    Timeout_DATA, Timeout_TRANSFER, Timeout_DATA2 };

	if (s == NULL || !smtp_set_server(s, p->server.host_port) ||
	    !smtp_set_hostname(s, mail_slug(p->mem, p->sink->relay, 200)))
		bug("smtp_create_session");
	smtp_set_eventcb(s, on_event, p);
	smtp_set_monitorcb(s, watch_chunk, &p->watch, 0);
	for (size_t i = 0; i < COUNT_OF(phases); i++)
		smtp_set_timeout(s, phases[i] |
		    Timeout_OVERRIDE_RFC2822_MINIMUM, (long)p->timeout_ms);
	for (size_t i = 0; i < p->n; i++) {
		struct item *it = &p->item[i];
		if (it->settled)
			continue;
		it->message = smtp_add_message(s);
		smtp_set_reverse_path(it->message, p->from.address);
		smtp_set_messagecb(it->message, on_bytes_wanted, it);
		it->recipient = smtp_add_recipient(it->message,
		    it->to.address);
	}
	return s;
}

/* Our own SSL_CTX in every session: the library's is freed with the first. */
static int
session_tls(struct post *p, smtp_session_t s, struct err *err)
{
	struct tls_rules rules = { .name = p->server.host, .most_tls12 = true };

	/* Who configures a password has said that the server must have TLS. */
	bool must = p->sink->starttls == STARTTLS_REQUIRED ||
	    (p->sink->user[0] != '\0' && p->sink->starttls != STARTTLS_NONE);

	if (p->sink->starttls == STARTTLS_NONE) {
		smtp_starttls_enable(s, Starttls_DISABLED);
		return 0;
	}
	p->tls = tls_context_new(&p->sink->tls, &rules, err);
	if (p->tls == NULL)
		return -1;
	smtp_starttls_set_ctx(s, tls_context_native(p->tls));
	smtp_starttls_enable(s, must ? Starttls_REQUIRED : Starttls_ENABLED);
	p->watch.need_tls = must;
	return 0;
}

/* Why the session as a whole came to nothing. *ret_sink: it is the sink's
 * fault, not that of one mail. */
static const char *
session_fault(struct post *p, int error, bool *ret_sink)
{
	struct watch *w = &p->watch;
	const char *where = p->server.host_port;
	char text[256] = "";

	*ret_sink = !w->mailed;
	if (w->stop[0] != '\0')
		return arena_printf(p->mem, "%s: %s", where, w->stop);
	if (p->no_starttls)
		return arena_printf(p->mem, "%s does not offer STARTTLS",
		    where);
	if (w->tls_begun && !w->tls) {
		const char *fault = tls_context_fault(p->tls);
		return arena_printf(p->mem, "%s: %s", where, *fault ? fault :
		    "the TLS handshake failed");
	}
	if (!w->connected) {
		smtp_strerror(error, text, sizeof(text));
		return arena_printf(p->mem, "cannot connect to %s: %s", where,
		    text);
	}
	return arena_printf(p->mem, "%s ended the session or did not answer in"
	    " time%s%s", where, w->reply[0] != '\0' ? "; its last words: " : "",
	    w->reply);
}

/* Whoever is not settled yet was not delivered, or we do not know. */
static void
session_rest(struct post *p, int error)
{
	bool sink_fault;
	const char *why = session_fault(p, error, &sink_fault);

	for (size_t i = 0; i < p->n; i++) {
		struct item *it = &p->item[i];
		if (it->settled)
			continue;
		if (it->body_sent)
			settle_because(p, it, OUTCOME_DEFERRED, REACH_DELIVERY,
			    "", arena_printf(p->mem, "in doubt, the mail went"
			    " out but was not answered: %s", why));
		else
			settle_because(p, it, OUTCOME_DEFERRED, sink_fault ?
			    REACH_SINK : REACH_DELIVERY, p->watch.code, why);
	}
}

static void
session_run(struct post *p)
{
	struct err err = ERR_INIT;
	smtp_session_t s = session_new(p);
	auth_context_t auth = NULL;
	char why[768];
	int error = 0;

	if (session_tls(p, s, &err) == -1) {
		watch_stop(&p->watch, "", err_show(&err, why, sizeof(why)));
	} else {
		if (p->sink->user[0] != '\0') {
			auth = auth_create_context();
			if (auth == NULL)
				bug("auth_create_context");
			auth_set_mechanism_flags(auth, AUTH_PLUGIN_PLAIN, 0);
			auth_set_interact_cb(auth, on_secret_wanted, p);
			smtp_auth_set_context(s, auth);
			p->watch.need_auth = true;
			p->watch.clear_auth =
			    p->sink->starttls == STARTTLS_NONE;
		}
		watch_use(&p->watch);
		/* Its result says little: dropped connections count as good.
		 * What counts is each mail's own status. */
		if (!smtp_start_session(s))
			error = smtp_errno();
		watch_use(NULL);
	}
	session_rest(p, error);
	smtp_destroy_session(s);
	if (auth != NULL)
		auth_destroy_context(auth);
}

void
mail_send(struct arena *mem, const struct sending *sending,
    send_settled *settled, void *ctx)
{
	struct post *p = mem_alloc(sizeof(*p));
	struct err err = ERR_INIT;
	char why[768];
	bool open = false;

	if (sending->n > BATCH_MAX)
		bug("%u deliveries in one ask", sending->n);
	p->mem = mem;
	p->sink = &sending->sink;
	p->n = sending->n;
	p->settled = settled;
	p->ctx = ctx;
	p->timeout_ms = (sending->sink.timeout_s == 0 ? 60 :
	    sending->sink.timeout_s > 3600 ? 3600 :
	    sending->sink.timeout_s) * INT64_C(1000);
	watch_init(&p->watch);
	p->watch.connect_ms = (int)p->timeout_ms;
	if (post_check(p, &err) == -1) {
		err_show(&err, why, sizeof(why));
		for (size_t i = 0; i < p->n; i++) {
			p->item[i].delivery = &sending->deliveries[i];
			settle_because(p, &p->item[i], OUTCOME_DEFERRED,
			    REACH_SINK, "", why);
		}
	} else {
		post_items(p, sending);
		for (size_t i = 0; i < p->n; i++)
			open = open || !p->item[i].settled;
		if (open)
			session_run(p);
	}
	for (size_t i = 0; i < p->n; i++)
		buf_clear(&p->item[i].bytes);
	tls_context_free(p->tls);
	free(p);
}
