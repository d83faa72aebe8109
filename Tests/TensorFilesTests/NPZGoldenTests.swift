import Foundation
import TestSupport
import Testing

@testable import TensorFiles

@Suite("npz Golden", .enabled(if: !SharedMaterial.goldenCases("npz").isEmpty))
struct NPZGoldenTests {
    struct Case: Decodable {
        struct Array: Decodable {
            let name: String
            let dtype: String
            let shape: [Int]
        }
        let file: String
        let what: String
        let valid: Bool
        let arrays: [Array]?
    }

    /// Well-formed files whose fault only their reader's wishes make: another key, numbers that are not finite.
    static let faultyContents = ["bad_no_features.npz", "bad_nan.npz"]

    @Test(
        "every file is read as NumPy reads it, or refused with its name", arguments: SharedMaterial.goldenCases("npz"))
    func goldenFiles(folder: URL) throws {
        let cases = try JSONDecoder().decode(
            [Case].self, from: Data(contentsOf: folder.appendingPathComponent("index.json")))
        let expected = try SafetensorsFile(contentsOf: folder.appendingPathComponent("expected.safetensors"))
        for item in cases {
            let url = folder.appendingPathComponent(item.file)
            if item.valid {
                try checkValid(item, url, expected)
            } else if !Self.faultyContents.contains(item.file) {
                let error = #expect(throws: TensorFileError.self, "\(item.file): \(item.what)") {
                    _ = try NPZFile(contentsOf: url).all()
                }
                #expect(error?.description.contains(item.file) == true)
            }
        }
    }

    private func checkValid(_ item: Case, _ url: URL, _ expected: SafetensorsFile) throws {
        let arrays = try #require(item.arrays)
        let found: OrderedTensors
        if item.file.hasSuffix(".npy") {
            found = ["": try NPYFile.read(contentsOf: url)]
        } else {
            let file = try NPZFile(contentsOf: url)
            #expect(file.names.sorted() == arrays.map(\.name).sorted())
            found = try file.all()
        }
        for array in arrays {
            let tensor = try #require(found[array.name])
            #expect(tensor.shape == array.shape)
            #expect(tensor.dtype == NPYHeader.elementType(array.dtype)?.0)
            let reference = try expected.tensor(named: "\(item.file):\(array.name)")
            if tensor.dtype.isFloatingPoint {
                #expect(
                    tensor.floats().map(\.bitPattern) == reference.floats().map(\.bitPattern),
                    "\(item.file) \(array.name)")
            } else {
                #expect(try tensor.int64s() == reference.int64s(), "\(item.file) \(array.name)")
            }
        }
    }

    @Test("what is wrong is said in the right words", arguments: SharedMaterial.goldenCases("npz"))
    func goldenReasons(folder: URL) throws {
        func reason(_ name: String) -> TensorFileError.Problem? {
            let url = folder.appendingPathComponent(name)
            guard FileManager.default.fileExists(atPath: url.path) else { return nil }
            return problem { _ = try NPZFile(contentsOf: url).tensor(named: "features") }
        }
        #expect(reason("bad_html.npz") == .webPage)
        #expect(reason("bad_empty.npz") == .empty)
        #expect(reason("bad_crc.npz") == .checksumMismatch)
        #expect(reason("bad_not_zip.npz")?.isWrongFormat == true)
        for name in ["object", "structured", "unicode_dtype", "complex", "lzma", "version9"] {
            #expect(reason("bad_\(name).npz")?.isUnsupported == true, "\(name)")
        }
        for name in [
            "truncated_half", "truncated_tail", "short_data", "long_data", "header", "negative_shape", "magic",
        ] {
            #expect(reason("bad_\(name).npz")?.isDamage == true, "\(name)")
        }
        if case .noSuchArray("features", let available)? = reason("bad_no_features.npz") {
            #expect(!available.isEmpty)
        } else {
            Issue.record("bad_no_features.npz")
        }
    }

    @Test("a file with NaN is well-formed: its reader decides", arguments: SharedMaterial.goldenCases("npz"))
    func goldenNaN(folder: URL) throws {
        let file = try NPZFile(contentsOf: folder.appendingPathComponent("bad_nan.npz"))
        #expect(try !file.tensor(named: "features").floats().allSatisfy(\.isFinite))
    }
}
