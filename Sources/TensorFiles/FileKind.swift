/// What a file is, seen from its first bytes. Names and extensions are not asked.
enum FileKind: Sendable, Equatable {
    case safetensors
    case zip
    case npy
    case pickle
    case hdf5
    case empty
    case webPage
    case unknown(String)

    static let unrecognised = unknown("this is no array file: its first bytes are those of no format known here")

    /// Looks at the first bytes.
    static func of(_ bytes: ByteSlice) -> FileKind {
        if bytes.count == 0 { return .empty }
        if bytes.matches([0x50, 0x4b, 0x03, 0x04]) || bytes.matches([0x50, 0x4b, 0x05, 0x06]) { return .zip }
        if bytes.matches(NPYHeader.magic) { return .npy }
        if hdf5SignatureOffset(bytes) != nil { return .hdf5 }
        if looksLikeSafetensors(bytes) { return .safetensors }
        if bytes[0] == 0x80, bytes.count > 2, bytes[1] <= 5 { return .pickle }
        if let text = textKind(bytes) { return text }
        if bytes[bytes.count - 1] == UInt8(ascii: "."), "()]}lcdFIJKLMNSTUVXi".utf8.contains(bytes[0]) {
            return .pickle  // Protocols 0 and 1 have no mark of their own.
        }
        return .unrecognised
    }

    /// Throws what the file is where it is not what was asked for.
    static func require(_ wanted: FileKind, in bytes: ByteSlice, _ place: FilePlace) throws {
        let found = of(bytes)
        if found == wanted { return }
        switch (found, wanted) {
        case (.empty, _): throw place.error(.empty)
        case (.webPage, _): throw place.error(.webPage)
        case (.unrecognised, .safetensors):
            throw place.error(.wrongFormat("this is no safetensors file, or one whose header is cut or damaged"))
        case (.unknown(let what), _): throw place.error(.wrongFormat(what))
        default: throw place.error(.wrongFormat("this is a \(found.name), where a \(wanted.name) is expected"))
        }
    }

    var name: String {
        switch self {
        case .safetensors: "safetensors file"
        case .zip: "zip archive (.npz, or a PyTorch checkpoint)"
        case .npy: "NumPy array (.npy)"
        case .pickle: "Python pickle (a PyTorch checkpoint of before 1.6, or plain)"
        case .hdf5: "HDF5 file"
        case .empty: "empty file"
        case .webPage: "web page"
        case .unknown: "unknown file"
        }
    }

    /// HDF5 files may begin with a user block (MATLAB's do) of 512, 1024, 2048, … bytes.
    private static func hdf5SignatureOffset(_ bytes: ByteSlice) -> Int? {
        [0, 512, 1024, 2048].first { bytes.matches([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], at: $0) }
    }

    private static func looksLikeSafetensors(_ bytes: ByteSlice) -> Bool {
        guard let length = bytes.integer(at: 0, as: UInt64.self), length >= 2,
            length <= UInt64(SafetensorsFile.headerLimit), bytes.count > 8
        else { return false }
        return bytes[8] == UInt8(ascii: "{")
    }

    private static func textKind(_ bytes: ByteSlice) -> FileKind? {
        guard let head = bytes.slice(at: 0, count: min(bytes.count, 512)) else { return nil }
        let text = head.latin1.drop { $0.isWhitespace || "ï»¿".contains($0) }.lowercased()
        if ["<!doctype html", "<html", "<head", "<body", "<?xml", "<script"].contains(where: text.hasPrefix) {
            return .webPage
        }
        if text.hasPrefix("version https://git-lfs") {
            return .unknown("this is a Git LFS pointer and not the file itself. Run `git lfs pull`")
        }
        if bytes.matches([0x1f, 0x8b]) {
            return .unknown("this is a gzip-compressed file. Unpack it first (`gunzip`)")
        }
        if bytes.count > 262, bytes.matches(Array("ustar".utf8), at: 257) {
            return .unknown("this is a tar archive. Unpack it first (`tar -xf`)")
        }
        return nil
    }
}
