/* base/log.h - one line per event on stderr, logfmt.
 *
 *	level=info msg="delivered" sink=ops-mail key=ar-... code=2.0.0 tries=1
 *
 * error: a person must act; warning: something is wrong and we go on; info: a
 * domain event; debug: for us. Under systemd (JOURNAL_STREAM set) each line
 * starts with the <N> priority. Values are given as name/value pairs behind the
 * fixed English text and are quoted and escaped here; NULL ends the list:
 *
 *	log_info("delivered", "sink", sink->name, "key", key, NULL);
 *
 * In a helper the lines travel to the keeper as NOTE frames (log_divert). */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR_, LOG_WARNING_, LOG_INFO_, LOG_DEBUG_ };

void log_level(enum log_level most);		/* default LOG_INFO_ */
/* "prog=" of every line, optional */
void log_program(const char *name);
void log_error(const char *msg, ...) __attribute__((sentinel));
void log_warning(const char *msg, ...) __attribute__((sentinel));
void log_info(const char *msg, ...) __attribute__((sentinel));
void log_debug(const char *msg, ...) __attribute__((sentinel));

/* Where finished lines (without level and newline) go instead of stderr. */
typedef void log_sink(enum log_level level, const char *line);
void log_divert(log_sink *sink);

/* A finished line, e.g. from a helper's NOTE: shown with prog=`program`. The
 * text is escaped again; nothing in it is trusted. */
void log_foreign(enum log_level level, const char *program, const char *line);

/* Lines between the two are written together, by pipe-sized pieces; only around
 * work that neither waits nor ends the process. */
void log_hold(void);
void log_release(void);

/* Numbers as text for the pairs above: lives until the end of the statement's
 * block (a compound literal). */
#define LOG_NUM(n) log_num((char[24]){ 0 }, (long long)(n))
const char *log_num(char out[24], long long n);
#endif
