extension MomentDETRConfiguration: MomentQueryConfiguration {
    /// Checks every field.
    ///
    /// - Throws: `ConfigurationError` for the first field that cannot be.
    public func validate() throws { try validateMomentQueries() }
}
