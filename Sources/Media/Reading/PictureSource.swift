import CFFmpeg

/// The decoded pictures of an open video in the order of presentation; what cannot be read or decoded is stepped over.
final class PictureSource {
    private let input: Input
    private var isDrained = false
    /// Packets that could not be read or decoded so far, or that are marked as damaged.
    private(set) var faults = 0
    /// Those, and what demuxers only grumble about while they look for the next packet.
    private(set) var troubles = 0
    /// What FFmpeg said of the last of them.
    private(set) var lastFault: String?
    /// Some demuxers fail for ever without coming to an end.
    private static let patience = 1000

    init(_ input: Input) { self.input = input }

    /// The next picture; nil after the last.
    func next() throws(MediaError) -> Picture? {
        var failures = 0
        while failures < Self.patience {
            var handle: CFPicture?
            switch cf_receive(input.handle, &handle) {
            case CFOk: return handle.map(Picture.init)
            case CFEnd: return nil
            case CFAgain:
                if isDrained { return nil }
                try feed()
            default:
                note(String(cString: cf_last_error()))
                failures += 1
            }
        }
        return nil
    }

    /// Sends one more packet to the decoder, or tells it that there is none.
    private func feed() throws(MediaError) {
        var failures = 0
        while failures < Self.patience {
            switch try input.read() {
            case .packet(let packet):
                if packet.info.corrupt {
                    note("a packet is damaged")
                } else if packet.cameWithTrouble {
                    troubles += 1
                }
                let status = cf_send(input.handle, packet.handle)
                if status == CFOk || status == CFAgain { return }
                note(String(cString: cf_last_error()))
                return
            case .unreadable:
                note(String(cString: cf_last_error()))
                failures += 1
            case .end: failures = Self.patience
            }
        }
        isDrained = true
        _ = cf_send(input.handle, nil)
    }

    private func note(_ fault: String) {
        faults += 1
        troubles += 1
        lastFault = fault
    }
}
