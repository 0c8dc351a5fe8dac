#ifndef CEspeak_shim_h
#define CEspeak_shim_h
#include <espeak-ng/speak_lib.h>
#endif
