/* Feeds and device lists of relay.conf. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libconfig.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"

#include "noun/cidr.h"
#include "noun/device.h"
#include "noun/feed_type.h"
#include "noun/file_url.h"

#include "contract/conf.h"

#include "conf_parts.h"
#include "talk/helper.h"

static const struct key feed_keys[] = {
	{ .name = "name", .type = SET_NAME, .at = offsetof(struct feed, name),
	    .help = "a name for this feed" },
	{ .name = "url", .type = SET_TEXT, .at = offsetof(struct feed, url),
	    .most = URL_TEXT_MAX, .required = true,
	    .help = "where the feed lies: https://, http:// or file://" },
	{ .name = "type", .type = SET_TEXT, .at = offsetof(struct feed, type),
	    .help = "what lies there: csaf-provider, csaf-rolie, "
	    "csaf-directory, csaf, rss or atom" },
	{ .name = "every", .type = SET_DURATION,
	    .at = offsetof(struct feed, every_s), .least = 60,
	    .most = 30 * 86400, .otherwise = "1h",
	    .help = "time between two polls" },
	{ .name = "timeout", .type = SET_DURATION,
	    .at = offsetof(struct feed, timeout_s), .least = 1, .most = 240,
	    .otherwise = "60s", .help = "longest time for one exchange" },
	{ .name = "max_size", .type = SET_SIZE,
	    .at = offsetof(struct feed, max_bytes), .least = 1024,
	    .most = DOCUMENT_MAX, .otherwise = "32 MiB",
	    .help = "largest document, unpacked" },
	{ .name = "verify_hash", .type = SET_BOOL,
	    .at = offsetof(struct feed, verify_hash), .otherwise = "true",
	    .help = "compare with the published sha512 or sha256" },
	{ .name = "allow", .type = SET_TEXTS,
	    .at = offsetof(struct feed, allow),
	    .count_at = offsetof(struct feed, n_allow), .most = 100,
	    .help = "private networks that this feed may lead into, as CIDR" },
	{ .name = "proxy", .type = SET_TEXT, .at = offsetof(struct feed, proxy),
	    .most = URL_TEXT_MAX, .help = "http://host:port" },
	{ .name = "user_agent", .type = SET_TEXT,
	    .at = offsetof(struct feed, user_agent), .most = 255,
	    .help = "instead of advrelay's own" },
	TLS_KEYS(feed, tls),
	{ .name = "key_file", .type = SET_OTHER },
	{ .name = NULL }
};

int
conf_url(struct conf_read *r, const char *url, struct url_parts *ret)
{
	const char *at = strstr(url, "://");
	const char *host, *end;

	*ret = (struct url_parts){ "", "", "", 0, "it has no scheme" };
	if (at == NULL || at == url)
		return -1;
	ret->scheme = text_lower(r->mem,
	    arena_text_n(r->mem, url, (size_t)(at - url)));
	host = at + 3;
	end = host + strcspn(host, "/?#");
	ret->path = arena_text(r->mem, end);
	/* not shown: it may hold a password */
	ret->fault = "it holds a user name or password, which do not belong "
	    "into a URL";
	if (memchr(host, '@', (size_t)(end - host)) != NULL)
		return -1;
	ret->fault = "its IPv6 address has no end";
	at = host;
	if (*host == '[') {
		at = memchr(host, ']', (size_t)(end - host));
		if (at == NULL)
			return -1;
		ret->host = arena_text_n(r->mem, host + 1,
		    (size_t)(at - host - 1));
		at++;
	} else {
		while (at < end && *at != ':')
			at++;
		ret->host = arena_text_n(r->mem, host, (size_t)(at - host));
	}
	ret->fault = "its port is no number from 1 to 65535";
	if (at < end && (*at != ':' || text_u32(arena_text_n(r->mem, at + 1,
	    (size_t)(end - at - 1)), 1, 65535, &ret->port) == -1))
		return -1;
	ret->fault = "it holds a blank";
	if (strpbrk(url, " \t\r\n") != NULL)
		return -1;
	ret->fault = "";
	return 0;
}

void
conf_proxy(struct conf_read *r, const config_setting_t *group,
    const char *proxy)
{
	struct url_parts url;

	if (proxy[0] == '\0')
		return;
	if (conf_url(r, proxy, &url) == -1)
		conf_complain(r, conf_member(group, "proxy"), "is no URL: %s; "
		    "allowed: http://host:port", url.fault);
	else if ((strcmp(url.scheme, "http") != 0 &&
	    strcmp(url.scheme, "https") != 0) || url.host[0] == '\0')
		conf_complain(r, conf_member(group, "proxy"), "\"%s\" is no "
		    "proxy; allowed: http://host:port", proxy);
}

void
conf_tls_key(struct conf_read *r, const config_setting_t *group,
    struct tls_files *tls)
{
	struct secret key = SECRET_INIT;
	const config_setting_t *s = config_setting_get_member(group,
	    "key_file");
	uint32_t before = r->report->n_errors;

	tls->key = "";
	if (s != NULL) {
		conf_secret(r, s, &key);
		tls->key = arena_text(r->mem, secret_bytes(&key));
		if (key.len > 0 && strstr(tls->key, "-----BEGIN ") == NULL)
			conf_complain(r, s, "is no PEM file; allowed: text "
			    "with -----BEGIN ...-----");
		secret_clear(&key);
	}
	if (r->report->n_errors == before &&
	    (tls->cert[0] == '\0') != (tls->key[0] == '\0'))
		conf_complain(r, conf_member(group, tls->key[0] != '\0' ?
		    "key_file" : "cert_file"), "cert_file and key_file go "
		    "together; one of them is missing");
}

/* What a URL's ending tells about its type; NULL if nothing. */
static const char *
guess_type(const char *url)
{
	static const struct { const char *end, *type; } endings[] = {
		{ "provider-metadata.json", "csaf-provider" },
		{ ".rss", "rss" }, { ".atom", "atom" }, { ".xml", "rss" },
		{ "/changes.csv", "csaf-directory" },
		{ "/index.txt", "csaf-directory" },
	};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (text_ends(url, endings[i].end))
			return endings[i].type;
	return NULL;
}

static const char *
feed_types_list(struct conf_read *r)
{
	struct buf out = BUF_INIT(512);
	const char *ret;

	for (const struct feed_type *t = feed_types; t->name != NULL; t++)
		buf_printf(&out, "%s\"%s\"", out.len > 0 ? ", " : "", t->name);
	ret = arena_text(r->mem, buf_text(&out));
	buf_clear(&out);
	return ret;
}

static void
check_feed(struct conf_read *r, const config_setting_t *s, struct feed *f,
    const struct conf *c)
{
	struct err err = ERR_INIT;
	struct url_parts url;
	struct cidr block;
	const char *path;

	if (f->url[0] == '\0')
		return;
	if (text_starts(f->url, "file:")) {
		if (file_url_path(f->url, r->mem, &path, &err) == -1)
			conf_complain(r, conf_member(s, "url"), "%s", err.text);
		url = (struct url_parts){ .scheme = "file",
		    .host = "", .path = "", .fault = "" };
	} else if (conf_url(r, f->url, &url) == -1 || url.host[0] == '\0') {
		conf_complain(r, conf_member(s, "url"), "is no URL: %s; "
		    "allowed: https://host/path, http://host/path, "
		    "file:///path", url.fault[0] != '\0' ? url.fault :
		    "it has no host");
	} else if (strcmp(url.scheme, "https") != 0 &&
	    strcmp(url.scheme, "http") != 0) {
		conf_complain(r, conf_member(s, "url"), "scheme \"%s\" is not "
		    "fetched; allowed: https, http, file", url.scheme);
	}
	conf_proxy(r, s, f->proxy);
	f->https_only = strcmp(url.scheme, "https") == 0;
	if (f->type[0] == '\0') {
		const char *guess = guess_type(f->url);

		if (guess == NULL)
			conf_complain(r, s, "\"type\" is missing and the URL "
			    "does not tell it; allowed: %s",
			    feed_types_list(r));
		else
			f->type = guess;
	} else if (feed_type_find(f->type) == NULL) {
		conf_complain(r, conf_member(s, "type"), "\"%s\" is not known; "
		    "allowed: %s", f->type, feed_types_list(r));
	}
	for (uint32_t i = 0; i < f->n_allow; i++) {
		struct err why = ERR_INIT;

		if (cidr_parse(f->allow[i], &block, &why) == -1)
			conf_complain(r, conf_member(s, "allow"), "%s",
			    why.text);
	}
	if (f->name[0] == '\0')
		f->name = url.fault[0] != '\0' ? "" :
		    url.host[0] != '\0' ? url.host : "local";
	if (f->user_agent[0] == '\0')
		f->user_agent = arena_printf(r->mem, "advrelay/%s (+%s)",
		    build_version, c->contact[0] != '\0' ? c->contact :
		    arena_printf(r->mem, "https://%s/", c->name));
}

void
conf_read_feeds(struct conf_read *r, const config_setting_t *s, struct conf *c)
{
	int n;

	if (s == NULL)
		return;
	if (!config_setting_is_list(s)) {
		conf_complain(r, s, "must be a list: feeds = ( { url = "
		    "\"...\"; } );");
		return;
	}
	n = config_setting_length(s);
	if (n == 0 || n > (int)FEEDS_MAX)
		conf_complain(r, s, "has %d feeds; allowed: 1 to %u", n,
		    FEEDS_MAX);
	/* exactly: thousands of feeds shall not leave what they grew out of */
	if (n > (int)FEEDS_MAX)
		n = (int)FEEDS_MAX;
	c->feeds = arena_alloc(r->mem, ((size_t)n + 1) * sizeof(*c->feeds));
	for (int i = 0; i < n; i++) {
		const config_setting_t *one =
		    config_setting_get_elem(s, (unsigned)i);
		struct feed *f;

		if (!config_setting_is_group(one)) {
			conf_complain(r, one, "must be a group: { url = "
			    "\"...\"; }");
			continue;
		}
		f = &c->feeds[c->n_feeds++];
		*f = (struct feed){ .name = "" };
		keys_read(r, one, feed_keys, f);
		conf_tls_key(r, one, &f->tls);
		check_feed(r, one, f, c);
		for (uint32_t j = 0; j + 1 < c->n_feeds; j++)
			if (f->name[0] != '\0' &&
			    strcmp(c->feeds[j].name, f->name) == 0)
				conf_complain(r, conf_member(one, "name"),
				    "a second feed named \"%s\"; give each a "
				    "name of its own", f->name);
	}
}

/* ---- device lists -------------------------------------------------------- */

static const struct key list_keys[] = {
	{ .name = "name", .type = SET_NAME,
	    .at = offsetof(struct conf_list, name),
	    .help = "a name that routes can match" },
	{ .name = "file", .type = SET_PATH,
	    .at = offsetof(struct conf_list, path), .most = 4000,
	    .help = "the device list" },
	{ .name = "format", .type = SET_TEXT,
	    .at = offsetof(struct conf_list, format),
	    .help = "\"csv\", \"json\" or \"cyclonedx\"; told by content "
	    "if it is not given" },
	{ .name = "inline", .type = SET_OTHER },
	{ .name = NULL }
};

/* One CSV cell, RFC 4180. */
static void
csv_cell(struct buf *out, const char *s)
{
	buf_byte(out, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_byte(out, '"');
		buf_byte(out, *s);
	}
	buf_byte(out, '"');
}

static bool
is_column(const char *name)
{
#define X(field, heading) if (strcmp(name, heading) == 0) return true;
	DEVICE_COLUMNS(X)
#undef X
	return false;
}

static void
unknown_column(struct conf_read *r, const config_setting_t *cell)
{
	static const char *const columns[] = {
#define X(field, heading) heading,
		DEVICE_COLUMNS(X)
#undef X
		NULL
	};
	const char *near = text_nearest(config_setting_name(cell), columns);
	struct buf all = BUF_INIT(512);

	if (near != NULL) {
		conf_complain(r, cell, "unknown column; did you mean \"%s\"?",
		    near);
		return;
	}
	for (size_t i = 0; columns[i] != NULL; i++)
		buf_printf(&all, "%s%s", i > 0 ? ", " : "", columns[i]);
	conf_complain(r, cell, "unknown column; allowed: %s", buf_text(&all));
	buf_clear(&all);
}

/* Devices written into relay.conf itself become a small CSV for `list`. */
static const char *
inline_csv(struct conf_read *r, const config_setting_t *s)
{
	struct buf out = BUF_INIT(LIST_FILE_MAX);
	const char *ret;
	const char *sep = "";

#define X(field, heading) buf_printf(&out, "%s%s", sep, heading); sep = ",";
	DEVICE_COLUMNS(X)
#undef X
	for (int i = 0; i < config_setting_length(s); i++) {
		const config_setting_t *d =
		    config_setting_get_elem(s, (unsigned)i);

		if (!config_setting_is_group(d)) {
			conf_complain(r, d, "must be a group: { id = \"...\"; "
			    "vendor = \"...\"; model = \"...\"; }");
			continue;
		}
		for (int j = 0; j < config_setting_length(d); j++) {
			const config_setting_t *cell =
			    config_setting_get_elem(d, (unsigned)j);

			if (!is_column(config_setting_name(cell)))
				unknown_column(r, cell);
			else if (config_setting_get_string(cell) == NULL)
				conf_complain(r, cell, "is no text; allowed: a "
				    "string, in quotes");
		}
		sep = "\n";
#define X(field, heading) {						\
	const char *v = NULL;						\
	config_setting_lookup_string(d, heading, &v);			\
	buf_puts(&out, sep);						\
	csv_cell(&out, v != NULL ? v : "");				\
	sep = ",";							\
}
		DEVICE_COLUMNS(X)
#undef X
	}
	buf_byte(&out, '\n');
	if (out.over)
		conf_complain(r, s, "holds too many devices; put them into a "
		    "file");
	ret = arena_text(r->mem, buf_text(&out));
	buf_clear(&out);
	return ret;
}

/* Not only readable: a folder or a FIFO would fail or hang later. */
static void
check_list_file(struct conf_read *r, const config_setting_t *s,
    const char *path)
{
	struct stat st;

	/* no error: a running relay keeps the last good list over a restart */
	if (access(path, R_OK) == -1)
		conf_warn(r, s, "cannot read %s: %s; check the path and "
		    "its permissions", path, strerror(errno));
	else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		conf_complain(r, s, "%s is no file; allowed: a CSV, JSON or "
		    "CycloneDX file", path);
}

static void
add_list(struct conf_read *r, const config_setting_t *s, struct conf *c)
{
	struct conf_list l = { .name = "", .path = "", .format = "",
	    .text = "" };
	const config_setting_t *in = NULL;

	if (config_setting_type(s) == CONFIG_TYPE_STRING) {
		l.path = conf_absolute(r, arena_text(r->mem,
		    config_setting_get_string(s)));
	} else if (config_setting_is_group(s)) {
		keys_read(r, s, list_keys, &l);
		if (config_setting_get_member(s, "file") == NULL)
			l.path = "";
		in = config_setting_get_member(s, "inline");
	} else {
		conf_complain(r, s, "must be a path or a group: { name = "
		    "\"...\"; file = \"...\"; }");
		return;
	}
	if (in != NULL && !config_setting_is_list(in))
		conf_complain(r, in, "must be a list of devices: ( { id = "
		    "\"...\"; } )");
	else if (in != NULL)
		l.text = inline_csv(r, in);
	if ((l.path[0] != '\0') == (in != NULL))
		conf_complain(r, s, "a device list has either \"file\" or "
		    "\"inline\"");
	if (l.path[0] != '\0')
		check_list_file(r, config_setting_is_group(s) ?
		    conf_member(s, "file") : s, l.path);
	if (l.name[0] == '\0')
		l.name = c->n_lists == 0 ? "devices" :
		    arena_printf(r->mem, "devices-%u", c->n_lists + 1);
	for (uint32_t i = 0; i < c->n_lists; i++)
		if (strcmp(c->lists[i].name, l.name) == 0)
			conf_complain(r, s,
			    "a second device list named \"%s\"; "
			    "give each a name of its own", l.name);
	c->lists = arena_more(r->mem, c->lists, c->n_lists, sizeof(l));
	c->lists[c->n_lists++] = l;
}

void
conf_read_lists(struct conf_read *r, const config_setting_t *s, struct conf *c)
{
	if (s == NULL)
		return;
	if (config_setting_type(s) == CONFIG_TYPE_STRING ||
	    config_setting_is_group(s)) {
		add_list(r, s, c);
		return;
	}
	if (!config_setting_is_list(s) && !config_setting_is_array(s)) {
		conf_complain(r, s,
		    "must be a path, or a list of device lists");
		return;
	}
	if (config_setting_length(s) == 0)
		conf_complain(r, s, "names no device list; allowed: at least "
		    "one path or group");
	for (int i = 0; i < config_setting_length(s); i++)
		add_list(r, config_setting_get_elem(s, (unsigned)i), c);
}
