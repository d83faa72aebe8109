import CTorch

extension Libtorch {
    /// Runs `body` with operations that use the calling thread alone.
    ///
    /// Independent work is done faster by several threads that never wait for each other than by one after the other on all
    /// threads, above all where each operation is short or the machine is busy: an operation on several threads is as slow as
    /// the slowest.
    ///
    /// `body` must not wait for another task: the limit belongs to the thread.
    public static func onOneThread<Result>(_ body: () throws -> Result) rethrows -> Result {
        var before: Int32 = 1
        run("onOneThread", []) { ct_limit_calling_thread(1, &before) }
        defer {
            var limited: Int32 = 1
            run("onOneThread", []) { ct_limit_calling_thread(before, &limited) }
        }
        return try body()
    }
}
