/* base/tls.h - TLS as a client, by OpenSSL (in tls.c only).
 *
 * Certificates and keys come as PEM text, never as paths: helpers have no
 * files. TLS 1.2 is the least. The peer's certificate is always verified, and
 * against the *configured* name (or IP address), never against what DNS made of
 * it. An empty CA means the system's bundle, opened in tls_prepare(); it can be
 * another one by SSL_CERT_FILE. tls_prepare() also ignores SIGPIPE, because
 * OpenSSL writes with plain write(2). */
#ifndef BASE_TLS_H
#define BASE_TLS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct unpack;

#define TLS_CA_MAX (1u << 20)	/* a whole system bundle has 0.2 MB */

/* What a TLS client may need; part of feeds and sinks. Each is PEM text. */
struct tls_files {
	const char	*ca;		/* "" = the system's */
	const char	*cert;		/* and chain; "" = none */
	const char	*key;		/* belongs to cert; secret */
};

void tls_files_pack(struct buf *out, const struct tls_files *f);
void tls_files_unpack(struct unpack *in, struct tls_files *ret);

/* Before the sandbox: opens the system's CA bundle (one that is missing is told
 * by tls_context_new when it is needed) and OpenSSL's config. */
int tls_prepare(struct err *err);

struct tls_context;		/* an SSL_CTX with our rules in it */

struct tls_rules {
	const char	*name;		/* host name or IP literal to verify */
	bool		 most_tls12;	/* libesmtp hangs on tickets of 1.3 */
};

struct tls_context *tls_context_new(const struct tls_files *files,
    const struct tls_rules *rules, struct err *err);
void	 tls_context_free(struct tls_context *c);
/* The SSL_CTX, for a library that wants one (libesmtp). Borrowed. SNI and the
 * check of the name are in it and need nothing from that library. */
void	*tls_context_native(struct tls_context *c);
/* Why the last handshake over the native context failed, as the verifier saw
 * it; "" if the certificate was not the reason. Lent by the context. */
const char *tls_context_fault(const struct tls_context *c);
/* libesmtp frees the borrowed client certificate of a session (an SSL *):
 * one more reference keeps it alive. */
void	 tls_keep_own_cert(void *ssl);

/* A connection over a connected, blocking socket. Deadlines are the caller's
 * SO_RCVTIMEO/SO_SNDTIMEO. */
struct tls;
struct tls *tls_connect(struct tls_context *c, int sock, struct err *err);
int	 tls_write(struct tls *t, const void *p, size_t n, struct err *err);
/* Bytes read, 0 at the end, -1 on error. */
long	 tls_read(struct tls *t, void *p, size_t room, struct err *err);
bool	 tls_pending(const struct tls *t);
void	 tls_close(struct tls *t);		/* and frees; not the socket */
#endif
