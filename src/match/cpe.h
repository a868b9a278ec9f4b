/* match/cpe.h - CPE 2.3 names and their relations (NISTIR 7695, 7696). */
#ifndef MATCH_CPE_H
#define MATCH_CPE_H
#include <stdbool.h>

#define CPE_TEXT 256

/* In the order of the formatted string. */
enum cpe_attribute {
	CPE_PART, CPE_VENDOR, CPE_PRODUCT, CPE_VERSION, CPE_UPDATE,
	CPE_EDITION, CPE_LANGUAGE, CPE_SW_EDITION, CPE_TARGET_SW,
	CPE_TARGET_HW, CPE_OTHER, CPE_ATTRIBUTES_
};

/* Each as in a formatted string, lower case: "*" is ANY, "-" is NA; a sign
 * behind a backslash stands for itself. */
struct cpe {
	char	 at[CPE_ATTRIBUTES_][CPE_TEXT];
};

/* NISTIR 7696, 6.2 */
enum cpe_relation { CPE_DISJOINT, CPE_EQUAL, CPE_SUBSET, CPE_SUPERSET,
	CPE_UNDEFINED };

/* A formatted string ("cpe:2.3:...") or a URI ("cpe:/..."). -1: neither. */
int  cpe_read(const char *text, struct cpe *ret);
enum cpe_relation cpe_compare(const char *source, const char *target);
/* Of two names; CPE_UNDEFINED is the case that has no word. */
enum cpe_relation cpe_relate(const struct cpe *source,
    const struct cpe *target);
/* Do all attributes but version and update leave room for one platform? */
bool cpe_same_platform(const struct cpe *source, const struct cpe *target);
/* The same, but for hardware on one side and its firmware on the other:
 * "h:acme:gate", "o:acme:gate_firmware" (as the NVD names them). */
bool cpe_same_machine(const struct cpe *source, const struct cpe *target);
/* One vendor and product, but for another platform: another edition, other
 * software or hardware to run on. */
bool cpe_other_platform(const struct cpe *source, const struct cpe *target);
/* Has it '*' or '?' that stand for other signs? */
bool cpe_is_pattern(const char *attribute);
/* The version without its quoting, and the update behind it; "" for ANY and
 * NA. */
void cpe_version(const struct cpe *name, char out[2 * CPE_TEXT]);
#endif
