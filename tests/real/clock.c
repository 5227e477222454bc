/* Preloaded into a watch: the clock of the day, with that which counts sleep, shifted by the seconds in CLOCK_FILE. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

static int (*real)(clockid_t, struct timespec *);
static volatile long long *shift;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("CLOCK_FILE");
  int file = path ? open(path, O_RDONLY) : -1;
  real = dlsym(RTLD_NEXT, "clock_gettime");
  if (file >= 0) {
    void *at = mmap(0, 16, PROT_READ, MAP_SHARED, file, 0);
    if (at != MAP_FAILED) shift = at;
  }
}

int clock_gettime(clockid_t id, struct timespec *at) {
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int done = real(id, at);
  if (shift && (id == CLOCK_REALTIME || id == CLOCK_BOOTTIME)) at->tv_sec += shift[id == CLOCK_BOOTTIME];
  return done;
}
