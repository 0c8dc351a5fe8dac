#ifndef CBrotli_shim_h
#define CBrotli_shim_h
#include <brotli/encode.h>
#endif
