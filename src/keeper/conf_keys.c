#include "conf_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libconfig.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"

#include "contract/conf.h"

/* ---- values -------------------------------------------------------------- */

static const char *
type_name(const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_GROUP: return "a group { }";
	case CONFIG_TYPE_LIST: return "a list ( )";
	case CONFIG_TYPE_ARRAY: return "an array [ ]";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64: return "a number";
	case CONFIG_TYPE_FLOAT: return "a number with a fraction";
	case CONFIG_TYPE_BOOL: return "a boolean";
	case CONFIG_TYPE_STRING: return "a string";
	default: return "nothing";
	}
}

const char *
conf_absolute(struct conf_read *r, const char *path)
{
	if (path[0] == '/' || path[0] == '\0')
		return path;
	return arena_printf(r->mem, "%s/%s", r->folder, path);
}

const char *
conf_file_text(struct conf_read *r, const config_setting_t *at,
    const char *path)
{
	struct buf text = BUF_INIT(SECRET_MAX);
	char chunk[4096];
	const char *ret = "";
	ssize_t n;
	struct stat st;
	/* not blocking: a FIFO must not hang us */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd == -1) {
		conf_complain(r, at, "cannot read %s: %s", path,
		    strerror(errno));
		return "";
	}
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		conf_complain(r, at, "%s is no file", path);
		close(fd);
		return "";
	}
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(&text, chunk, (size_t)n);
	if (n == -1)
		conf_complain(r, at, "cannot read %s: %s", path,
		    strerror(errno));
	else if (text.over)
		conf_complain(r, at, "%s is larger than %u bytes", path,
		    SECRET_MAX);
	else if (strlen(buf_text(&text)) != text.len)
		conf_complain(r, at, "%s is not a text file", path);
	else
		ret = arena_text(r->mem, buf_text(&text));
	close(fd);
	buf_clear(&text);
	return ret;
}

/* A name of a systemd credential, else a path. */
static const char *
secret_path(struct conf_read *r, const char *value)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	const char *path;

	if (folder != NULL && strchr(value, '/') == NULL) {
		path = arena_printf(r->mem, "%s/%s", folder, value);
		if (access(path, F_OK) == 0)
			return path;
	}
	return conf_absolute(r, value);
}

static bool
is_name(const char *s)
{
	if (*s == '\0' || strlen(s) > 64)
		return false;
	for (; *s != '\0'; s++)
		if (strchr("abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", *s) == NULL)
			return false;
	return true;
}

/* "a|b|c" as "a", "b", "c"; returns the index of word or -1. */
static int
word_index(const char *words, const char *word)
{
	int i = 0;
	size_t n = strlen(word);

	for (const char *at = words; *at != '\0'; i++) {
		size_t len = strcspn(at, "|");

		if (len == n && strncmp(at, word, n) == 0)
			return i;
		at += len;
		if (*at == '|')
			at++;
	}
	return -1;
}

static const char *
words_show(struct conf_read *r, const char *words)
{
	struct buf out = BUF_INIT(1024);
	const char *ret;

	for (const char *at = words; *at != '\0';) {
		size_t len = strcspn(at, "|");

		if (out.len > 0)
			buf_puts(&out, ", ");
		buf_printf(&out, "\"%.*s\"", (int)len, at);
		at += len;
		if (*at == '|')
			at++;
	}
	ret = arena_text(r->mem, buf_text(&out));
	buf_clear(&out);
	return ret;
}

bool
conf_is_empty(const config_setting_t *s)
{
	return s != NULL && config_setting_is_aggregate(s) &&
	    config_setting_length(s) == 0;
}

void
conf_texts(struct conf_read *r, const config_setting_t *at,
    const char ***ret, uint32_t *ret_n)
{
	int n;

	if (config_setting_type(at) == CONFIG_TYPE_STRING &&
	    *config_setting_get_string(at) == '\0') {
		conf_complain(r, at, "is empty; allowed: text, or a list of "
		    "texts");
		return;
	}
	if (config_setting_type(at) == CONFIG_TYPE_STRING) {
		*ret = arena_more(r->mem, *ret, *ret_n, sizeof(**ret));
		(*ret)[(*ret_n)++] =
		    arena_text(r->mem, config_setting_get_string(at));
		return;
	}
	if (config_setting_type(at) != CONFIG_TYPE_ARRAY &&
	    config_setting_type(at) != CONFIG_TYPE_LIST) {
		conf_complain(r, at, "is %s; allowed: a string or a list of "
		    "strings", type_name(at));
		return;
	}
	n = config_setting_length(at);
	for (int i = 0; i < n; i++) {
		const config_setting_t *item =
		    config_setting_get_elem(at, (unsigned)i);

		if (config_setting_type(item) != CONFIG_TYPE_STRING) {
			conf_complain(r, item, "is %s; allowed: a string",
			    type_name(item));
			continue;
		}
		if (*config_setting_get_string(item) == '\0') {
			conf_complain(r, item, "is empty; allowed: text");
			continue;
		}
		*ret = arena_more(r->mem, *ret, *ret_n, sizeof(**ret));
		(*ret)[(*ret_n)++] =
		    arena_text(r->mem, config_setting_get_string(item));
	}
}

/* Durations and sizes, from text; numbers, from a setting or a default. */
static int
quantity(const struct key *k, const char *text, int64_t *ret)
{
	if (k->type == SET_DURATION)
		return text_duration(text, ret);
	if (k->type == SET_SIZE)
		return text_size(text, ret);
	return text_i64(text, INT64_MIN, INT64_MAX, ret);
}

static const char *
quantity_name(const struct key *k)
{
	return k->type == SET_DURATION ? "duration" :
	    k->type == SET_SIZE ? "size" : "number";
}

static const char *
quantity_example(const struct key *k)
{
	if (k->type == SET_DURATION)
		return " seconds, written like "
		    "\"30s\", \"15m\", \"4h\", \"7d\"";
	if (k->type == SET_SIZE)
		return " bytes, written like \"64 KiB\", \"5 MiB\"";
	return "";
}

static void
read_quantity(struct conf_read *r, const config_setting_t *s,
    const struct key *k, void *into)
{
	int64_t v = 0;
	uint32_t u;
	bool fine = false;

	if (config_setting_type(s) == CONFIG_TYPE_STRING &&
	    k->type != SET_NUMBER)
		fine = quantity(k, config_setting_get_string(s), &v) == 0;
	else if (k->type != SET_DURATION &&
	    (config_setting_type(s) == CONFIG_TYPE_INT ||
	    config_setting_type(s) == CONFIG_TYPE_INT64)) {
		v = config_setting_get_int64(s);
		fine = true;
	}
	if (!fine && config_setting_type(s) == CONFIG_TYPE_STRING) {
		conf_complain(r, s, "\"%s\" is no %s; allowed: %" PRId64 " to %"
		    PRId64 "%s", config_setting_get_string(s),
		    quantity_name(k), k->least, k->most, quantity_example(k));
		return;
	}
	if (!fine) {
		conf_complain(r, s, "is %s; allowed: a %s, %" PRId64 " to %"
		    PRId64 "%s", type_name(s), quantity_name(k), k->least,
		    k->most, quantity_example(k));
		return;
	}
	if (v < k->least || v > k->most) {
		const char *text = config_setting_get_string(s);

		conf_complain(r, s, "%s is out of range; allowed: %" PRId64
		    " to %" PRId64 "%s", text != NULL ? text :
		    arena_printf(r->mem, "%" PRId64, v), k->least, k->most,
		    quantity_example(k));
		return;
	}
	u = (uint32_t)v;
	memcpy((char *)into + k->at, &u, sizeof(u));
}

/* The string value, or NULL with a complaint. */
static const char *
read_string(struct conf_read *r, const config_setting_t *s,
    const struct key *k)
{
	const char *v;

	if (config_setting_type(s) != CONFIG_TYPE_STRING) {
		conf_complain(r, s, "is %s; allowed: a string%s%s",
		    type_name(s), k->help != NULL ? ", " : "",
		    k->help != NULL ? k->help : "");
		return NULL;
	}
	v = config_setting_get_string(s);
	if (k->required && *v == '\0') {
		conf_complain(r, s, "is empty; allowed: %s", k->help);
		return NULL;
	}
	if (k->most > 0 && (int64_t)strlen(v) > k->most) {
		conf_complain(r, s, "is longer than %" PRId64 " bytes; "
		    "allowed: a shorter text", k->most);
		return NULL;
	}
	for (const char *c = v; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f) {
			conf_complain(r, s, "holds a control character; "
			    "allowed: printable text");
			return NULL;
		}
	}
	return v;
}

static void
read_text(struct conf_read *r, const config_setting_t *s, const struct key *k,
    void *into)
{
	const char *v = read_string(r, s, k);
	const char *kept;

	if (v == NULL)
		return;
	switch (k->type) {
	case SET_NAME:
		if (!is_name(v)) {
			conf_complain(r, s, "\"%s\" is no name; allowed: 1 to "
			    "64 letters, digits, - _ .", v);
			return;
		}
		kept = arena_text(r->mem, v);
		break;
	case SET_PATH:
		kept = arena_text(r->mem, conf_absolute(r, v));
		break;
	case SET_PEM:
		kept = *v == '\0' ? "" :
		    conf_file_text(r, s, conf_absolute(r, v));
		if (*kept != '\0' && strstr(kept, "-----BEGIN ") == NULL)
			conf_complain(r, s, "%s is no PEM file; allowed: text "
			    "with -----BEGIN ...-----", conf_absolute(r, v));
		break;
	default:
		kept = arena_text(r->mem, v);
		break;
	}
	memcpy((char *)into + k->at, &kept, sizeof(kept));
}

void
conf_secret(struct conf_read *r, const config_setting_t *s,
    struct secret *secret)
{
	static const struct key any = { .name = "", .type = SET_SECRET,
	    .most = 4096, .required = true, .help = "the path of a file" };
	struct err err = ERR_INIT;
	const char *v = read_string(r, s, &any);

	if (v == NULL)
		return;
	if (secret_read(secret, secret_path(r, v), &err) == -1)
		conf_complain(r, s, "%s", err.text);
	else if (secret->len == 0)
		conf_complain(r, s, "%s is empty", secret_path(r, v));
}

static void
read_word(struct conf_read *r, const config_setting_t *s, const struct key *k,
    void *into)
{
	const char *v = config_setting_get_string(s);
	int i;
	uint32_t u;

	if (v == NULL) {
		conf_complain(r, s, "is %s; allowed: %s", type_name(s),
		    words_show(r, k->words));
		return;
	}
	i = word_index(k->words, v);
	if (i == -1) {
		conf_complain(r, s, "\"%s\" is not known; allowed: %s", v,
		    words_show(r, k->words));
		return;
	}
	u = (uint32_t)i;
	memcpy((char *)into + k->at, &u, sizeof(u));
}

static void
read_bool(struct conf_read *r, const config_setting_t *s, const struct key *k,
    void *into)
{
	bool v;

	if (config_setting_type(s) != CONFIG_TYPE_BOOL) {
		conf_complain(r, s, "is %s; allowed: true or false",
		    type_name(s));
		return;
	}
	v = config_setting_get_bool(s) != 0;
	memcpy((char *)into + k->at, &v, sizeof(v));
}

static void
read_texts(struct conf_read *r, const config_setting_t *s, const struct key *k,
    void *into)
{
	const char **list = NULL;
	uint32_t n = 0;

	uint32_t before = r->report->n_errors;

	conf_texts(r, s, &list, &n);
	/* an empty list of conditions would match everything */
	if (n < k->least && r->report->n_errors == before)
		conf_complain(r, s, "is empty; allowed: %s; leave the setting "
		    "out if you mean any", k->help);
	if (k->most > 0 && n > k->most)
		conf_complain(r, s, "has %u entries; allowed: at most %" PRId64,
		    n, k->most);
	memcpy((char *)into + k->at, &list, sizeof(list));
	memcpy((char *)into + k->count_at, &n, sizeof(n));
}

static void
read_value(struct conf_read *r, const config_setting_t *s, const struct key *k,
    void *into)
{
	switch (k->type) {
	case SET_TEXT:
	case SET_NAME:
	case SET_PATH:
	case SET_PEM:
		read_text(r, s, k, into);
		break;
	case SET_SECRET:
		conf_secret(r, s, (void *)((char *)into + k->at));
		break;
	case SET_NUMBER:
	case SET_DURATION:
	case SET_SIZE:
		read_quantity(r, s, k, into);
		break;
	case SET_WORD:
		read_word(r, s, k, into);
		break;
	case SET_BOOL:
		read_bool(r, s, k, into);
		break;
	case SET_TEXTS:
		read_texts(r, s, k, into);
		break;
	case SET_OTHER:
		break;
	}
}

/* Our own tables are wrong if a default cannot be read. */
static void
set_default(struct conf_read *r, const struct key *k, void *into)
{
	const char *text = k->otherwise != NULL ? k->otherwise : "";
	int64_t v = 0;
	uint32_t u = 0;
	bool b;

	switch (k->type) {
	case SET_TEXT:
	case SET_NAME:
	case SET_PATH:
	case SET_PEM:
		text = k->type == SET_PATH ? conf_absolute(r, text) : text;
		memcpy((char *)into + k->at, &text, sizeof(text));
		break;
	case SET_NUMBER:
	case SET_DURATION:
	case SET_SIZE:
		if (k->otherwise == NULL)
			break;
		if (quantity(k, text, &v) == -1)
			bug("default of %s: %s", k->name, text);
		u = (uint32_t)v;
		memcpy((char *)into + k->at, &u, sizeof(u));
		break;
	case SET_WORD:
		if (k->otherwise == NULL)
			break;
		u = (uint32_t)word_index(k->words, text);
		memcpy((char *)into + k->at, &u, sizeof(u));
		break;
	case SET_BOOL:
		b = strcmp(text, "true") == 0;
		memcpy((char *)into + k->at, &b, sizeof(b));
		break;
	case SET_SECRET:
	case SET_TEXTS:
	case SET_OTHER:
		break;
	}
}

static void
complain_unknown(struct conf_read *r, const config_setting_t *s,
    const struct key *keys)
{
	const char *names[64];
	const char *near;
	size_t n = 0;

	for (; n < COUNT_OF(names) - 1 && keys[n].name != NULL; n++)
		names[n] = keys[n].name;
	names[n] = NULL;
	near = text_nearest(config_setting_name(s), names);
	if (near != NULL) {
		conf_complain(r, s, "unknown setting; did you mean \"%s\"?",
		    near);
		return;
	}
	{
		struct buf all = BUF_INIT(1024);

		for (size_t i = 0; i < n; i++)
			buf_printf(&all, "%s%s", i > 0 ? ", " : "", names[i]);
		conf_complain(r, s, "unknown setting; allowed here: %s",
		    buf_text(&all));
		buf_clear(&all);
	}
}

void
keys_read(struct conf_read *r, const config_setting_t *group,
    const struct key *keys, void *into)
{
	int n = group == NULL ? 0 : config_setting_length(group);

	for (const struct key *k = keys; k->name != NULL; k++) {
		const config_setting_t *s = group == NULL ? NULL :
		    config_setting_get_member(group, k->name);

		set_default(r, k, into);
		if (s != NULL)
			read_value(r, s, k, into);
		else if (k->required && group != NULL)
			conf_complain(r, group, "\"%s\" is missing; it is %s",
			    k->name, k->help);
	}
	for (int i = 0; i < n; i++) {
		const config_setting_t *s =
		    config_setting_get_elem(group, (unsigned)i);
		const struct key *k = keys;

		while (k->name != NULL &&
		    strcmp(k->name, config_setting_name(s)) != 0)
			k++;
		if (k->name == NULL)
			complain_unknown(r, s, keys);
	}
}
