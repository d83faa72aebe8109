import Foundation
import HTTPTypes
import Synchronization

/// What Prometheus is told: counts and times since the start.
final class ServerMetrics: Sendable {
    /// Seconds that separate a histogram's buckets.
    private static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    private struct Histogram {
        var buckets = [Int](repeating: 0, count: bounds.count)
        var sum = 0.0
        var count = 0

        mutating func add(_ seconds: Double) {
            if let first = bounds.firstIndex(where: { seconds <= $0 }) { buckets[first] += 1 }
            sum += seconds
            count += 1
        }
    }

    private struct Kind: Hashable {
        let method, route: String
        let status: Int
    }

    private struct State {
        var requests: [Kind: Int] = [:]
        var times: [String: Histogram] = [:]
        var batches = 0
        var sentences = 0
        var encoded = 0
        var questions = Histogram()
        var shared = 0
    }

    private let started = Date()
    private let state = Mutex(State())

    /// A request was answered. Routes are patterns and few; so the series are few as well.
    func count(_ method: HTTPRequest.Method, route: String, _ status: HTTPResponse.Status, _ time: Duration) {
        let method = Self.methods.contains(method.rawValue) ? method.rawValue : "other"
        state.withLock { state in
            state.requests[Kind(method: method, route: route, status: status.code), default: 0] += 1
            state.times[route, default: Histogram()].add(time / .seconds(1))
        }
    }

    /// Questions were answered together.
    ///
    /// - Parameters:
    ///   - sentences: Those of all of them.
    ///   - encoded: Those that were not known from before.
    func countBatch(sentences: Int, encoded: Int) {
        state.withLock { state in
            state.batches += 1
            state.sentences += sentences
            state.encoded += encoded
        }
    }

    /// A question was answered; the time is that of its computation, without the wait.
    func countQuestion(_ time: Duration) { state.withLock { $0.questions.add(time / .seconds(1)) } }

    /// A question was answered with what another one of the same subject was told at the same time.
    func countShared() { state.withLock { $0.shared += 1 } }

    /// All of it, and what the server knows only now, in Prometheus' text format.
    ///
    /// - Parameters:
    ///   - gauges: Names, each with its explanation and value.
    ///   - jobs: Jobs by state.
    func text(gauges: [(name: String, help: String, value: Double)], jobs: [String: Int]) -> String {
        let state = state.withLock { $0 }
        var lines: [String] = []
        func head(_ name: String, _ kind: String, _ help: String) {
            lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(kind)"]
        }
        func histogram(_ name: String, _ labels: String, _ values: Histogram) {
            var below = 0
            let before = labels.isEmpty ? "" : labels + ","
            for (bound, count) in zip(Self.bounds, values.buckets) {
                below += count
                lines.append("\(name)_bucket{\(before)le=\"\(bound)\"} \(below)")
            }
            lines.append("\(name)_bucket{\(before)le=\"+Inf\"} \(values.count)")
            let end = labels.isEmpty ? "" : "{\(labels)}"
            lines += ["\(name)_sum\(end) \(values.sum)", "\(name)_count\(end) \(values.count)"]
        }
        head("moments_http_requests_total", "counter", "Requests that were answered.")
        for (kind, count) in state.requests.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            lines.append(
                "moments_http_requests_total{method=\"\(kind.method)\",route=\"\(kind.route)\",status=\"\(kind.status)\"} \(count)"
            )
        }
        head("moments_http_request_seconds", "histogram", "From a request's head to the answer's.")
        for (route, values) in state.times.sorted(by: { $0.key < $1.key }) {
            histogram("moments_http_request_seconds", "route=\"\(route)\"", values)
        }
        head("moments_question_seconds", "histogram", "A question's computation, without the wait.")
        histogram("moments_question_seconds", "", state.questions)
        head("moments_shared_answers_total", "counter", "Questions that got another one's answer.")
        lines.append("moments_shared_answers_total \(state.shared)")
        head("moments_question_batches_total", "counter", "Groups of questions that were answered together.")
        lines.append("moments_question_batches_total \(state.batches)")
        head("moments_question_sentences_total", "counter", "Sentences that were asked.")
        lines.append("moments_question_sentences_total \(state.sentences)")
        head("moments_encoded_sentences_total", "counter", "Sentences that had to be encoded.")
        lines.append("moments_encoded_sentences_total \(state.encoded)")
        head("moments_jobs", "gauge", "Jobs by state.")
        for (name, count) in jobs.sorted(by: { $0.key < $1.key }) {
            lines.append("moments_jobs{state=\"\(name)\"} \(count)")
        }
        let own = [
            ("process_start_time_seconds", "When the server started.", started.timeIntervalSince1970),
            ("process_resident_memory_bytes", "Memory in use.", Self.residentBytes),
        ]
        for (name, help, value) in gauges.map({ ($0.name, $0.help, $0.value) }) + own {
            head(name, "gauge", help)
            lines.append("\(name) \(value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static var residentBytes: Double {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Double(fields[1]) ?? 0) * Double(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}
