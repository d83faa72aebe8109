import Foundation
import WholeFiles

/// What a comparison needs of a finished run, in a file that can be given to others: configuration, figures, costs, and the
/// figures of each query that the field's tables show.
///
/// With the records of a table, rows can be added to it on another machine without its checkpoints and without training
/// its rows again.
struct RunRecord {
    /// The version of Moments that made it.
    let version: String
    /// What was run.
    private(set) var configuration: TrainingConfiguration
    /// What came of it.
    let run: ComparedRun

    /// The names of a record's members.
    private enum Key {
        static let version = "version"
        static let configuration = "configuration"
        static let simulated = "simulated"
        static let scores = "scores"
        static let costs = "costs"
        static let qids = "qids"
        static let queries = "queries"
    }

    /// Describes a run of this version. Where its files lie on this machine is nobody else's matter.
    init(_ configuration: TrainingConfiguration, _ run: ComparedRun) {
        version = MomentsVersion.current
        self.configuration = configuration.withoutPlaces
        self.configuration.output.directory = Self.name(of: configuration)
        self.run = run
    }

    /// Where a folder of records keeps a configuration's run: `NAME-seed-N.json`, after the output directory.
    static func url(of configuration: TrainingConfiguration, in folder: URL) -> URL {
        folder.appendingPathComponent(name(of: configuration) + ".json")
    }

    private static func name(of configuration: TrainingConfiguration) -> String {
        let place = URL(fileURLWithPath: configuration.output.directory)
        return "\(place.deletingLastPathComponent().lastPathComponent)-\(place.lastPathComponent)"
    }

    /// Reads a record; nil where there is no file.
    ///
    /// - Throws: ``RunError/unreadableRecord(file:_:)``.
    init?(contentsOf url: URL) throws {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        do {
            let data = try Data(contentsOf: url)
            let members = try JSONDecoder().decode(Members.self, from: data)
            // As a file would be read: settings that a newer version has, and this file not, keep their defaults.
            let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            let settings = try JSONSerialization.data(withJSONObject: object?[Key.configuration] ?? [:])
            configuration = try ConfigurationDecoder.decode(
                TrainingConfiguration.self,
                from: ConfigurationDocument(String(decoding: settings, as: UTF8.self), source: url.path))
            version = members.version
            guard members.queries.values.allSatisfy({ $0.count == members.qids.count }) else {
                throw RunError.unreadableRecord(file: url.path, "it has not one figure for each of its queries")
            }
            let names = members.scores.names.filter { members.queries[$0] != nil }
            let queries = members.qids.indices.map { query in
                Scores(names.compactMap { name in members.queries[name]?[query].map { (name, $0) } })
            }
            run = ComparedRun(
                seed: configuration.seed, isSimulated: members.simulated, scores: members.scores, costs: members.costs,
                qids: members.qids, queries: queries)
        } catch let error as RunError {
            throw error
        } catch {
            throw RunError.unreadableRecord(file: url.path, "\(error)")
        }
    }

    /// Fields by which a configuration would have come to another end, rounding aside.
    func changes(to asked: TrainingConfiguration) -> [ConfigurationChange] {
        asked.withoutPlaces.changes(since: configuration.withoutPlaces).filter(\.changesResult)
    }

    /// Writes the record, a line a member, each figure to four digits behind the point.
    ///
    /// - Throws: ``RunError/unwritable(folder:_:)``.
    func write(to url: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(try text.utf8).writeWhole(to: url)
        } catch {
            throw RunError.unwritable(folder: url.deletingLastPathComponent().path, error.localizedDescription)
        }
    }

    private var text: String {
        get throws {
            func json(_ value: some Encodable) throws -> String {
                String(decoding: try JSONEncoder.exact.encode(value), as: UTF8.self)
            }
            let kept = Comparison.tableMetrics.filter { name in run.queries.contains { $0[name] != nil } }
            let figures = try kept.map { name in
                let values = run.queries.map { $0[name].map { ($0 * 1e4).rounded() / 1e4 } }
                return "    \(JSONText.quoted(name)): \(try json(values))"
            }
            let members = [
                (Key.version, try json(version)), (Key.configuration, try json(configuration)),
                (Key.simulated, try json(run.isSimulated)), (Key.scores, try json(run.scores)),
                (Key.costs, try json(run.costs.withoutCheckpoint)), (Key.qids, try json(run.qids)),
                (Key.queries, "{\n\(figures.joined(separator: ",\n"))\n  }"),
            ]
            return "{\n" + members.map { "  \"\($0.0)\": \($0.1)" }.joined(separator: ",\n") + "\n}\n"
        }
    }

    /// All but the configuration, which is read as a file of settings.
    private struct Members: Decodable {
        let version: String
        let simulated: Bool
        let scores: Scores
        let costs: RunCosts
        let qids: [String]
        let queries: [String: [Double?]]
    }
}

extension TrainingConfiguration {
    /// The same with the names of the data's files and folders alone, wherever they lie.
    fileprivate var withoutPlaces: TrainingConfiguration {
        func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
        var own = self
        own.data.train = name(data.train)
        own.data.val = data.val.map(name)
        own.data.test = data.test.map(name)
        own.data.durations = data.durations.map(name)
        own.data.video = data.video.map(name)
        own.data.text = name(data.text)
        own.data.pack = data.pack.map(name)
        own.optimisation.startFrom = optimisation.startFrom.map(name)
        return own
    }
}

extension ConfigurationChange {
    /// Whether a run that came to its end may have come to another one by it, rounding aside.
    fileprivate var changesResult: Bool {
        weight == .breaking || ["optimisation.epochs", "evaluation.patience"].contains(key)
    }
}
