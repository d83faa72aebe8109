import Evaluation
import Foundation
import Grounding
import TestSupport
import Testing
import Training

@Suite("The rivals' configurations")
struct RivalConfigurationTests {
    @Test("of a rival differs from the others of its table in nothing but the model and the run's place")
    func rivals() throws {
        let folder = SharedMaterial.packageRoot.appendingPathComponent("Configurations/rivals")
        var models: [[String: ModelChoice]] = []
        for table in ["qvhighlights", "charades-sta", "tacos"] {
            let files = try FileManager.default.contentsOfDirectory(
                at: folder.appendingPathComponent(table), includingPropertiesForKeys: nil)
            let all = try files.map { try TrainingConfiguration(contentsOf: $0, checkingFiles: false) }
            #expect(Set(all.map(\.data)).count == 1 && Set(all.map(\.evaluation)).count == 1)
            #expect(all.allSatisfy { $0.data.benchmark.rawValue == table && $0.data.simulated })
            #expect(Set(all.filter { $0.model.name != "zeroShot" }.map(\.optimisation)).count == 1)
            #expect(Set(all.map(\.output.directory)).count == all.count)
            models.append(
                Dictionary(uniqueKeysWithValues: all.map { ($0.name, Self.withoutTimeLimit($0.model, of: table)) }))
        }
        let systems = ["CDNet", "QD-DETR", "UniVTG", "Moment-DETR", "UMT", "XML", "2D-TAN", "CLIP"]
        #expect(Set(models[0].keys) == Set(systems))
        #expect(models.allSatisfy { $0 == models[0] })
    }

    /// The same, whatever its moments are clamped to: QVHighlights' 150 s there, and nowhere else.
    private static func withoutTimeLimit(_ model: ModelChoice, of table: String) -> ModelChoice {
        let limit = table == "qvhighlights" ? 150.0 : 0
        switch model.settings {
        case var settings as MomentDETRConfiguration:
            #expect(settings.timeLimit == limit)
            settings.timeLimit = 0
            return ModelChoice(settings)
        case var settings as QDDETRConfiguration:
            #expect(settings.timeLimit == limit)
            settings.timeLimit = 0
            return ModelChoice(settings)
        default: return model
        }
    }
}
