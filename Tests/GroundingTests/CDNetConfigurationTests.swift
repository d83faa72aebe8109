import Foundation
import Grounding
import Testing

@Suite("CDNet: configuration")
struct CDNetConfigurationTests {
    @Test("the paper's and the small preset are valid, and differ in the hidden size alone")
    func presets() throws {
        var paper = CDNetConfiguration.paper(videoWidth: 2818, textWidth: 512)
        let small = CDNetConfiguration.small(videoWidth: 2818, textWidth: 512)
        try paper.validate()
        try small.validate()
        #expect(paper.hiddenSize == 1024 && small.hiddenSize == 256)
        paper.hiddenSize = 256
        #expect(paper == small)
    }

    @Test("every field survives writing and reading")
    func roundTrip() throws {
        var configuration = CDNetConfiguration.small(videoWidth: 4, textWidth: 3)
        configuration.assignment = .both
        configuration.highlights = .relevance
        configuration.interContrast = .symmetric
        configuration.referencePoints = .middles
        configuration.usesDenoising = false
        let data = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(CDNetConfiguration.self, from: data) == configuration)
    }

    @Test("every field in a file is read: each one, changed alone, makes another configuration")
    func everyField() throws {
        let base = CDNetConfiguration.paper(videoWidth: 4, textWidth: 3)
        let fields = try #require(
            JSONSerialization.jsonObject(with: JSONEncoder().encode(base)) as? [String: Any])
        let others = [
            "oneWay": "symmetric", "ends": "middles", "dense": "both", "sum": "confidence", "hungarian": "both",
            "both": "dense", "confidence": "sum", "relevance": "sum", "after": "before", "before": "after",
        ]
        #expect(fields.count == Mirror(reflecting: base).children.count)
        for (name, value) in fields {
            var changed = fields
            switch value {
            case let text as String:
                let other: String = try #require(others[text], "\(name)")
                changed[name] = other
            case let number as NSNumber where String(cString: number.objCType) == "c": changed[name] = !number.boolValue
            case let number as NSNumber: changed[name] = number.doubleValue + 1
            default: Issue.record("\(name) is \(value)")
            }
            let data = try JSONSerialization.data(withJSONObject: changed)
            #expect(try JSONDecoder().decode(CDNetConfiguration.self, from: data) != base, "\(name) is not read")
        }
    }

    private static let impossible: [(String, @Sendable (inout CDNetConfiguration) -> Void)] = [
        ("videoWidth", { $0.videoWidth = 0 }), ("textWidth", { $0.textWidth = -1 }), ("maxWords", { $0.maxWords = 0 }),
        ("hiddenSize", { $0.hiddenSize = 15 }), ("heads", { $0.heads = 7 }),
        ("projectionLayers", { $0.projectionLayers = 0 }), ("localizerLayers", { $0.localizerLayers = 0 }),
        ("feedForwardSize", { $0.feedForwardSize = 0 }), ("headLayers", { $0.headLayers = 0 }),
        ("headKernel", { $0.headKernel = 2 }), ("inputDropout", { $0.inputDropout = 1 }),
        ("dropout", { $0.dropout = -0.1 }), ("dropPath", { $0.dropPath = .nan }),
        ("intraWeight", { $0.intraWeight = -1 }), ("temperature", { $0.temperature = 0 }),
        ("focalAlpha", { $0.focalAlpha = 1.5 }), ("smoothL1Beta", { $0.smoothL1Beta = 0 }),
        ("relevanceDeviation", { $0.relevanceDeviation = 0 }), ("relevanceScale", { $0.relevanceScale = .infinity }),
        ("relevancePower", { $0.relevancePower = 0 }), ("samplingRatio", { $0.samplingRatio = 0 }),
        ("offsetKernel", { $0.offsetKernel = 0 }), ("offsetGroups", { $0.offsetGroups = 3 }),
        ("offsetRange", { $0.offsetRange = -1 }), ("nmsThreshold", { $0.nmsThreshold = 1.1 }),
        ("momentCount", { $0.momentCount = 0 }),
    ]

    @Test("a value that cannot be is refused with its field's name", arguments: impossible)
    func refusal(_ field: String, _ change: @Sendable (inout CDNetConfiguration) -> Void) throws {
        var configuration = CDNetConfiguration.small(videoWidth: 8, textWidth: 4)
        change(&configuration)
        let error = try #require(#expect(throws: ConfigurationError.self) { try configuration.validate() })
        #expect(error.field == field)
        #expect(error.description.hasPrefix("\(field) is "))
        #expect(throws: ConfigurationError.self) { try CDNet(configuration) }
    }
}
