/// What Linux knows of files and signals, and the headers that Swift sees do not say.
#ifndef CLINUX_H
#define CLINUX_H

#include <stdint.h>

/// Gives the disk back a part of a file, which then reads as zeros; its length stays. 0, or -1 with errno.
int cl_punch_hole(int descriptor, int64_t offset, int64_t length);

/// Whether some process has a file open for writing: 1 or 0, or -1 where the system does not say. The descriptor was
/// opened for reading only.
int cl_is_being_written(int descriptor);

/// The number of the file system that a path lies on (<linux/magic.h>), or -1 with errno.
int64_t cl_file_system(const char* path);

/// Lets a process that cannot go on for want of memory, or as a file that it has mapped became shorter, end with a message and
/// an exit code of <sysexits.h> instead of by a signal. All other crashes are as before. For programs, not for libraries.
void cl_explain_crashes(void);

/// Keeps freed memory in the process instead of giving it back to the system. A training asks for tensors of the same sizes at
/// each step; what the allocator gave back comes anew from the system, which clears every page. Call it once, at start.
void cl_keep_freed_memory(void);

#endif
