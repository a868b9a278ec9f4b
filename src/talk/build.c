/* Which build this is. The only file that sees the Makefile's macros, so that a
 * new version compiles one file again. */
#include "talk/helper.h"

const char build_id[] = BUILD_ID;
const char build_version[] = BUILD_VERSION;
