import Foundation
import VideoLibrary

/// Where a Chroma database is, and what it wants to know of who asks.
public struct ChromaPlace: Sendable {
    /// Scheme, host, port, and what a proxy wants before the interface's own paths; no slash at the end.
    public let server: String
    /// Whose database it is.
    public let tenant: String
    /// Its name; the server has it already.
    public let database: String
    /// What the server, or a proxy before it, wants to see; nil for nothing.
    let token: String?

    /// Names a place.
    ///
    /// - Parameters:
    ///   - address: `http://HOST:PORT`, or `https://HOST/PATH`.
    ///   - tenant: Whose database it is.
    ///   - database: Its name; the server has it already.
    ///   - token: What the server, or a proxy before it, wants to see; nil for nothing.
    /// - Throws: `VectorDatabaseError.badAddress`.
    public init(
        _ address: String, tenant: String = "default_tenant", database: String = "default_database",
        token: String? = nil
    ) throws(VectorDatabaseError) {
        guard let parts = URLComponents(string: address), let host = parts.host, !host.isEmpty,
            parts.scheme == "http" || parts.scheme == "https"
        else { throw .badAddress(address, reason: "this is no address of a vector database") }
        guard parts.user == nil, parts.password == nil else {
            throw .badAddress(host, reason: "the address must not hold a password; give $MOMENTS_VECTORS_TOKEN")
        }
        guard parts.query == nil, parts.fragment == nil else {
            throw .badAddress(address, reason: "nothing may stand behind ? or # in it")
        }
        guard !tenant.isEmpty, !database.isEmpty else {
            throw .badAddress(address, reason: "tenant and database must have names")
        }
        guard token?.utf8.allSatisfy({ (33...126).contains($0) }) != false else {
            throw .badAddress(address, reason: "the token holds what no header can carry")
        }
        server = String(address.reversed().drop { $0 == "/" }.reversed())
        (self.tenant, self.database, self.token) = (tenant, database, token)
    }

    /// The interface's address of a path, which begins with a slash.
    func url(_ path: String) -> String { server + "/api/v2" + path }

    /// The path of the database's collections.
    var collections: String {
        let parts = [tenant, database].map { name in
            name.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? name
        }
        return "/tenants/\(parts[0])/databases/\(parts[1])/collections"
    }

    /// What need not be escaped in a part of a path (RFC 3986).
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
