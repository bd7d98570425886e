/*
 * The clock of a live service, loaded by the dynamic linker in front of the C library (LD_PRELOAD). It answers the questions for the wall
 * clock and nothing else: monotonic clocks, relative waits and file times are the kernel's, so timers run also while the wall clock stands.
 *
 *   LOOP_CLOCK=shifted:NANOSECONDS   the wall clock is the machine's plus that many (may be negative) and runs
 *   LOOP_CLOCK=frozen:NANOSECONDS    the wall clock stands at that many after 1970-01-01T00:00:00Z
 *
 * Whoever computes a deadline from the wall clock and waits for it with an absolute time would hand the kernel a time of another clock:
 * those waits are translated. No lock, no memory, no file: safe in signal handlers and after fork, and nothing can be left behind.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))
#define SECOND 1000000000LL
/* A monotonic clock counts from the start of the machine, a wall clock from 1970: 15 years of either lie between them. */
#define EARLIEST_WALL_TIME 500000000LL
/* Later deadlines mean "never", and would not fit into 64 bits of nanoseconds. */
#define LATEST_WALL_TIME 9000000000LL

enum mode { UNREAD, REAL, SHIFTED, FROZEN };
static volatile int mode = UNREAD;
static volatile int64_t setting;

/* The next definition in the order of the linker; found again by every thread that comes first, with the same result. */
#define NEXT(function) ({ static __typeof__(&function) volatile found; if (!found) found = (__typeof__(&function))dlsym(RTLD_NEXT, #function); found; })

/* Read at the first question rather than in a constructor: constructors of other libraries may ask before ours would run. */
static int read_mode(void)
{
    if (mode != UNREAD)
        return mode;
    const char *text = getenv("LOOP_CLOCK");
    int read = REAL;
    if (text && !strncmp(text, "shifted:", 8))
        read = SHIFTED;
    else if (text && !strncmp(text, "frozen:", 7))
        read = FROZEN;
    if (read != REAL)
        setting = strtoll(strchr(text, ':') + 1, NULL, 10);
    __sync_synchronize();
    mode = read;
    return read;
}

__attribute__((constructor)) static void prepare(void) { read_mode(); }

static int64_t nanoseconds(const struct timespec *time) { return time->tv_sec * SECOND + time->tv_nsec; }

static struct timespec from_nanoseconds(int64_t value)
{
    struct timespec time = { value / SECOND, value % SECOND };
    if (time.tv_nsec < 0) {
        time.tv_nsec += SECOND;
        time.tv_sec--;
    }
    return time;
}

/* The machine's wall time → the service's. */
static void translate(struct timespec *time)
{
    if (read_mode() == SHIFTED)
        *time = from_nanoseconds(nanoseconds(time) + setting);
    else if (mode == FROZEN)
        *time = from_nanoseconds(setting);
}

/* The service's wall time → the machine's; a monotonic time stays what it is. While the clock stands, a deadline is as far ahead as it was when asked for. */
static const struct timespec *machine_time(const struct timespec *deadline, struct timespec *translated)
{
    if (!deadline || read_mode() == REAL || deadline->tv_sec < EARLIEST_WALL_TIME || deadline->tv_sec > LATEST_WALL_TIME)
        return deadline;
    struct timespec now = { 0, 0 };
    if (mode == FROZEN)
        NEXT(clock_gettime)(CLOCK_REALTIME, &now);
    *translated = from_nanoseconds(nanoseconds(deadline) - setting + nanoseconds(&now));
    return translated;
}

static int is_wall(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI; }

EXPORT int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = NEXT(clock_gettime)(clock, time);
    if (result == 0 && time && is_wall(clock))
        translate(time);
    return result;
}

EXPORT int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    int result = NEXT(gettimeofday)(time, zone);
    if (result == 0 && time) {
        struct timespec exact = { time->tv_sec, time->tv_usec * 1000 };
        translate(&exact);
        time->tv_sec = exact.tv_sec;
        time->tv_usec = exact.tv_nsec / 1000;
    }
    return result;
}

EXPORT time_t time(time_t *seconds)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    if (seconds)
        *seconds = now.tv_sec;
    return now.tv_sec;
}

EXPORT int timespec_get(struct timespec *time, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, time) == 0 ? base : 0;
}

/* Waits until an absolute time. */
#define WAIT(function, parameters, ...) \
    EXPORT int function parameters \
    { \
        struct timespec translated; \
        return NEXT(function)(__VA_ARGS__); \
    }
#define DEADLINE machine_time(deadline, &translated)

WAIT(pthread_cond_timedwait, (pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict deadline), condition, mutex, DEADLINE)
WAIT(pthread_mutex_timedlock, (pthread_mutex_t *restrict mutex, const struct timespec *restrict deadline), mutex, DEADLINE)
WAIT(pthread_rwlock_timedrdlock, (pthread_rwlock_t *restrict lock, const struct timespec *restrict deadline), lock, DEADLINE)
WAIT(pthread_rwlock_timedwrlock, (pthread_rwlock_t *restrict lock, const struct timespec *restrict deadline), lock, DEADLINE)
WAIT(sem_timedwait, (sem_t *restrict semaphore, const struct timespec *restrict deadline), semaphore, DEADLINE)

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 30)
WAIT(pthread_cond_clockwait, (pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, clockid_t clock, const struct timespec *restrict deadline), condition, mutex, clock, DEADLINE)
WAIT(pthread_mutex_clocklock, (pthread_mutex_t *restrict mutex, clockid_t clock, const struct timespec *restrict deadline), mutex, clock, DEADLINE)
WAIT(sem_clockwait, (sem_t *restrict semaphore, clockid_t clock, const struct timespec *restrict deadline), semaphore, clock, DEADLINE)
#endif

EXPORT int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
    struct timespec translated;
    return NEXT(clock_nanosleep)(clock, flags, flags & TIMER_ABSTIME ? machine_time(time, &translated) : time, left);
}

EXPORT int timerfd_settime(int timer, int flags, const struct itimerspec *value, struct itimerspec *before)
{
    struct itimerspec translated = { 0 };
    if (value && flags & TFD_TIMER_ABSTIME) {
        translated.it_interval = value->it_interval;
        translated.it_value = *machine_time(&value->it_value, &translated.it_value);
        value = &translated;
    }
    return NEXT(timerfd_settime)(timer, flags, value, before);
}

EXPORT int timer_settime(timer_t timer, int flags, const struct itimerspec *restrict value, struct itimerspec *restrict before)
{
    struct itimerspec translated = { 0 };
    if (value && flags & TIMER_ABSTIME) {
        translated.it_interval = value->it_interval;
        translated.it_value = *machine_time(&value->it_value, &translated.it_value);
        value = &translated;
    }
    return NEXT(timer_settime)(timer, flags, value, before);
}
