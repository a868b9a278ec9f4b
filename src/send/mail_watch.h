/* send/mail_watch.h - a second pair of eyes on an SMTP session.
 *
 * libesmtp goes on where we must not: after a refused password it sends the
 * mail unauthenticated, and it trusts what a man in the middle put behind the
 * reply to STARTTLS. It tells us every chunk before it is written and after it
 * was read, so this can pull the plug: shutdown() of the socket, after which
 * the library sees a closed connection and ends by itself.
 *
 * The client's side of AUTH holds secrets: nothing of it is kept. */
#ifndef SEND_MAIL_WATCH_H
#define SEND_MAIL_WATCH_H
#include <stdbool.h>
#include <stddef.h>

#define WATCH_TEXT 512

struct watch {
	/* set by the caller */
	bool	 need_tls;	/* no mail without it */
	bool	 need_auth;	/* no mail without it */
	bool	 clear_auth;	/* the password may go without TLS */
	int	 connect_ms;	/* deadline for one connect() */
	/* seen */
	int	 sock;		/* -1 while not connected */
	bool	 connected;	/* at least once */
	bool	 tls;		/* set by the caller in STARTTLS_OK */
	bool	 tls_asked;	/* STARTTLS went out, no reply yet */
	bool	 tls_begun;	/* the server agreed to TLS */
	bool	 auth_sent, auth_ours, authed;
	bool	 mailed;	/* a MAIL command went out */
	char	 reply[WATCH_TEXT];	/* the server's last line */
	/* why we ended it; "" if we did not */
	char	 stop[WATCH_TEXT];
	char	 code[16];	/* reply code that made us stop */
	char	 line_[WATCH_TEXT];	/* of a reply, while incomplete */
	size_t	 line_len_;
};

void watch_init(struct watch *w);
/* The session whose connect() calls are meant; NULL: none. */
void watch_use(struct watch *w);
/* smtp_monitorcb_t; arg is the watch */
void watch_chunk(const char *p, int n, int writing, void *arg);
void watch_stop(struct watch *w, const char *code, const char *why);
#endif
