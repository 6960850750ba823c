// Preloaded into a program: which of its allocations live, by where they were made. Of each 32 KiB that a thread allocates one
// allocation is remembered with its stack; every SAMPLER_EVERY seconds what is left of them is written to SAMPLER_OUT.N: a line for
// each, bytes that it stands for, then the addresses of its stack from the innermost; then the mappings of the process.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EACH 32768
#define DEPTH 40
#define SLOTS (1u << 17)
#define MARKS (1u << 22)
#define GONE ((void *)1)
// Our own frames at the top of a stack: note() and the function that it was called from.
#define OWN 2

typedef struct {
  void *at;
  size_t bytes;
  int depth;
  void *stack[DEPTH];
} Sample;

static Sample *samples;
static uint8_t *marks; // by hash: how many samples may be there
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int ready;
static __thread int inside __attribute__((tls_model("initial-exec")));
static __thread long left __attribute__((tls_model("initial-exec")));

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);
static int (*real_posix_memalign)(void **, size_t, size_t);
static void *(*real_aligned_alloc)(size_t, size_t);
// What dlsym itself needs before the functions are known.
static char early[65536];
static size_t early_used;

static int is_early(void *p) { return (char *)p >= early && (char *)p < early + sizeof early; }

static void *take_early(size_t bytes) {
  void *p = early + early_used;
  early_used += (bytes + 15) & ~(size_t)15;
  return p;
}

static void find(void) {
  inside++;
  real_calloc = dlsym(RTLD_NEXT, "calloc");
  real_malloc = dlsym(RTLD_NEXT, "malloc");
  real_realloc = dlsym(RTLD_NEXT, "realloc");
  real_free = dlsym(RTLD_NEXT, "free");
  real_posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
  real_aligned_alloc = dlsym(RTLD_NEXT, "aligned_alloc");
  inside--;
}

static uint32_t hash(void *p) { return (((uint64_t)p >> 4) * 0x9E3779B97F4A7C15ull) >> 32; }

static __attribute__((noinline)) void note(void *p, size_t bytes) {
  if (!ready || inside || !p || (left -= (long)bytes) > 0) return;
  inside++;
  left = EACH / 2 + hash(p) % EACH;
  Sample sample = {p, bytes < EACH ? EACH : bytes, 0, {0}};
  sample.depth = backtrace(sample.stack, DEPTH);
  pthread_mutex_lock(&lock);
  for (uint32_t i = hash(p), tries = 0; tries < 4096; i++, tries++) {
    Sample *slot = &samples[i & (SLOTS - 1)];
    if (slot->at && slot->at != GONE) continue;
    *slot = sample;
    uint8_t *mark = &marks[hash(p) & (MARKS - 1)];
    if (*mark < 255) ++*mark;
    break;
  }
  pthread_mutex_unlock(&lock);
  inside--;
}

static void forget(void *p) {
  if (!ready || inside || !p) return;
  uint8_t *mark = &marks[hash(p) & (MARKS - 1)];
  if (!*mark) return;
  pthread_mutex_lock(&lock);
  for (uint32_t i = hash(p), tries = 0; tries < 4096; i++, tries++) {
    Sample *slot = &samples[i & (SLOTS - 1)];
    if (!slot->at) break;
    if (slot->at != p) continue;
    slot->at = GONE;
    if (*mark < 255) --*mark;
    break;
  }
  pthread_mutex_unlock(&lock);
}

void *malloc(size_t bytes) {
  if (!real_malloc) {
    if (inside) return take_early(bytes);
    find();
  }
  void *p = real_malloc(bytes);
  note(p, bytes);
  return p;
}

void *calloc(size_t count, size_t each) {
  if (!real_calloc) return take_early(count * each);
  void *p = real_calloc(count, each);
  note(p, count * each);
  return p;
}

void *realloc(void *old, size_t bytes) {
  if (is_early(old)) {
    void *p = malloc(bytes);
    return p ? memcpy(p, old, bytes) : p;
  }
  if (!real_realloc) find();
  forget(old);
  void *p = real_realloc(old, bytes);
  note(p, bytes);
  return p;
}

void free(void *p) {
  if (is_early(p)) return;
  if (!real_free) find();
  forget(p);
  real_free(p);
}

int posix_memalign(void **p, size_t align, size_t bytes) {
  if (!real_posix_memalign) find();
  int error = real_posix_memalign(p, align, bytes);
  if (!error) note(*p, bytes);
  return error;
}

void *aligned_alloc(size_t align, size_t bytes) {
  if (!real_aligned_alloc) find();
  void *p = real_aligned_alloc(align, bytes);
  note(p, bytes);
  return p;
}

static void write_all(int number) {
  char name[4096];
  snprintf(name, sizeof name, "%s.%d", getenv("SAMPLER_OUT"), number);
  FILE *out = fopen(name, "w");
  if (!out) return;
  for (uint32_t i = 0; i < SLOTS; i++) {
    pthread_mutex_lock(&lock);
    Sample sample = samples[i];
    pthread_mutex_unlock(&lock);
    if (!sample.at || sample.at == GONE) continue;
    fprintf(out, "%zu", sample.bytes);
    for (int n = OWN; n < sample.depth; n++) fprintf(out, " %p", sample.stack[n]);
    fputc('\n', out);
  }
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[4096];
  while (maps && fgets(line, sizeof line, maps)) fputs(line, out);
  if (maps) fclose(maps);
  fclose(out);
}

static void *write_now_and_then(void *unused) {
  inside = 1;
  int every = atoi(getenv("SAMPLER_EVERY"));
  for (int number = 1; every > 0; number++) {
    sleep(every);
    write_all(number);
  }
  return unused;
}

__attribute__((constructor)) static void begin(void) {
  if (!getenv("SAMPLER_OUT") || !getenv("SAMPLER_EVERY")) return;
  if (!real_malloc) find();
  samples = real_calloc(SLOTS, sizeof *samples);
  marks = real_calloc(MARKS, 1);
  if (!samples || !marks) return;
  // Its first call loads a library.
  void *stack[4];
  backtrace(stack, 4);
  // The program's signals are not for this thread.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  inside++;
  pthread_create(&thread, NULL, write_now_and_then, NULL);
  inside--;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  ready = 1;
}
