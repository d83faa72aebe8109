// A group of processes and what became of it, for the files that use one. Not part of the C interface.
#pragma once

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <memory>
#include <string>

#include "bridge.h"
#include "ctorch_distributed.h"

namespace ctorch {

/// Processes that exchange tensors. A backward pass must not be left by an exception of a peer that died, as its tensors are
/// traps everywhere else: there the failure is written down, nothing more is sent, and whoever called the pass asks.
struct Group {
    c10::intrusive_ptr<c10d::Backend> backend;
    int64_t rank, size;
    std::string failure;

    bool isWell() const { return failure.empty(); }

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
};

}  // namespace ctorch

struct CTGroupBox {
    std::shared_ptr<ctorch::Group> group;
};
