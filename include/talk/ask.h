/* talk/ask.h - everything the keeper can ask. Read this file to know the
 * protocol; there is nothing else.
 *
 *  ask     inline in the frame        blob of the ask     answer inline   answer blob
 *  FETCH   poll                       -                   fetched         the document
 *  READ    document                   its bytes           -               reading
 *  LIST    -                          aliases, device_files  device_reports  device index
 *  DEVICES -                          device index        -               -
 *  MATCH   bool all (none = false)    packed advisory     -               matching, of this index
 *  EXPLAIN u32 number of the device   packed advisory     -               explained
 *  NEAR    -                          packed advisory     -               near_misses
 *  MAIL SYSLOG HOOK   -               sending             i64 id, outcome; some in each part
 *
 * Every ANSWER starts with a byte: 0 = done, then the fields above; 1 = the ask
 * was served, but its input cannot be used; then a packed err (err_kind as u8,
 * where, u32 line, text). */
#ifndef TALK_ASK_H
#define TALK_ASK_H

/*	kind	  program	arrow				  limit, s */
#define ASK_LIST_(X)							\
	X(FETCH,   "fetch",	"feed -> document",		  300)	\
	X(READ,	   "read",	"document -> advisories",	   60)	\
	X(LIST,	   "list",	"device lists -> device index",	  120)	\
	X(DEVICES, "match",	"device index -> held",		   30)	\
	X(MATCH,   "match",	"advisory, devices -> matches",	   60)	\
	X(EXPLAIN, "match",	"advisory, device -> each step",  60)	\
	X(NEAR,	   "match",	"advisory, devices -> near ones", 60)	\
	X(MAIL,	   "mail",	"alerts, sink -> outcomes",	  300)	\
	X(SYSLOG,  "syslog",	"alerts, sink -> outcomes",	   60)	\
	X(HOOK,	   "hook",	"alerts, sink -> outcomes",	  120)

enum ask_kind {
#define X(kind, program, arrow, limit) ASK_##kind,
	ASK_LIST_(X)
#undef X
	ASK_COUNT_
};

/* How an ask ended. Only ASK_ANSWERED has a body; the rest mean: not done. */
#define ASK_END_LIST_(X)						\
	X(ANSWERED,  "answered")					\
	X(CRASHED,   "crashed")						\
	X(LATE,	     "late")						\
	X(GARBLED,   "garbled")						\
	X(UNSTARTED, "unstarted")

enum ask_end {
#define X(end, name) ASK_##end,
	ASK_END_LIST_(X)
#undef X
	ASK_END_COUNT_
};

const char *ask_name(enum ask_kind kind);	/* "FETCH" */
const char *ask_program(enum ask_kind kind);	/* "fetch" */
int	    ask_limit_s(enum ask_kind kind);
const char *ask_end_name(enum ask_end end);
#endif
