/* file: URLs: a mirror on a medium or a share. Only a feed whose own URL is a
 * file: one may lead there, and only into its own folder: a document from the
 * network must not name our files. */
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

#include "noun/file_url.h"

/* Is a component of the path ".."? */
static bool
goes_up(const char *path)
{
	while (*path != '\0') {
		size_t n = strcspn(path, "/");

		if (n == 2 && path[0] == '.' && path[1] == '.') {
			return true;
		}
		path += n + (path[n] == '/');
	}
	return false;
}

/* The folder of the feed: its URL's path, or the folder around that file. */
static char *
feed_folder(const char *path, struct arena *mem)
{
	const char *slash = strrchr(path, '/');

	return arena_text_n(mem, path, (size_t)(slash - path) + 1);
}

/* Both without symbolic links, so that none leads out of the folder. 1: within;
 * 0: outside; -1: errno says why that cannot be told. */
static int
lies_in(const char *folder, const char *path, char real[PATH_MAX])
{
	char root[PATH_MAX];
	size_t n;

	if (realpath(folder, root) == NULL || realpath(path, real) == NULL) {
		return -1;
	}
	n = strlen(root);
	return strncmp(root, real, n) == 0 &&
	    (root[n - 1] == '/' || real[n] == '/');
}

/* The words for an open that failed. */
static void
end_by_errno(const struct job *j, const char *path, int number,
    struct fetched *ret)
{
	if (number == ENOENT || number == ENOTDIR) {
		fetched_end(ret, j->mem, FETCH_GONE, "there is no file %s",
		    url_show(j->mem, path));
	} else if (number == EACCES || number == EPERM || number == ELOOP) {
		fetched_end(ret, j->mem, FETCH_FORBIDDEN, "the file %s may not "
		    "be read (%s); let the relay's user read it",
		    url_show(j->mem, path), strerror(number));
	} else {
		fetched_end(ret, j->mem, FETCH_FAILED, "the file %s cannot be "
		    "read: %s", url_show(j->mem, path), strerror(number));
	}
}

/* The path of the URL if the rules let it through, and the file's real one. */
static const char *
path_for(const struct job *j, const char *url, char real[PATH_MAX],
    struct fetched *ret)
{
	const char *path, *root;
	struct err err = ERR_INIT;
	int within;

	if (strncasecmp(j->poll->feed.url, "file:", 5) != 0) {
		fetched_end(ret, j->mem, FETCH_FORBIDDEN, "%s is a local file; "
		    "a feed from the network may not lead there",
		    url_show(j->mem, url));
		return NULL;
	}
	if (file_url_path(url, j->mem, &path, &err) == -1 ||
	    file_url_path(j->poll->feed.url, j->mem, &root, &err) == -1) {
		fetched_end(ret, j->mem, FETCH_FORBIDDEN, "%s: %s",
		    url_show(j->mem, url), err.text);
		return NULL;
	}
	within = goes_up(path) ? 0
	    : lies_in(feed_folder(root, j->mem), path, real);
	if (within == 1) {
		return path;
	}
	if (within == -1) {
		end_by_errno(j, path, errno, ret);
	} else {
		fetched_end(ret, j->mem, FETCH_FORBIDDEN, "%s lies outside the "
		    "feed's folder", url_show(j->mem, path));
	}
	return NULL;
}

/* Copies the file into a sealed memfd; a file that grows meanwhile is refused
 * by the same ceiling. */
static int
copy(int fd, size_t max, struct blob *ret, struct err *err)
{
	char part[65536];
	size_t all = 0;
	ssize_t n;
	int to = -1;

	if (blob_start(&to, "document", err) == -1) {
		return -1;
	}
	for (;;) {
		n = read(fd, part, sizeof(part));
		if (n == -1 && errno == EINTR) {
			continue;
		}
		if (n == -1) {
			err_sys(err, "reading");
			break;
		}
		if (n == 0) {
			return blob_seal(ret, to, err);
		}
		all += (size_t)n;
		if (all > max) {
			err_limit(err, "it is larger than the %zu bytes "
			    "allowed", max);
			break;
		}
		if (write(to, part, (size_t)n) != n) {
			err_sys(err, "writing to memory");
			break;
		}
	}
	close(to);
	return -1;
}

/* What an open file answers: size, kind, validator, bytes. */
static void
answer_from(const struct job *j, int fd, const char *path, bool conditional,
    size_t max, struct fetched *ret, struct blob *ret_body)
{
	const char *shown = url_show(j->mem, path);
	struct err err = ERR_INIT;
	struct stat st;
	char text[600];

	if (fstat(fd, &st) == -1) {
		end_by_errno(j, path, errno, ret);
		return;
	}
	if (!S_ISREG(st.st_mode)) {
		fetched_end(ret, j->mem, FETCH_FORBIDDEN, "%s is %s; only an "
		    "ordinary file can be read", shown,
		    S_ISDIR(st.st_mode) ? "a folder" : "a device or pipe");
		return;
	}
	if ((uintmax_t)st.st_size > max) {
		fetched_end(ret, j->mem, FETCH_FAILED, "the file %s has %jd "
		    "bytes, more than the %zu allowed", shown,
		    (intmax_t)st.st_size, max);
		return;
	}
	ret->etag = arena_printf(j->mem, "%jd.%09ld.%jd.%ju",
	    (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
	    (intmax_t)st.st_size, (uintmax_t)st.st_ino);
	if (conditional && text_eq(ret->etag, j->poll->etag)) {
		fetched_end(ret, j->mem, FETCH_UNCHANGED, "%s", "");
		return;
	}
	if (copy(fd, max, ret_body, &err) == -1) {
		fetched_end(ret, j->mem, FETCH_FAILED, "the file %s: %s",
		    shown, err_show(&err, text, sizeof(text)));
		return;
	}
	fetched_end(ret, j->mem, FETCH_DOCUMENT, "%s", "");
}

void
file_get(const struct job *j, const char *url, bool conditional, size_t max,
    struct fetched *ret, struct blob *ret_body)
{
	char real[PATH_MAX];
	const char *path;
	int fd;

	ret->url = arena_text(j->mem, url);
	path = path_for(j, url, real, ret);
	if (path == NULL) {
		return;
	}
	/* A pipe would hold us up; a link put there since is not followed. */
	fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW |
	    O_NOCTTY);
	if (fd == -1) {
		end_by_errno(j, path, errno, ret);
		return;
	}
	answer_from(j, fd, path, conditional, max, ret, ret_body);
	close(fd);
}
