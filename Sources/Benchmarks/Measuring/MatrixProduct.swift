import Torch

/// The yardstick: the product of two square `float32` matrices.
///
/// A time divided by that of such a product, measured in the same moment, can be compared between machines.
public struct MatrixProduct {
    /// Rows and columns.
    public let size: Int
    private let a, b: Tensor

    /// Makes two random matrices on a device.
    public init(size: Int = 2048, device: Device = .cpu) {
        self.size = size
        a = .uniform([size, size], -1, 1, seed: 1, stream: 0).to(device)
        b = .uniform([size, size], -1, 1, seed: 1, stream: 1).to(device)
    }

    /// Floating-point operations of one product.
    public var operations: Double { 2 * Double(size) * Double(size) * Double(size) }

    /// Multiplies once.
    public func callAsFunction() {
        withoutGradient { _ = a.matmul(b) }
        a.device.synchronize()
    }
}
