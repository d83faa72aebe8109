import Torch

/// In which numbers an encoder computes. Features of different precision are different features.
public enum EncoderPrecision: String, CaseIterable, Codable, Sendable {
    /// As published features were made.
    case float32
    /// Linear layers in whole numbers of 7 bits: about twice as fast and nearly the same features. Every processor gives
    /// the same numbers up to rounding, and is fast with AVX2 or AVX-512 VNNI.
    case int8

    /// What it adds to an encoder's identifier: `-int8`, nothing for `float32`.
    public var suffix: String { self == .float32 ? "" : "-\(rawValue)" }

    var arithmetic: PackedLinear.Arithmetic { self == .int8 ? .int8 : .float32 }
}
