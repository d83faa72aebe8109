import CTorch

/// The libtorch that this program runs on.
public enum Libtorch {
    /// Its version, such as `2.13.0`.
    public static var version: String { String(cString: ct_version()) }

    /// How it was built: compilers, BLAS, instruction sets.
    public static var buildConfiguration: String {
        var text: UnsafePointer<CChar>?
        guard ct_build_configuration(&text) == 0, let text else { return lastFailure() }
        return String(cString: text)
    }

    /// The widest instruction set that its kernels use here, such as `AVX512`.
    public static var cpuCapability: String {
        var text: UnsafePointer<CChar>?
        guard ct_cpu_capability(&text) == 0, let text else { return lastFailure() }
        return String(cString: text)
    }

    /// Threads that one operation may use.
    public static var threadCount: Int {
        var count: Int32 = 0
        run("threadCount", []) { ct_thread_count(&count) }
        return Int(count)
    }

    /// Sets the threads that one operation may use. Call it once, at start: OpenMP keeps a pool per calling thread.
    public static func setThreadCount(_ count: Int) {
        run("setThreadCount", []) { ct_set_thread_count(Int32(count)) }
    }

    /// Refuses operations whose result may differ from run to run.
    public static func setDeterministic(_ enabled: Bool) {
        run("setDeterministic", []) { ct_set_deterministic(enabled) }
    }

    /// Whether operations are refused whose result may differ from run to run.
    public static var isDeterministic: Bool { ct_is_deterministic() }

    /// Lets a GPU round the factors of `float32` products and convolutions to 10 bits (TensorFloat-32), which is several
    /// times as fast. For the whole process.
    public static func setTensorFloat32(_ allowed: Bool) {
        run("setTensorFloat32", []) { ct_set_tensor_float_32(allowed) }
    }

    /// Tensors alive in the whole process. A loop that leaves this number as it was holds on to nothing.
    public static var liveTensors: Int { Int(ct_live_handles()) }
}
