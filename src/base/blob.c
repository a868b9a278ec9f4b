/* blob.c - see base/blob.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/blob.h"
#include "base/err.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* What an empty body maps to; a mapping of no bytes does not exist. */
static const char nothing[1];

int
blob_start(int *ret_fd, const char *label, struct err *err)
{
	int	fd = memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return err_sys(err, "cannot create a memory file");
	*ret_fd = fd;
	return 0;
}

int
blob_seal(struct blob *blob, int take_fd, struct err *err)
{
	struct stat	st;
	int		rc = -1;

	if (fcntl(take_fd, F_ADD_SEALS, SEALS) != 0) {
		err_sys(err, "cannot seal a memory file");
		goto out;
	}
	if (fstat(take_fd, &st) != 0) {
		err_sys(err, "cannot ask for the size of a memory file");
		goto out;
	}
	*blob = (struct blob){ .fd = take_fd, .len = (size_t)st.st_size };
	take_fd = -1;
	rc = 0;
out:
	if (take_fd >= 0)
		close(take_fd);
	return rc;
}

int
blob_of(struct blob *blob, const char *label, const void *p, size_t n,
    struct err *err)
{
	const char	*at = p;
	int		 fd = -1;

	if (blob_start(&fd, label, err) != 0)
		return -1;
	while (n > 0) {
		ssize_t	done = write(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			err_sys(err, "cannot fill a memory file");
			close(fd);
			return -1;
		}
		at += done;
		n -= (size_t)done;
	}
	return blob_seal(blob, fd, err);
}

int
blob_adopt(struct blob *blob, int take_fd, size_t max, struct err *err)
{
	struct stat	st;
	int		rc = -1;
	int		seals = fcntl(take_fd, F_GET_SEALS);

	if (seals < 0) {
		err_peer(err, "a descriptor came that is no memory file");
		goto out;
	}
	if ((seals & SEALS) != SEALS) {
		err_peer(err, "a memory file came that is not sealed");
		goto out;
	}
	if (fstat(take_fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < 0) {
		err_peer(err, "a descriptor came that is no memory file");
		goto out;
	}
	if ((uint64_t)st.st_size > max) {
		err_limit(err, "a body of %lld bytes came, at most %zu may",
		    (long long)st.st_size, max);
		goto out;
	}
	*blob = (struct blob){ .fd = take_fd, .len = (size_t)st.st_size };
	take_fd = -1;
	rc = 0;
out:
	if (take_fd >= 0)
		close(take_fd);
	return rc;
}

int
blob_map(struct blob *blob, struct err *err)
{
	if (blob->map != NULL)
		return 0;
	if (blob->fd < 0)
		return err_peer(err, "a body is missing");
	if (blob->len == 0) {
		blob->map = nothing;
		return 0;
	}
	/* Before Linux 6.7 a write-sealed file cannot be mapped MAP_SHARED from
	 * a descriptor that was opened for writing; nothing here can write, so
	 * private pages are the same pages. */
	void	*map = mmap(NULL, blob->len, PROT_READ, MAP_PRIVATE, blob->fd,
	    0);
	if (map == MAP_FAILED)
		return err_sys(err, "cannot map a body of %zu bytes",
		    blob->len);
	blob->map = map;
	return 0;
}

int
blob_share(struct blob *ret, const struct blob *from, struct err *err)
{
	if (from->fd < 0) {
		*ret = (struct blob)BLOB_INIT;
		return 0;
	}
	int	fd = fcntl(from->fd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return err_sys(err, "cannot duplicate a descriptor");
	*ret = (struct blob){ .fd = fd, .len = from->len };
	return 0;
}

void
blob_clear(struct blob *blob)
{
	if (blob->map != NULL && blob->map != nothing) {
		/* munmap wants what mmap gave, without the const. */
		union { const void *lent; void *owned; } map;

		map.lent = blob->map;
		munmap(map.owned, blob->len);
	}
	if (blob->fd >= 0)
		close(blob->fd);
	*blob = (struct blob)BLOB_INIT;
}
