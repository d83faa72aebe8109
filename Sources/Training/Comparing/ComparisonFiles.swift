import Foundation
import Plotting
import WholeFiles

extension Comparison {
    /// Writes `comparison.md`, `comparison.csv`, `comparison.json` and `comparison.svg` into a folder.
    ///
    /// - Parameters:
    ///   - folder: Made where there is none; files of these names are replaced.
    ///   - metrics: Figures to show; nil for the usual ones.
    ///   - command: The call that made it, which the page shows.
    /// - Returns: The files.
    /// - Throws: ``RunError`` where a file cannot be written.
    public func write(to folder: URL, metrics: [String]? = nil, command: String? = nil) throws -> [URL] {
        let table = ComparisonTable(self, metrics: metrics)
        let shown = metrics ?? usualMetrics
        let heading = command.map { "    \($0)\n\n" } ?? ""
        let files = [
            ("comparison.md", heading + table.markdown + "\n"), ("comparison.csv", table.csv),
            ("comparison.json", try json(shown) + "\n"), ("comparison.svg", plot(shown).svg()),
        ]
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            return try files.map { name, text in
                let url = folder.appendingPathComponent(name)
                try Data(text.utf8).writeWhole(to: url)
                return url
            }
        } catch {
            throw RunError.unwritable(folder: folder.path, error.localizedDescription)
        }
    }

    /// The metric that decides and two more, a point with its deviation for each configuration.
    func plot(_ metrics: [String]) -> BarsPlot {
        let wanted = [metric, "MR-full-R1@0.5", "MR-full-R1@0.7", "HL-min-VeryGood-mAP"]
        let found = wanted.enumerated().filter { wanted.firstIndex(of: $0.element) == $0.offset }.map(\.element)
            .filter { name in rows.contains { $0.summary(name) != nil } }
        let series = found.isEmpty ? Array(metrics.prefix(3)) : Array(found.prefix(3))
        let isSimulated = rows.contains(where: \.isSimulated)
        let seeds = seeds.count == 1 ? "one seed" : "\(seeds.count) seeds, mean and deviation"
        return BarsPlot(
            title: "Comparison", subtitle: isSimulated ? "simulated features, \(seeds)" : seeds,
            axisLabel: "percent", series: series,
            groups: rows.map { row in
                BarsPlot.Group(
                    label: row.name,
                    values: series.map { name in
                        let summary = row.summary(name)
                        return .init(summary?.mean ?? .nan, deviation: summary?.deviation)
                    })
            })
    }
}
