import Torch

/// How two numbers say where a span is.
public enum SpanForm: String, Hashable, Sendable, Codable {
    /// (start, end).
    case startEnd
    /// (centre, width).
    case centerWidth
}

/// Spans (centre, width) as (start, end): …×2 → …×2, in any unit.
public func startEnd(fromCenterWidth spans: Tensor) -> Tensor {
    let center = spans.slice(-1, 0, 1)
    let half = spans.slice(-1, 1, 2) * 0.5
    return .concatenated([center - half, center + half], -1)
}

/// Spans (start, end) as (centre, width): …×2 → …×2, in any unit.
public func centerWidth(fromStartEnd spans: Tensor) -> Tensor {
    let start = spans.slice(-1, 0, 1)
    let end = spans.slice(-1, 1, 2)
    return .concatenated([(start + end) * 0.5, end - start], -1)
}
