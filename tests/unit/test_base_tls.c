/* The TLS client against Python's ssl module: who is trusted, and that bytes
 * come through. */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"
#include "base/tls.h"
#include "scratch.h"
#include "suite.h"

#define PYTHON "/usr/bin/python3"

static char scratch[SCRATCH];

/* Greets with "SNI VERSION CERT\n", then echoes until the peer says goodbye;
 * prints whether it did. */
static const char server[] =
    "import socket, ssl, sys\n"
    "cert, most, ca, hang = sys.argv[1:5]\n"
    "c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
    "c.load_cert_chain(cert + '.pem', cert + '.key')\n"
    "if most == '1.1':\n"
    "    c.minimum_version = ssl.TLSVersion.TLSv1; c.maximum_version = ssl.TLSVersion.TLSv1_1; c.set_ciphers('ALL:@SECLEVEL=0')\n"
    "if most == '1.3': c.minimum_version = ssl.TLSVersion.TLSv1_3\n"
    "if ca != '-': c.load_verify_locations(ca); c.verify_mode = ssl.CERT_REQUIRED\n"
    "seen = [None]\n"
    "c.sni_callback = lambda s, name, ctx: seen.__setitem__(0, name)\n"
    "l = socket.create_server(('127.0.0.1', 0))\n"
    "print('PORT', l.getsockname()[1], flush=True)\n"
    "while True:\n"
    "    s, _ = l.accept()\n"
    "    if hang == 'hang':\n"
    "        s.recv(1); import time; time.sleep(60)\n"
    "    try:\n"
    "        t = c.wrap_socket(s, server_side=True, suppress_ragged_eofs=False)\n"
    "        t.sendall(('%s %s %s\\n' % (seen[0], t.version(), bool(t.getpeercert()))).encode())\n"
    "        while True:\n"
    "            b = t.recv(65536)\n"
    "            if not b: break\n"
    "            t.sendall(b)\n"
    "        print('GOODBYE', flush=True)\n"
    "        t.unwrap()\n"
    "    except OSError as e:\n"
    "        print('ERROR', e, flush=True)\n";

struct peer {
	pid_t	 pid;
	int	 port;
	FILE	*out;
};

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

static void
ca_make(const char *name)
{
	shell("cd %s && openssl req -x509 -newkey ec -pkeyopt"
	    " ec_paramgen_curve:P-256 -nodes -keyout %s.key -out %s.pem -subj"
	    " /CN=%s -days 2 2>/dev/null", scratch, name, name, name);
}

static void
cert_make(const char *name, const char *san, const char *days)
{
	shell("cd %s && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256"
	    " -nodes -keyout %s.key -out %s.csr -subj /CN=localhost"
	    " 2>/dev/null && printf 'subjectAltName=%s\\n' > %s.ext && "
	    "openssl x509 -req -in %s.csr -CA ca.pem -CAkey ca.key"
	    " -CAcreateserial -extfile %s.ext -out %s.pem -days %s"
	    " 2>/dev/null", scratch, name, name, san, name, name, name, name,
	    days);
}

static char *
pem(const char *name)
{
	char path[128], *text = mem_alloc(65536);
	FILE *f;

	if (*name == '\0')
		return text;
	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_gt(fread(text, 1, 65535, f), 0);
	fclose(f);
	return text;
}

static struct peer
peer_start(const char *cert, const char *most, const char *ca, const char *hang)
{
	struct peer p;
	char line[64] = "";
	int out[2];

	ck_assert_int_eq(pipe(out), 0);
	p.pid = fork();
	if (p.pid == 0) {
		dup2(out[1], 1);
		if (chdir(scratch) != 0)
			_exit(127);
		execl(PYTHON, PYTHON, "-W", "ignore", "server.py", cert, most,
		    ca, hang, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	p.out = fdopen(out[0], "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), p.out));
	ck_assert_int_eq(sscanf(line, "PORT %d", &p.port), 1);
	return p;
}

static void
peer_stop(struct peer *p)
{
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	fclose(p->out);
}

static int
dial(const struct peer *p, int seconds)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)p->port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval limit = { .tv_sec = seconds };
	int s = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	ck_assert_int_eq(connect(s, (struct sockaddr *)&in, sizeof(in)), 0);
	return s;
}

static const struct {
	const char *name, *cert, *most, *ca, *verify;
	bool cap;
	const char *greeting;	/* NULL: refused, for this reason: */
	const char *why;
} cases[] = {
	{ "name", "good", "-", "ca.pem", "localhost", false,
	    "localhost TLSv1.3 False\n", NULL },
	{ "capped", "good", "-", "ca.pem", "localhost", true,
	    "localhost TLSv1.2 False\n", NULL },
	{ "address, no SNI", "good", "-", "ca.pem", "127.0.0.1", false,
	    "None TLSv1.3 False\n", NULL },
	{ "IPv6 in brackets", "good", "-", "ca.pem", "[::1]", false,
	    "None TLSv1.3 False\n", NULL },
	{ "wildcard", "good", "-", "ca.pem", "a.wild.example", false,
	    "a.wild.example TLSv1.3 False\n", NULL },
	{ "pinned", "good", "-", "good.pem", "localhost", false,
	    "localhost TLSv1.3 False\n", NULL },
	{ "wildcard is one label", "good", "-", "ca.pem", "a.b.wild.example",
	    false, NULL, "mismatch" },
	{ "wrong name", "good", "-", "ca.pem", "evil.example", false, NULL,
	    "mismatch" },
	{ "wrong address", "good", "-", "ca.pem", "127.0.0.2", false, NULL,
	    "mismatch" },
	{ "CN is no name", "other", "-", "ca.pem", "localhost", false, NULL,
	    "mismatch" },
	{ "expired", "expired", "-", "ca.pem", "localhost", false, NULL,
	    "expired" },
	{ "other CA", "good", "-", "otherca.pem", "localhost", false, NULL,
	    "issuer" },
	{ "system CA", "good", "-", "", "localhost", false, NULL, "issuer" },
	{ "TLS 1.1", "good", "1.1", "ca.pem", "localhost", false, NULL, "" },
	{ "1.3 only, capped", "good", "1.3", "ca.pem", "localhost", true, NULL,
	    "" },
};

START_TEST(test_trust)
{
	struct peer p = peer_start(cases[_i].cert, cases[_i].most, "-", "-");
	char *ca = pem(cases[_i].ca), got[128] = "";
	struct tls_files files = { .ca = ca, .cert = "", .key = "" };
	struct tls_rules rules = { .name = cases[_i].verify,
	    .most_tls12 = cases[_i].cap };
	struct err err = ERR_INIT;
	struct tls_context *c = tls_context_new(&files, &rules, &err);
	struct tls *t;
	int s;

	if (c == NULL && *ca == '\0') {
		ck_assert_ptr_nonnull(strstr(err.text, "ca-certificates"));
		peer_stop(&p);
		free(ca);
		return;
	}
	ck_assert_msg(c != NULL, "%s: %s", cases[_i].name, err.text);
	s = dial(&p, 10);
	t = tls_connect(c, s, &err);
	if (cases[_i].greeting == NULL) {
		ck_assert_msg(t == NULL, "%s: was trusted", cases[_i].name);
		ck_assert_msg(strstr(err.text, cases[_i].why) != NULL, "%s: %s",
		    cases[_i].name, err.text);
		if (*cases[_i].why != '\0')
			ck_assert_ptr_nonnull(strstr(tls_context_fault(c),
			    cases[_i].why));
	} else {
		ck_assert_msg(t != NULL, "%s: %s", cases[_i].name, err.text);
		ck_assert_int_gt(tls_read(t, got, sizeof(got) - 1, &err), 0);
		ck_assert_str_eq(got, cases[_i].greeting);
	}
	tls_close(t);
	close(s);
	tls_context_free(c);
	peer_stop(&p);
	free(ca);
}
END_TEST

START_TEST(test_bytes)
{
	struct peer p = peer_start("good", "-", "ca.pem", "-");
	char *ca = pem("ca.pem"), *cert = pem("client.pem");
	char *key = pem("client.key"), line[128] = "";
	struct tls_files files = { .ca = ca, .cert = cert, .key = key };
	struct tls_rules rules = { .name = "localhost" };
	struct err err = ERR_INIT;
	struct tls_context *c = tls_context_new(&files, &rules, &err);
	const size_t n = 3000000;
	char *out = mem_alloc(n), *back = mem_alloc(n);

	ck_assert_msg(c != NULL, "%s", err.text);
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(i * 2654435761u >> 11);
	for (int round = 0; round < 3; round++) {
		int s = dial(&p, 20);
		struct tls *t = tls_connect(c, s, &err);
		size_t have = 0;
		ck_assert_msg(t != NULL, "%s", err.text);
		ck_assert_int_gt(tls_read(t, line, sizeof(line) - 1, &err), 0);
		ck_assert_ptr_nonnull(strstr(line, " True\n"));
		/* In pieces, or both sides would wait for each other. */
		while (have < n) {
			size_t some = n - have < 30000 ? n - have : 30000;
			size_t want = have + some;
			ck_assert_int_eq(tls_write(t, out + have, some, &err),
			    0);
			while (have < want) {
				long got = tls_read(t, back + have,
				    want - have, &err);
				ck_assert_msg(got > 0, "%s", err.text);
				have += (size_t)got;
			}
		}
		ck_assert_mem_eq(out, back, n);
		ck_assert(!tls_pending(t));
		tls_close(t);
		close(s);
		ck_assert_ptr_nonnull(fgets(line, sizeof(line), p.out));
		ck_assert_str_eq(line, "GOODBYE\n");
	}
	tls_context_free(c);
	peer_stop(&p);
	free(out);
	free(back);
	free(ca);
	free(cert);
	free(key);
}
END_TEST

START_TEST(test_late)
{
	struct peer p = peer_start("good", "-", "-", "hang");
	char *ca = pem("ca.pem");
	struct tls_files files = { .ca = ca, .cert = "", .key = "" };
	struct tls_rules rules = { .name = "localhost" };
	struct err err = ERR_INIT;
	struct tls_context *c = tls_context_new(&files, &rules, &err);
	int s = dial(&p, 1);

	ck_assert_ptr_null(tls_connect(c, s, &err));
	ck_assert_ptr_nonnull(strstr(err.text, "in time"));
	close(s);
	tls_context_free(c);
	peer_stop(&p);
	free(ca);
}
END_TEST

static const struct {
	const char *name, *ca, *cert, *key, *verify, *why;
} broken[] = {
	{ "no name", "ca.pem", "", "", "", "name" },
	{ "CA is a key", "ca.key", "", "", "localhost", "CA file" },
	{ "cert without key", "ca.pem", "client.pem", "", "localhost",
	    "without its key" },
	{ "key of another", "ca.pem", "client.pem", "good.key", "localhost",
	    "does not belong" },
	{ "key is a cert", "ca.pem", "client.pem", "ca.pem", "localhost",
	    "cannot be read" },
	{ "cert is a key", "ca.pem", "client.key", "client.key", "localhost",
	    "cannot be used" },
	{ "encrypted key", "ca.pem", "client.pem", "locked.key", "localhost",
	    "without a passphrase" },
};

START_TEST(test_broken)
{
	char *ca = pem(broken[_i].ca), *cert = pem(broken[_i].cert);
	char *key = pem(broken[_i].key);
	struct tls_files files = { .ca = ca, .cert = cert, .key = key };
	struct tls_rules rules = { .name = broken[_i].verify };
	struct err err = ERR_INIT;

	ck_assert_msg(tls_context_new(&files, &rules, &err) == NULL, "%s",
	    broken[_i].name);
	ck_assert_int_eq(err.kind, ERR_CONFIG);
	ck_assert_msg(strstr(err.text, broken[_i].why) != NULL, "%s: %s",
	    broken[_i].name, err.text);
	free(ca);
	free(cert);
	free(key);
}
END_TEST

START_TEST(test_pack)
{
	struct tls_files f = { "a", "", "k" }, g;
	struct buf b = BUF_INIT(4096);
	struct unpack u;

	tls_files_pack(&b, &f);
	unpack_open(&u, b.data, b.len);
	tls_files_unpack(&u, &g);
	ck_assert_int_eq(unpack_done(&u, NULL), 0);
	ck_assert_str_eq(g.ca, "a");
	ck_assert_str_eq(g.cert, "");
	ck_assert_str_eq(g.key, "k");
	buf_clear(&b);
}
END_TEST

static void
fixture(void)
{
	char path[128];
	FILE *f;

	scratch_folder(scratch, "tls");
	ca_make("ca");
	ca_make("otherca");
	cert_make("good", "DNS:localhost,DNS:*.wild.example,IP:127.0.0.1,"
	    "IP:::1", "2");
	cert_make("other", "DNS:other.example", "2");
	cert_make("expired", "DNS:localhost", "-1");
	cert_make("client", "DNS:relay.example", "2");
	shell("cd %s && openssl pkey -in client.key -aes128 -passout pass:x"
	    " -out locked.key", scratch);
	snprintf(path, sizeof(path), "%s/server.py", scratch);
	f = fopen(path, "w");
	if (f == NULL || fwrite(server, 1, sizeof(server) - 1, f) == 0)
		exit(1);
	fclose(f);
}

int
main(void)
{
	Suite *s = suite_create("base_tls");
	TCase *t = suite_case(s, "tls", 60);
	struct err err = ERR_INIT;
	int failed;

	if (access(PYTHON, X_OK) != 0 ||
	    system("openssl version >/dev/null 2>&1") != 0) {
		printf("SKIP: needs %s and openssl\n", PYTHON);
		return 0;
	}
	fixture();
	if (tls_prepare(&err) == -1) {
		printf("tls_prepare: %s\n", err.text);
		return 1;
	}
	tcase_add_loop_test(t, test_trust, 0, (int)COUNT_OF(cases));
	tcase_add_test(t, test_bytes);
	tcase_add_test(t, test_late);
	tcase_add_loop_test(t, test_broken, 0, (int)COUNT_OF(broken));
	tcase_add_test(t, test_pack);
	failed = suite_run(s);
	shell("rm -rf '%s'", scratch);
	return failed;
}
