import Foundation
import Plotting
import WholeFiles

/// The curves of a run, as `curves.svg` shows them.
struct RunCurves {
    private var losses: [(name: String, points: [(x: Double, y: Double)])] = []
    private var figures: [(name: String, points: [(x: Double, y: Double)])] = []

    init() {}

    /// The curves of the epochs that a log has.
    init(contentsOf log: URL) {
        let lines = ((try? Data(contentsOf: log)) ?? Data()).split(separator: UInt8(ascii: "\n"))
        for line in lines {
            guard let line = try? JSONDecoder().decode(Line.self, from: Data(line)) else { continue }
            add(line.epoch, Self.numbers(line.losses), to: &losses)
            add(line.epoch, Self.numbers(line.scores ?? [:]), to: &figures)
        }
    }

    /// What is drawn of a line. (`JSONSerialization` reads numbers that are off by their last bit.)
    private struct Line: Decodable {
        let epoch: Int
        let losses: [String: Double?]
        let scores: [String: Double?]?
    }

    /// Adds an epoch.
    mutating func add(_ record: EpochRecord) {
        add(record.epoch, record.losses.map { ($0.name, $0.value) }, to: &losses)
        add(record.epoch, (record.scores?.entries ?? []).map { ($0.name, $0.value) }, to: &figures)
    }

    private static func numbers(_ values: [String: Double?]) -> [(String, Double)] {
        values.compactMap { name, value in value.map { (name, $0) } }
    }

    private func add(
        _ epoch: Int, _ values: [(String, Double)], to curves: inout [(name: String, points: [(x: Double, y: Double)])]
    ) {
        for (name, value) in values {
            let index = curves.firstIndex { $0.name == name } ?? curves.count
            if index == curves.count { curves.append((name, [])) }
            curves[index].points.append((Double(epoch), value))
        }
    }

    /// Draws the curves.
    ///
    /// - Throws: ``RunError`` where the file cannot be written.
    func write(to url: URL, name: String, isSimulated: Bool, metric: String, best: BestEpoch?) throws {
        let total = losses.filter { $0.name == "loss" }
        let parts = losses.filter { $0.name != "loss" }.sorted { $0.name < $1.name }
        let shown = Self.shown(figures.map(\.name), metric)
        var panels: [CurvesPlot.Panel] = []
        func panel(_ title: String, _ curves: [(name: String, points: [(x: Double, y: Double)])]) {
            guard !curves.isEmpty else { return }
            panels.append(.init(title: title, series: curves.map { .init(name: $0.name, points: $0.points) }))
        }
        panel("training loss", total)
        panel("its parts", parts)
        panel("validation, percent", shown.compactMap { name in figures.first { $0.name == name } })
        guard !panels.isEmpty else { return }
        let plot = CurvesPlot(
            title: name, subtitle: isSimulated ? "simulated features" : nil, xLabel: "epoch", panels: panels,
            mark: best.map { (Double($0.epoch), "best") })
        do {
            try Data(plot.svg().utf8).writeWhole(to: url)
        } catch {
            throw RunError.unwritable(folder: url.path, error.localizedDescription)
        }
    }

    /// The chosen figure and a few that people look at; more would be a thicket.
    private static func shown(_ names: [String], _ metric: String) -> [String] {
        let usual = ["MR-full-mAP", "MR-full-R1@0.5", "MR-full-R1@0.7", "MR-full-mIoU", "HL-min-VeryGood-mAP"]
        return ([metric] + usual.filter { $0 != metric }).filter(names.contains)
    }
}
