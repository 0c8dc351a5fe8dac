#ifndef CCurl_shim_h
#define CCurl_shim_h
#include <curl/curl.h>
#endif
