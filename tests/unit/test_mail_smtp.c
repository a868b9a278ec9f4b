/* Mails end to end against a scripted server on loopback, and each fault of
 * libesmtp 1.1.0 that touches us: what is done about it, and the test here that
 * fails without that (each was tried by undoing it).
 *
 *  1 44 ms a mail (Nagle)       mail_watch.c:connect         ten_in_one
 *  2 hangs with TLS 1.3         tls_rules.most_tls12         ten_in_one
 *  3 crash, 2nd TLS session     mail.c:session_tls           ten_in_one
 *  4 frees our certificate      tls.c:tls_keep_own_cert      client_certificate
 *  5 checks the canonical name  tls.c:use_name               certificates: wrong
 *                                                            name, forged alias,
 *                                                            wrong address
 *    refuses the right one      mail.c:on_event (WRONG_PEER) certificates: alias
 *  6 no SNI                     tls.c:on_info                ten_in_one
 *  7 goes on behind a 535       mail_watch.c:on_reply        auth_refused
 *    goes on without any AUTH   mail_watch.c:on_command      auth_not_offered
 *  8 513 bytes for user and     mail.c:post_check            settings: long
 *    password                                                password, long user
 *  9 CR LF into commands        mailbox.c:mailbox_parse      settings: from, to
 *    CR LF into headers         mail_text.c (2 layers)       test_mail_text: bare
 * 10 bare LF goes undotted      mail_mime.c                  test_mail_mime
 * 11 success says nothing       mail.c:on_sent               replies
 *    the answer may be lost     mail.c:session_rest          drop, hang
 * 12 connect() for minutes      mail_watch.c:connect_wait    no_server
 * 13 EXTNA_STARTTLS: a NULL     mail.c:on_event              starttls
 * 14 no AUTH without a flag     mail.c:session_run           auth
 * 15 partial writes             tls.c:tls_context_new        (dawdle): cannot be
 *    shown, a piece of the library's is shorter than a record; stays off
 * 16 drops a write that timed   mail.c:on_progress           stall
 *    out and goes on
 * 17 takes what came before     mail_watch.c:on_reply        starttls: inject
 *    TLS for the server's word
 * 18 keys under $HOME           mail.c:mail_prepare          all with localhost
 * 19 plugins, loaded late       mail.c:mail_prepare          program
 * 20 errno left over            mail.c:on_bytes_wanted       nearly all */
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/clock.h"
#include "base/tls.h"
#include "mail_fixture.h"
#include "talk/ask.h"
#include "talk/frame.h"
#include "talk/helper.h"
#include "suite.h"

#define N_MOST 16

static const char *self;

/* --- a name service of our own ------------------------------------------ */

/* What DNS claims to be the canonical name of mail.test. */
static const char *canonical;

/* Stands before libc's for libesmtp: a forged or honest CNAME at will. */
int
getaddrinfo(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **ret)
{
	typedef int fn(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);
	fn *real = (fn *)dlsym(RTLD_NEXT, "getaddrinfo");
	int rc;

	if (node == NULL || strcmp(node, "mail.test") != 0)
		return real(node, service, hints, ret);
	rc = real("127.0.0.1", service, hints, ret);
	if (rc == 0 && canonical != NULL) {
		free((*ret)->ai_canonname);
		(*ret)->ai_canonname = strdup(canonical);
	}
	return rc;
}

/* Small send buffers: a body must not vanish into the kernel as a whole. */
static bool small_buffers;
static int last_socket = -1;

int
socket(int family, int type, int protocol)
{
	int s = (int)syscall(SYS_socket, family, type, protocol), n = 8192;

	if (small_buffers && s >= 0)
		setsockopt(s, SOL_SOCKET, SO_SNDBUF, &n, sizeof(n));
	if (type & SOCK_STREAM)
		last_socket = s;
	return s;
}

/* --- who frees certificates ----------------------------------------------- */

/* OpenSSL's, without its headers, which belong to base/tls.c. */
struct x509_st;
void X509_free(struct x509_st *);

static int freed_by_library;	/* certificates that libesmtp gave back */
static int freed_too_often;	/* whoever was the last to do so */

/* Certificates that have ended, until their memory is another's. */
static const void *ended[64];
static size_t n_ended;

static bool
has_ended(const void *cert)
{
	for (size_t i = 0; i < n_ended; i++)
		if (ended[i] == cert)
			return true;
	return false;
}

/* CRYPTO_EX_new and CRYPTO_EX_free of every certificate. */
static void
on_cert_new(void *cert, void *p, void *data, int index, long argl, void *argp)
{
	(void)p, (void)data, (void)index, (void)argl, (void)argp;
	for (size_t i = 0; i < n_ended; i++)
		if (ended[i] == cert)
			ended[i] = NULL;
}

static void
on_cert_end(void *cert, void *p, void *data, int index, long argl, void *argp)
{
	(void)p, (void)data, (void)index, (void)argl, (void)argp;
	if (n_ended < COUNT_OF(ended))
		ended[n_ended++] = cert;
}

/* Stands before libcrypto's, for libesmtp and for libssl, which gives back what
 * libesmtp has given back before. */
void
X509_free(struct x509_st *cert)
{
	typedef void fn(struct x509_st *);
	static fn *real;
	Dl_info from;

	if (real == NULL)
		real = (fn *)dlsym(RTLD_NEXT, "X509_free");
	freed_by_library += cert != NULL &&
	    dladdr(__builtin_return_address(0), &from) != 0 &&
	    strstr(from.dli_fname, "libesmtp") != NULL;
	if (cert != NULL && has_ended(cert))
		freed_too_often++;
	else
		real(cert);
}

static void
watch_certificates(void)
{
	typedef void fn(void *, void *, void *, int, long, void *);
	int CRYPTO_get_ex_new_index(int, long, void *, fn *, void *, fn *);
	const int x509 = 3;	/* CRYPTO_EX_INDEX_X509 */

	if (CRYPTO_get_ex_new_index(x509, 0, NULL, on_cert_new, NULL,
	    on_cert_end) == -1)
		abort();
}

/* --- certificates -------------------------------------------------------- */

static void shell(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

static void
shell(const char *fmt, ...)
{
	char cmd[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	if (system(cmd) != 0) {
		printf("failed: %s\n", cmd);
		exit(1);
	}
}

/* NAME.pem and NAME.key, signed by CA, for the given subject names. */
static void
cert_make(const char *name, const char *ca, const char *san, const char *dates)
{
	shell("cd %s && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256"
	    " -nodes -keyout %s.key -out %s.csr -subj /CN=%s 2>/dev/null && "
	    "printf 'subjectAltName=%s\\n' > %s.ext && "
	    "openssl x509 -req -in %s.csr -CA %s.pem -CAkey %s.key"
	    " -CAcreateserial -extfile %s.ext -out %s.pem %s 2>/dev/null",
	    scratch, name, name, name, san, name, name, ca, ca, name, name,
	    dates);
}

static void
certs_make(void)
{
	static const char *const cas[] = { "ca", "otherca" };

	for (int i = 0; i < 2; i++)
		shell("cd %s && openssl req -x509 -newkey ec -pkeyopt"
		    " ec_paramgen_curve:P-256 -nodes -keyout %s.key -out"
		    " %s.pem -subj /CN=%s -days 2 2>/dev/null", scratch,
		    cas[i], cas[i], cas[i]);
	cert_make("good", "ca", "DNS:localhost,DNS:mail.test,IP:127.0.0.1",
	    "-days 2");
	cert_make("other", "ca", "DNS:other.example", "-days 2");
	cert_make("noip", "ca", "DNS:localhost", "-days 2");
	cert_make("expired", "ca", "DNS:localhost", "-days -1");
	cert_make("client", "ca", "DNS:relay.example", "-days 2");
}

static const char *
pem(const char *name)
{
	char path[128];
	char *text, *copy;

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	text = file_read(path, NULL);
	copy = arena_text(&mem, text);
	free(text);
	ck_assert_msg(*copy != '\0', "%s", name);
	return copy;
}

/* --- the server ---------------------------------------------------------- */

struct fake {
	pid_t	 pid;
	int	 port;
	char	 dir[96];
};

static int fakes;

static struct fake
fake_start(const char *options)
{
	struct fake f;
	char cmd[2048], line[64] = "";
	const char *root = getenv("ADVRELAY_ROOT");
	int out[2];
	size_t n = 0;

	snprintf(f.dir, sizeof(f.dir), "%s/fake%d-%d", scratch, (int)getpid(),
	    ++fakes);
	ck_assert_int_eq(mkdir(f.dir, 0700), 0);
	snprintf(cmd, sizeof(cmd), "cd %s && exec " PYTHON
	    " %s/tests/fakes/smtp_server.py --dir %s %s", scratch,
	    root == NULL ? "." : root, f.dir, options);
	ck_assert_int_eq(pipe(out), 0);
	f.pid = fork();
	if (f.pid == 0) {
		dup2(out[1], 1);
		close(out[0]);
		close(out[1]);
		execl("/bin/sh", "sh", "-c", cmd, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	while (n + 1 < sizeof(line) && read(out[0], line + n, 1) == 1 &&
	    line[n] != '\n')
		n++;
	close(out[0]);
	ck_assert_msg(sscanf(line, "PORT %d", &f.port) == 1,
	    "the server did not start: %s", cmd);
	return f;
}

static void
fake_stop(struct fake *f)
{
	kill(f->pid, SIGKILL);
	waitpid(f->pid, NULL, 0);
}

static const char *
fake_file(const struct fake *f, const char *name)
{
	char path[192], *text;
	const char *copy;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	text = file_read(path, NULL);
	copy = arena_text(&mem, text);
	free(text);
	return copy;
}

static size_t
count(const char *hay, const char *needle)
{
	size_t n = 0;

	for (const char *p = hay; (p = strstr(p, needle)) != NULL; p++)
		n++;
	return n;
}

static size_t
fake_mails(const struct fake *f)
{
	return count(fake_file(f, "mails.jsonl"), "\n");
}

/* --- sending ------------------------------------------------------------- */

struct run {
	struct sink	 sink;
	struct delivery	 d[N_MOST];
	uint32_t	 n;
	uint32_t	 settled;
	int64_t		 order[N_MOST];
	struct outcome	 o[N_MOST];	/* by position in d */
	struct outcome	 none;
	int		 no_delay;	/* of the last delivery's socket */
};

static bool
on_settled(void *ctx, const struct delivery *d, const struct outcome *o)
{
	struct run *r = ctx;
	socklen_t len = sizeof(r->no_delay);

	ck_assert_int_ge(d->id, 1);
	ck_assert_uint_lt(r->settled, r->n);
	if (o->kind == OUTCOME_DELIVERED && last_socket >= 0)
		getsockopt(last_socket, IPPROTO_TCP, TCP_NODELAY, &r->no_delay,
		    &len);
	r->o[d->id - 1] = *o;
	r->order[r->settled++] = d->id;
	return true;
}

/* n deliveries to r1@..., r2@... over STARTTLS with the tests' CA. */
static void
run_init(struct run *r, const struct fake *f, const char *host, uint32_t n)
{
	memset(r, 0, sizeof(*r));
	r->n = n;
	for (uint32_t i = 0; i < n; i++) {
		mail_sample(&mem, &r->sink, &r->d[i]);
		r->d[i].id = i + 1;
		r->d[i].recipient = arena_printf(&mem, "r%u@plant-a.example",
		    i + 1);
	}
	r->sink.url = arena_printf(&mem, "smtp://%s:%d", host, f->port);
	r->sink.relay = "relay.example";
	r->sink.timeout_s = 10;
	r->sink.tls.ca = pem("ca.pem");
}

static void
run_go(struct run *r)
{
	struct sending sending = { .sink = r->sink, .deliveries = r->d,
	    .n = r->n };

	r->settled = 0;
	memset(r->o, 0, sizeof(r->o));
	mail_send(&mem, &sending, on_settled, r);
	for (uint32_t i = 0; i < r->n; i++) {
		/* The program packs an outcome inside the callback; here its
		 * strings must have been put into mem. */
		ck_assert_uint_lt(strlen(r->o[i].code), 16);
	}
	ck_assert_uint_eq(r->settled, r->n);
}

#define EXPECT(out, knd, rch, text) do {				\
	const struct outcome *o_ = (out);				\
	ck_assert_msg(o_->kind == (knd) && o_->reach == (rch) &&	\
	    (strstr(o_->reason, (text)) != NULL ||			\
	    strstr(o_->receipt, (text)) != NULL),			\
	    "%s, reach %d, code \"%s\", reason \"%s\", receipt \"%s\"",	\
	    outcome_name(o_->kind), (int)o_->reach, o_->code,		\
	    o_->reason, o_->receipt);					\
} while (0)
#define DELIVERED(out) EXPECT(out, OUTCOME_DELIVERED, REACH_DELIVERY, "queued")

/* In the arena, which ends with the test; a heap copy would be a leak. */
static void
secret_lend(struct secret *s, const char *bytes, size_t n)
{
	s->hidden_ = arena_text_n(&mem, bytes, n);
	s->len = n;
}

static void
password(struct run *r, const char *user, const char *secret)
{
	r->sink.user = user;
	secret_lend(&r->sink.secret, secret, strlen(secret));
}

/* --- cases --------------------------------------------------------------- */

START_TEST(test_ten_in_one)
{
	struct fake f = fake_start("--cert good.pem --key good.key --tls-only");
	struct run r;
	struct buf eml = BUF_INIT(0);
	struct err err = ERR_INIT;
	char path[192], *got;
	size_t len;

	run_init(&r, &f, "localhost", 10);
	run_go(&r);
	for (uint32_t i = 0; i < 10; i++) {
		DELIVERED(&r.o[i]);
		ck_assert_int_eq(r.order[i], i + 1);
	}
	ck_assert_int_ne(r.no_delay, 0);	/* 44 ms each without */
	ck_assert_uint_eq(fake_mails(&f), 10);
	ck_assert_uint_eq(count(fake_file(&f, "log.txt"), "CONNECT"), 1);
	ck_assert_ptr_nonnull(strstr(fake_file(&f, "mails.jsonl"),
	    "\"tls\": \"TLSv1.2\", \"sni\": \"localhost\""));
	ck_assert_ptr_nonnull(strstr(fake_file(&f, "mails.jsonl"),
	    "\"helo\": \"relay.example\""));
	/* What arrived is what was built, byte for byte. */
	ck_assert_int_eq(mail_build(&mem, &eml, &r.sink, &r.d[0], &err), 0);
	snprintf(path, sizeof(path), "%s/0001.eml", f.dir);
	got = file_read(path, &len);
	ck_assert_uint_eq(len, eml.len);
	ck_assert_mem_eq(got, eml.data, len);
	free(got);
	buf_clear(&eml);
	/* A second TLS session in one process. */
	run_go(&r);
	DELIVERED(&r.o[9]);
	ck_assert_uint_eq(fake_mails(&f), 20);
	fake_stop(&f);
}
END_TEST

START_TEST(test_auth)
{
	struct fake f = fake_start("--cert good.pem --key good.key --tls-only"
	    " --user relay --password 'p\"w d' --auth-required");
	struct fake g = fake_start("--cert good.pem --key good.key --user relay"
	    " --password x --mechs LOGIN");
	struct run r;

	run_init(&r, &f, "localhost", 2);
	password(&r, "relay", "p\"w d");
	run_go(&r);
	DELIVERED(&r.o[0]);
	DELIVERED(&r.o[1]);
	ck_assert_uint_eq(count(fake_file(&f, "mails.jsonl"),
	    "\"auth\": \"relay\""), 2);
	ck_assert_uint_eq(count(fake_file(&f, "log.txt"), "AUTH"), 1);
	run_init(&r, &g, "127.0.0.1", 1);
	password(&r, "relay", "x");
	run_go(&r);
	DELIVERED(&r.o[0]);
	ck_assert_ptr_nonnull(strstr(fake_file(&g, "log.txt"),
	    "AUTH LOGIN good"));
	fake_stop(&f);
	fake_stop(&g);
}
END_TEST

/* After 535 libesmtp would try LOGIN with the same secret, and then send the
 * mail all the same. */
START_TEST(test_auth_refused)
{
	struct fake f = fake_start("--cert good.pem --key good.key"
	    " --user relay --password right");
	struct run r;

	run_init(&r, &f, "localhost", 2);
	password(&r, "relay", "wrong-secret");
	run_go(&r);
	for (int i = 0; i < 2; i++) {
		EXPECT(&r.o[i], OUTCOME_DEFERRED, REACH_SINK, "535");
		ck_assert_str_eq(r.o[i].code, "535");
		ck_assert_ptr_null(strstr(r.o[i].reason, "wrong-secret"));
	}
	ck_assert_uint_eq(count(fake_file(&f, "log.txt"), "AUTH"), 1);
	ck_assert_uint_eq(count(fake_file(&f, "log.txt"), "MAIL"), 0);
	fake_stop(&f);
}
END_TEST

START_TEST(test_auth_not_offered)
{
	struct fake f = fake_start("--cert good.pem --key good.key");
	struct fake plain = fake_start("--user relay --password x"
	    " --auth-clear");
	struct run r;

	run_init(&r, &f, "localhost", 1);
	password(&r, "relay", "x");
	run_go(&r);
	EXPECT(&r.o[0], OUTCOME_DEFERRED, REACH_SINK, "neither AUTH PLAIN");
	ck_assert_uint_eq(count(fake_file(&f, "log.txt"), "MAIL"), 0);

	/* Optional TLS is not optional for a password. */
	run_init(&r, &plain, "localhost", 1);
	r.sink.starttls = STARTTLS_OPTIONAL;
	password(&r, "relay", "x");
	run_go(&r);
	EXPECT(&r.o[0], OUTCOME_DEFERRED, REACH_SINK, "STARTTLS");
	ck_assert_uint_eq(count(fake_file(&plain, "log.txt"), "AUTH"), 0);

	r.sink.starttls = STARTTLS_NONE;
	r.sink.url = arena_printf(&mem, "smtp://mail.test:%d", plain.port);
	run_go(&r);
	EXPECT(&r.o[0], OUTCOME_DEFERRED, REACH_SINK, "over TLS only");
	r.sink.url = arena_printf(&mem, "smtp://127.0.0.1:%d", plain.port);
	run_go(&r);
	DELIVERED(&r.o[0]);
	fake_stop(&f);
	fake_stop(&plain);
}
END_TEST

START_TEST(test_starttls)
{
	struct fake plain = fake_start("");
	struct fake evil = fake_start("--cert good.pem --key good.key"
	    " --inject");
	struct run r;

	run_init(&r, &plain, "localhost", 2);
	run_go(&r);
	EXPECT(&r.o[1], OUTCOME_DEFERRED, REACH_SINK,
	    "does not offer STARTTLS");
	ck_assert_uint_eq(fake_mails(&plain), 0);
	r.sink.starttls = STARTTLS_OPTIONAL;
	run_go(&r);
	DELIVERED(&r.o[0]);
	r.sink.starttls = STARTTLS_NONE;
	run_go(&r);
	DELIVERED(&r.o[1]);
	ck_assert_uint_eq(fake_mails(&plain), 4);

	run_init(&r, &evil, "localhost", 1);
	run_go(&r);
	EXPECT(&r.o[0], OUTCOME_DEFERRED, REACH_SINK, "between STARTTLS");
	ck_assert_uint_eq(fake_mails(&evil), 0);
	fake_stop(&plain);
	fake_stop(&evil);
}
END_TEST

static const struct {
	const char *name, *cert, *host, *cname, *ca, *why;	/* "": passes */
} certs[] = {
	{ "by name", "good", "localhost", NULL, "ca.pem", "" },
	{ "by address", "good", "127.0.0.1", NULL, "ca.pem", "" },
	{ "wrong name", "other", "localhost", NULL, "ca.pem", "mismatch" },
	{ "wrong address", "noip", "127.0.0.1", NULL, "ca.pem", "mismatch" },
	{ "expired", "expired", "localhost", NULL, "ca.pem", "expired" },
	{ "unknown CA", "good", "localhost", NULL, "otherca.pem", "issuer" },
	{ "pinned itself", "good", "localhost", NULL, "good.pem", "" },
	{ "an honest alias", "good", "mail.test", "other.example", "ca.pem",
	    "" },
	{ "a forged alias", "other", "mail.test", "other.example", "ca.pem",
	    "mismatch" },
};

START_TEST(test_certificates)
{
	struct fake f = fake_start(arena_printf(&mem,
	    "--cert %s.pem --key %s.key", certs[_i].cert, certs[_i].cert));
	struct run r;

	run_init(&r, &f, certs[_i].host, 1);
	canonical = certs[_i].cname;
	r.sink.tls.ca = pem(certs[_i].ca);
	run_go(&r);
	canonical = NULL;
	if (certs[_i].why[0] == '\0') {
		DELIVERED(&r.o[0]);
	} else {
		EXPECT(&r.o[0], OUTCOME_DEFERRED, REACH_SINK, certs[_i].why);
		ck_assert_uint_eq(count(fake_file(&f, "log.txt"), "MAIL"), 0);
	}
	fake_stop(&f);
}
END_TEST

/* libesmtp frees our certificate with each session. */
START_TEST(test_client_certificate)
{
	struct fake f = fake_start("--cert good.pem --key good.key"
	    " --client-ca ca.pem");
	struct run r;

	run_init(&r, &f, "localhost", 1);
	r.sink.tls.cert = pem("client.pem");
	r.sink.tls.key = pem("client.key");
	watch_certificates();
	for (int i = 0; i < 3; i++) {
		run_go(&r);
		DELIVERED(&r.o[0]);
	}
	ck_assert_uint_eq(count(fake_file(&f, "mails.jsonl"),
	    "\"cert\": true"), 3);
	/* Else it was mended there, and what keeps ours alive leaks it. */
	ck_assert_int_ge(freed_by_library, 6);
	ck_assert_int_eq(freed_too_often, 0);
	ck_assert_uint_gt(n_ended, 0);
	r.sink.tls.cert = r.sink.tls.key = "";
	run_go(&r);
	EXPECT(&r.o[0], OUTCOME_DEFERRED, REACH_SINK, "");
	r.sink.tls.cert = pem("client.pem");
	r.sink.tls.key = pem("good.key");
	run_go(&r);
	EXPECT(&r.o[0], OUTCOME_DEFERRED, REACH_SINK, "does not belong");
	fake_stop(&f);
}
END_TEST

static const char chunking[] = "--cert good.pem --key good.key --chunking";
static const char lines[] = "--cert good.pem --key good.key";

/* One recipient's refusal is nobody else's. */
START_TEST(test_recipients)
{
	struct fake f = fake_start(arena_printf(&mem,
	    "%s --rcpt 'r2=451 4.3.0 later' --rcpt 'r3=550 5.1.1 unknown'"
	    " --rcpt 'r5=530 5.7.0 log in first'", _i ? chunking : lines));
	struct run r;

	run_init(&r, &f, "localhost", 6);
	run_go(&r);
	DELIVERED(&r.o[0]);
	EXPECT(&r.o[1], OUTCOME_DEFERRED, REACH_DELIVERY, "later");
	EXPECT(&r.o[2], OUTCOME_REFUSED, REACH_DELIVERY, "unknown");
	if (_i)
		ck_assert_str_eq(r.o[2].code, "5.1.1");
	DELIVERED(&r.o[3]);
	EXPECT(&r.o[4], OUTCOME_DEFERRED, REACH_SINK, "log in first");
	DELIVERED(&r.o[5]);
	ck_assert_uint_eq(fake_mails(&f), 3);
	ck_assert_uint_eq(count(fake_file(&f, "mails.jsonl"),
	    "\"chunked\": true"), _i ? 3 : 0);
	fake_stop(&f);
}
END_TEST

static const struct {
	const char *name, *options;
	enum outcome_kind kind;
	enum outcome_reach reach;
	const char *why;
} replies[] = {
	{ "MAIL 550", "--mail '550 5.7.1 not you'", OUTCOME_DEFERRED,
	    REACH_SINK, "not you" },
	{ "MAIL 451", "--mail '451 busy'", OUTCOME_DEFERRED, REACH_DELIVERY,
	    "busy" },
	{ "MAIL 552", "--mail '552 too big'", OUTCOME_REFUSED, REACH_DELIVERY,
	    "too big" },
	{ "DATA 554", "--data '554 5.7.1 spam'", OUTCOME_REFUSED,
	    REACH_DELIVERY, "spam" },
	{ "DATA 451", "--data '451 disk full'", OUTCOME_DEFERRED,
	    REACH_DELIVERY, "disk full" },
	{ "DATA 421", "--data '421 going down'", OUTCOME_DEFERRED,
	    REACH_SINK, "going down" },
};

START_TEST(test_replies)
{
	struct fake f = fake_start(arena_printf(&mem, "%s %s", lines,
	    replies[_i].options));
	struct run r;

	run_init(&r, &f, "localhost", 2);
	run_go(&r);
	EXPECT(&r.o[0], replies[_i].kind, replies[_i].reach, replies[_i].why);
	EXPECT(&r.o[1], replies[_i].kind, replies[_i].reach, replies[_i].why);
	ck_assert_uint_eq(fake_mails(&f), 0);
	fake_stop(&f);
}
END_TEST

/* The answer to the second mail is lost: it is in doubt, and the repetition
 * has the same id. */
START_TEST(test_drop)
{
	struct fake f = fake_start(arena_printf(&mem, "%s --drop 2",
	    _i ? chunking : lines));
	struct run r;
	const char *id;

	run_init(&r, &f, "localhost", 3);
	run_go(&r);
	DELIVERED(&r.o[0]);
	EXPECT(&r.o[1], OUTCOME_DEFERRED, REACH_DELIVERY, "in doubt");
	EXPECT(&r.o[2], OUTCOME_DEFERRED, REACH_DELIVERY, "");
	r.d[0] = r.d[1];
	r.d[0].id = 1;
	r.n = 1;
	run_go(&r);
	DELIVERED(&r.o[0]);
	id = mail_message_id(&mem, "ar-1f2e3d4c5b6a79880011:r3:updated",
	    "r2@plant-a.example", "relay.example");
	ck_assert_uint_eq(count(fake_file(&f, "mails.jsonl"), id), 2);
	fake_stop(&f);
}
END_TEST

static const struct {
	const char *name, *options;
	enum outcome_reach reach;
	const char *why;
} hangs[] = {
	{ "greeting", "--hang greeting", REACH_SINK, "in time" },
	{ "EHLO", "--hang ehlo", REACH_SINK, "in time" },
	{ "behind the mail", "--hang data", REACH_DELIVERY, "in doubt" },
};

START_TEST(test_hang)
{
	struct fake f = fake_start(arena_printf(&mem, "%s %s", lines,
	    hangs[_i].options));
	struct run r;
	int64_t from = mono_now().ms;

	run_init(&r, &f, "localhost", 1);
	r.sink.timeout_s = 1;
	run_go(&r);
	EXPECT(&r.o[0], OUTCOME_DEFERRED, hangs[_i].reach, hangs[_i].why);
	ck_assert_int_lt(mono_now().ms - from, 4500);
	fake_stop(&f);
}
END_TEST

/* A server that stops reading for longer than the timeout and then goes on must
 * not get a mail with a hole. */
START_TEST(test_stall)
{
	struct fake f = fake_start(_i ? "--stall 2.5 --cert good.pem --key"
	    " good.key" : "--stall 2.5");
	struct buf bytes = BUF_INIT(4u << 20);
	struct run r;

	run_init(&r, &f, "localhost", 1);
	while (bytes.len < (2u << 20))
		buf_byte(&bytes, (char)(bytes.len * 2654435761u >> 13));
	r.d[0].attachment = bytes.data;
	r.d[0].attachment_len = bytes.len;
	r.sink.timeout_s = 1;
	if (!_i)
		r.sink.starttls = STARTTLS_NONE;
	small_buffers = true;
	run_go(&r);
	small_buffers = false;
	EXPECT(&r.o[0], OUTCOME_DEFERRED, REACH_DELIVERY,
	    "took no data for too long");
	ck_assert_uint_eq(fake_mails(&f), 0);
	buf_clear(&bytes);
	fake_stop(&f);
}
END_TEST

/* A server that only dawdles gets it whole: a write that the kernel took in part
 * must go on where it ended (with TLS by SSL_MODE_ENABLE_PARTIAL_WRITE being
 * off). */
START_TEST(test_dawdle)
{
	struct fake f = fake_start(_i ? "--stall 0.5 --cert good.pem --key"
	    " good.key" : "--stall 0.5");
	struct buf bytes = BUF_INIT(4u << 20), eml = BUF_INIT(0);
	struct err err = ERR_INIT;
	struct run r;
	char path[192], *got;
	size_t len;

	run_init(&r, &f, "localhost", 1);
	while (bytes.len < (1u << 20))
		buf_byte(&bytes, (char)(bytes.len * 2654435761u >> 13));
	r.d[0].attachment = bytes.data;
	r.d[0].attachment_len = bytes.len;
	if (!_i)
		r.sink.starttls = STARTTLS_NONE;
	small_buffers = true;
	run_go(&r);
	small_buffers = false;
	DELIVERED(&r.o[0]);
	ck_assert_int_eq(mail_build(&mem, &eml, &r.sink, &r.d[0], &err), 0);
	snprintf(path, sizeof(path), "%s/0001.eml", f.dir);
	got = file_read(path, &len);
	ck_assert_uint_eq(len, eml.len);
	ck_assert(memcmp(got, eml.data, len) == 0);
	free(got);
	buf_clear(&eml);
	buf_clear(&bytes);
	fake_stop(&f);
}
END_TEST

START_TEST(test_no_server)
{
	struct fake f = { .port = 1 };
	struct run r;
	int s = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in in = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fill[8];
	int64_t from;

	run_init(&r, &f, "127.0.0.1", 1);
	run_go(&r);
	EXPECT(&r.o[0], OUTCOME_DEFERRED, REACH_SINK, "refused");
	r.sink.url = "smtp://no-such-host.invalid:25";
	run_go(&r);
	EXPECT(&r.o[0], OUTCOME_DEFERRED, REACH_SINK, "cannot connect");

	/* A full backlog drops the SYN: connect() would take two minutes. */
	ck_assert_int_eq(bind(s, (struct sockaddr *)&in, len), 0);
	ck_assert_int_eq(listen(s, 0), 0);
	getsockname(s, (struct sockaddr *)&in, &len);
	for (int i = 0; i < 8; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fill[i], (struct sockaddr *)&in, len);
	}
	r.sink.url = arena_printf(&mem, "smtp://127.0.0.1:%d",
	    ntohs(in.sin_port));
	r.sink.timeout_s = 1;
	from = mono_now().ms;
	run_go(&r);
	EXPECT(&r.o[0], OUTCOME_DEFERRED, REACH_SINK, "timed out");
	ck_assert_int_lt(mono_now().ms - from, 4000);
	for (int i = 0; i < 8; i++)
		close(fill[i]);
	close(s);
}
END_TEST

static const struct {
	const char *name, *url, *from, *to, *user, *secret;
	enum outcome_kind kind;
	enum outcome_reach reach;
	const char *why;
} settings[] = {
	{ "smtps", "smtps://h:465", "a@b.c", "x@y.z", "", "",
	    OUTCOME_DEFERRED, REACH_SINK, "smtps" },
	{ "scheme", "http://h", "a@b.c", "x@y.z", "", "",
	    OUTCOME_DEFERRED, REACH_SINK, "smtp://host:port" },
	{ "IPv6", "smtp://[::1]:25", "a@b.c", "x@y.z", "", "",
	    OUTCOME_DEFERRED, REACH_SINK, "by name or IPv4" },
	{ "port", "smtp://h:0", "a@b.c", "x@y.z", "", "",
	    OUTCOME_DEFERRED, REACH_SINK, "port" },
	{ "path", "smtp://h:25/x\r\ny", "a@b.c", "x@y.z", "", "",
	    OUTCOME_DEFERRED, REACH_SINK, "more than host" },
	{ "from", "smtp://h", "a@b.c>\r\nRCPT TO:<q@r.s", "x@y.z", "", "",
	    OUTCOME_DEFERRED, REACH_SINK, "from" },
	{ "to", "smtp://h", "a@b.c", "x@y.z>\r\nRCPT TO:<q@r.s", "", "",
	    OUTCOME_REFUSED, REACH_DELIVERY, "recipient" },
	{ "umlaut", "smtp://h", "a@b.c", "j\xC3\xBCrgen@y.z", "", "",
	    OUTCOME_REFUSED, REACH_DELIVERY, "SMTPUTF8" },
	{ "no password", "smtp://h", "a@b.c", "x@y.z", "u", "",
	    OUTCOME_DEFERRED, REACH_SINK, "without a password" },
	{ "long password", "smtp://h", "a@b.c", "x@y.z", "u", "long",
	    OUTCOME_DEFERRED, REACH_SINK, "255" },
	{ "long user", "smtp://h", "a@b.c", "x@y.z", "long", "p",
	    OUTCOME_DEFERRED, REACH_SINK, "255" },
};

START_TEST(test_settings)
{
	struct fake f = { .port = 1 };
	struct run r;
	char most[300];

	memset(most, 'p', sizeof(most));
	run_init(&r, &f, "localhost", 1);
	r.sink.url = settings[_i].url;
	r.sink.from = settings[_i].from;
	r.d[0].recipient = settings[_i].to;
	r.sink.user = settings[_i].user;
	if (strcmp(settings[_i].user, "long") == 0)
		r.sink.user = arena_text_n(&mem, most, sizeof(most));
	if (strcmp(settings[_i].secret, "long") == 0)
		secret_lend(&r.sink.secret, most, sizeof(most));
	else
		secret_lend(&r.sink.secret, settings[_i].secret,
		    strlen(settings[_i].secret));
	run_go(&r);
	EXPECT(&r.o[0], settings[_i].kind, settings[_i].reach,
	    settings[_i].why);
}
END_TEST

/* --- the program itself, in its sandbox ---------------------------------- */

/* One ask as the keeper sends it; the outcomes are all of them delivered, but
 * for those behind the first `good`. */
static void
ask(struct program *p, const struct run *r, uint32_t good)
{
	static struct batch b;

	memset(&b, 0, sizeof(b));
	b.sending.sink = r->sink;
	b.sending.n = r->n;
	memcpy(b.d, r->d, r->n * sizeof(*r->d));
	program_ask(p, ASK_MAIL, &b);
	ck_assert_uint_eq(b.settled, r->n);
	for (uint32_t i = 0; i < good; i++)
		DELIVERED(&b.o[i]);
	for (uint32_t i = good; i < r->n; i++)
		EXPECT(&b.o[i], OUTCOME_DEFERRED, REACH_DELIVERY, "in time");
	/* what is settled does not wait for what takes its time */
	if (good < r->n)
		ck_assert_uint_eq(b.early, good);
}

START_TEST(test_program)
{
	struct fake fake = fake_start("--cert good.pem --key good.key"
	    " --user relay --password secret --auth-required");
	struct fake tired = fake_start("--cert good.pem --key good.key"
	    " --hang data --good 2");
	struct program p;
	struct run r;

	if (!program_start(&p, self, "mail"))
		return;
	run_init(&r, &fake, "localhost", 3);
	password(&r, "relay", "secret");
	for (int round = 0; round < 2; round++)
		ask(&p, &r, 3);
	ck_assert_uint_eq(fake_mails(&fake), 6);
	run_init(&r, &tired, "localhost", 3);
	r.sink.timeout_s = 1;
	ask(&p, &r, 2);
	ck_assert_uint_eq(fake_mails(&tired), 2);
	program_end(&p);
	fake_stop(&fake);
	fake_stop(&tired);
}
END_TEST

static TCase *
cases(void)
{
	TCase *t = tcase_create("smtp");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_ten_in_one);
	tcase_add_test(t, test_auth);
	tcase_add_test(t, test_auth_refused);
	tcase_add_test(t, test_auth_not_offered);
	tcase_add_test(t, test_starttls);
	tcase_add_loop_test(t, test_certificates, 0, (int)COUNT_OF(certs));
	tcase_add_test(t, test_client_certificate);
	tcase_add_loop_test(t, test_recipients, 0, 2);
	tcase_add_loop_test(t, test_replies, 0, (int)COUNT_OF(replies));
	tcase_add_loop_test(t, test_drop, 0, 2);
	tcase_add_loop_test(t, test_hang, 0, (int)COUNT_OF(hangs));
	tcase_add_loop_test(t, test_stall, 0, 2);
	tcase_add_loop_test(t, test_dawdle, 0, 2);
	tcase_add_test(t, test_no_server);
	tcase_add_loop_test(t, test_settings, 0, (int)COUNT_OF(settings));
	tcase_add_test(t, test_program);
	return t;
}

int
main(int argc, char **argv)
{
	Suite *s = suite_create("mail_smtp");
	struct err err = ERR_INIT;
	int failed;

	(void)argc;
	self = argv[0];
	if (system(PYTHON " -c 'import aiosmtpd' 2>/dev/null") != 0 ||
	    system("openssl version >/dev/null 2>&1") != 0) {
		printf("SKIP: needs python3-aiosmtpd and openssl\n");
		return 0;
	}
	{
		char root[4096];
		if (getcwd(root, sizeof(root)) != NULL)
			setenv("ADVRELAY_ROOT", root, 0);
	}
	scratch_make("mail");
	certs_make();
	/* A key that the library finds there and takes for a reason not to
	 * begin TLS, as others may read it. */
	shell("cd %s && mkdir -p home/.config/libesmtp/private && "
	    "cp client.key home/.config/libesmtp/private/localhost.pem && "
	    "chmod 644 home/.config/libesmtp/private/localhost.pem", scratch);
	{
		char home[128];
		snprintf(home, sizeof(home), "%s/home", scratch);
		setenv("HOME", home, 1);
	}
	if (mail_prepare(&err) == -1) {
		printf("mail_prepare: %s\n", err.text);
		return 1;
	}
	suite_add_tcase(s, cases());
	failed = suite_run(s);
	scratch_drop();
	arena_clear(&mem);
	return failed;
}
