import Foundation

/// The own address on the way to another machine, as text: what the others reach this process at. Nil where there is no way.
///
/// A machine's name often resolves to its loopback address, where no other machine finds it.
func localAddress(towards host: String, port: Int) -> String? {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list else { return nil }
    defer { freeaddrinfo(list) }
    var place: UnsafeMutablePointer<addrinfo>? = first
    while let entry = place?.pointee {
        // Connecting a datagram socket sends nothing: it only asks for the way.
        let descriptor = socket(entry.ai_family, entry.ai_socktype, entry.ai_protocol)
        defer { if descriptor >= 0 { close(descriptor) } }
        if descriptor >= 0, connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0,
            let text = ownAddress(descriptor)
        {
            return text
        }
        place = entry.ai_next
    }
    return nil
}

private func ownAddress(_ descriptor: Int32) -> String? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            guard getsockname(descriptor, address, &length) == 0 else { return nil }
            return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { text in
                guard
                    getnameinfo(
                        address, length, text.baseAddress, socklen_t(text.count), nil, 0, Int32(NI_NUMERICHOST)) == 0
                else { return nil }
                return String(cString: text.baseAddress!)
            }
        }
    }
}
