// A group of processes and what became of it, for the files that use one. Not part of the C interface.
#pragma once

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "bridge.h"
#include "ctorch_distributed.h"

namespace ctorch {

/// Processes that exchange tensors. A backward pass must not be left by an exception of a peer that died, as its tensors are
/// traps everywhere else: there the failure is written down, nothing more is sent, and whoever called the pass asks.
class Group {
   public:
    /// Gloo exchanges what lies in main memory.
    Group(c10::intrusive_ptr<c10d::Backend> gloo, int64_t rank, int64_t size)
        : rank(rank), size(size), gloo(std::move(gloo)) {}
    ~Group();

    const int64_t rank, size;
    std::string failure;

    bool isWell() const { return failure.empty(); }

    /// From now on NCCL exchanges what lies on a GPU. Without it that goes through main memory.
    void useNCCL(c10::intrusive_ptr<c10d::Backend> backend, std::chrono::milliseconds limit);
    /// Notices the end of a process of this machine while NCCL is waited for, which does not: it shares memory with them.
    void watch(int32_t process);
    /// Closes all connections, so that the others notice.
    void leave() noexcept;

    /// The tensor where it can be sent from: itself, or a copy in main memory.
    at::Tensor sendable(const at::Tensor& x) const { return x.is_cuda() && !nccl ? x.cpu() : x; }
    /// What exchanges a tensor that is sendable.
    c10d::Backend& backend(const at::Tensor& x) const { return x.is_cuda() ? *nccl : *gloo; }
    /// Waits for an exchange of a tensor that is sendable, and throws where it failed.
    void wait(c10d::Work& work, const at::Tensor& x) const;

    /// Runs `body`; false where it or anything before it failed.
    template <class Body>
    bool attempt(Body&& body) {
        if (!isWell()) return false;
        try {
            body();
            return true;
        } catch (const c10::Error& error) {
            failure = error.what_without_backtrace();
        } catch (const std::exception& error) {
            failure = error.what();
        }
        if (failure.empty()) failure = "the exchange failed";
        return false;
    }

   private:
    c10::intrusive_ptr<c10d::Backend> gloo, nccl;
    std::chrono::milliseconds limit{0};
    /// Descriptors that can be read once their process has ended.
    std::vector<int> watched;
};

/// NCCL among the processes of a store; see nccl_backend.cpp. Throws where this build has none.
c10::intrusive_ptr<c10d::Backend> makeNCCL(
    c10::intrusive_ptr<c10d::Store> store, int64_t rank, int64_t size, std::chrono::milliseconds limit);

}  // namespace ctorch

struct CTGroupBox {
    std::shared_ptr<ctorch::Group> group;
};
