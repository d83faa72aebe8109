import Foundation
import Testing

@testable import TensorFiles

@Suite("State dictionaries")
struct StateDictionaryTests {
    let folder: TemporaryFolder
    let six = PickleMaker.floats([0, 1, 2, 3, 4, 5])

    init() throws { folder = try TemporaryFolder() }

    @Test("a TorchScript archive's modules give the state dictionary")
    func torchScript() throws {
        let pickle = PickleMaker.make { maker in
            maker.global("__torch__.model", "lowercase_net")
            maker.opcode(")")
            maker.opcode("\u{81}")
            maker.opcode("}")
            maker.opcode("(")
            maker.string("training")
            maker.opcode("\u{89}")
            maker.string("logit_scale")
            maker.tensor(count: 6, offset: 5, shape: [], strides: [])
            maker.string("visual")
            maker.global("__torch__.torch.nn.modules.linear.___torch_mangle_3", "Linear")
            maker.opcode(")")
            maker.opcode("\u{81}")
            maker.opcode("}")
            maker.string("weight")
            maker.tensor(count: 6, shape: [2, 2], strides: [2, 1])
            maker.opcode("s")
            maker.opcode("b")
            maker.string("sizes")
            maker.global("torch.jit._pickle", "build_intlist")
            maker.opcode("]")
            maker.opcode("K")
            maker.opcode("\u{3}")
            maker.opcode("a")
            maker.opcode("\u{85}")
            maker.opcode("R")
            maker.opcode("u")
            maker.opcode("b")
        }
        let url = try folder.zip([
            ("m/data.pkl", pickle), ("m/code/__torch__/model.py", Array("class".utf8)),
            ("m/constants.pkl", PickleMaker.make { $0.opcode(")") }), ("m/data/0", six),
        ])
        let archive = try TorchArchive(contentsOf: url)
        #expect(archive.format == .torchScript)
        #expect(archive.value["sizes"]?[0]?.integer == 3)
        let state = try archive.stateDictionary()
        #expect(state.names == ["logit_scale", "visual.weight"])
        #expect(state["visual.weight"]?.floats() == [0, 1, 2, 3])
        #expect(state["logit_scale"]?.floats() == [5])
    }

    /// A dictionary of these keys, each with a dictionary of one tensor, or with a number.
    private func nested(_ keys: [(String, holdsTensor: Bool)]) throws -> TorchArchive {
        let url = try folder.checkpoint(six) { maker in
            maker.opcode("}")
            maker.opcode("(")
            for (key, holdsTensor) in keys {
                maker.string(key)
                if holdsTensor {
                    maker.opcode("}")
                    maker.string("w")
                    maker.tensor(count: 6, shape: [1], strides: [1])
                    maker.opcode("s")
                } else {
                    maker.integer(1)
                }
            }
            maker.opcode("u")
        }
        return try TorchArchive(contentsOf: url)
    }

    @Test("the model's dictionary is found under its usual keys, or where it is the only one")
    func search() throws {
        for key in ["model", "state_dict", "model_state", "anything"] {
            #expect(try nested([("epoch", false), (key, true)]).stateDictionary().names == ["w"])
        }
        #expect(try nested([("optimizer", true), ("model", true)]).stateDictionary().names == ["w"])
        #expect(
            problem { _ = try nested([("a", true), ("b", true)]).stateDictionary() }
                == .noStateDictionary("in this checkpoint", available: ["a", "b"]))
        let archive = try nested([("epoch", false), ("model", true)])
        #expect(archive.tensors.names == ["model.w"])
        #expect(try archive.stateDictionary(at: ["model"]).names == ["w"])
        #expect(
            problem { _ = try archive.stateDictionary(at: ["mode"]) }
                == .noStateDictionary("at mode", available: ["epoch", "model"]))
        #expect(
            problem { _ = try archive.stateDictionary(at: ["epoch"]) } == .noStateDictionary("at epoch", available: []))
    }

    @Test("a module saved whole gives parameters, buffers and those of its modules")
    func wholeModule() throws {
        func module(_ maker: inout PickleMaker, _ name: String, _ body: (inout PickleMaker) -> Void) {
            maker.global("torch.nn.modules", name)
            maker.opcode(")")
            maker.opcode("\u{81}")
            maker.opcode("}")
            maker.opcode("(")
            maker.string("training")
            maker.opcode("\u{88}")
            body(&maker)
            maker.opcode("u")
            maker.opcode("b")
        }
        func dictionary(_ maker: inout PickleMaker, _ name: String, _ key: String?, _ body: (inout PickleMaker) -> Void)
        {
            maker.string(name)
            maker.opcode("}")
            if let key {
                maker.string(key)
                body(&maker)
                maker.opcode("s")
            }
        }
        let url = try folder.checkpoint(six) { maker in
            module(&maker, "Net") { maker in
                dictionary(&maker, "_parameters", "scale") { $0.tensor(count: 6, shape: [1], strides: [1]) }
                dictionary(&maker, "_buffers", "mean") { $0.tensor(count: 6, offset: 1, shape: [1], strides: [1]) }
                dictionary(&maker, "_modules", "fc") { maker in
                    module(&maker, "Linear") { maker in
                        dictionary(&maker, "_parameters", "weight") {
                            $0.tensor(count: 6, offset: 2, shape: [1], strides: [1])
                        }
                        dictionary(&maker, "_modules", nil) { _ in }
                    }
                }
            }
        }
        let state = try TorchArchive(contentsOf: url).stateDictionary()
        #expect(state.names == ["scale", "mean", "fc.weight"])
        #expect(state["fc.weight"]?.floats() == [2])
    }
}
