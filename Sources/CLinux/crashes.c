#define _GNU_SOURCE
#include "clinux.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

static const int crashes[] = {SIGBUS, SIGSEGV, SIGILL, SIGTRAP, SIGABRT};
static struct sigaction before[NSIG];

static void end(const char* message, int code) {
    // Nothing else may be called here: the process may have stopped anywhere.
    ssize_t written = write(STDERR_FILENO, message, strlen(message));
    _exit(written < 0 ? EX_OSERR : code);
}

static void explain(int number, siginfo_t* info, void* context) {
    (void)context;
    if (number == SIGBUS && info->si_code == BUS_ADRERR)
        end("A file became shorter while it was read, or its disk cannot be read. Nothing that was finished before is lost; "
            "mend the file, and try again.\n",
            EX_IOERR);
    // Swift, and libraries that do not look at what malloc gives them, trap where memory ends. A trap does not say why, so
    // it is tried out.
    size_t size = (size_t)64 << 20;
    void* memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        end("There is not enough memory. Nothing that was finished before is lost; give the process more (`ulimit -v` says "
            "what it may have), or less to do at once.\n",
            EX_OSERR);
    munmap(memory, size);
    // A mistake of the program's: as without us.
    sigaction(number, &before[number], NULL);
    if (info->si_code <= 0) raise(number);
}

void cl_explain_crashes(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = explain;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; ++i) sigaction(crashes[i], &action, &before[crashes[i]]);
}
