import CTorch
import Foundation
import Runtime

/// Stops the program: an operation got operands that cannot go together.
///
/// That is the programmer's error, never a user's: files and requests are checked before they become tensors.
/// The message names the operation, the operands' shapes and the first line outside this module.
func fail(_ operation: String, _ operands: [Tensor], _ detail: String) -> Never {
    let shapes = operands.map { "\($0.shape) \($0.dtype)" }.joined(separator: ", ")
    let reason = detail.split(separator: "\n").first.map(String.init) ?? detail
    let place = callerOutsideTorch().map { " at \($0)" } ?? ""
    // Nobody's mistake, unless an input asked for it.
    if reason.contains("can't allocate memory") {
        let text = "There is not enough memory for Torch.\(operation)(\(shapes))\(place): \(reason)\n"
        FileHandle.standardError.write(Data(text.utf8))
        _exit(EX_OSERR)
    }
    fatalError("Torch.\(operation)(\(shapes)) failed\(place): \(reason)")
}

/// The source line that called into this module, read off the stack. Slow, and so only for a program that ends.
///
/// Optimised code may leave a function before its last call; then that function's own caller is named.
private func callerOutsideTorch() -> String? {
    guard let frames = (try? Backtrace.capture(limit: 64))?.symbolicated()?.frames else { return nil }
    for location in frames.lazy.compactMap(\.symbol?.sourceLocation) {
        // Symbols tell nothing: other modules' functions on tensors have this module's name in theirs. Paths may be
        // relative to the package. Line 0 is the compiler's own code; the standard library's is inlined into its callers.
        let path = "/" + location.path
        if location.line == 0 || path.contains("/Sources/Torch/") || path.contains("/stdlib/") { continue }
        return "\(location.path):\(location.line)"
    }
    return nil
}

/// The calling thread's last message from libtorch.
func lastFailure() -> String { String(cString: ct_last_error()) }

/// Calls libtorch and traps if the operation cannot work.
@inline(__always)
func run(_ operation: StaticString, _ operands: @autoclosure () -> [Tensor], _ call: () -> CTStatus) {
    if call() != 0 { fail(operation.description, operands(), lastFailure()) }
}

/// As `run`, for an operation with one tensor as its result.
@inline(__always)
func make(
    _ operation: StaticString, _ operands: @autoclosure () -> [Tensor],
    _ call: (UnsafeMutablePointer<CTTensor?>) -> CTStatus
) -> Tensor {
    var result: CTTensor?
    guard call(&result) == 0, let result else { fail(operation.description, operands(), lastFailure()) }
    return Tensor(owning: result)
}

/// Lends a list of integers to C.
@inline(__always)
func withInts<Result>(_ values: [Int], _ body: (CTInts) -> Result) -> Result {
    values.withUnsafeBufferPointer { buffer in
        buffer.withMemoryRebound(to: Int64.self) { body(CTInts(values: $0.baseAddress, count: Int32($0.count))) }
    }
}

/// Lends a list of tensors to C.
@inline(__always)
func withHandles<Result>(_ tensors: [Tensor], _ body: (UnsafePointer<CTTensor?>?, Int32) -> Result) -> Result {
    let raw = tensors.map { Optional($0.raw) }
    return withExtendedLifetime(tensors) { raw.withUnsafeBufferPointer { body($0.baseAddress, Int32($0.count)) } }
}
