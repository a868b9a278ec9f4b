/* secret.c - see base/secret.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/secret.h"

void
secret_set(struct secret *s, const char *bytes, size_t n)
{
	/* Copied before the old one goes: it may be the same. */
	char	*copy = mem_text_n(bytes, n);

	secret_clear(s);
	s->hidden_ = copy;
	s->len = n;
}

/* systemd gives a service its credentials as root's files with an ACL, whose
 * mask shows as the group's read bit (systemd.exec(5), CREDENTIALS). */
static bool
is_credential(const char *path, const struct stat *st)
{
	const char	*folder = secure_getenv("CREDENTIALS_DIRECTORY");
	size_t		 n = folder != NULL ? strlen(folder) : 0;

	return n > 1 && st->st_uid == 0 && (st->st_mode & S_IWGRP) == 0 &&
	    strncmp(path, folder, n) == 0 && path[n] == '/' &&
	    strchr(path + n + 1, '/') == NULL;
}

static int
check_mode(const char *path, const struct stat *st, struct err *err)
{
	mode_t	forbidden = S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;

	if (!S_ISREG(st->st_mode))
		return err_config(err, "%s: is not a file", path);
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return err_config(err, "%s: belongs to user %u; it must "
		    "belong to root or to user %u, who reads it", path,
		    (unsigned)st->st_uid, (unsigned)geteuid());
	if (is_credential(path, st))
		forbidden = S_IROTH | S_IWOTH;
	if ((st->st_mode & forbidden) != 0)
		return err_config(err, "%s: mode %04o lets others read or "
		    "write it; run chmod 600 on it", path,
		    (unsigned)st->st_mode & 07777u);
	return 0;
}

/* Fills bytes (room for SECRET_MAX + 1). */
static int
read_up_to(int fd, char *bytes, size_t room, size_t *ret_len)
{
	size_t	len = 0;

	while (len < room) {
		ssize_t	n = read(fd, bytes + len, room - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return 0;
}

int
secret_read(struct secret *s, const char *path, struct err *err)
{
	struct stat	 st;
	size_t		 room = SECRET_MAX + 1, len = 0;
	char		*bytes = NULL;
	int		 rc = -1;
	/* Not blocking: a FIFO must not hang us before it is refused. */
	int		 fd = open(path,
	    O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return err_sys(err, "%s: cannot be opened", path);
	if (fstat(fd, &st) != 0) {
		err_sys(err, "%s: cannot be examined", path);
		goto out;
	}
	if (check_mode(path, &st, err) != 0)
		goto out;
	bytes = mem_alloc(room);
	if (read_up_to(fd, bytes, room, &len) != 0) {
		err_sys(err, "%s: cannot be read", path);
		goto out;
	}
	if (len > SECRET_MAX) {
		err_config(err, "%s: is larger than %u bytes", path,
		    SECRET_MAX);
		goto out;
	}
	if (len > 0 && bytes[len - 1] == '\n')
		len--;
	if (len > 0 && bytes[len - 1] == '\r')
		len--;
	if (len == 0 || memchr(bytes, '\0', len) != NULL) {
		err_config(err, len == 0 ? "%s: is empty" :
		    "%s: has a NUL byte in it", path);
		goto out;
	}
	secret_set(s, bytes, len);
	rc = 0;
out:
	if (bytes != NULL)
		explicit_bzero(bytes, room);
	free(bytes);
	close(fd);
	return rc;
}

const char *
secret_bytes(const struct secret *s)
{
	return s->hidden_ != NULL ? s->hidden_ : "";
}

void
secret_pack(struct buf *out, const struct secret *s)
{
	pack_bytes(out, secret_bytes(s), s->len);
}

void
secret_unpack(struct unpack *in, struct secret *ret)
{
	size_t		 n = 0;
	const char	*p = unpack_bytes(in, "secret", SECRET_MAX, &n);

	if (n != 0 && memchr(p, '\0', n) != NULL)
		unpack_fail(in, "secret");
	if (in->bad || n == 0)
		secret_clear(ret);
	else
		secret_set(ret, p, n);
}

void
secret_clear(struct secret *s)
{
	if (s->hidden_ != NULL)
		explicit_bzero(s->hidden_, s->len);
	free(s->hidden_);
	s->hidden_ = NULL;
	s->len = 0;
}
