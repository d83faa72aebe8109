import Foundation

/// Everything that decides what a training run does: the model, the data, the optimisation.
///
/// The same configuration and seed give the same run, to the last bit, on the same machine.
///
///     name: qvhighlights
///     model: { cdnet: { width: 256 } }
///     data: { train: train.jsonl, val: val.jsonl, video: [clip_features], text: clip_text_features }
///     output: { directory: runs/first }
public struct TrainingConfiguration: ConfigurationBlock, Hashable {
    /// What tables and plots call the run.
    public var name = "run"
    /// Decides the first weights, the order of the queries and what dropout leaves out.
    public var seed: UInt64 = 0
    /// Threads that one operation may use; nil for as many as there are cores. Another number changes the last bits.
    public var threads: Int?
    /// `cpu`, `cuda`, `cuda:1`, or `best` for a GPU where there is one.
    public var device = "cpu"
    /// The model and its settings.
    public var model = ModelChoice()
    /// What it learns from.
    public var data = DataConfiguration()
    /// How it learns.
    public var optimisation = OptimisationConfiguration()
    /// How it is judged on the way.
    public var evaluation = EvaluationConfiguration()
    /// What is written where.
    public var output = OutputConfiguration()

    /// The defaults; the data and the output directory have none.
    public init() {}
}

extension TrainingConfiguration {
    /// Reads a YAML file and applies `key=value` assignments on top of it.
    ///
    /// Paths in it are relative to the working directory; the result holds them absolute.
    ///
    /// - Parameters:
    ///   - url: The file.
    ///   - assignments: As in `optimisation.epochs=5`; dotted key, YAML value.
    ///   - checkingFiles: Whether the files and folders that it names must be there.
    /// - Throws: ``ConfigurationFileError`` with every problem's line.
    public init(contentsOf url: URL, setting assignments: [String] = [], checkingFiles: Bool = true)
        throws(ConfigurationFileError)
    {
        try self.init(ConfigurationDocument(contentsOf: url), assignments, checkingFiles)
    }

    /// Reads YAML from a text; `source` stands for the file in messages.
    public init(yaml: String, source: String, setting assignments: [String] = [], checkingFiles: Bool = true)
        throws(ConfigurationFileError)
    {
        try self.init(ConfigurationDocument(yaml, source: source), assignments, checkingFiles)
    }

    /// Applies assignments to a configuration that is not a file, such as a checkpoint's.
    public func setting(_ assignments: [String], checkingFiles: Bool = true) throws(ConfigurationFileError) -> Self {
        guard let json = try? JSONEncoder.exact.encode(self) else { return self }
        return try Self(
            yaml: String(decoding: json, as: UTF8.self), source: "the run's configuration", setting: assignments,
            checkingFiles: checkingFiles)
    }

    private init(_ document: ConfigurationDocument, _ assignments: [String], _ checkingFiles: Bool)
        throws(ConfigurationFileError)
    {
        var document = document
        for assignment in assignments { try document.set(assignment) }
        self = try ConfigurationDecoder.decode(Self.self, from: document)
        makePathsAbsolute()
        let problems = problems(checkingFiles: checkingFiles).map { path, reason in
            ConfigurationFileError.Problem(
                place: document.place(of: path), key: path.joined(separator: "."), reason: reason)
        }
        if !problems.isEmpty { throw ConfigurationFileError(problems) }
    }

    private mutating func makePathsAbsolute() {
        mapPaths { $0.isEmpty ? $0 : URL(fileURLWithPath: $0).standardizedFileURL.path }
    }

    /// The same without what tells of a machine: paths below a folder are said from there, others by their last part.
    func withoutPlaces(outside folder: URL) -> TrainingConfiguration {
        let start = folder.standardizedFileURL.path + "/"
        var result = self
        result.mapPaths { path in
            if path.hasPrefix(start) { return String(path.dropFirst(start.count)) }
            return path.hasPrefix("/") ? URL(fileURLWithPath: path).lastPathComponent : path
        }
        return result
    }

    private mutating func mapPaths(_ transform: (String) -> String) {
        data.mapPaths(transform)
        optimisation.startFrom = optimisation.startFrom.map(transform)
        output.directory = transform(output.directory)
    }
}

extension JSONEncoder {
    /// Sorted keys; numbers that read back to the last bit.
    static var exact: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
