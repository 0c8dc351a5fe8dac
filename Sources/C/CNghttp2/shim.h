#ifndef CNghttp2_shim_h
#define CNghttp2_shim_h
#include <nghttp2/nghttp2.h>
#endif
