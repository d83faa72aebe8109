extension SlowFast {
    /// Floating-point operations of one clip's products: two for each multiplication and addition. 101·10⁹ in the published
    /// network.
    public var operations: Double { Double(network.operations) }
}
