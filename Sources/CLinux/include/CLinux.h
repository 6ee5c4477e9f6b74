#pragma once

// The system calls that Swift's Glibc module does not show.
// `_GNU_SOURCE` stays out of this header: with it, Swift refuses the module ('fds_bits' of fd_set).

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <stddef.h>

/// accept4(2); the new socket is non-blocking and close-on-exec.
/// Returns -1 and sets errno as accept4 does.
int clinux_accept(int listener, struct sockaddr *peer, socklen_t *length);

/// Has a listening TCP socket drop every new handshake, and finish those that have begun (SO_ATTACH_FILTER of
/// socket(7)). Whoever is dropped asks again after a second, and hears then who listens, or that nobody does.
/// Returns -1 and sets errno as setsockopt does.
int clinux_drop_handshakes(int listener);

/// The number of processors that the calling process may run on (sched_getaffinity(2)), at least 1.
int clinux_available_processors(void);

/// Names the calling thread, cut to the kernel's 15 characters.
void clinux_name_thread(const char *name);

/// Keeps other processes of the same user out of this one (PR_SET_DUMPABLE of prctl(2)): they can't read
/// /proc/PID/environ, fd or mem, nor trace it. Core dumps and debuggers are off with it; root's CAP_SYS_PTRACE
/// is stronger. Holds until an exec. Returns -1 and sets errno as prctl does.
int clinux_hide_process(void);

/// Makes this process the parent of what its descendants leave behind (PR_SET_CHILD_SUBREAPER of prctl(2)).
void clinux_adopt_orphans(void);

/// Removes a file, or a directory with everything below it, without following symbolic links. What can't
/// be removed stays.
void clinux_remove_tree(const char *path);

/// Gives back the memory that holds what the program and its libraries are read from, their code above all, as far
/// as it was never written to (MADV_DONTNEED of madvise(2)). What is needed again comes back a piece at a time from
/// where the kernel keeps it: for after the start, most of which is never needed again.
void clinux_release_unwritten_pages(void);
