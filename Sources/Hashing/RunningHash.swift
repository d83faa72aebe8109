import CCrypto

/// A SHA-256 that grows with the bytes that come, so that what arrives in pieces is never read twice.
///
///     let hash = RunningHash()
///     for piece in pieces { piece.withUnsafeBytes(hash.add) }
///     let digits = hash.finish()
///
/// It is libcrypto's, which the HDF5 library's package brings: a cryptography package of Swift's own would compile all of
/// BoringSSL for this one function (docs/downloads.md has the figures).
public final class RunningHash {
    private let context: OpaquePointer

    /// The hash of no bytes.
    public init() {
        guard let context = EVP_MD_CTX_new() else { fatalError("no memory for a hash") }
        self.context = context
        start()
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes.
    public func add(_ bytes: UnsafeRawBufferPointer) {
        let status = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(status == 1, "SHA-256 could not go on")
    }

    /// The hash of what was added, as 64 hexadecimal digits. Then it begins anew.
    public func finish() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        let status = EVP_DigestFinal_ex(context, &digest, nil)
        precondition(status == 1, "SHA-256 could not end")
        start()
        return digest.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private func start() {
        let status = EVP_DigestInit_ex(context, EVP_sha256(), nil)
        precondition(status == 1, "libcrypto has no SHA-256")
    }
}
