/* match/schemes.h - orders of versions that package worlds define, for vers:
 * ranges and package URLs. Device firmware has none of these: versions.h.
 *
 * Adding one = a function in a scheme_*.c and a line in the table of
 * schemes.c. */
#ifndef MATCH_SCHEMES_H
#define MATCH_SCHEMES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"

#define SCHEME_TEXT 256			/* longer versions are not compared */

/* -1, 0, 1; SCHEME_UNLIKE: one of them is no version of this scheme. */
#define SCHEME_UNLIKE 2
typedef int scheme_compare(const char *a, const char *b);

struct scheme {
	const char	*names;		/* "apk alpine": of vers and purl */
	scheme_compare	*compare;
};

/* NULL: not one of ours. */
const struct scheme *scheme_find(const char *name, size_t n);

scheme_compare scheme_semver, scheme_nuget, scheme_conan, scheme_openssl;
scheme_compare scheme_deb, scheme_rpm, scheme_alpm;
scheme_compare scheme_maven, scheme_pypi, scheme_gem;
scheme_compare scheme_apk, scheme_gentoo;
scheme_compare scheme_letters, scheme_time, scheme_intdot;

/* --- helpers --- */
/* Runs of digits by value, whatever their length. */
int  scheme_numbers(const char *a, size_t n, const char *b, size_t m);

/* --- vers: --- */

enum vers_sign { VERS_EQ, VERS_NE, VERS_LT, VERS_LE, VERS_GT, VERS_GE };

#define VERS_CONSTRAINTS_MAX 64u
struct vers {
	const struct scheme *scheme;
	bool		 all;		/* vers:npm/ and a star */
	struct {
		enum vers_sign	 sign;
		const char	*text;	/* in `room` */
	} at[VERS_CONSTRAINTS_MAX];
	unsigned	 n;
	char		 room[2048];
};

/* Percent-encoding and blanks gone; the length. */
size_t vers_decode(const char *s, size_t n, char *out, size_t room);
/* -1: this is no legal vers of a scheme of ours. */
int  vers_read(const char *text, struct vers *ret);
/* 1 in, 0 out, -1 cannot be told. */
int  vers_holds(const struct vers *v, const char *version);
#endif
