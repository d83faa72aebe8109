import Evaluation
import Foundation

extension Comparison {
    /// Everything: costs, mean, deviation and the seeds' values of every figure, differences to the best row.
    ///
    /// - Parameter metrics: The figures whose differences are wanted.
    public func json(_ metrics: [String]) throws -> String {
        let encoder = JSONEncoder.exact
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(Document(self, metrics)), as: UTF8.self)
    }

    private struct Document: Encodable {
        struct Figure: Encodable {
            let mean: Double
            let deviation: Double?
            let values: [Double?]
        }

        struct Configuration: Encodable {
            let name: String
            let simulated: Bool
            let parameters: Int?
            let trainingSeconds: [Double]
            let queryMilliseconds: [Double]
            let figures: [String: Figure]

            enum CodingKeys: String, CodingKey {
                case name, simulated, parameters, figures
                case trainingSeconds = "training_s"
                case queryMilliseconds = "query_ms"
            }
        }

        struct Difference: Encodable {
            let mean: Double
            let low: Double
            let high: Double
            let queries: Int
        }

        struct Differences: Encodable {
            let best: String
            let metric: String
            let confidence: Double
            let samples: Int
            let configurations: [String: [String: Difference]]
        }

        let seeds: [UInt64]
        let configurations: [Configuration]
        let differences: Differences?
        let notAlike: [String]

        enum CodingKeys: String, CodingKey {
            case seeds, configurations, differences
            case notAlike = "not_alike"
        }

        init(_ comparison: Comparison, _ metrics: [String]) {
            seeds = comparison.seeds
            notAlike = comparison.differences
            configurations = comparison.rows.map { row in
                let names = row.runs.first?.scores.names ?? []
                let figures = names.compactMap { name in
                    row.summary(name).map { summary in
                        (
                            name,
                            Figure(
                                mean: summary.mean, deviation: summary.deviation,
                                values: row.runs.map { $0.scores[name] })
                        )
                    }
                }
                return Configuration(
                    name: row.name, simulated: row.isSimulated, parameters: row.runs.first?.costs.parameters,
                    trainingSeconds: row.runs.map(\.costs.trainingSeconds),
                    queryMilliseconds: row.runs.map(\.costs.queryMilliseconds),
                    figures: Dictionary(figures) { first, _ in first })
            }
            differences = ComparisonDifferences(comparison, metrics: metrics).map { found in
                let rows = found.rows.map { row in
                    let values = zip(found.metrics, row.values).compactMap { metric, value in
                        value.map { value in
                            (
                                metric,
                                Difference(
                                    mean: value.mean, low: value.interval.lowerBound, high: value.interval.upperBound,
                                    queries: value.queries)
                            )
                        }
                    }
                    return (row.name, Dictionary(values) { first, _ in first })
                }
                return Differences(
                    best: found.best, metric: comparison.metric, confidence: found.bootstrap.confidence,
                    samples: found.bootstrap.samples, configurations: Dictionary(rows) { first, _ in first })
            }
        }
    }
}
