import CTorch
import Foundation

/// Keys and texts that processes share over TCP: where they meet, and where they say why they go.
public final class KeyStore {
    private let raw: CTStore
    /// Where it is served.
    public let port: Int
    /// Whether this process serves it.
    public let isServer: Bool

    /// Serves a store.
    ///
    /// - Parameters:
    ///   - address: This machine's name or address, as the others know it.
    ///   - port: 0 for any that is free.
    /// - Throws: ``DistributedError/portTaken(address:port:)``, and what the other initializer throws.
    public convenience init(servingAt address: String, port: Int = 0) throws(DistributedError) {
        do {
            try self.init(address, port, serves: true, seconds: 60)
        } catch {
            let isTaken = error.message.contains("EADDRINUSE") || error.message.contains("already in use")
            throw isTaken
                ? .portTaken(address: address, port: port)
                : .unreachable(address: address, port: port, seconds: 60, error.message)
        }
    }

    /// Connects to a store, which may be served only a little later.
    ///
    /// - Throws: ``DistributedError/unreachable(address:port:seconds:_:)``.
    public convenience init(at address: String, port: Int, seconds: Double) throws(DistributedError) {
        do {
            try self.init(address, port, serves: false, seconds: seconds)
        } catch {
            throw .unreachable(address: address, port: port, seconds: seconds, error.message)
        }
    }

    private struct Unopened: Error { let message: String }

    private init(_ address: String, _ port: Int, serves: Bool, seconds: Double) throws(Unopened) {
        var (store, bound): (CTStore?, Int32) = (nil, 0)
        guard ct_open_store(address, Int32(port), serves, milliseconds(seconds), &store, &bound) == 0, let store else {
            throw Unopened(message: lastFailure())
        }
        raw = store
        self.port = Int(bound)
        isServer = serves
    }

    deinit { ct_close_store(raw) }

    /// Sets a key; false where the store is gone.
    @discardableResult
    public func set(_ key: String, _ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { ct_store_set(raw, key, $0.baseAddress, Int64($0.count)) == 0 }
    }

    /// The text of a key, once somebody has set it; nil where nobody does in time, or where the store is gone.
    public func text(_ key: String, within seconds: Double) -> String? {
        var bytes: CTTensor?
        guard ct_store_get(raw, key, milliseconds(seconds), &bytes) == 0, let bytes else { return nil }
        return String(decoding: Tensor(owning: bytes).elements(UInt8.self), as: UTF8.self)
    }

    /// Adds 1 to a number that begins at 0, and returns the sum; nil where the store is gone.
    public func increment(_ key: String) -> Int? {
        var sum: Int64 = 0
        return ct_store_add(raw, key, 1, &sum) == 0 ? Int(sum) : nil
    }

    var handle: CTStore { raw }
}

/// At least one: 0 would mean no limit.
func milliseconds(_ seconds: Double) -> Int64 { Int64(max(1, seconds * 1000)) }
