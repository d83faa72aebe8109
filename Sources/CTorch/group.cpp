// What a group of processes does with its connections: who sends what, how it is waited for, how they end.
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

#include "process_group.h"

using namespace ctorch;
using Clock = std::chrono::steady_clock;

Group::~Group() {
    leave();
    for (const int descriptor : watched) close(descriptor);
}

void Group::useNCCL(c10::intrusive_ptr<c10d::Backend> backend, std::chrono::milliseconds limit) {
    nccl = std::move(backend);
    this->limit = limit;
}

void Group::watch(int32_t process) {
    const auto descriptor = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
    // Where the system has no such thing, the limit of time is what is left.
    if (descriptor >= 0) watched.push_back(descriptor);
}

void Group::leave() noexcept {
    try {
        // What is waited for in vain is given up.
        if (nccl && isWell()) nccl->shutdown();
        if (nccl && !isWell()) nccl->abort();
    } catch (const std::exception&) {
        // It is over either way.
    }
    nccl.reset();
    gloo.reset();
}

void Group::wait(c10d::Work& work, const at::Tensor& x) const {
    if (!x.is_cuda()) {
        work.wait();
        return;
    }
    const auto end = Clock::now() + limit;
    for (int64_t turn = 0; !work.isCompleted(); ++turn) {
        if (turn < 1000) {
            std::this_thread::yield();
            continue;
        }
        TORCH_CHECK(Clock::now() < end, "an exchange has taken ", limit.count() / 1000, " s");
        for (const int descriptor : watched) {
            pollfd place{descriptor, POLLIN, 0};
            TORCH_CHECK(poll(&place, 1, 0) == 0, "a process of this machine has ended");
        }
        std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    if (const auto error = work.exception()) std::rethrow_exception(error);
    work.synchronize();
}
