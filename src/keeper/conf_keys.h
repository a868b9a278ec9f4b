/* keeper/conf_keys.h - tables of settings, and the one function that reads a
 * group of relay.conf by such a table. Private to the keeper.
 *
 * From a table come parsing, type and range checks, defaults, unknown-key
 * complaints with a suggestion, and `advrelay check --keys`. */
#ifndef KEEPER_CONF_KEYS_H
#define KEEPER_CONF_KEYS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct conf_report;
struct secret;
typedef struct config_setting_t config_setting_t;

enum key_type {
	SET_TEXT,	/* const char * */
	SET_NAME,	/* the same, but letters, digits, - _ . only */
	/* the same, made absolute against relay.conf's folder */
	SET_PATH,
	SET_PEM,	/* a path; const char * gets the file's content */
	/* a path or credential; struct secret gets the content */
	SET_SECRET,
	SET_NUMBER,	/* uint32_t */
	SET_DURATION,	/* "15m" -> uint32_t seconds */
	SET_SIZE,	/* "64 MiB" -> uint32_t bytes */
	SET_WORD,	/* one of words ("a|b|c") -> uint32_t index */
	SET_BOOL,	/* bool */
	/* string, or list of strings -> const char **, uint32_t */
	SET_TEXTS,
	SET_OTHER,	/* known, but read by the caller */
};

struct key {
	const char	*name;
	enum key_type	 type;
	/* offset in the struct; of the pointer */
	size_t		 at;
	size_t		 count_at;	/* SET_TEXTS: offset of the count */
	/* numbers, durations, sizes; text: length */
	int64_t		 least, most;
	const char	*words;
	/* default as one would write it; NULL = as is */
	const char	*otherwise;
	bool		 required;
	const char	*help;
};

struct conf_read {
	struct arena		*mem;
	struct conf_report	*report;
	const char		*path;		/* relay.conf */
	const char		*folder;	/* its folder, absolute */
	/* the same, as the operator named it */
	const char		*as_named;
};

/* Fills `into` by the table (NULL-named end). All complaints go to the report.
 * Defaults are set even where the group is NULL. */
void keys_read(struct conf_read *r, const config_setting_t *group,
    const struct key *keys, void *into);

/* Complaints at a setting: "FILE:LINE: path: text". */
void conf_complain(struct conf_read *r, const config_setting_t *at,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void conf_warn(struct conf_read *r, const config_setting_t *at,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A file as complaints name it: libconfig knows an included one by what stands
 * behind @include. NULL = relay.conf. */
const char *conf_shown(struct conf_read *r, const char *file);
/* At a place that is no setting; line 0 = the file as a whole. */
void conf_complain_at(struct conf_read *r, const char *file, int line,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* At a member of a group if it is there, else at the group. */
const config_setting_t *conf_member(const config_setting_t *group,
    const char *name);

/* A list or array without entries. */
bool conf_is_empty(const config_setting_t *s);
/* A string, or a list of strings, as an array in the arena. */
void conf_texts(struct conf_read *r, const config_setting_t *at,
    const char ***ret, uint32_t *ret_n);
/* The whole file as text; a complaint and "" if it cannot be read. */
const char *conf_file_text(struct conf_read *r,
    const config_setting_t *at, const char *path);
/* A secret's file or credential (base/secret.h says what is refused). */
void conf_secret(struct conf_read *r, const config_setting_t *at,
    struct secret *ret);
const char *conf_absolute(struct conf_read *r, const char *path);
#endif
