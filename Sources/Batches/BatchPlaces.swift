import Torch

/// Where a recorded computation finds what it reads of a batch, so that it can be repeated with another one.
///
/// While the computation runs for the first time, every tensor that it makes of the batch's own values gets a place on the
/// device, and how it was made is kept. ``fill(from:)`` makes all of them of another batch.
public final class BatchPlaces: @unchecked Sendable {
    // Sendable: one thread trains or answers with it.
    private struct Entry {
        let place: Tensor
        let make: (Batch) -> Tensor
    }

    private var entries: [Entry] = []
    private var next = 0

    /// No places yet.
    public init() {}

    /// Begins at the first place again, for a computation that takes the same way as the one before.
    public func rewind() { next = 0 }

    /// The next place, which holds what `make` says of the batch.
    func place(_ batch: Batch, width: Int?, on device: Device, _ make: @escaping (Batch) -> Tensor) -> Tensor {
        defer { next += 1 }
        if next < entries.count { return entries[next].place }
        let value = make(batch.unplaced)
        var shape = value.shape
        if let width { shape[1] = width }
        let place = Tensor.zeros(shape, dtype: value.dtype, device: device)
        Self.copy(value, to: place)
        entries.append(Entry(place: place, make: make))
        return place
    }

    /// Makes everything of another batch, in the order in which it was asked for.
    public func fill(from batch: Batch) {
        for entry in entries { Self.copy(entry.make(batch), to: entry.place) }
    }

    /// Zeros beyond a narrower value.
    private static func copy(_ value: Tensor, to place: Tensor) {
        if value.shape == place.shape { return place.inPlaceCopy(value) }
        place.inPlaceFill(0)
        place.slice(1, 0, value.size(1)).inPlaceCopy(value)
    }
}

extension Batch {
    /// A tensor that follows from the batch's own values, on a device.
    ///
    /// Whatever a model brings from a batch to the device goes this way, so that its computation can be recorded.
    ///
    /// - Parameters:
    ///   - device: Where it is wanted.
    ///   - width: Its size along the second dimension, where `make` may give less; the rest is zero.
    ///   - make: Makes it; nothing but the batch may change from one batch to the next.
    public func placed(on device: Device, width: Int? = nil, _ make: @escaping (Batch) -> Tensor) -> Tensor {
        places?.place(self, width: width, on: device, make) ?? make(self).to(device)
    }

    /// Uniform numbers in [0, 1) of a shape, anew for each batch.
    public func tickets(_ shape: [Int], from random: RandomSource, on device: Device) -> Tensor {
        placed(on: device) { _ in random.uniform(shape) }
    }
}
