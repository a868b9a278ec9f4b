#include "contract/conf.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libconfig.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#include "conf_parts.h"
#include "talk/ask.h"
#include "talk/sandbox.h"

#define CONTROL_PATH_MAX 107	/* sockaddr_un.sun_path, unix(7) */

static const struct key top_keys[] = {
	{ .name = "relay", .type = SET_OTHER },
	{ .name = "feeds", .type = SET_OTHER },
	{ .name = "devices", .type = SET_OTHER },
	{ .name = "aliases", .type = SET_OTHER },
	{ .name = "sinks", .type = SET_OTHER },
	{ .name = "routes", .type = SET_OTHER },
	{ .name = "pools", .type = SET_OTHER },
	{ .name = NULL }
};

static const struct key relay_keys[] = {
	{ .name = "name", .type = SET_TEXT, .at = offsetof(struct conf, name),
	    .most = 255, .help = "this relay's name, as in Message-ID" },
	{ .name = "state_dir", .type = SET_TEXT,
	    .at = offsetof(struct conf, state_dir), .most = 4000,
	    .help = "folder for the store and the control socket" },
	{ .name = "store", .type = SET_TEXT,
	    .at = offsetof(struct conf, store_url), .most = 4000,
	    .help = "\"sqlite:PATH\"" },
	{ .name = "control", .type = SET_TEXT,
	    .at = offsetof(struct conf, control), .most = 100,
	    .help = "path of the control socket" },
	{ .name = "contact", .type = SET_TEXT,
	    .at = offsetof(struct conf, contact), .most = 500,
	    .help = "URL or mail address for the User-Agent" },
	{ .name = "sandbox", .type = SET_OTHER },
	{ .name = NULL }
};

/* ---- defaults that depend on the place ----------------------------------- */

static const char *
default_name(struct conf_read *r)
{
	char name[256];

	if (gethostname(name, sizeof(name)) == -1 || name[0] == '\0')
		return "advrelay.invalid";
	name[sizeof(name) - 1] = '\0';
	return arena_text(r->mem, name);
}

/* systemd's folder, the packaged one for root, the user's own otherwise. */
static const char *
default_state_dir(struct conf_read *r)
{
	const char *dir = getenv("STATE_DIRECTORY");
	const char *home;

	if (dir != NULL && dir[0] == '/' && strchr(dir, ':') == NULL)
		return arena_text(r->mem, dir);
	if (geteuid() == 0)
		return "/var/lib/advrelay";
	home = getenv("XDG_STATE_HOME");
	if (home != NULL && home[0] == '/')
		return arena_printf(r->mem, "%s/advrelay", home);
	home = getenv("HOME");
	if (home != NULL && home[0] == '/')
		return arena_printf(r->mem, "%s/.local/state/advrelay", home);
	return "/var/lib/advrelay";
}

/* Which sandbox layers must hold. By default all that a current Debian kernel
 * has; "ports" needs Linux 6.7. */
static void
read_sandbox(struct conf_read *r, const config_setting_t *group, struct conf *c)
{
	const char **words = NULL;
	const config_setting_t *s;
	uint32_t n = 0;

	c->sandbox_demand = SANDBOX_NO_NEW_PRIVS | SANDBOX_LIMITS |
	    SANDBOX_NOT_DUMPABLE;
	s = group == NULL ? NULL : config_setting_get_member(group, "sandbox");
	if (s == NULL)
		return;
	conf_texts(r, s, &words, &n);
	c->sandbox_demand = 0;
	for (uint32_t i = 0; i < n; i++) {
		unsigned bit = 0;

		while (sandbox_layer_name(bit) != NULL &&
		    strcmp(sandbox_layer_name(bit), words[i]) != 0)
			bit++;
		if (sandbox_layer_name(bit) == NULL)
			conf_complain(r, s, "\"%s\" is no layer; allowed: "
			    "\"no-new-privileges\", \"limits\", \"files\", "
			    "\"ports\", \"calls\", \"not-dumpable\"",
			    words[i]);
		else
			c->sandbox_demand |= 1u << bit;
	}
}

static bool
is_host_name(const char *s)
{
	if (*s == '\0' || *s == '.' || *s == '-')
		return false;
	for (; *s != '\0'; s++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
		    "WXYZ0123456789-.", *s) == NULL)
			return false;
	return true;
}

void
conf_read_relay(struct conf_read *r, const config_t *cfg, struct conf *c)
{
	const config_setting_t *s = config_lookup(cfg, "relay");

	if (s != NULL && !config_setting_is_group(s)) {
		conf_complain(r, s, "must be a group: relay = { ... };");
		s = NULL;
	}
	keys_read(r, s, relay_keys, c);
	read_sandbox(r, s, c);
	if (c->name[0] == '\0') {
		c->name = default_name(r);
		if (!is_host_name(c->name))
			conf_complain(r, s, "this machine's name \"%s\" is no "
			    "host name; set relay.name", c->name);
	} else if (!is_host_name(c->name)) {
		conf_complain(r, conf_member(s, "name"), "\"%s\" is no host "
		    "name; allowed: letters, digits, dots and dashes", c->name);
	}
	c->state_dir = c->state_dir[0] == '\0' ? default_state_dir(r) :
	    conf_absolute(r, c->state_dir);
	if (c->store_url[0] == '\0')
		c->store_url = arena_printf(r->mem, "sqlite:%s/advrelay.db",
		    c->state_dir);
	else if (!text_starts(c->store_url, "sqlite:"))
		conf_complain(r, conf_member(s, "store"), "\"%s\" is no store; "
		    "allowed: \"sqlite:PATH\"", c->store_url);
	else
		c->store_url = arena_printf(r->mem, "sqlite:%s",
		    conf_absolute(r, c->store_url + strlen("sqlite:")));
	c->control = c->control[0] == '\0' ?
	    arena_printf(r->mem, "%s/control", c->state_dir) :
	    conf_absolute(r, c->control);
	if (strlen(c->control) > CONTROL_PATH_MAX)
		conf_complain(r, conf_member(s, "control"), "the control "
		    "socket %s has a path of more than %d bytes; set "
		    "relay.control to a shorter one", c->control,
		    CONTROL_PATH_MAX);
}

/* ---- pools --------------------------------------------------------------- */

static const struct key pool_keys[] = {
	{ .name = "size", .type = SET_NUMBER,
	    .at = offsetof(struct conf_pool, size), .least = 1, .most = 64,
	    .help = "helpers at a time" },
	{ .name = "max_use", .type = SET_NUMBER,
	    .at = offsetof(struct conf_pool, max_use), .least = 1,
	    .most = 1000000, .help = "asks before a helper is replaced" },
	{ .name = NULL }
};

static const struct {
	const char	*program;
	struct conf_pool otherwise;
} pool_defaults[] = {
	/* fetch waits for others, so more of them; read and match use a core */
	{ "fetch",  { 4, 1000 } },
	{ "read",   { 2, 500 } },
	{ "list",   { 1, 20 } },
	{ "match",  { 2, 2000 } },
	{ "mail",   { 2, 200 } },
	{ "syslog", { 2, 1000 } },
	{ "hook",   { 2, 500 } },
};

void
conf_read_pools(struct conf_read *r, const config_setting_t *s, struct conf *c)
{
	struct key names[8] = { { .name = NULL } };

	for (size_t i = 0; i < 7; i++) {
		c->pools[i] = pool_defaults[i].otherwise;
		names[i].name = pool_defaults[i].program;
		names[i].type = SET_OTHER;
	}
	if (s == NULL)
		return;
	if (!config_setting_is_group(s)) {
		conf_complain(r, s, "must be a group: pools = { ... };");
		return;
	}
	keys_read(r, s, names, NULL);
	for (size_t i = 0; i < 7; i++) {
		const config_setting_t *one =
		    config_setting_get_member(s, names[i].name);

		if (one != NULL && config_setting_is_group(one))
			keys_read(r, one, pool_keys, &c->pools[i]);
		else if (one != NULL)
			conf_complain(r, one, "must be a group: %s = { size = "
			    "2; };", names[i].name);
	}
}

/* ---- the whole file ------------------------------------------------------ */

static const char *
folder_of(struct arena *mem, const char *path)
{
	char real[PATH_MAX];
	char *slash;

	if (realpath(path, real) == NULL)
		return ".";
	slash = strrchr(real, '/');
	if (slash == real)
		slash++;
	*slash = '\0';
	return arena_text(mem, real);
}

/* So that complaints name included files as the operator would. */
static const char *
folder_as_named(struct arena *mem, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	return arena_text_n(mem, path, slash == path ? 1 :
	    (size_t)(slash - path));
}

/* libconfig would end the process on a file that is a folder or too large. */
static int
check_file(struct conf_read *r, const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1) {
		conf_complain_at(r, path, 0, "cannot be read: %s; name "
		    "another one with -c", strerror(errno));
		return -1;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > (off_t)CONF_MAX) {
		conf_complain_at(r, path, 0, "is no file, or larger than "
		    "4 MiB");
		return -1;
	}
	return 0;
}

/* libconfig's words, and what to look for. */
static const char *
parse_error(const char *text)
{
	static const struct { const char *text, *say; } known[] = {
		{ "syntax error", "syntax error here or in the line before; "
		    "look for a missing ; , \" } or )" },
		{ "duplicate setting name", "this setting stands here for the "
		    "second time; keep one of them" },
		{ "cannot open include file", "cannot open the file behind "
		    "@include; its path counts from the folder of the config" },
	};

	for (size_t i = 0; text != NULL && i < COUNT_OF(known); i++)
		if (strcmp(text, known[i].text) == 0)
			return known[i].say;
	return text != NULL ? text : "cannot be read";
}

static void
check_top(struct conf_read *r, const config_t *cfg)
{
	static const char *const needed[] = { "feeds", "devices", "sinks" };

	keys_read(r, config_root_setting(cfg), top_keys, NULL);
	for (size_t i = 0; i < 3; i++)
		if (config_lookup(cfg, needed[i]) == NULL)
			conf_complain_at(r, r->path, 0, "%s: is missing; a "
			    "relay needs at least one feed, one device list "
			    "and one sink", needed[i]);
}

struct conf *
conf_load(const char *path, struct arena *mem, struct conf_report *report)
{
	struct conf_read r = { .mem = mem, .report = report, .path = path };
	struct conf *c = arena_alloc(mem, sizeof(*c));
	config_t cfg;

	*report = (struct conf_report){ .errors = NULL };
	c->mem = mem;
	/* Keys of certificates, and headers with tokens. */
	mem->wipe = true;
	c->path = arena_text(mem, path);
	r.folder = folder_of(mem, path);
	if (check_file(&r, path) == -1)
		return NULL;
	config_init(&cfg);
	r.as_named = folder_as_named(mem, path);
	config_set_include_dir(&cfg, r.as_named);
	config_set_auto_convert(&cfg, 0);
	if (config_read_file(&cfg, path) != CONFIG_TRUE) {
		conf_complain_at(&r, conf_shown(&r, config_error_file(&cfg)),
		    config_error_line(&cfg), "%s",
		    parse_error(config_error_text(&cfg)));
		config_destroy(&cfg);
		return NULL;
	}
	conf_check_numbers(&r, path, 0);
	check_top(&r, &cfg);
	conf_read_relay(&r, &cfg, c);
	conf_read_pools(&r, config_lookup(&cfg, "pools"), c);
	conf_read_feeds(&r, config_lookup(&cfg, "feeds"), c);
	conf_read_lists(&r, config_lookup(&cfg, "devices"), c);
	conf_read_aliases(&r, config_lookup(&cfg, "aliases"), c);
	conf_read_sinks(&r, config_lookup(&cfg, "sinks"), c);
	conf_read_routes(&r, config_lookup(&cfg, "routes"), c);
	config_destroy(&cfg);
	if (report->n_errors > 0) {
		conf_free(c);
		return NULL;
	}
	return c;
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (uint32_t i = 0; i < c->n_sinks; i++)
		secret_clear(&c->sinks[i].sink.secret);
}
