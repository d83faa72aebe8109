import Foundation
import TestSupport
import Testing

/// What a function of the C interface is called for, and a check of what it answered.
typealias Exercise = @Sendable () throws -> Void

@Suite("The C interface")
struct CInterfaceTests {
    static let exercises: [String: Exercise] = [
        runtimeExercises, creationExercises, arithmeticExercises, reductionExercises, viewExercises,
        selectionExercises, layerExercises, fusedExercises, packedExercises, threadExercises, autogradExercises,
        randomExercises, optimiserExercises, recordingExercises, distributedExercises,
    ].reduce(into: [:]) { all, area in
        all.merge(area) { _, _ in preconditionFailure("a function is exercised twice") }
    }

    @Test("has no function that is not exercised here")
    func coverage() throws {
        let declared = try declaredNames()
        #expect(declared.count > 100)
        #expect(declared.subtracting(Self.exercises.keys) == [], "declared, but not exercised")
        #expect(Set(Self.exercises.keys).subtracting(declared) == [], "exercised, but not declared")
    }

    @Test("has a Swift wrapper for every function")
    func wrappers() throws {
        let folder = SharedMaterial.packageRoot.appendingPathComponent("Sources/Torch")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var called: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            called.formUnion(
                try String(contentsOf: file, encoding: .utf8).matches(of: #/\bct_\w+/#).map { String($0.0) })
        }
        let declared = try declaredNames()
        // The generator's raw words are there to be checked against published ones.
        #expect(declared.subtracting(called) == ["ct_random_words"])
    }

    @Test("does what it says", arguments: exercises.keys.sorted())
    func exercise(_ name: String) throws {
        let exercise = try #require(Self.exercises[name])
        try exercise()
    }

    /// The functions of all headers.
    private func declaredNames() throws -> Set<String> {
        let folder = SharedMaterial.packageRoot.appendingPathComponent("Sources/CTorch/include")
        let headers = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try headers.reduce(into: []) { names, header in
            let code = try String(contentsOf: header, encoding: .utf8).split(separator: "\n")
                .filter { !$0.hasPrefix("//") }.joined(separator: "\n")
            names.formUnion(code.matches(of: #/\b(ct_\w+)\(/#).map { String($0.1) })
        }
    }
}
