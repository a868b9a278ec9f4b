/* Frames over SOCK_SEQPACKET: the kernel keeps the borders, so that nothing is
 * buffered and a descriptor comes with its own frame. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "base/err.h"
#include "base/mem.h"
#include "talk/ask.h"
#include "talk/frame.h"

/* Room for more descriptors than are allowed, so that those of a broken peer
 * are seen and closed. */
#define FDS_SEEN 8

/* The body is not touched: most frames need one of its pages, not all. */
void
frame_init(struct frame *f)
{
	f->class = 0;
	f->kind = 0;
	f->flags = 0;
	f->id = 0;
	f->len = 0;
	f->fd = -1;
}

void
frame_clear(struct frame *f)
{
	if (f->fd >= 0)
		close(f->fd);
	frame_init(f);
}

/* Unpacked by head_unpack. */
static void
head_pack(uint8_t head[FRAME_HEAD], const struct frame *f)
{
	memset(head, 0, FRAME_HEAD);
	head[0] = FRAME_VERSION & 0xff;
	head[1] = FRAME_VERSION >> 8;
	head[2] = f->class;
	head[3] = f->kind;
	head[4] = (uint8_t)f->id;
	head[5] = (uint8_t)(f->id >> 8);
	head[6] = (uint8_t)(f->id >> 16);
	head[7] = (uint8_t)(f->id >> 24);
	head[8] = f->flags;
}

/* Every field is checked here, so that no receiver needs to. */
static int
head_unpack(const uint8_t head[FRAME_HEAD], struct frame *f, struct err *err)
{
	unsigned version = head[0] | (unsigned)head[1] << 8;

	if (version != FRAME_VERSION)
		return err_peer(err, "frame of version %u, expected %d",
		    version, FRAME_VERSION);
	f->class = head[2];
	f->kind = head[3];
	f->id = head[4] | (uint32_t)head[5] << 8 | (uint32_t)head[6] << 16 |
	    (uint32_t)head[7] << 24;
	f->flags = head[8];
	if (f->class < FRAME_HELLO || f->class > FRAME_BYE)
		return err_peer(err, "frame of unknown class %u", f->class);
	if (f->class == FRAME_ASK || f->class == FRAME_ANSWER) {
		if (f->kind >= ASK_COUNT_)
			return err_peer(err, "frame of unknown kind %u",
			    f->kind);
	} else if (f->kind != 0) {
		return err_peer(err, "frame of class %u with kind %u",
		    f->class, f->kind);
	}
	if (f->flags != 0 &&
	    (f->class != FRAME_ANSWER || f->flags != FRAME_MORE))
		return err_peer(err, "frame of class %u with flags %#x",
		    f->class, f->flags);
	if (head[9] != 0 || head[10] != 0 || head[11] != 0)
		return err_peer(err, "frame with a dirty head");
	return 0;
}

/* Takes the first descriptor into the frame, closes all others, and returns how
 * many came. */
static unsigned
take_descriptors(struct msghdr *msg, struct frame *f)
{
	unsigned n = 0;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		size_t i, count;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int),
			    sizeof(fd));
			if (n++ == 0)
				f->fd = fd;
			else
				close(fd);
		}
	}
	return n;
}

/* What the kernel delivered, judged. Like frame_recv. */
static int
frame_check(struct frame *f, const uint8_t head[FRAME_HEAD], size_t n,
    const struct msghdr *msg, unsigned fds, struct err *err)
{
	if (msg->msg_flags & MSG_TRUNC)
		return err_peer(err, "frame of more than %u bytes", FRAME_MAX);
	if (msg->msg_flags & MSG_CTRUNC)
		return err_peer(err, "frame whose descriptor was lost");
	if (fds > 1)
		return err_peer(err, "frame with %u descriptors", fds);
	/* A frame is never empty (the head), so this is the end of file. */
	if (n == 0)
		return fds == 0 ? 0 : err_peer(err, "frame without a head");
	if (n < FRAME_HEAD)
		return err_peer(err, "frame of %zu bytes", n);
	if (head_unpack(head, f, err) < 0)
		return -1;
	f->len = n - FRAME_HEAD;
	return 1;
}

int
frame_recv(int sock, struct frame *f, struct err *err)
{
	uint8_t head[FRAME_HEAD];
	union {
		struct cmsghdr	align;
		char		room[CMSG_SPACE(sizeof(int) * FDS_SEEN)];
	} control;
	struct iovec iov[2] = {
		{ .iov_base = head, .iov_len = sizeof(head) },
		{ .iov_base = f->body, .iov_len = sizeof(f->body) },
	};
	struct msghdr msg;
	ssize_t n;
	int rc;

	f->fd = -1;
	frame_clear(f);
	do {
		memset(&msg, 0, sizeof(msg));
		msg.msg_iov = iov;
		msg.msg_iovlen = COUNT_OF(iov);
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.room);
		n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		/* It closed with frames of ours unread. */
		if (errno == ECONNRESET)
			return 0;
		return err_sys(err, "receiving a frame");
	}

	rc = frame_check(f, head, (size_t)n, &msg, take_descriptors(&msg, f),
	    err);
	if (rc <= 0)
		frame_clear(f);
	return rc;
}

int
frame_send(int sock, const struct frame *f, struct err *err)
{
	uint8_t head[FRAME_HEAD];
	union {
		struct cmsghdr	align;
		char		room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov[2];
	struct msghdr msg;
	ssize_t n;

	if (f->len > FRAME_BODY_MAX)
		bug("frame body of %zu bytes", f->len);
	if (f->class < FRAME_HELLO || f->class > FRAME_BYE)
		bug("frame of class %u", f->class);
	head_pack(head, f);
	iov[0] = (struct iovec){ .iov_base = head, .iov_len = sizeof(head) };
	/* sendmsg writes through no iovec; its struct cannot say so. */
	iov[1] = (struct iovec){ .iov_base = (void *)(uintptr_t)f->body,
	    .iov_len = f->len };
	memset(&msg, 0, sizeof(msg));
	msg.msg_iov = iov;
	msg.msg_iovlen = COUNT_OF(iov);
	if (f->fd >= 0) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.room);
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &f->fd, sizeof(int));
	}

	do
		n = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "sending a frame");
	/* SOCK_SEQPACKET sends all or nothing. */
	if ((size_t)n != FRAME_HEAD + f->len)
		bug("%zd bytes of a frame sent", n);
	return 0;
}
