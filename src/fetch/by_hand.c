/* One poll from the command line, for operators who wonder about a feed. */
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "talk/helper.h"

static const char usage[] =
    "usage: fetch --by-hand [-o FILE] [-a CIDR]... [-e ETAG] [-s HASH-URL]\n"
    "                       [-t SECONDS] [-x PROXY] URL\n"
    "Fetches URL once under the rules of a feed and prints what came of it as\n"
    "JSON. -o writes the document to FILE, -a lets the address guard pass a\n"
    "block of addresses, -e asks only for something newer, -s checks the\n"
    "document against the digest told there.\n";

static void
print(const struct fetched *f)
{
	struct buf b = BUF_INIT(1u << 20);
	struct json_out j;

	jout_init(&j, &b);
	jout_object(&j);
	jout_kv(&j, "result", fetch_result_name(f->result));
	jout_kn(&j, "status", f->status);
	jout_kv(&j, "url", f->url);
	jout_kv(&j, "reason", f->reason);
	jout_kv(&j, "media_type", f->media_type);
	jout_kv(&j, "etag", f->etag);
	jout_kv(&j, "last_modified", f->last_modified);
	jout_kn(&j, "not_before", f->not_before);
	jout_kn(&j, "size", f->size);
	jout_kv(&j, "sha256", f->sha256);
	jout_kv(&j, "hash", hash_check_name(f->hash));
	jout_end(&j, '}');
	puts(buf_text(&b));
	buf_clear(&b);
}

/* The document into a file. */
static int
save(const char *path, const struct blob *body)
{
	const char *at = body->map;
	size_t n = body->len;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	ssize_t done = 0;

	while (fd != -1 && n > 0 && done != -1) {
		done = write(fd, at, n);
		if (done > 0) {
			at += done;
			n -= (size_t)done;
		}
	}
	if (fd == -1 || n > 0 || close(fd) == -1) {
		fprintf(stderr, "fetch: %s: %s\n", path, strerror(errno));
		return EX_CANTCREAT;
	}
	return EX_OK;
}

/* 0, or the exit code of a wrong command line. */
static int
options(int argc, char **argv, struct arena *mem, struct poll *p,
    const char **ret_out)
{
	struct feed *f = &p->feed;
	struct err err = ERR_INIT;
	int c;

	while ((c = getopt(argc, argv, "o:a:e:s:t:x:")) != -1) {
		switch (c) {
		case 'o':
			*ret_out = optarg;
			break;
		case 'a':
			if (cidr_parse(optarg, NULL, &err) == -1) {
				fprintf(stderr, "fetch: %s\n", err.text);
				return EX_USAGE;
			}
			f->allow = arena_more(mem, f->allow, f->n_allow,
			    sizeof(*f->allow));
			f->allow[f->n_allow++] = optarg;
			break;
		case 'e':
			p->etag = optarg;
			break;
		case 's':
			p->address.hash_url = optarg;
			break;
		case 't':
			if (text_u32(optarg, 1, 280, &f->timeout_s) == 0) {
				break;
			}
			fprintf(stderr, "fetch: -t wants seconds, 1 to 280\n");
			return EX_USAGE;
		case 'x':
			f->proxy = optarg;
			break;
		default:
			fputs(usage, stderr);
			return EX_USAGE;
		}
	}
	if (optind + 1 != argc) {
		fputs(usage, stderr);
		return EX_USAGE;
	}
	f->url = p->address.url = argv[optind];
	return 0;
}

static int
exit_code(enum fetch_result r)
{
	switch (r) {
	case FETCH_DOCUMENT:
	case FETCH_UNCHANGED:
		return EX_OK;
	case FETCH_FORBIDDEN:
		return EX_NOPERM;
	case FETCH_GONE:
		return EX_UNAVAILABLE;
	default:
		return EX_TEMPFAIL;
	}
}

int
fetch_by_hand(int argc, char **argv)
{
	struct arena mem = ARENA_INIT;
	struct blob body = BLOB_INIT;
	struct fetched f;
	const char *out = NULL;
	struct poll p = { .etag = "", .last_modified = "" };
	char *full[64] = { (char *)(uintptr_t)"fetch" };
	int rc;

	if (argc == 0 || strcmp(argv[0], "--help") == 0 || argc > 62) {
		fputs(usage, argc == 0 ? stderr : stdout);
		return argc == 0 ? EX_USAGE : EX_OK;
	}
	memcpy(full + 1, argv, (size_t)argc * sizeof(*argv));
	p.feed = (struct feed){ .name = "by-hand", .type = "", .proxy = "",
		.timeout_s = 60, .max_bytes = DOCUMENT_MAX,
		.verify_hash = true, .tls = { .ca = "", .cert = "",
		.key = "" } };
	p.address = (struct address){ .alt = "", .format = "", .updated = "",
		.hash_url = "", .signature_url = "" };
	p.feed.user_agent = arena_printf(&mem, "advrelay/%s", build_version);
	rc = options(argc + 1, full, &mem, &p, &out);
	if (rc == 0) {
		p.feed.https_only = strncasecmp(p.feed.url, "http:", 5) != 0;
		fetch_poll(&p, &mem, &f, &body);
		print(&f);
		rc = exit_code(f.result);
		if (out != NULL && f.result == FETCH_DOCUMENT) {
			rc = save(out, &body);
		}
	}
	blob_clear(&body);
	arena_clear(&mem);
	return rc;
}
