/* tests/fakes/http_server.h - starts http_server.py from a test, and makes the
 * certificates for it. Run from the root of the tree. */
#ifndef FAKES_HTTP_SERVER_H
#define FAKES_HTTP_SERVER_H
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct fake_http {
	pid_t	 pid;
	int	 life;		/* its standard input: it ends with us */
	int	 port;
};

/* Further arguments for the server, NULL behind the last. 0 or -1. */
__attribute__((unused)) static int
fake_http_start(struct fake_http *f, ...)
{
	const char *argv[16] = { "/usr/bin/python3",
		"tests/fakes/http_server.py", "--with-stdin" };
	char line[16] = "";
	int in[2], out[2], n = 3;
	ssize_t got = 0;
	va_list ap;

	va_start(ap, f);
	while (n < 15 && (argv[n] = va_arg(ap, const char *)) != NULL) {
		n++;
	}
	va_end(ap);
	argv[n] = NULL;
	if (pipe2(in, O_CLOEXEC) == -1 || pipe2(out, O_CLOEXEC) == -1) {
		return -1;
	}
	f->pid = fork();
	if (f->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execv(argv[0], (char **)(uintptr_t)argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	f->life = in[1];
	for (size_t at = 0; strchr(line, '\n') == NULL; at += (size_t)got) {
		got = read(out[0], line + at, sizeof(line) - 1 - at);
		if (got <= 0) {
			break;
		}
	}
	close(out[0]);
	f->port = atoi(line);
	return f->port > 0 ? 0 : -1;
}

__attribute__((unused)) static void
fake_http_stop(struct fake_http *f)
{
	if (f->pid > 0) {
		close(f->life);
		kill(f->pid, SIGKILL);
		waitpid(f->pid, NULL, 0);
		f->pid = 0;
	}
}

/* ca.pem; server.pem for 127.0.0.1 only; client.pem; each with its .key. */
__attribute__((unused)) static int
fake_http_certificates(const char *folder)
{
	char script[2048];

	snprintf(script, sizeof(script), "cd '%s' && exec 2>/dev/null && "
	    "new='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
	    "  -days 2' &&"
	    "openssl req -x509 $new -keyout ca.key -out ca.pem -subj /CN=CA &&"
	    "by='-CA ca.pem -CAkey ca.key -addext basicConstraints=CA:FALSE' &&"
	    "openssl req -x509 $new $by -keyout server.key -out server.pem "
	    "  -subj /CN=server -addext subjectAltName=IP:127.0.0.1 &&"
	    "openssl req -x509 $new $by -keyout client.key -out client.pem "
	    "  -subj /CN=client", folder);
	return system(script) == 0 ? 0 : -1;
}

/* A whole small file as text; the caller frees. */
__attribute__((unused)) static char *
fake_http_text(const char *folder, const char *name)
{
	char path[512], *text = calloc(1, 65536);
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd != -1) {
		n = read(fd, text, 65535);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	return text;
}
#endif
