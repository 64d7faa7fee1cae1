/* Stands between a process and its C library, to stop the process at a chosen change of the data folder.

Loaded by LD_PRELOAD, it sees every call that changes a file or folder below a root: of Python, DuckDB and the Rust
libraries alike. It numbers these calls over all threads and forked processes, can write down each, and at one of them
kills the process group, or from there on lets the disk be full, read-only or take only half of each write. It does
nothing before `fault_arm` is called. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { NOTHING, KILL_BEFORE, KILL_AFTER, TEAR, DISK_FULL, READ_ONLY, HALF_WRITES };

static char root[PATH_MAX];
static size_t root_length;
static int trace_to = -1, how = NOTHING;
static long at;
static atomic_long *calls;
static atomic_long stopped_at; /* Unix time in seconds; 0 where the clock goes on */

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }
#define REAL(type, name, ...) \
    static type (*name##_)(__VA_ARGS__); \
    if (!name##_) name##_ = (type (*)(__VA_ARGS__))real(#name)

__attribute__((constructor)) static void begin(void) {
    calls = mmap(NULL, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* From now on, counts from 1 below `folder`; at call number `number` happens `what`. */
void fault_arm(const char *folder, int trace, long number, int what) {
    atomic_store(calls, 0);
    trace_to = trace, at = number, how = what;
    snprintf(root, sizeof root, "%s/", folder);
    root_length = strlen(root);
}

/* Lets the clock of the process stand still at this time. */
void fault_stop_clock(long seconds) { stopped_at = seconds; }

static void name_of(int folder, const char *path, char *full) {
    char link[64], base[PATH_MAX] = "";
    if (path && path[0] == '/') { snprintf(full, PATH_MAX, "%s", path); return; }
    snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, base, sizeof base - 1);
    base[length > 0 ? length : 0] = 0;
    if (path) snprintf(full, PATH_MAX, "%.2000s/%.2000s", base, path);
    else snprintf(full, PATH_MAX, "%s", base);
}

static void die(void) {
    kill(0, SIGKILL);
    for (;;) pause();
}

static void write_down(const char *operation, const char *name) {
    REAL(ssize_t, write, int, const void *, size_t);
    char line[PATH_MAX + 32];
    int length = snprintf(line, sizeof line, "%s %s\n", operation, name);
    if (trace_to >= 0 && length > 0 && write_(trace_to, line, length) < 0) abort();
}

/* What is to happen at this call: NOTHING, KILL_AFTER, TEAR, HALF_WRITES, or -1 with errno set. */
static int meet(const char *operation, int folder, const char *path, int takes_space) {
    char name[PATH_MAX];
    if (!root_length) return NOTHING;
    name_of(folder, path, name);
    if (strncmp(name, root, root_length)) return NOTHING;
    long number = atomic_fetch_add(calls, 1) + 1;
    write_down(operation, name + root_length);
    if (how == KILL_BEFORE && number == at) die();
    if ((how == KILL_AFTER || how == TEAR) && number == at) return how;
    if (number < at) return NOTHING;
    if (how == HALF_WRITES) return how;
    if (how == READ_ONLY) return errno = EROFS, -1;
    if (how == DISK_FULL && takes_space) return errno = ENOSPC, -1;
    return NOTHING;
}

#define CHANGE(operation, folder, path, takes_space, call) \
    int what_ = meet(operation, folder, path, takes_space); \
    if (what_ < 0) return -1; \
    __typeof__(call) result_ = call; \
    if (what_ == KILL_AFTER || what_ == TEAR) die(); \
    return result_

static size_t part(int what, size_t size) { return what == TEAR || (what == HALF_WRITES && size > 1) ? size / 2 : size; }

#define WRITE(descriptor, size, call) \
    int what_ = meet("write", descriptor, NULL, 1); \
    if (what_ < 0) return -1; \
    size = part(what_, size); \
    ssize_t result_ = call; \
    if (what_ == KILL_AFTER || what_ == TEAR) die(); \
    return result_

ssize_t write(int descriptor, const void *from, size_t size) {
    REAL(ssize_t, write, int, const void *, size_t);
    WRITE(descriptor, size, write_(descriptor, from, size));
}

ssize_t pwrite64(int descriptor, const void *from, size_t size, off64_t place) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    WRITE(descriptor, size, pwrite64_(descriptor, from, size, place));
}

ssize_t pwrite(int descriptor, const void *from, size_t size, off_t place) {
    return pwrite64(descriptor, from, size, place);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    size_t first = count > 0 ? parts[0].iov_len : 0; /* torn in the middle of the first part */
    int what = meet("write", descriptor, NULL, 1);
    if (what < 0) return -1;
    struct iovec torn = {count > 0 ? parts[0].iov_base : NULL, part(what, first)};
    ssize_t result = what == TEAR || what == HALF_WRITES ? writev_(descriptor, &torn, count > 0) : writev_(descriptor, parts, count);
    if (what == KILL_AFTER || what == TEAR) die();
    return result;
}

#define OPENS(flags) ((flags) & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC))

int openat64(int folder, const char *path, int flags, ...) {
    REAL(int, openat64, int, const char *, int, ...);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (!OPENS(flags)) return openat64_(folder, path, flags, mode);
    CHANGE("open", folder, path, flags & O_CREAT, openat64_(folder, path, flags, mode));
}

#define SAME_OPEN(name, parameter, folder) \
    int name(parameter const char *path, int flags, ...) { \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        return openat64(folder, path, flags, mode); \
    }
#define OF_FOLDER int folder,
SAME_OPEN(open, , AT_FDCWD)
SAME_OPEN(open64, , AT_FDCWD)
SAME_OPEN(openat, OF_FOLDER, folder)

int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    REAL(int, renameat2, int, const char *, int, const char *, unsigned);
    CHANGE("rename", to, new, 0, renameat2_(from, old, to, new, flags));
}
int renameat(int from, const char *old, int to, const char *new) { return renameat2(from, old, to, new, 0); }
int rename(const char *old, const char *new) { return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0); }

int linkat(int from, const char *old, int to, const char *new, int flags) {
    REAL(int, linkat, int, const char *, int, const char *, int);
    CHANGE("link", to, new, 1, linkat_(from, old, to, new, flags));
}
int link(const char *old, const char *new) { return linkat(AT_FDCWD, old, AT_FDCWD, new, 0); }

int unlinkat(int folder, const char *path, int flags) {
    REAL(int, unlinkat, int, const char *, int);
    CHANGE(flags & AT_REMOVEDIR ? "rmdir" : "unlink", folder, path, 0, unlinkat_(folder, path, flags));
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
    struct stat found;
    return lstat(path, &found) == 0 && S_ISDIR(found.st_mode) ? rmdir(path) : unlink(path);
}

int mkdirat(int folder, const char *path, mode_t mode) {
    REAL(int, mkdirat, int, const char *, mode_t);
    CHANGE("mkdir", folder, path, 1, mkdirat_(folder, path, mode));
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int ftruncate64(int descriptor, off64_t size) {
    REAL(int, ftruncate64, int, off64_t);
    CHANGE("truncate", descriptor, NULL, 0, ftruncate64_(descriptor, size));
}
int ftruncate(int descriptor, off_t size) { return ftruncate64(descriptor, size); }

int fsync(int descriptor) {
    REAL(int, fsync, int);
    CHANGE("fsync", descriptor, NULL, 0, fsync_(descriptor));
}
int fdatasync(int descriptor) {
    REAL(int, fdatasync, int);
    CHANGE("fsync", descriptor, NULL, 0, fdatasync_(descriptor));
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    REAL(int, clock_gettime, clockid_t, struct timespec *);
    if (clock != CLOCK_REALTIME || !stopped_at) return clock_gettime_(clock, time);
    *time = (struct timespec){stopped_at, 0};
    return 0;
}
time_t time(time_t *to) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return to ? *to = now.tv_sec : now.tv_sec;
}
int gettimeofday(struct timeval *to, void *zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *to = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}
