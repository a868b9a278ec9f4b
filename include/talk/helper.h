/* talk/helper.h - all that a helper program's author needs.
 *
 *	main:	helper_main(&profile, argc, argv)
 *		prepare() - libraries that need files or randomness
 *		sandbox_enter()
 *		HELLO {build id, program, layers}
 *	loop:	receive ASK; serve(); send ANSWER; until EOF or BYE
 *
 * Started by the keeper with the socket as descriptor 3 and the argument
 * --serve, then --read PATH for each further path it may read. With --by-hand
 * it serves one piece of work from the command line and prints JSON. serve()
 * may not exit, nor read a descriptor that is not part of the ask.
 *
 * While it serves, stdin and stdout are /dev/null, SIGPIPE, SIGINT and SIGHUP
 * are ignored and log lines go to the keeper as NOTE frames. An idle helper
 * leaves by itself when a file that it may read was replaced by another one of
 * the same name (sandbox_is_stale): the keeper starts a fresh one. */
#ifndef TALK_HELPER_H
#define TALK_HELPER_H
#include <stdbool.h>
#include <stdint.h>
#include "base/blob.h"
#include "base/log.h"
#include "base/pack.h"

struct arena;
struct buf;
struct err;
struct sandbox_profile;

#define HELPER_SOCKET 3

struct serving {
	unsigned	 kind;		/* enum ask_kind */
	struct unpack	*ask;		/* inline fields: read from here */
	/* Mapped; fd -1 if none came. serve() may keep it: copy it, then set
	 * *ask_body to BLOB_INIT. */
	struct blob	*ask_body;
	size_t		 ask_body_max;	/* the ceiling it was checked against */
	struct buf	*answer;	/* inline fields: write to here */
	struct blob	*answer_body;	/* may stay empty */
	struct arena	*mem;		/* cleared after the answer */
};

struct helper {
	const char			*name;
	const struct sandbox_profile	*profile;
	/* the kinds it serves; n_asks */
	unsigned			 asks[4];
	unsigned			 n_asks;
	/* before the sandbox; may be NULL */
	int (*prepare)(struct err *err);
	/* 0: answered; -1: the input cannot be used, err says why. */
	int (*serve)(struct serving *s, struct err *err);
	/* The arguments behind --by-hand (argv[0] is the first of them, or
	 * "--help"; argc may be 0). prepare() has run, there is no sandbox.
	 * Exit code; may be NULL. */
	int (*by_hand)(int argc, char **argv);
};

/* A part of the answer ahead of the rest (FRAME_MORE): what is in s->answer is
 * sent and the buf reset. For batches. The last part is the ANSWER itself, so a
 * batch of n calls this n-1 times. -1: the keeper is gone, stop. */
int helper_part(struct serving *s, struct err *err);

int helper_main(const struct helper *helper, int argc, char **argv);

/* For prepare() of a helper that resolves names: loads what glibc would load at
 * the first lookup (the modules of nsswitch.conf, libgcc_s), because inside the
 * sandbox nothing can be mapped executable. Asks no server. */
void helper_warm_resolver(void);

/* Sent in HELLO and compared by the keeper: programs of one build only. */
extern const char build_id[];
/* "1.0" */
extern const char build_version[];

/* The error of an ANSWER whose first byte is 1. The errno stays behind: its
 * text is part of `text` already. */
void err_pack(struct buf *out, const struct err *err);
void err_unpack(struct unpack *in, struct err *ret);
#endif
