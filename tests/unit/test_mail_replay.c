/* Seeds and findings of the mail room's fuzz target. */
#define LLVMFuzzerTestOneInput fuzz_mail
#include "../fuzz/fuzz_mail.c"
#undef LLVMFuzzerTestOneInput
#include "replay.h"

REPLAY_TEST(fuzz_mail)

REPLAY_MAIN("mail", test_fuzz_mail)
