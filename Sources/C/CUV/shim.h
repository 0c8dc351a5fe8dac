#ifndef CUV_shim_h
#define CUV_shim_h
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <uv.h>

// prctl is variadic, and pthread_setname_np needs a feature macro that no shim header may set.
static inline void CUV_name_thread(const char *name) {
  prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0);
}
#endif
