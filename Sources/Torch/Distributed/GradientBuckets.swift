import CTorch

/// Adds up the gradients of parameters over the processes of a group.
///
/// Gradients are sent in buckets while the backward pass still works on the layers before: as soon as a bucket is full, from
/// the last parameter on.
public final class GradientBuckets {
    private let raw: CTBuckets
    private let group: ProcessGroup

    /// Watches the parameters' backward passes from now on.
    ///
    /// - Parameters:
    ///   - group: The processes; each makes buckets of the same parameters.
    ///   - parameters: In the order of the layers, the first ones first.
    ///   - bytes: The most that is sent at once; a parameter that is larger goes alone.
    public init(_ group: ProcessGroup, _ parameters: [ParameterStore.Entry], bytes: Int = 8 << 20) {
        self.group = group
        var buckets: CTBuckets?
        run("GradientBuckets", []) {
            withHandles(parameters.map(\.tensor)) { ct_make_buckets(group.raw, $0, $1, Int64(bytes), &buckets) }
        }
        guard let buckets else { fail("GradientBuckets", [], "no buckets") }
        raw = buckets
    }

    deinit { ct_free_buckets(raw) }

    /// Ends a backward pass: each parameter that got a gradient has the sum of all processes' in its place.
    ///
    /// - Throws: ``DistributedError`` where another process was lost; the gradients are then of no use.
    public func finish() throws(DistributedError) {
        run("GradientBuckets.finish", []) { ct_finish_buckets(raw) }
        try group.check()
    }
}
