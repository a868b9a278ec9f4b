#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/tls.h"

struct tls_context {
	SSL_CTX		*ctx;
	char		*name;
	bool		 is_ip;
	char		 fault[256];
};

struct tls {
	SSL			*ssl;
	struct tls_context	*context;
	bool			 broken;	/* then no close_notify */
};

/* The system's bundle: kept open, read when a sink without a CA of its own
 * needs it, because its bytes cost 220 KB and a parsed store ten times that. */
static struct {
	int		 fd;
	X509_STORE	*store;
} system_ca = { .fd = -1 };

static int context_index = -1;

/* Where distributions keep the bundle; the hashed folder beside it is of no use
 * to us, as it is read at handshake time. */
static const char *const bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
	NULL
};

/* The text of OpenSSL's first queued error; empties the queue. */
static const char *
ssl_text(char out[256])
{
	unsigned long code = ERR_get_error();
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

	if (code != 0 && ERR_SYSTEM_ERROR(code))
		reason = strerror(ERR_GET_REASON(code));
	snprintf(out, 256, "%s", reason == NULL ? "TLS failure" : reason);
	ERR_clear_error();
	return out;
}

static int
bundle_open(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		close(fd);
		return -1;
	}
	system_ca.fd = fd;
	return 0;
}

static int
bundle_read(struct buf *out)
{
	char block[16384];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(system_ca.fd, block, sizeof(block), at)) > 0) {
		buf_add(out, block, (size_t)n);
		at += n;
	}
	return n < 0 || out->over ? -1 : 0;
}

int
tls_prepare(struct err *err)
{
	const char *asked = getenv("SSL_CERT_FILE");

	signal(SIGPIPE, SIG_IGN);
	if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG |
	    OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
	    NULL) != 1) {
		char text[256];
		return err_config(err, "OpenSSL does not start: %s",
		    ssl_text(text));
	}
	if (system_ca.fd != -1 || system_ca.store != NULL)
		return 0;
	if (asked != NULL && *asked != '\0') {
		if (bundle_open(asked) == -1)
			return err_config(err, "SSL_CERT_FILE: cannot read the"
			    " certificates of \"%s\"", asked);
		return 0;
	}
	for (size_t i = 0; bundles[i] != NULL; i++)
		if (bundle_open(bundles[i]) == 0)
			break;
	return 0;
}

/* Adds each certificate of a PEM text; the number, or -1. */
static int
store_add(X509_STORE *store, const char *pem, size_t len)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	int n = 0;

	if (bio == NULL)
		return -1;
	for (;;) {
		X509 *cert = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL);
		if (cert == NULL)
			break;
		if (X509_STORE_add_cert(store, cert) == 1)
			n++;
		X509_free(cert);
	}
	/* "No start line" is how the end of the text shows. */
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		n = -1;
	ERR_clear_error();
	BIO_free(bio);
	return n;
}

static X509_STORE *
system_store(struct err *err)
{
	if (system_ca.store != NULL)
		return system_ca.store;
	if (system_ca.fd == -1) {
		err_config(err, "no CA certificates of the system were found"
		    " (install ca-certificates, or set ca_file)");
		return NULL;
	}
	struct buf pem = BUF_INIT(16u << 20);
	X509_STORE *store = X509_STORE_new();
	if (store == NULL)
		bug("X509_STORE_new");
	if (bundle_read(&pem) == -1 ||
	    store_add(store, buf_text(&pem), pem.len) < 1) {
		buf_clear(&pem);
		X509_STORE_free(store);
		err_config(err, "the system's CA certificates cannot be read");
		return NULL;
	}
	buf_clear(&pem);
	close(system_ca.fd);
	system_ca.fd = -1;
	system_ca.store = store;
	return store;
}

static int
use_ca(SSL_CTX *ctx, const struct tls_files *f, struct err *err)
{
	if (f->ca[0] == '\0') {
		X509_STORE *store = system_store(err);
		if (store == NULL)
			return -1;
		SSL_CTX_set1_cert_store(ctx, store);
		return 0;
	}
	if (store_add(SSL_CTX_get_cert_store(ctx), f->ca, strlen(f->ca)) < 1)
		return err_config(err, "the CA file has no readable"
		    " certificate (PEM is expected)");
	/* Who pins an intermediate or the server's own certificate means it. */
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx),
	    X509_V_FLAG_PARTIAL_CHAIN);
	return 0;
}

/* No passphrase: a prompt would hang, the key stands in a file of ours. */
static int
no_passphrase(char *out, int room, int rw, void *arg)
{
	(void)out, (void)room, (void)rw, (void)arg;
	return -1;
}

static int
use_own_chain(SSL_CTX *ctx, BIO *bio, struct err *err)
{
	X509 *cert = PEM_read_bio_X509_AUX(bio, NULL, no_passphrase, NULL);

	if (cert == NULL || SSL_CTX_use_certificate(ctx, cert) != 1) {
		char text[256];
		X509_free(cert);
		return err_config(err, "the client certificate cannot be used:"
		    " %s", ssl_text(text));
	}
	X509_free(cert);
	for (;;) {
		X509 *more = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
		if (more == NULL)
			break;
		if (SSL_CTX_add0_chain_cert(ctx, more) != 1)
			X509_free(more);
	}
	ERR_clear_error();
	return 0;
}

static int
use_own_cert(SSL_CTX *ctx, const struct tls_files *f, struct err *err)
{
	char text[256];
	int rc = -1;

	if (f->cert[0] == '\0')
		return 0;
	if (f->key[0] == '\0')
		return err_config(err, "a client certificate without its key");
	BIO *bio = BIO_new_mem_buf(f->cert, -1);
	if (bio == NULL)
		bug("BIO_new_mem_buf");
	rc = use_own_chain(ctx, bio, err);
	BIO_free(bio);
	if (rc == -1)
		return -1;
	bio = BIO_new_mem_buf(f->key, -1);
	if (bio == NULL)
		bug("BIO_new_mem_buf");
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	if (key == NULL)
		return err_config(err, "the client key cannot be read: %s"
		    " (it must be PEM without a passphrase)", ssl_text(text));
	if (SSL_CTX_use_PrivateKey(ctx, key) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1)
		rc = err_config(err, "the client key does not belong to the"
		    " certificate: %s", ssl_text(text));
	EVP_PKEY_free(key);
	return rc;
}

static struct tls_context *
context_of(const SSL *ssl)
{
	const SSL_CTX *ctx = SSL_get_SSL_CTX(ssl);

	return ctx == NULL ? NULL : SSL_CTX_get_ex_data(ctx, context_index);
}

/* SNI for whoever makes a session from our SSL_CTX: libesmtp sends none, and
 * its sessions are out of our reach until they shake hands. */
static void
on_info(const SSL *ssl, int where, int ret)
{
	struct tls_context *c;

	(void)ret;
	if ((where & SSL_CB_HANDSHAKE_START) == 0)
		return;
	c = context_of(ssl);
	if (c != NULL && !c->is_ip && SSL_get_servername(ssl,
	    TLSEXT_NAMETYPE_host_name) == NULL) {
		/* The callback's SSL is const by its prototype alone. */
		SSL *writable = (SSL *)(uintptr_t)ssl;
		SSL_set_tlsext_host_name(writable, c->name);
	}
}

/* Remembers why; the decision stays OpenSSL's. */
static int
on_verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl;
	struct tls_context *c;

	if (ok)
		return ok;
	ssl = X509_STORE_CTX_get_ex_data(store,
	    SSL_get_ex_data_X509_STORE_CTX_idx());
	c = ssl == NULL ? NULL : context_of(ssl);
	if (c != NULL)
		snprintf(c->fault, sizeof(c->fault),
		    "the certificate was not accepted for \"%.100s\": %s",
		    c->name, X509_verify_cert_error_string(
		    X509_STORE_CTX_get_error(store)));
	return 0;
}

static int
use_name(struct tls_context *c, const char *name, struct err *err)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(c->ctx);
	unsigned char ip[16];
	size_t len = strlen(name);

	if (len == 0 || len > 253)
		return err_config(err, "no host name to verify");
	/* A URL's brackets around an IPv6 address are not part of it. */
	c->name = name[0] == '[' && name[len - 1] == ']' ?
	    mem_text_n(name + 1, len - 2) : mem_text(name);
	c->is_ip = inet_pton(AF_INET, c->name, ip) == 1 ||
	    inet_pton(AF_INET6, c->name, ip) == 1;
	if (c->is_ip) {
		if (X509_VERIFY_PARAM_set1_ip_asc(param, c->name) != 1)
			return err_config(err, "not an address: %s", c->name);
		return 0;
	}
	/* Wildcards only as a whole first label (RFC 6125, 6.4.3). */
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (X509_VERIFY_PARAM_set1_host(param, c->name, 0) != 1)
		return err_config(err, "not a host name: %s", c->name);
	return 0;
}

struct tls_context *
tls_context_new(const struct tls_files *files, const struct tls_rules *rules,
    struct err *err)
{
	struct tls_context *c = mem_alloc(sizeof(*c));

	if (context_index == -1)
		context_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL,
		    NULL);
	c->ctx = SSL_CTX_new(TLS_client_method());
	if (c->ctx == NULL || context_index == -1)
		bug("SSL_CTX_new");
	SSL_CTX_set_ex_data(c->ctx, context_index, c);
	SSL_CTX_set_min_proto_version(c->ctx, TLS1_2_VERSION);
	if (rules->most_tls12)
		SSL_CTX_set_max_proto_version(c->ctx, TLS1_2_VERSION);
	/* libesmtp's write loop restarts from the buffer's beginning after a
	 * partial write. */
	SSL_CTX_clear_mode(c->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE);
	SSL_CTX_set_mode(c->ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_options(c->ctx, SSL_OP_NO_COMPRESSION |
	    SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_verify(c->ctx, SSL_VERIFY_PEER, on_verify);
	SSL_CTX_set_info_callback(c->ctx, on_info);
	if (use_name(c, rules->name, err) == -1 ||
	    use_ca(c->ctx, files, err) == -1 ||
	    use_own_cert(c->ctx, files, err) == -1) {
		tls_context_free(c);
		return NULL;
	}
	return c;
}

void
tls_context_free(struct tls_context *c)
{
	if (c == NULL)
		return;
	if (c->ctx != NULL) {
		/* Somebody else may hold a reference longer than we live. */
		SSL_CTX_set_ex_data(c->ctx, context_index, NULL);
		SSL_CTX_free(c->ctx);
	}
	free(c->name);
	free(c);
}

void *
tls_context_native(struct tls_context *c)
{
	return c->ctx;
}

const char *
tls_context_fault(const struct tls_context *c)
{
	return c->fault;
}

void
tls_keep_own_cert(void *ssl)
{
	X509 *cert = ssl == NULL ? NULL : SSL_get_certificate(ssl);

	if (cert != NULL)
		X509_up_ref(cert);
}

/* Why a call on t failed; `what` reads "cannot ...". Returns -1. */
static int
tls_fail(struct tls *t, int ret, const char *what, struct err *err)
{
	int saved = errno, kind = SSL_get_error(t->ssl, ret);
	char text[256];

	t->broken = true;
	if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE)
		return err_peer(err, "%s: the server did not answer in time",
		    what);
	if (t->context->fault[0] != '\0')
		return err_peer(err, "%s: %s", what, t->context->fault);
	if (kind == SSL_ERROR_SYSCALL && ERR_peek_error() == 0)
		return err_peer(err, "%s: %s", what, saved == 0 ?
		    "the server closed the connection" : strerror(saved));
	return err_peer(err, "%s: %s", what, ssl_text(text));
}

struct tls *
tls_connect(struct tls_context *c, int sock, struct err *err)
{
	struct tls *t = mem_alloc(sizeof(*t));
	int ret;

	ERR_clear_error();
	c->fault[0] = '\0';
	t->context = c;
	t->ssl = SSL_new(c->ctx);
	if (t->ssl == NULL || SSL_set_fd(t->ssl, sock) != 1)
		bug("SSL_new");
	/* Before the handshake, as the extension is part of its first bytes;
	 * the info callback finds it set. */
	if (!c->is_ip)
		SSL_set_tlsext_host_name(t->ssl, c->name);
	errno = 0;
	ret = SSL_connect(t->ssl);
	if (ret != 1) {
		tls_fail(t, ret, "no TLS connection", err);
		tls_close(t);
		return NULL;
	}
	return t;
}

int
tls_write(struct tls *t, const void *p, size_t n, struct err *err)
{
	const char *at = p;

	while (n > 0) {
		int some = n > INT_MAX ? INT_MAX : (int)n, ret;
		ERR_clear_error();
		errno = 0;
		ret = SSL_write(t->ssl, at, some);
		if (ret <= 0)
			return tls_fail(t, ret, "cannot send", err);
		at += ret;
		n -= (size_t)ret;
	}
	return 0;
}

long
tls_read(struct tls *t, void *p, size_t room, struct err *err)
{
	int some = room > INT_MAX ? INT_MAX : (int)room, ret;

	ERR_clear_error();
	errno = 0;
	ret = SSL_read(t->ssl, p, some);
	if (ret > 0)
		return ret;
	if (SSL_get_error(t->ssl, ret) == SSL_ERROR_ZERO_RETURN)
		return 0;
	return tls_fail(t, ret, "cannot read", err);
}

bool
tls_pending(const struct tls *t)
{
	return SSL_has_pending(t->ssl) == 1;
}

void
tls_close(struct tls *t)
{
	if (t == NULL)
		return;
	if (!t->broken && SSL_is_init_finished(t->ssl))
		SSL_shutdown(t->ssl);
	SSL_free(t->ssl);
	ERR_clear_error();
	free(t);
}
