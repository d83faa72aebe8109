import Foundation

/// A real Chroma server, for tests that ask one; they are skipped where none is named. `scripts/chroma-test` starts one.
public enum ChromaServer {
    /// `MOMENTS_CHROMA`, such as `http://127.0.0.1:8000`.
    public static let address = ProcessInfo.processInfo.environment["MOMENTS_CHROMA"].flatMap { $0.isEmpty ? nil : $0 }
}
