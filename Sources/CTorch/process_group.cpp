// Processes that compute together: a store to meet at, and exchanges of tensors by c10d's Gloo.
//
// The store is told apart from the group because it outlives it: when a process is lost, the others meet there once more to
// say who is left.
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Logging.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
// What the library was built with, which decides whether the header has anything in it.
#define USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "process_group.h"

using namespace ctorch;
using std::chrono::milliseconds;

struct CTStoreBox {
    c10::intrusive_ptr<c10d::TCPStore> store;
};

namespace {

/// A process's rows of a matrix, padded to the most that any has, as gathers need equal shares.
at::Tensor padded(const at::Tensor& rows, int64_t most) {
    auto result = at::zeros({most, rows.size(1)}, rows.options());
    result.narrow(0, 0, rows.size(0)).copy_(rows);
    return result;
}

struct RowGathering : torch::autograd::Function<RowGathering> {
    static at::Tensor forward(
        torch::autograd::AutogradContext* context, const at::Tensor& x, int64_t group,
        const std::vector<int64_t>& counts) {
        context->saved_data["group"] = group;
        context->saved_data["counts"] = counts;
        context->saved_data["rows"] = x.size(0);
        auto& shared = *reinterpret_cast<CTGroupBox*>(group)->group;
        const int64_t most = *std::max_element(counts.begin(), counts.end()), size = counts.size();
        auto own = shared.sendable(padded(x.narrow(0, 0, counts[shared.rank]), most));
        auto all = at::empty({size * most, x.size(1)}, own.options());
        const bool done = shared.attempt([&] { shared.wait(*shared.backend(own)._allgather_base(all, own), own); });
        if (!done) all.zero_();
        std::vector<at::Tensor> parts;
        for (int64_t rank = 0; rank < size; ++rank) parts.push_back(all.narrow(0, rank * most, counts[rank]));
        return at::cat(parts, 0).to(x.device());
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
        auto& shared = *reinterpret_cast<CTGroupBox*>(context->saved_data["group"].toInt())->group;
        const auto counts = context->saved_data["counts"].toIntVector();
        const auto& whole = gradients[0];
        const int64_t most = *std::max_element(counts.begin(), counts.end()), size = counts.size();
        auto given = at::zeros({size * most, whole.size(1)}, whole.options());
        int64_t row = 0;
        for (int64_t rank = 0; rank < size; row += counts[rank++])
            given.narrow(0, rank * most, counts[rank]).copy_(whole.narrow(0, row, counts[rank]));
        given = shared.sendable(given);
        auto own = at::zeros({most, whole.size(1)}, given.options());
        shared.attempt([&] { shared.wait(*shared.backend(own)._reduce_scatter_base(own, given), own); });
        auto change = at::zeros({context->saved_data["rows"].toInt(), whole.size(1)}, whole.options());
        const int64_t count = counts[shared.rank];
        if (shared.isWell()) change.narrow(0, 0, count).copy_(own.narrow(0, 0, count));
        return {change, {}, {}};
    }
};

/// Exchanges a tensor in place, by `body`.
template <class Body>
void inPlace(Group& group, const at::Tensor& x, Body&& body) {
    std::vector<at::Tensor> list{group.sendable(x)};
    group.wait(*body(group.backend(list[0]), list), list[0]);
    if (!list[0].is_same(x)) x.copy_(list[0]);
}

/// An exchange that is waited for; fails where the group has failed before.
template <class Body>
CTStatus exchange(CTGroup group, Body&& body) {
    return guarded([&] {
        auto& shared = *group->group;
        shared.attempt([&] { body(shared); });
        TORCH_CHECK(shared.isWell(), shared.failure);
    });
}

}  // namespace

extern "C" {

CTStatus ct_open_store(
    const char* host, int32_t port, bool serves, int64_t limit, CTStore* out, int32_t* bound) {
    return guarded([&] {
        // c10d writes lines of its own where a connection fails. Whoever calls gets the same as an error.
        static std::once_flag quietened;
        std::call_once(quietened, [] {
            if (!std::getenv("TORCH_CPP_LOG_LEVEL")) FLAGS_caffe2_log_level = c10::GLOG_FATAL;
        });
        c10d::TCPStoreOptions options;
        options.port = static_cast<uint16_t>(port);
        options.isServer = serves;
        options.waitWorkers = false;
        options.timeout = milliseconds(limit);
        auto store = c10::make_intrusive<c10d::TCPStore>(host, options);
        *bound = store->getPort();
        *out = new CTStoreBox{std::move(store)};
    });
}

void ct_close_store(CTStore store) { delete store; }

CTStatus ct_store_set(CTStore store, const char* key, const void* data, int64_t bytes) {
    return guarded([&] {
        const auto* first = static_cast<const uint8_t*>(data);
        store->store->set(key, std::vector<uint8_t>(first, first + bytes));
    });
}

CTStatus ct_store_get(CTStore store, const char* key, int64_t limit, CTTensor* out) {
    return guarded([&] {
        *out = nullptr;
        try {
            store->store->wait({key}, milliseconds(limit));
        } catch (const c10::DistStoreError&) {
            return;
        }
        const auto bytes = store->store->get(key);
        auto result = at::empty({static_cast<int64_t>(bytes.size())}, at::TensorOptions().dtype(at::kByte));
        std::memcpy(result.mutable_data_ptr(), bytes.data(), bytes.size());
        *out = box(std::move(result));
    });
}

CTStatus ct_store_add(CTStore store, const char* key, int64_t amount, int64_t* after) {
    return guarded([&] { *after = store->store->add(key, amount); });
}

CTStatus ct_join_group(
    CTStore store, const char* name, const char* address, bool isInterface, int32_t rank, int32_t size, int64_t limit,
    CTGroup* out) {
    return guarded([&] {
        using Gloo = c10d::ProcessGroupGloo;
        auto options = Gloo::Options::create_default(milliseconds(limit));
        options->devices = {
            isInterface ? Gloo::createDeviceForInterface(address) : Gloo::createDeviceForHostname(address)};
        auto place = c10::make_intrusive<c10d::PrefixStore>(name, store->store);
        auto gloo = c10::make_intrusive<Gloo>(place, rank, size, options);
        *out = new CTGroupBox{std::make_shared<Group>(std::move(gloo), rank, size)};
    });
}

CTStatus ct_use_nccl(CTGroup group, CTStore store, const char* name, int64_t limit) {
    return guarded([&] {
        auto& shared = *group->group;
        auto place = c10::make_intrusive<c10d::PrefixStore>(name, store->store);
        shared.useNCCL(makeNCCL(std::move(place), shared.rank, shared.size, milliseconds(limit)), milliseconds(limit));
    });
}

CTStatus ct_watch_process(CTGroup group, int32_t process) {
    return guarded([&] { group->group->watch(process); });
}

CTStatus ct_leave_group(CTGroup group) {
    return guarded([&] {
        group->group->leave();
        if (group->group->isWell()) group->group->failure = "the group was left";
    });
}

void ct_free_group(CTGroup group) { delete group; }

CTStatus ct_group_failure(CTGroup group, const char** out) {
    return guarded([&] { *out = group->group->isWell() ? nullptr : group->group->failure.c_str(); });
}

CTStatus ct_all_reduce(CTGroup group, CTTensor x) {
    return exchange(group, [&](Group& shared) {
        inPlace(shared, x->tensor.detach(), [](auto& backend, auto& list) { return backend.allreduce(list); });
    });
}

CTStatus ct_broadcast(CTGroup group, CTTensor x, int32_t root) {
    return exchange(group, [&](Group& shared) {
        c10d::BroadcastOptions options;
        options.rootRank = root;
        inPlace(
            shared, x->tensor.detach(), [&](auto& backend, auto& list) { return backend.broadcast(list, options); });
    });
}

CTStatus ct_all_gather(CTGroup group, CTTensor x, CTTensor* out) {
    return exchange(group, [&](Group& shared) {
        // Gloo takes the first dimension apart, which a number does not have.
        auto own = shared.sendable(x->tensor.contiguous().view({-1}));
        auto all = at::empty({shared.size * own.numel()}, own.options());
        shared.wait(*shared.backend(own)._allgather_base(all, own), own);
        auto sizes = x->tensor.sizes().vec();
        sizes.insert(sizes.begin(), shared.size);
        *out = box(all.view(sizes).to(x->tensor.device()));
    });
}

CTStatus ct_gather_rows(CTGroup group, CTTensor x, CTInts counts, CTTensor* out) {
    return produce(out, [&] {
        const auto list = ints(counts);
        const auto& shared = *group->group;
        TORCH_CHECK(
            x->tensor.dim() == 2 && static_cast<int64_t>(list.size()) == shared.size &&
                x->tensor.size(0) >= list[shared.rank],
            "a matrix with at least as many rows as its process has, and a count for each process");
        return RowGathering::apply(x->tensor, reinterpret_cast<int64_t>(group), list.vec());
    });
}

}  // extern "C"
