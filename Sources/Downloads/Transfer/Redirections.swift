import Foundation

/// The way from an address to where the file is: not in circles, not for ever, and never out of the encrypted web.
struct Redirections {
    private var seen: Set<String>
    private let limit: Int

    init(from address: URL, limit: Int) {
        seen = [address.absoluteString]
        self.limit = limit
    }

    /// Where a redirection leads, if one may go there.
    mutating func next(after place: URL, _ location: String?) throws(DownloadError) -> URL {
        func refusal(_ reason: String) -> DownloadError {
            .redirected(from: place.absoluteString, to: location ?? "nowhere", reason: reason)
        }
        guard let location, let next = URL(string: location, relativeTo: place)?.absoluteURL, next.host != nil else {
            throw refusal("that is no address")
        }
        let scheme = next.scheme?.lowercased()
        guard scheme == "http" || scheme == "https" else { throw refusal("only http and https are followed") }
        guard place.scheme?.lowercased() != "https" || scheme == "https" else {
            throw refusal("what began encrypted is not continued in the clear")
        }
        guard seen.insert(next.absoluteString).inserted else { throw refusal("it leads in a circle") }
        guard seen.count <= limit + 1 else { throw refusal("more than \(limit) redirections") }
        return next
    }
}
