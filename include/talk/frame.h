/* talk/frame.h - one frame over a SOCK_SEQPACKET pair, with at most one
 * descriptor. No buffering: one call, one frame.
 *
 * On the wire: u16 version, u8 class, u8 kind, u32 id, u8 flags, 3 zero bytes,
 * then the body (FRAME_BODY_MAX at most); little-endian. */
#ifndef TALK_FRAME_H
#define TALK_FRAME_H
#include <stddef.h>
#include <stdint.h>
#include "base/limits.h"

#define FRAME_VERSION	1
#define FRAME_HEAD	12
#define FRAME_BODY_MAX	(FRAME_MAX - FRAME_HEAD)

struct err;

enum frame_class {
	FRAME_HELLO = 1,	/* helper to keeper, once */
	FRAME_ASK,
	FRAME_NOTE,		/* log line during an ask: u8 level, str text */
	FRAME_ANSWER,
	FRAME_BYE,		/* the keeper asks an idle helper to leave */
};

enum frame_flags {
	FRAME_MORE = 1,		/* ANSWER: a part; further ones follow */
};

struct frame {
	uint8_t	 class;
	uint8_t	 kind;		/* enum ask_kind for ASK and ANSWER, else 0 */
	uint8_t	 flags;
	uint32_t id;
	size_t	 len;		/* of body */
	int	 fd;		/* owned by the frame; -1 if none */
	uint8_t	 body[FRAME_BODY_MAX];
};

/* 1: a frame came; 0: the other side is gone; -1: error or a broken peer
 * (truncated, wrong version, unknown class, more than one descriptor): close
 * the socket. Blocks unless the socket does not: then -1 with err->sys EAGAIN
 * means that nothing is there. After 0 and -1 the frame is clear. */
int  frame_recv(int sock, struct frame *f, struct err *err);
/* Sends body and fd (which stays the caller's). -1 with err->sys EPIPE or
 * ECONNRESET: the other side is gone. */
int  frame_send(int sock, const struct frame *f, struct err *err);
void frame_init(struct frame *f);		/* no body, fd -1 */
void frame_clear(struct frame *f);		/* closes fd */
#endif
