// Element by element, and matrix products.
#include <ATen/ScalarOps.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/add.h>
#include <ATen/ops/addcmul.h>
#include <ATen/ops/atan2.h>
#include <ATen/ops/ceil.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/div.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/erf.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/floor.h>
#include <ATen/ops/floor_divide.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/le.h>
#include <ATen/ops/lerp.h>
#include <ATen/ops/log.h>
#include <ATen/ops/log1p.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/logical_or.h>
#include <ATen/ops/logical_xor.h>
#include <ATen/ops/lt.h>
#include <ATen/ops/masked_fill.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ne.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/remainder.h>
#include <ATen/ops/round.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/rsub.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/trunc.h>
#include <ATen/ops/where.h>

#include <cmath>

#include "bridge.h"

using namespace ctorch;

static at::Tensor unary(CTUnary op, const at::Tensor& x) {
    switch (op) {
        case CTNegate: return at::neg(x);
        case CTExp: return at::exp(x);
        case CTLog: return at::log(x);
        case CTLog1p: return at::log1p(x);
        case CTSqrt: return at::sqrt(x);
        case CTRsqrt: return at::rsqrt(x);
        case CTAbs: return at::abs(x);
        case CTSign: return at::sign(x);
        case CTSin: return at::sin(x);
        case CTCos: return at::cos(x);
        case CTTanh: return at::tanh(x);
        case CTSigmoid: return at::sigmoid(x);
        case CTLogSigmoid: return at::log_sigmoid(x);
        case CTReLU: return at::relu(x);
        case CTGELU: return at::gelu(x);
        case CTSiLU: return at::silu(x);
        case CTFloor: return at::floor(x);
        case CTCeil: return at::ceil(x);
        case CTRound: return at::round(x);
        case CTTruncate: return at::trunc(x);
        case CTReciprocal: return at::reciprocal(x);
        case CTSquare: return at::square(x);
        case CTErf: return at::erf(x);
        case CTLogicalNot: return at::logical_not(x);
        case CTIsNaN: return at::isnan(x);
        case CTIsFinite: return at::isfinite(x);
        case CTUnaryCount: break;
    }
    TORCH_CHECK(false, "no such unary operation: ", static_cast<int>(op));
}

static at::Tensor binary(CTBinary op, const at::Tensor& a, const at::Tensor& b) {
    switch (op) {
        case CTAdd: return at::add(a, b);
        case CTSubtract: return at::sub(a, b);
        case CTMultiply: return at::mul(a, b);
        case CTDivide: return at::div(a, b);
        case CTPower: return at::pow(a, b);
        case CTMinimum: return at::minimum(a, b);
        case CTMaximum: return at::maximum(a, b);
        case CTRemainder: return at::remainder(a, b);
        case CTFloorDivide: return at::floor_divide(a, b);
        case CTEqual: return at::eq(a, b);
        case CTNotEqual: return at::ne(a, b);
        case CTLess: return at::lt(a, b);
        case CTLessEqual: return at::le(a, b);
        case CTGreater: return at::gt(a, b);
        case CTGreaterEqual: return at::ge(a, b);
        case CTAnd: return at::logical_and(a, b);
        case CTOr: return at::logical_or(a, b);
        case CTXor: return at::logical_xor(a, b);
        case CTAtan2: return at::atan2(a, b);
        case CTBinaryCount: break;
    }
    TORCH_CHECK(false, "no such binary operation: ", static_cast<int>(op));
}

/// A scalar of the tensor's own kind, so that integers stay integers.
static at::Scalar scalar(double value, const at::Tensor& like) {
    const bool whole = std::abs(value) < 0x1p63 && value == std::trunc(value);
    if (whole && c10::isIntegralType(like.scalar_type(), /*includeBool=*/false)) return static_cast<int64_t>(value);
    return value;
}

extern "C" {

CTStatus ct_unary(CTUnary op, CTTensor x, CTTensor* out) {
    return produce(out, [&] { return unary(op, x->tensor); });
}

CTStatus ct_binary(CTBinary op, CTTensor a, CTTensor b, CTTensor* out) {
    return produce(out, [&] { return binary(op, a->tensor, b->tensor); });
}

CTStatus ct_binary_scalar(CTBinary op, CTTensor x, double value, bool reversed, CTTensor* out) {
    return produce(out, [&]() -> at::Tensor {
        const auto& t = x->tensor;
        const auto s = scalar(value, t);
        if (!reversed) {
            switch (op) {
                case CTAdd: return at::add(t, s);
                case CTSubtract: return at::sub(t, s);
                case CTMultiply: return at::mul(t, s);
                case CTDivide: return at::div(t, s);
                case CTPower: return at::pow(t, s);
                case CTEqual: return at::eq(t, s);
                case CTNotEqual: return at::ne(t, s);
                case CTLess: return at::lt(t, s);
                case CTLessEqual: return at::le(t, s);
                case CTGreater: return at::gt(t, s);
                case CTGreaterEqual: return at::ge(t, s);
                case CTRemainder: return at::remainder(t, s);
                case CTMinimum: return at::clamp(t, std::nullopt, s);
                case CTMaximum: return at::clamp(t, s, std::nullopt);
                default: break;
            }
        } else if (op == CTSubtract) {
            return at::rsub(t, s);
        }
        // Wrapped: the number does not change the other operand's type.
        const auto wrapped = at::native::wrapped_scalar_tensor(s);
        return reversed ? binary(op, wrapped, t) : binary(op, t, wrapped);
    });
}

CTStatus ct_clamp(CTTensor x, const double* lower, const double* upper, CTTensor* out) {
    return produce(out, [&] {
        const auto& t = x->tensor;
        const auto bound = [&](const double* value) {
            return value ? std::optional<at::Scalar>(scalar(*value, t)) : std::nullopt;
        };
        return at::clamp(t, bound(lower), bound(upper));
    });
}

CTStatus ct_where(CTTensor condition, CTTensor a, CTTensor b, CTTensor* out) {
    return produce(out, [&] { return at::where(condition->tensor, a->tensor, b->tensor); });
}

CTStatus ct_masked_fill(CTTensor x, CTTensor mask, double value, CTTensor* out) {
    return produce(out, [&] { return at::masked_fill(x->tensor, mask->tensor, scalar(value, x->tensor)); });
}

CTStatus ct_lerp(CTTensor a, CTTensor b, CTTensor weight, CTTensor* out) {
    return produce(out, [&] { return at::lerp(a->tensor, b->tensor, weight->tensor); });
}

CTStatus ct_addcmul(CTTensor x, CTTensor a, CTTensor b, double factor, CTTensor* out) {
    return produce(out, [&] { return at::addcmul(x->tensor, a->tensor, b->tensor, factor); });
}

CTStatus ct_matmul(CTTensor a, CTTensor b, CTTensor* out) {
    return produce(out, [&] { return at::matmul(a->tensor, b->tensor); });
}

CTStatus ct_in_place(CTInPlace op, CTTensor x, CTTensor other, double factor) {
    return guarded([&] {
        auto& t = x->tensor;
        switch (op) {
            case CTInPlaceAdd: t.add_(other->tensor, factor); return;
            case CTInPlaceMultiply: t.mul_(other->tensor); return;
            case CTInPlaceCopy: t.copy_(other->tensor); return;
            case CTInPlaceCount: break;
        }
        TORCH_CHECK(false, "no such in-place operation: ", static_cast<int>(op));
    });
}

CTStatus ct_fill_in_place(CTTensor x, double value) {
    return guarded([&] { x->tensor.fill_(value); });
}

}  // extern "C"
