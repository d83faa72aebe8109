import Foundation
import TensorFiles
import Torch

/// One folder of golden numbers: a configuration, named tensors in and out, and weights.
///
///     @Test("… (Golden)", arguments: GoldenCase.all("adamw_steps"))
///     func steps(_ golden: GoldenCase) throws {
///         let x = try golden.tensor("step0.x")
///         …
///         #expect(mismatch(y, try golden.tensor("step0.y")) == nil)
///     }
public struct GoldenCase: Sendable, CustomStringConvertible {
    /// Where the case lies.
    public let folder: URL

    /// Every case of a kind that this machine has; none without the material.
    public static func all(_ kind: String) -> [GoldenCase] {
        SharedMaterial.goldenCases(kind).map(GoldenCase.init(folder:))
    }

    /// The folder's name and its parent's, to tell cases of the same name apart.
    public var description: String { folder.pathComponents.suffix(2).joined(separator: "/") }

    /// `config.json` as a type of the test's own, with the reference's option names as keys.
    public func config<Config: Decodable>(_: Config.Type = Config.self) throws -> Config {
        try json("config.json")
    }

    /// Another JSON file of the folder. `NaN` and `Infinity` are numbers in it, as Python writes them.
    public func json<Content: Decodable>(_ name: String, _: Content.Type = Content.self) throws -> Content {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        return try decoder.decode(Content.self, from: Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// Named tensors of a safetensors file of the folder.
    public func arrays(_ name: String = "io.safetensors") throws -> SafetensorsFile {
        try SafetensorsFile(contentsOf: folder.appendingPathComponent(name))
    }

    /// The reference's parameters under its own names; half precision comes as it is stored.
    public func weights(_ name: String = "weights.safetensors") throws -> OrderedTensors {
        try arrays(name).all
    }

    /// One tensor of `io.safetensors`, lying in the mapped file. Scalars have the shape [1].
    public func tensor(_ name: String) throws -> Tensor {
        Tensor(try arrays().tensor(named: name))
    }
}
