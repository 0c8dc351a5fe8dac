// libFuzzer has no header for this part of its interface (its documentation, "Using libFuzzer as a
// library").
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run)(const uint8_t *data, size_t size));
