/* talk/sandbox.h - give up powers, and tell which were really given up. */
#ifndef TALK_SANDBOX_H
#define TALK_SANDBOX_H
#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

struct sandbox_profile {
	/* Read-only paths, NULL-terminated; NULL: none. One that is missing
	 * is passed over. */
	const char *const *files;
	/* Outgoing, never listening; threads allowed (libcurl resolves in
	 * one); the files of the name service need not be listed. */
	bool		 network;
	/* With network: may also connect to Unix sockets (/dev/log). */
	bool		 local_sockets;
	/* Address space in bytes, mapped blobs and 8 MiB a thread included;
	 * 0 = no limit. */
	size_t		 memory;
	/* Of a whole life (an ask's deadline is the keeper's); 0 = no limit. */
	unsigned	 cpu_s;
	/* Never 0: poll() and SCM_RIGHTS need some. */
	unsigned	 descriptors;
};

enum sandbox_layer {
	SANDBOX_NO_NEW_PRIVS	= 1 << 0,
	SANDBOX_LIMITS		= 1 << 1,
	SANDBOX_FILES		= 1 << 2,	/* Landlock, files */
	/* Landlock, TCP bind (and connect where there is no network) */
	SANDBOX_PORTS		= 1 << 3,
	SANDBOX_CALLS		= 1 << 4,	/* seccomp */
	SANDBOX_NOT_DUMPABLE	= 1 << 5,
};
#define SANDBOX_LAYERS 6

/* Name of one layer by bit number: "no-new-privileges", "limits", "files",
 * "ports", "calls", "not-dumpable"; NULL behind the last. */
const char *sandbox_layer_name(unsigned bit);

/* Appends what is missing from the mask and why, for the operator; nothing when
 * all layers are there. */
void sandbox_missing(unsigned layers, struct buf *out);

/* `more_files` (NULL-terminated, may be NULL) are read-only paths that the
 * keeper gave on the command line (file:// feeds). -1 only on a real fault.
 * What the kernel lacks is missing from the mask; whether that is acceptable is
 * for the keeper to say. Sanitizer builds leave out calls and the memory limit
 * and say so by their mask, as they do for files and not-dumpable, which the
 * leak checker cannot bear. With ADVRELAY_SANDBOX=trace in the environment a
 * refused call is still refused, but leaves a line on stderr. Call once, from
 * a process with one thread. */
int sandbox_enter(const struct sandbox_profile *profile,
    const char *const *more_files, unsigned *ret_layers, struct err *err);

/* Landlock ties a rule to the file that a path meant on entry. True when one of
 * the paths means another file by now (a resolv.conf that was renamed into
 * place), so that only a new process can read it. */
bool sandbox_is_stale(void);
#endif
