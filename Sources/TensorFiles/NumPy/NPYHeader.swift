/// The header of a `.npy` array: magic, version, length, and a Python dictionary of type, order and shape.
struct NPYHeader {
    let dtype: StoredDType
    let bigEndian: Bool
    let isFortranOrder: Bool
    let shape: [Int]
    /// Where the elements begin.
    let dataOffset: Int

    static let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]  // \x93NUMPY

    init(_ bytes: ByteSlice, _ place: FilePlace) throws {
        guard bytes.matches(NPYHeader.magic) else { throw place.damaged("it is no .npy array: its magic is missing") }
        guard let major = bytes.integer(at: 6, as: UInt8.self), let minor = bytes.integer(at: 7, as: UInt8.self) else {
            throw place.damaged("it ends inside the .npy header")
        }
        guard (1...3).contains(major), minor == 0 else {
            throw place.unsupported("version \(major).\(minor) of the .npy format (1.0, 2.0 and 3.0 are read)")
        }
        let start = major == 1 ? 10 : 12
        let length =
            major == 1
            ? bytes.integer(at: 8, as: UInt16.self).map { Int($0) }
            : bytes.integer(at: 8, as: UInt32.self).map { Int($0) }
        guard let length, let text = bytes.slice(at: start, count: length) else {
            throw place.damaged("the .npy header is longer than what holds it")
        }
        guard length <= 1 << 20 else { throw place.tooLarge("a .npy header of \(length) bytes") }
        dataOffset = start + length
        let fields = try NPYHeader.fields(text, place)
        (dtype, bigEndian) = try NPYHeader.elementType(fields.descr, place)
        isFortranOrder = fields.isFortranOrder
        shape = fields.shape
    }

    private static func fields(_ text: ByteSlice, _ place: FilePlace) throws
        -> (descr: PythonLiteral, isFortranOrder: Bool, shape: [Int])
    {
        let literal: PythonLiteral
        do {
            literal = try PythonLiteral.parse(text)
        } catch let error as PythonLiteral.SyntaxError {
            throw place.damaged("the .npy header is no Python dictionary: \(error.what)")
        }
        guard case .dictionary(let entries) = literal,
            entries.map(\.key).sorted() == ["descr", "fortran_order", "shape"]
        else { throw place.damaged("the .npy header has not exactly the keys descr, fortran_order and shape") }
        let values = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
        guard case .bool(let isFortranOrder) = values["fortran_order"]! else {
            throw place.damaged("fortran_order in the .npy header is neither True nor False")
        }
        guard case .sequence(let extents) = values["shape"]! else {
            throw place.damaged("shape in the .npy header is no tuple")
        }
        let shape = try extents.map { extent in
            guard case .integer(let number?) = extent, number >= 0 else {
                throw place.damaged("a dimension in the .npy header is no size")
            }
            return number
        }
        guard shape.count <= StoredTensor.rankLimit else {
            throw place.unsupported("an array of \(shape.count) dimensions")
        }
        return (values["descr"]!, isFortranOrder, shape)
    }

    /// The element type of a NumPy type string such as `<f4`.
    static func elementType(_ descr: PythonLiteral, _ place: FilePlace) throws -> (StoredDType, bigEndian: Bool) {
        guard case .string(let text) = descr else {
            throw place.unsupported("a structured element type. Save its fields as arrays of their own")
        }
        guard let type = elementType(text) else { throw place.unsupported(reason(text)) }
        return type
    }

    static func elementType(_ text: String) -> (StoredDType, bigEndian: Bool)? {
        var name = text[...]
        var bigEndian = false
        if let order = name.first, "<>=|".contains(order) {
            bigEndian = order == ">"
            name = name.dropFirst()
        }
        return elementTypes[String(name)].map { ($0, bigEndian) }
    }

    private static let elementTypes: [String: StoredDType] = [
        "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
        "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool,
    ]

    private static func reason(_ text: String) -> String {
        let kind =
            switch text.drop(while: { "<>=|".contains($0) }).first {
            case "O": "Python objects, which only Python can read"
            case "U", "S": "strings"
            case "c": "complex numbers"
            case "M", "m": "dates"
            case "V": "raw bytes or records"
            default: "an unknown element type"
            }
        return "\(kind) (NumPy type \(text)). Save it as floats, integers or bool"
    }

    /// The array behind the header: a window where it is little-endian in C order, else a copy that is.
    func tensor(in bytes: ByteSlice, _ place: FilePlace) throws -> StoredTensor {
        let available = bytes.count - dataOffset
        guard let needed = dtype.byteCount(ofShape: shape) else {
            throw place.tooLarge("the shape \(shape) is larger than any memory")
        }
        guard needed == available, let data = bytes.slice(at: dataOffset, count: available) else {
            throw place.damaged("the shape \(shape) needs \(needed) bytes, there are \(available)")
        }
        let strides =
            isFortranOrder ? StridedView.fortranStrides(shape) : StridedView.contiguousStrides(shape)
        let view = StridedView(dtype: dtype, shape: shape, strides: strides, bigEndian: bigEndian)
        return try place.naming { try view.tensor(in: data) }
    }
}
