// Gradients.
#include <torch/csrc/autograd/autograd.h>

#include "bridge.h"

using namespace ctorch;

extern "C" {

CTStatus ct_requires_gradient(CTTensor x, bool* out) {
    return guarded([&] { *out = x->tensor.requires_grad(); });
}

CTStatus ct_set_requires_gradient(CTTensor x, bool required) {
    return guarded([&] { x->tensor.set_requires_grad(required); });
}

CTStatus ct_detach(CTTensor x, CTTensor* out) {
    return produce(out, [&] { return x->tensor.detach(); });
}

CTStatus ct_backward(CTTensor x, CTTensor gradient, bool retain_graph) {
    return guarded([&] {
        torch::autograd::backward({x->tensor}, {gradient ? gradient->tensor : at::Tensor()}, retain_graph);
    });
}

CTStatus ct_gradient(CTTensor x, CTTensor* out) {
    return guarded([&] {
        const auto& gradient = x->tensor.grad();
        *out = gradient.defined() ? box(gradient) : nullptr;
    });
}

CTStatus ct_set_gradient(CTTensor x, CTTensor gradient) {
    return guarded([&] { x->tensor.mutable_grad() = gradient ? gradient->tensor : at::Tensor(); });
}

CTStatus ct_gradients_of(CTTensor output, const CTTensor* inputs, int32_t count, bool create_graph, CTTensor* out) {
    return guarded([&] {
        auto gradients = torch::autograd::grad(
            {output->tensor}, tensors(inputs, count), {}, /*retain_graph=*/create_graph, create_graph,
            /*allow_unused=*/true);
        for (int32_t i = 0; i < count; ++i) out[i] = gradients[i].defined() ? box(gradients[i]) : nullptr;
    });
}

}  // extern "C"
