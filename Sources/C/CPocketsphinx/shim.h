#ifndef CPocketsphinx_shim_h
#define CPocketsphinx_shim_h
#include <pocketsphinx.h>
#endif
