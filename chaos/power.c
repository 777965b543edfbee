/* Notes what a program writes to a database's files, and what of it is surely on the disk.

   Loaded before the C library (LD_PRELOAD). While the file CHAOS_POWER names exists, each write to a
   file that ends as SQLite's do is appended to it, with what stood there before; and so is each
   wait for the disk. `power.py` reads it and makes of the files what a power cut may leave.
*/
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITTEN = 1, CUT = 2, SYNC_BEGINS = 3, SYNCED = 4 };

/* As power.py has it. `who` tells the waits for the disk apart; after it come the path, what stood
   there before and what was written. */
struct note {
    uint32_t kind, path, before, written;
    uint64_t who, offset, size;
};

static const char *ENDINGS[] = {".db", ".db-wal"};

static int is_ours(int handle, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0)
        return 0;
    path[length] = 0;
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
        size_t end = strlen(ENDINGS[i]);
        if ((size_t)length > end && strcmp(path + length - end, ENDINGS[i]) == 0)
            return 1;
    }
    return 0;
}

static int open_notes(void)
{
    const char *name = getenv("CHAOS_POWER");
    return name ? (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
}

static void add(int notes, struct note *it, const char *path, void *before, const void *written)
{
    struct iovec parts[] = {
        {it, sizeof *it},
        {(void *)path, it->path = (uint32_t)strlen(path)},
        {before, it->before},
        {(void *)written, it->written},
    };
    it->who = (uint64_t)gettid();
    if (writev(notes, parts, 4) < 0)
        abort(); /* what is not noted would be taken for safe */
}

/* What stands between two places of a file, to be freed. */
static void *stands(int handle, struct note *it, uint64_t length)
{
    struct stat about;
    it->size = fstat(handle, &about) == 0 ? (uint64_t)about.st_size : 0;
    it->before = 0;
    if (it->offset >= it->size)
        return NULL;
    if (length > it->size - it->offset)
        length = it->size - it->offset;
    void *found = malloc(length);
    ssize_t read_in = found ? pread(handle, found, length, (off_t)it->offset) : -1;
    it->before = read_in > 0 ? (uint32_t)read_in : 0;
    return found;
}

static void note_change(int handle, enum kind kind, uint64_t offset, uint64_t length,
                        const void *written)
{
    char path[PATH_MAX];
    int notes = open_notes();
    if (notes < 0)
        return;
    if (is_ours(handle, path)) {
        struct note it = {.kind = kind, .offset = offset};
        void *before = stands(handle, &it, length);
        it.written = written ? (uint32_t)length : 0;
        add(notes, &it, path, before, written);
        free(before);
    }
    close(notes);
}

static void note_sync(int handle, enum kind kind)
{
    char path[PATH_MAX];
    int notes = open_notes();
    if (notes < 0)
        return;
    if (is_ours(handle, path)) {
        struct note it = {.kind = kind};
        add(notes, &it, path, NULL, NULL);
    }
    close(notes);
}

#define REAL(name, type) \
    static __typeof__(type) real; \
    if (!real) \
        real = (__typeof__(type))dlsym(RTLD_NEXT, name)

#define WRITES_AT(name) \
    ssize_t name(int handle, const void *from, size_t length, off64_t offset) \
    { \
        REAL(#name, ssize_t (*)(int, const void *, size_t, off64_t)); \
        note_change(handle, WRITTEN, (uint64_t)offset, length, from); \
        return real(handle, from, length, offset); \
    }
WRITES_AT(pwrite)
WRITES_AT(pwrite64)

ssize_t write(int handle, const void *from, size_t length)
{
    REAL("write", ssize_t (*)(int, const void *, size_t));
    off_t offset = lseek(handle, 0, SEEK_CUR);
    if (offset >= 0)
        note_change(handle, WRITTEN, (uint64_t)offset, length, from);
    return real(handle, from, length);
}

#define CUTS(name) \
    int name(int handle, off64_t length) \
    { \
        REAL(#name, int (*)(int, off64_t)); \
        note_change(handle, CUT, (uint64_t)length, UINT32_MAX, NULL); \
        return real(handle, length); \
    }
CUTS(ftruncate)
CUTS(ftruncate64)

#define SYNCS(name) \
    int name(int handle) \
    { \
        REAL(#name, int (*)(int)); \
        note_sync(handle, SYNC_BEGINS); \
        int came = real(handle); \
        if (came == 0) \
            note_sync(handle, SYNCED); \
        return came; \
    }
SYNCS(fsync)
SYNCS(fdatasync)
