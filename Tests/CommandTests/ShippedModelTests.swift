import Foundation
import TensorFiles
import TestSupport
import Testing
import Torch

@Suite("A model to ship")
struct ShippedModelTests {
    @Test("a run's model alone, in half precision, is loaded as the run is")
    func halves() throws {
        let tiny = try TinyData(epochs: 1)
        try #require(try tiny.moments("train", "tiny.yaml").code == 0)
        let converted = try tiny.moments("convert", "run/last.safetensors", "--half", "--to", "small.safetensors")
        #expect(converted.code == 0, "\(converted.messages)")

        let (run, model) = try (
            SafetensorsFile(contentsOf: tiny.url("run/last.safetensors")),
            SafetensorsFile(contentsOf: tiny.url("small.safetensors"))
        )
        #expect(model.names.sorted() == run.names.filter { !$0.hasPrefix("optimiser.") }.sorted())
        #expect(run.names.count > model.names.count)
        for name in model.names {
            let (half, whole) = try (Tensor(model.tensor(named: name)), Tensor(run.tensor(named: name)))
            #expect(half.dtype == (whole.dtype.isFloatingPoint ? .float16 : whole.dtype))
            #expect(mismatch(half.to(.float32), whole.to(.float32), relative: 1e-3, absolute: 1e-6) == nil)
        }
        // Nothing in it tells where it was made; from the same folder it finds its data all the same.
        #expect(model.metadata.values.allSatisfy { !$0.contains(tiny.folder.path) })
        #expect(run.metadata.values.contains { $0.contains(tiny.folder.path) })
        let evaluated = try tiny.moments("evaluate", "small.safetensors", "--split", "val")
        #expect(evaluated.code == 0, "\(evaluated.messages)")
    }

    @Test("other files are not halved")
    func refuses() throws {
        let tiny = try TinyData(epochs: 1)
        let refused = try tiny.moments("convert", "words/qid0.npz", "--half", "--to", "x.safetensors")
        #expect(refused.code == 64 && refused.messages.contains("--half"))
        #expect(!FileManager.default.fileExists(atPath: tiny.url("x.safetensors").path))
    }
}
