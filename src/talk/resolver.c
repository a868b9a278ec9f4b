/* What glibc loads at the first lookup, loaded before the sandbox. */
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "talk/helper.h"

/* One module of the name service, kept for good: glibc finds it by its name
 * among what is loaded and does not open it again. One that is missing is
 * missing for glibc as well. */
static void
module_load(const char *service)
{
	char name[96];

	snprintf(name, sizeof(name), "libnss_%s.so.2", service);
	dlopen(name, RTLD_NOW);
}

/* The services of a "hosts:" line: words, and actions in brackets
 * (nsswitch.conf(5)). A lookup of "localhost" alone would not do: it ends at
 * the first service that knows it. */
static void
services_load(char *line)
{
	char *save = NULL;
	bool action = false;

	for (char *w = strtok_r(line, " \t\r\n", &save); w != NULL;
	    w = strtok_r(NULL, " \t\r\n", &save)) {
		if (*w == '#')
			break;
		if (*w == '[')
			action = true;
		if (!action && strchr(w, '/') == NULL)
			module_load(w);
		if (w[strlen(w) - 1] == ']')
			action = false;
	}
}

void
helper_warm_resolver(void)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	FILE *f = fopen("/etc/nsswitch.conf", "re");
	char line[1024];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		char *at = line + strspn(line, " \t");

		if (strncmp(at, "hosts:", 6) == 0)
			services_load(at + 6);
	}
	if (f != NULL)
		fclose(f);
	/* pthread_exit wants it. */
	dlopen("libgcc_s.so.1", RTLD_NOW);
	/* Of /etc/hosts, so that no server is asked; reads the settings. */
	if (getaddrinfo("localhost", "443", &hints, &list) == 0)
		freeaddrinfo(list);
}
