// libFuzzer's own entry, for programs that have a `main`. No header of Clang's declares it.
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*one_input)(const uint8_t *data, size_t size));
