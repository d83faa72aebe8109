// Gradients added up over the processes of a group, in buckets that are sent off while the backward pass goes on.
//
// A backward pass reaches the last layers first, so buckets are filled from the last parameter on. They leave in this order on
// every process, whatever the order in which gradients arrive: exchanges are matched by their order.
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <memory>
#include <vector>

#include "process_group.h"

using namespace ctorch;

namespace {

/// Some neighbouring parameters, and room for their gradients side by side.
struct Bucket {
    std::vector<size_t> parameters;
    at::Tensor room;
    /// What is exchanged: the room, or its copy in main memory.
    at::Tensor sent;
    size_t missing = 0;
    c10::intrusive_ptr<c10d::Work> work;
};

class Buckets {
   public:
    Buckets(std::shared_ptr<Group> group, std::vector<at::Tensor> parameters, int64_t bytes)
        : group(std::move(group)), parameters(std::move(parameters)), places(this->parameters.size()) {
        for (size_t index = this->parameters.size(); index-- > 0;) {
            const auto& parameter = this->parameters[index];
            if (buckets.empty() || full(buckets.back(), parameter, bytes)) buckets.emplace_back();
            buckets.back().parameters.push_back(index);
        }
        for (size_t number = 0; number < buckets.size(); ++number) fit(buckets[number], number);
        begin();
    }

    /// A gradient has arrived.
    void arrived(size_t index) {
        auto& place = places[index];
        if (place.arrived) return;
        place.arrived = true;
        {
            c10::NoGradGuard noGradient;
            place.room.copy_(parameters[index].grad());
        }
        --buckets[place.bucket].missing;
        while (next < buckets.size() && buckets[next].missing == 0) send();
    }

    /// Sends what is left, waits for all, and hands the sums out.
    void finish() {
        for (auto& bucket : buckets)
            for (const size_t index : bucket.parameters)
                if (!places[index].arrived) places[index].room.zero_();
        while (next < buckets.size()) send();
        for (auto& bucket : buckets) {
            if (bucket.work) group->attempt([&] { group->wait(*bucket.work, bucket.sent); });
            if (bucket.sent.defined() && !bucket.sent.is_same(bucket.room)) bucket.room.copy_(bucket.sent);
            bucket.work.reset();
            bucket.sent.reset();
        }
        for (size_t index = 0; index < parameters.size(); ++index)
            if (places[index].arrived) parameters[index].mutable_grad() = places[index].room;
        begin();
    }

   private:
    struct Place {
        size_t bucket = 0;
        /// Its part of the bucket, in the parameter's shape.
        at::Tensor room;
        bool arrived = false;
    };

    std::shared_ptr<Group> group;
    std::vector<at::Tensor> parameters;
    std::vector<Place> places;
    std::vector<Bucket> buckets;
    /// The bucket to be sent next.
    size_t next = 0;

    bool full(const Bucket& bucket, const at::Tensor& parameter, int64_t bytes) const {
        const auto& first = parameters[bucket.parameters.front()];
        int64_t held = parameter.nbytes();
        for (const size_t index : bucket.parameters) held += parameters[index].nbytes();
        return held > bytes || first.scalar_type() != parameter.scalar_type() || first.device() != parameter.device();
    }

    void fit(Bucket& bucket, size_t number) {
        int64_t count = 0;
        for (const size_t index : bucket.parameters) count += parameters[index].numel();
        bucket.room = at::empty({count}, parameters[bucket.parameters.front()].options().requires_grad(false));
        int64_t start = 0;
        for (const size_t index : bucket.parameters) {
            const auto& parameter = parameters[index];
            places[index] = {number, bucket.room.narrow(0, start, parameter.numel()).view(parameter.sizes())};
            start += parameter.numel();
        }
    }

    void begin() {
        next = 0;
        for (auto& bucket : buckets) bucket.missing = bucket.parameters.size();
        for (auto& place : places) place.arrived = false;
    }

    void send() {
        auto& bucket = buckets[next++];
        group->attempt([&] {
            bucket.sent = group->sendable(bucket.room);
            std::vector<at::Tensor> list{bucket.sent};
            bucket.work = group->backend(bucket.sent).allreduce(list);
        });
    }
};

/// Called by the backward pass for each parameter whose gradient is complete.
struct Arrival : torch::autograd::PostAccumulateGradHook {
    Arrival(Buckets* buckets, size_t index) : buckets(buckets), index(index) {}
    void operator()(const at::Tensor&) override { buckets->arrived(index); }

    Buckets* buckets;
    size_t index;
};

}  // namespace

struct CTBucketsBox {
    std::unique_ptr<Buckets> buckets;
    std::vector<at::Tensor> parameters;
};

extern "C" {

CTStatus ct_make_buckets(CTGroup group, const CTTensor* parameters, int32_t count, int64_t bytes, CTBuckets* out) {
    return guarded([&] {
        auto list = tensors(parameters, count);
        auto made = std::make_unique<Buckets>(group->group, list, bytes);
        for (size_t index = 0; index < list.size(); ++index)
            torch::autograd::impl::set_post_acc_grad_hooks(
                list[index], std::make_unique<Arrival>(made.get(), index));
        *out = new CTBucketsBox{std::move(made), std::move(list)};
    });
}

CTStatus ct_finish_buckets(CTBuckets buckets) {
    return guarded([&] { buckets->buckets->finish(); });
}

void ct_free_buckets(CTBuckets buckets) {
    for (const auto& parameter : buckets->parameters)
        torch::autograd::impl::set_post_acc_grad_hooks(parameter, nullptr);
    delete buckets;
}

}  // extern "C"
