/* noun/sink.h - where to say it. Secrets and certificates travel by value in
 * the ask: a helper reads no files. */
#ifndef NOUN_SINK_H
#define NOUN_SINK_H
#include <stdbool.h>
#include <stdint.h>
#include "base/secret.h"
#include "base/tls.h"

struct arena;
struct buf;
struct unpack;

enum sink_type { SINK_MAIL, SINK_SYSLOG, SINK_WEBHOOK, SINK_TYPE_COUNT_ };
const char *sink_type_name(enum sink_type t);	/* as in relay.conf */

enum starttls { STARTTLS_REQUIRED, STARTTLS_OPTIONAL, STARTTLS_NONE };
enum framing { FRAMING_OCTET, FRAMING_LF };

struct sink {
	const char	*name;
	enum sink_type	 type;
	/* smtp://host:587, tls://host:6514, https://... */
	const char	*url;
	/* relay.name: EHLO, Message-ID, HOSTNAME, User-Agent */
	const char	*relay;
	uint32_t	 timeout_s;	/* one exchange */
	const char	*proxy;
	struct tls_files tls;
	const char	*scope;		/* "advisory" or "device" */
	/* mail */
	enum starttls	 starttls;
	const char	*user;
	struct secret	 secret;	/* password, token or signing key */
	const char	*from;		/* "Name <a@b>" */
	const char	*reply_to;
	bool		 attach;	/* the original document */
	/* syslog; the transport is the URL's scheme: udp, tcp, tls */
	enum framing	 framing;
	uint32_t	 facility;	/* 0..23; local1 = 17 */
	uint32_t	 enterprise;	/* IANA PEN of the SD-IDs */
	bool		 bom;
	/* webhook */
	const char	*dialect;	/* "alert" = the canonical object */
	uint32_t	 connections;	/* requests at a time; 0 = 1 */
	/* "Name: value" */
	const char	**headers;	uint32_t n_headers;
};

void sink_init(struct sink *s);
void sink_pack(struct buf *out, const struct sink *s);
void sink_unpack(struct unpack *in, struct arena *mem, struct sink *ret);
#endif
