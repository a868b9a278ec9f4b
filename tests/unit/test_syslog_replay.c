/* Seeds and findings of the syslog room's fuzz target. */
#define LLVMFuzzerTestOneInput fuzz_syslog_text
#include "../fuzz/fuzz_syslog_text.c"
#undef LLVMFuzzerTestOneInput
#include "replay.h"

REPLAY_TEST(fuzz_syslog_text)

REPLAY_MAIN("syslog", test_fuzz_syslog_text)
