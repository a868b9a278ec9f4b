/* keeper/conf_parts.h - the parts of relay.conf, one file each. Private to the
 * keeper; conf.c calls them in this order. */
#ifndef KEEPER_CONF_PARTS_H
#define KEEPER_CONF_PARTS_H
#include "conf_keys.h"

struct conf;
struct tls_files;
typedef struct config_t config_t;

void conf_read_relay(struct conf_read *r, const config_t *cfg, struct conf *c);
void conf_read_feeds(struct conf_read *r, const config_setting_t *s,
    struct conf *c);
void conf_read_lists(struct conf_read *r, const config_setting_t *s,
    struct conf *c);
void conf_read_aliases(struct conf_read *r, const config_setting_t *s,
    struct conf *c);
void conf_read_sinks(struct conf_read *r, const config_setting_t *s,
    struct conf *c);
void conf_read_routes(struct conf_read *r, const config_setting_t *s,
    struct conf *c);
void conf_read_pools(struct conf_read *r, const config_setting_t *s,
    struct conf *c);

/* "smtp://host:587/x": pieces in the arena. host without brackets; port 0 if
 * none. -1 if it is no URL with a host (file: URLs have an empty host). */
struct url_parts {
	const char	*scheme, *host, *path;
	uint32_t	 port;
	const char	*fault;		/* what is wrong, fit for a complaint */
};
int  conf_url(struct conf_read *r, const char *url, struct url_parts *ret);
/* A proxy, if one is set. */
void conf_proxy(struct conf_read *r, const config_setting_t *group,
    const char *proxy);
/* Numbers that libconfig would wrap without a word, in the file and what it
 * includes. */
void conf_check_numbers(struct conf_read *r, const char *path, int deep);

/* TLS settings that feeds and sinks share. */
#define TLS_KEYS(type_, member)						\
	{ "ca_file", SET_PEM, offsetof(struct type_, member.ca), 0, 0,	\
	    4096, NULL, "", false,					\
	    "the certificate authority to trust, PEM" },		\
	{ "cert_file", SET_PEM, offsetof(struct type_, member.cert),	\
	    0, 0, 4096, NULL, "", false, "our client certificate, PEM" }
/* The key is a secret file; it becomes tls.key. */
void conf_tls_key(struct conf_read *r, const config_setting_t *group,
    struct tls_files *tls);
#endif
