/* Bytes as one message into frame_recv: a frame that comes through is legal in
 * every field, and sent again it is the same frame. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "base/err.h"
#include "talk/ask.h"
#include "talk/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int sockets[2] = { -1, -1 };
static struct frame given, again;

static void
check_legal(const struct frame *f, const uint8_t *data, size_t size)
{
	if (size < FRAME_HEAD || f->len != size - FRAME_HEAD || f->fd != -1 ||
	    memcmp(f->body, data + FRAME_HEAD, f->len) != 0)
		abort();
	if (f->class < FRAME_HELLO || f->class > FRAME_BYE ||
	    f->kind >= ASK_COUNT_ || f->flags > FRAME_MORE)
		abort();
}

static void
check_again(const struct frame *f, const uint8_t *data, size_t size)
{
	uint8_t raw[FRAME_HEAD];

	if (frame_send(sockets[0], f, NULL) != 0 ||
	    recv(sockets[1], raw, sizeof(raw), MSG_PEEK) != FRAME_HEAD ||
	    memcmp(raw, data, FRAME_HEAD) != 0 ||
	    frame_recv(sockets[1], &again, NULL) != 1)
		abort();
	check_legal(&again, data, size);
	frame_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	int rc;

	if (sockets[0] == -1 &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets) != 0)
		abort();
	/* An empty message cannot be told from the end (frame_recv). */
	if (size > 2u * FRAME_MAX)
		return 0;
	if (send(sockets[0], data, size, MSG_NOSIGNAL) != (ssize_t)size)
		abort();
	rc = frame_recv(sockets[1], &given, &err);
	if (rc == 1) {
		check_legal(&given, data, size);
		check_again(&given, data, size);
	} else if (given.fd != -1 || given.len != 0 || given.class != 0 ||
	    (rc == -1) != (err.kind == ERR_PEER) || (rc == 0) != (size == 0)) {
		abort();
	}
	frame_clear(&given);
	return 0;
}
