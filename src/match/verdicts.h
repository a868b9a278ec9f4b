/* match/verdicts.h - what is decided of a product and one device, or all those
 * of a class. */
#ifndef MATCH_VERDICTS_H
#define MATCH_VERDICTS_H
#include "names.h"

/* A text of the hit's device, or of all devices of its first class. */
const char *hit_column(const struct matcher *m, const struct hit *h,
    enum index_column column);

/* A hit on the first of its classes, or on its device: all of it is filled but
 * whose it is and what the candidate said. own: the name of its kind, or NULL;
 * kind: the candidate is one, not found by a number. false: it is another
 * product. */
bool hit_fill(struct lookup *l, struct hit *h, const struct name *own,
    bool side, bool kind);
/* Only the verdict on its version, or on the line of versions in its name. */
void own_verdict(const struct lookup *l, struct hit *h,
    const struct name *own, const struct range *r);
/* The same of a part on a host: the device's version is the part's only if the
 * part is its firmware. Behind own_verdict. */
void host_verdict(struct matcher *m, struct hit *h, const struct range *r,
    bool side);
/* Of a relation: is it the whole's version that counts? */
bool hit_is_whole(struct matcher *m, const struct hit *h);

/* The 4 of "DOPSoft 4", which the publisher calls DOPSoft; NULL: there is
 * none. */
const struct name_token *number_behind(const struct name *p,
    const struct name *d);
/* "SC" of the publisher, "SC+" of the list: the plus makes it another one. A
 * list may well leave one out. */
bool plus_differs(const struct name *p, const struct name *d);
/* Is its hardware of a version, or is it said what hardware it is? */
bool has_hardware(const struct product *p);
/* "Enterprise Linux 7": the release at the end of the name; NULL: none. */
const struct name_token *linux_release(const struct name *n);
#endif
