/* base/http_rules.h - one exchange in progress, and the rules of where it may
 * go. Inside base/http*.c only. */
#ifndef BASE_HTTP_RULES_H
#define BASE_HTTP_RULES_H
#include <curl/curl.h>

#include "base/http.h"

/* Listings hold file names with blanks. */
#define URL_FLAGS (CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE |	\
	CURLU_ALLOW_SPACE)
#define HOST_SHOWN	100	/* bytes of a host name in a sentence */

struct exchange {
	const struct http_request *rq;
	struct http_reply	*ret;
	http_sink		*sink;
	void			*sink_ctx;
	CURL			*handle;	/* that does it */
	struct curl_slist	*headers;	/* of this hop */
	char			 detail[CURL_ERROR_SIZE];
	CURLU			*url;
	char			 host[256];
	bool			 foreign;	/* another origin than asked */
	bool			 in_headers;
	bool			 location_long;
	size_t			 thrown;	/* of a redirect's body */
	bool			 stopped;	/* by the sink */
	bool			 over;		/* beyond max_bytes */
	bool			 refused, let_through;	/* by the guard */
	char			 why[256];
};

/* A handle of libcurl, with the process's CA bundle read. */
CURL	*web_handle_new(void);
/* Sets up all of one hop but the waiting; exchange_over() must follow in either
 * case. It says what came of it: 0, or -1. */
int	 exchange_ready(struct exchange *e, unsigned left_ms, struct err *err);
int	 exchange_over(struct exchange *e, CURLcode code, struct err *err);
/* The URL of the request, as it is given. */
int	 exchange_url(struct exchange *e, struct err *err);
void	 exchange_clear(struct exchange *e);
/* libcurl's code and words as a sentence. Returns -1. */
int	 exchange_fail(const struct exchange *e, CURLcode code,
    const char *detail, struct err *err);
/* A header may be a token: wiped. */
void	 headers_free(struct curl_slist *headers);
/* A redirect that is the answer: where it leads, in full. */
void	 location_resolve(struct exchange *e);

/* The first URL, or a redirect's, resolved against the one before it. */
int	 url_put(struct exchange *e, const char *text, bool first,
    struct err *err);
/* The rules for the URL of this hop; fills host and final_url. */
int	 url_check(struct exchange *e, bool was_https, bool first,
    struct err *err);
/* Scheme, host and port: where credentials may go. */
#define ORIGIN_TEXT 400
void	 url_origin(CURLU *u, char out[ORIGIN_TEXT]);
bool	 url_is_https(CURLU *u);

/* What the guard said, as an error. */
int	 guard_refusal(const struct exchange *e, struct err *err);

/* libcurl's callbacks for each connection and each request. */
curl_socket_t open_socket(void *ctx, curlsocktype purpose,
    struct curl_sockaddr *a);
int	 before_request(void *ctx, char *peer, char *local, int peer_port,
    int local_port);
#endif
