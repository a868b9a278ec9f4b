/* A name service that changes its mind, for LD_PRELOAD: the n-th lookup of
 * 192-0-2-1.127-0-0-2.WHAT.moves.test answers the n-th label's addresses, the
 * last before WHAT stays; "x" between addresses: both at once. Counted in each process, as
 * no answer of a real server can be. All other names are libc's. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END ".moves.test"
#define NAMES 64

typedef int lookup(const char *, const char *, const struct addrinfo *,
    struct addrinfo **);

static struct {
	char		 name[256];
	unsigned	 asked;
} seen[NAMES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* How often the name was looked up before. */
static unsigned
times(const char *name)
{
	unsigned n = 0;

	pthread_mutex_lock(&lock);
	for (int i = 0; i < NAMES; i++) {
		if (seen[i].name[0] == '\0')
			snprintf(seen[i].name, sizeof(seen[i].name), "%s",
			    name);
		if (strcmp(seen[i].name, name) == 0) {
			n = seen[i].asked++;
			break;
		}
	}
	pthread_mutex_unlock(&lock);
	return n;
}

/* The label of this lookup, dashes as dots. */
static void
label_of(const char *name, unsigned n, char out[256])
{
	size_t len = strlen(name) - strlen(END);
	char all[256], *at = all, *dot;

	snprintf(all, sizeof(all), "%.*s", (int)len, name);
	dot = strrchr(all, '.');	/* WHAT makes it a name of its own */
	if (dot != NULL)
		*dot = '\0';
	while (n-- > 0 && (dot = strchr(at, '.')) != NULL)
		at = dot + 1;
	at[strcspn(at, ".")] = '\0';
	for (char *c = at; *c != '\0'; c++)
		if (*c == '-')
			*c = '.';
	snprintf(out, 256, "%s", at);
}

int
getaddrinfo(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **ret)
{
	lookup *real = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
	size_t n = node == NULL ? 0 : strlen(node);
	struct addrinfo numeric, **end = ret;
	char label[256], *save = NULL;
	int rc = EAI_NONAME;

	if (n <= strlen(END) || n >= sizeof(label) ||
	    strcmp(node + n - strlen(END), END) != 0)
		return real(node, service, hints, ret);
	label_of(node, times(node), label);
	fprintf(stderr, "level=info msg=\"a name moves\" name=%s to=%s\n", node,
	    label);
	memset(&numeric, 0, sizeof(numeric));
	if (hints != NULL)
		numeric = *hints;
	numeric.ai_family = AF_INET;
	numeric.ai_flags = AI_NUMERICHOST;
	*ret = NULL;
	for (char *w = strtok_r(label, "x", &save); w != NULL;
	    w = strtok_r(NULL, "x", &save)) {
		rc = real(w, service, &numeric, end);
		if (rc != 0)
			break;
		while (*end != NULL)
			end = &(*end)->ai_next;
	}
	return rc;
}
