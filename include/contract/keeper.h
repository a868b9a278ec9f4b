/* contract/keeper.h - what the command may ask of the keeper (src/keeper/).
 * Exit codes are those of sysexits. */
#ifndef CONTRACT_KEEPER_H
#define CONTRACT_KEEPER_H
#include <stdbool.h>
#include <stdint.h>

struct buf;
struct conf;
struct err;

/* The daemon in the foreground; returns its exit code. */
int keeper_run(const char *conf_path);

struct once_report {
	uint32_t	 feeds, feeds_failed, documents, aside, advisories;
	uint32_t	 alerts, delivered, deferred, refused;
};
/* Poll all feeds once, deliver, stop. `quiet`: no progress on a terminal. */
int keeper_once(const char *conf_path, bool quiet, struct once_report *ret);

/* Deliver what is due now, then stop (test-sink and retry without a daemon). */
int keeper_deliver(const char *conf_path);

/* Offline matching through the same helpers: one JSON object a line on
 * stdout. n_lists device files, n_docs documents or folders. */
struct match_job {
	const char	**lists;	uint32_t n_lists;
	const char	**docs;		uint32_t n_docs;
	const char	**aliases;	uint32_t n_aliases; /* files */
	bool		 all;		/* also what nobody need hear of */
	bool		 near;		/* also what almost matched */
	uint32_t	 jobs;		/* helpers at a time; 0 = processors */
};
int keeper_match(const struct match_job *job);

/* How one device stands to one advisory, step by step, with the routes and
 * what the store says: one JSON object into ret, or complaints on stderr and
 * an exit code. advisory: a file, or with a config what the store may call it;
 * device: its id, or LIST/ID. */
struct explain_job {
	const struct conf *conf;	/* NULL: from the files alone */
	const char	**lists;	uint32_t n_lists; /* without one */
	const char	**aliases;	uint32_t n_aliases; /* further ones */
	const char	*advisory, *device;
};
int keeper_explain(const struct explain_job *job, struct buf *ret);

/* Does a daemon answer on the control socket? */
bool keeper_is_running(const struct conf *c);

/* Device lists of a config through `list`, for check: prints its findings.
 * *ret_devices is their number. -1 if one is unreadable. */
int keeper_check_lists(const struct conf *c, uint32_t *ret_devices);

/* One request to a running keeper: a JSON line out, the JSON lines that come
 * back into reply. 0; -1 with err (ERR_SYSTEM and sys ECONNREFUSED or ENOENT =
 * no keeper is running). */
int control_ask(const char *socket_path, const char *request, struct buf *reply,
    struct err *err);
/* The same answer made here, from the store, when no keeper runs. */
int control_answer_offline(const struct conf *c, const char *request,
    struct buf *reply, struct err *err);
#endif
