/* match/version_lines.h - lines of versions in names: "Teamcenter V14.0". */
#ifndef MATCH_VERSION_LINES_H
#define MATCH_VERSION_LINES_H
#include "names.h"

/* A publisher's name (p) with the line in it and a device (d) that names none:
 * its version must be of that line, or its hardware. 1 yes, 0 no, -1 not
 * known. */
int	 line_fits(struct matcher *m, const struct name *p,
    const struct name *d, const struct hit *h);
/* "DOPSoft 4" of the list is DOPSoft if its version is 4.something. */
bool	 number_is_line(struct matcher *m, const struct name *p,
    const struct name *d, const struct hit *h);
/* The list knows no version, but the device's name has its line: "Teamcenter
 * V14.0" is beyond "< V13.2". Never more than that it is not in the range. */
bool	 line_is_out(const struct name *p, const struct name *d,
    const struct range *r);
#endif
