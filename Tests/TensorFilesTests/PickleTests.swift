import Foundation
import Testing

@testable import TensorFiles

@Suite("Pickles")
struct PickleTests {
    private func value(_ bytes: [UInt8]) throws -> PickleValue {
        try TorchArchive(storage: ByteStorage(bytes), file: "x.pkl").value
    }

    /// Protocol 2 and then these opcodes, where text stands for its bytes.
    private func value(_ opcodes: String) throws -> PickleValue {
        try value([0x80, 2] + opcodes.unicodeScalars.map { UInt8($0.value) })
    }

    @Test("what Python writes is read in every protocol", arguments: 0...5)
    func pythonValues(version: Int) throws {
        let bytes = try #require(Data(base64Encoded: PythonPickles.base64[version]))
        let value = try value([UInt8](bytes))
        if case .none? = value["none"] {} else { Issue.record("None") }
        #expect(value["t"]?.bool == true)
        #expect(value["f"]?.bool == false)
        #expect(value["int"]?.integer == -5)
        #expect(value["byte"]?.integer == 200)
        #expect(value["short"]?.integer == 40000)
        #expect(value["i64"]?.integer == .max)
        #expect(value["im64"]?.integer == .min)
        #expect(value["float"]?.number == 0.1)
        #expect(value["inf"]?.number == .infinity)
        #expect(value["text"]?.string == "é🎬\n\\u")
        #expect(value["list"]?[1]?[0]?.integer == 2)
        #expect(value["tuple"]?.elements?.count == 1)
        #expect(value["t2"]?.elements?.compactMap(\.integer) == [1, 2])
        #expect(value["t3"]?.elements?.compactMap(\.integer) == [1, 2, 3])
        #expect(value["t4"]?.elements?.compactMap(\.integer) == [1, 2, 3, 4])
        #expect(value["set"]?.elements?.compactMap(\.integer) == [7])
        #expect(value["frozen"]?.elements?.compactMap(\.integer) == [8])
        #expect(value["ordered"]?.dictionary?.stringKeys == ["z", "a"])
        #expect(value["default"]?["k"]?[0]?.integer == 1)
        #expect(value["counter"]?["a"]?.integer == 2)
        #expect(value["shared"]?[1]?[1]?.integer == 2)
        #expect(value[3]?.string == "three")

        func big(_ key: String) -> Data? { if case .bigInteger(let digits)? = value[key] { digits } else { nil } }
        #expect(big("big") == Data([0, 0, 0, 0, 0, 0, 0, 0, 0x40]))
        #expect(big("negbig") == Data([0, 0, 0, 0, 0, 0, 0, 0, 0xc0]))
        func raw(_ key: String) -> Data? { if case .bytes(let data)? = value[key] { data } else { nil } }
        #expect(raw("bytes") == Data([0, 0xff, 0x0a]))
        #expect(raw("bytearray") == Data("ab".utf8))
    }

    @Test("foreign objects are described and NumPy's arrays read in every protocol", arguments: 0...5)
    func pythonObjects(version: Int) throws {
        let bytes = try #require(Data(base64Encoded: PythonPickles.base64[version]))
        let value = try value([UInt8](bytes))
        #expect(value["options"]?.object?.module == "argparse")
        #expect(value["options"]?.object?.name == "Namespace")
        #expect(value["options"]?["lr"]?.number == 0.1)
        #expect(value["path"]?.object?.name == "PurePosixPath")
        #expect(value["path"]?.object?.arguments.compactMap(\.string) == ["a", "b"])
        #expect(value["f4"]?.tensor == StoredTensor([0, 1, 2, 3, 4, 5] as [Float], shape: [2, 3]))
        #expect(value["fortran"]?.tensor == StoredTensor([0, 1, 2, 3, 4, 5] as [Int16], shape: [2, 3]))
        #expect(value["f2"]?.tensor == StoredTensor([0.5] as [Float16]))
        #expect(value["zero"]?.tensor == StoredTensor([3.0] as [Double], shape: []))
        #expect(value["empty"]?.tensor?.shape == [0, 4])
        #expect(value["scalar"]?.number == 2.5)
        #expect(value["iscalar"]?.integer == 7)
        #expect(value["bscalar"]?.bool == true)
        #expect(value["objects"]?.object?.name == "ndarray")
        #expect(value["dtype"]?.object?.name == "dtype")
    }

    @Test("Python 2's strings are text where they can be, and bytes elsewhere")
    func python2Strings() throws {
        #expect(try value("U\u{2}ab.").string == "ab")
        #expect(try value("S'a\\n\\x41\\101\\''\n.").string == "a\nAA'")
        if case .bytes(let data) = try value("U\u{1}\u{ff}.") {
            #expect(data == Data([0xff]))
        } else {
            Issue.record("bytes expected")
        }
        #expect(try value("V\\u00e9\\U0001f3ac\\x\n.").string == "é🎬\\x")
    }

    @Test(
        "a call of a function is refused by its name",
        arguments: [
            ("builtins", "eval"), ("builtins", "exec"), ("__builtin__", "print"), ("builtins", "getattr"),
            ("os", "system"), ("posix", "system"), ("nt", "system"), ("subprocess", "Popen"),
            ("subprocess", "check_output"), ("types", "CodeType"), ("ctypes", "CDLL"), ("io", "FileIO"),
            ("importlib", "import_module"), ("torch.hub", "load"), ("numpy", "fromfile"), ("pickle", "Unpickler"),
            ("operator", "attrgetter"), ("runpy", "run_path"), ("my_module", "build_model"), ("", ""),
            ("torch._utils", "_import_dotted_name"), ("multiprocessing.util", "Finalize"),
        ])
    func unsafeCalls(module: String, name: String) {
        let refused = TensorFileError.Problem.unsafeCall(module: module, name: name)
        #expect(problem { _ = try value("c\(module)\n\(name)\n)R.") } == refused)
        // The same by the old opcodes, and by name from the stack.
        #expect(problem { _ = try value("(i\(module)\n\(name)\n.") } == refused)
        #expect(problem { _ = try value("(c\(module)\n\(name)\no.") } == refused)
        #expect(problem { _ = try value("V\(module)\nV\(name)\n\u{93})R.") } == refused)
    }

    @Test("a call of something computed is refused")
    func computedCall() {
        let found = problem { _ = try value("ccollections\nOrderedDict\n)R)R.") }
        #expect(found == .unsafeCall(module: "(computed)", name: "function"))
    }

    @Test("a function that is only named, and objects of harmless classes, are data")
    func harmless() throws {
        if case .global("builtins", "print") = try value("cbuiltins\nprint\n.") {
        } else {
            Issue.record("a global expected")
        }
        #expect(try value("cmodels\nresnet50\n)\u{81}.").object?.name == "resnet50")
        #expect(try value("cmodels\nNet\n)R}U\u{1}aK\u{1}sb.")["a"]?.integer == 1)
        #expect(
            problem { _ = try value("csubprocess\nPopen\n)\u{81}.") }
                == .unsafeCall(module: "subprocess", name: "Popen"))
    }

    @Test(
        "broken pickles are damage",
        arguments: [
            "N", ".", "K", "K\u{1}", "0.", "(.", "t.", "a.", "]a.", "K\u{1}K\u{2}a.", "}K\u{1}s.", "(K\u{1}d.",
            "}(K\u{1}u.",
            "h\u{0}.", "g9\n.", "gx\n.", "Ix\n.", "I1", "Fx\n.", "Lx\n.", "Sx\n.", "S'\\x4'\n.", "V\\u12\n.", "cx\n.",
            "X\u{ff}\u{ff}\u{ff}\u{7f}a.", "T\u{ff}\u{ff}\u{ff}\u{ff}a.", "\u{8b}\u{ff}\u{ff}\u{ff}\u{ff}.",
            "\u{8d}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}.",
            "\u{95}\u{ff}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}.",
            "\u{fe}.", "K\u{1}}b.", "K\u{1}K\u{2}\u{93}.", "\u{90}.", "K\u{1}(K\u{2}\u{90}.", "R.", "cA\nB\nK\u{1}R.",
            "ctorch._utils\n_rebuild_tensor_v2\n)R.", "cnumpy.core.multiarray\n_reconstruct\n)R.",
            "ctorch._utils\n_rebuild_parameter\n)R.", "ctorch._tensor\n_rebuild_from_type_v2\n)R.",
            "ctorch.storage\n_load_from_bytes\n)R.", "ccollections\nOrderedDict\n(](K\u{1}eetR.",
        ])
    func broken(opcodes: String) {
        let found = problem { _ = try value(opcodes) }
        #expect(found?.isDamage == true, "\(String(describing: found))")
    }

    @Test(
        "what is no data is not supported",
        arguments: ["\u{82}\u{1}.", "\u{97}.", "]q\u{0}h\u{0}a.", "]q\u{0}\u{85}q\u{1}h\u{0}h\u{1}a0h\u{0}."])
    func unsupported(opcodes: String) {
        let found = problem { _ = try value(opcodes) }
        #expect(found?.isUnsupported == true, "\(String(describing: found))")
    }

    @Test("a pickle nested a hundred thousand deep is refused and freed without a crash")
    func deepNesting() {
        let depth = 100_000
        let lists = [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        let appends = [UInt8](repeating: UInt8(ascii: "a"), count: depth - 1)
        #expect(problem { _ = try value([0x80, 2] + lists + appends + [0x2e]) }?.isTooLarge == true)
        let tuples = [UInt8](repeating: 0x85, count: depth)
        #expect(problem { _ = try value([0x80, 2, 0x4e] + tuples + [0x2e]) }?.isTooLarge == true)
    }

    @Test("lists that repeat each other to more than any memory are refused")
    func billionLaughs() {
        // [x, x], where x is [y, y], and so on forty times.
        var opcodes = "]q\u{0}"
        for level in 0..<40 {
            let (old, new) = (Unicode.Scalar(UInt8(level)), Unicode.Scalar(UInt8(level + 1)))
            opcodes += "0](h\(old)h\(old)eq\(new)"
        }
        #expect(problem { _ = try value(opcodes + ".") }?.isTooLarge == true)
    }

    @Test("the last of equal keys wins, at the first one's place")
    func equalKeys() throws {
        let value = try value("}(U\u{1}aK\u{1}U\u{1}bK\u{2}U\u{1}aK\u{3}u.")
        #expect(value.dictionary?.stringKeys == ["a", "b"])
        #expect(value["a"]?.integer == 3)
    }
}
