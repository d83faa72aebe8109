import Testing

@testable import Plotting

@Suite struct ScaleTests {
    private func labels(_ scale: Scale) -> [String] { scale.ticks.map(\.label) }

    @Test("Linear axes have round ticks and end on them")
    func linear() {
        let scale = Scale.linear([3, 97], pixels: (0, 100), target: 5)
        #expect(labels(scale) == ["0", "20", "40", "60", "80", "100"])
        #expect(scale.domain == 0...100)
        #expect(
            labels(.linear([0.112, 0.148], pixels: (0, 100), target: 4)) == ["0.11", "0.12", "0.13", "0.14", "0.15"])
        #expect(labels(.linear([-1, 1], pixels: (0, 100), target: 2)) == ["-1", "0", "1"])
    }

    @Test("Very large and very small numbers have powers of ten")
    func magnitudes() {
        #expect(labels(.linear([0, 4e7], pixels: (0, 100), target: 4)) == ["0", "1e7", "2e7", "3e7", "4e7"])
        #expect(labels(.linear([0, 2e-6], pixels: (0, 100), target: 2)) == ["0", "1e-6", "2e-6"])
    }

    @Test("Counting axes have whole ticks only and end with the values")
    func whole() {
        let scale = Scale.linear([1, 3], pixels: (0, 100), target: 10, whole: true)
        #expect(labels(scale) == ["1", "2", "3"])
        #expect(scale.domain == 1...3)
    }

    @Test("Logarithmic axes have powers of ten; few of them get 2 and 5 as well")
    func logarithmic() {
        #expect(
            labels(.logarithmic([0.0015, 800], pixels: (0, 100), target: 10)) == [
                "0.001", "0.01", "0.1", "1", "10", "100", "1000",
            ])
        #expect(labels(.logarithmic([3, 4], pixels: (0, 100), target: 5)) == ["2", "5"])
        #expect(Scale.logarithmic([0, -2], pixels: (0, 100), target: 5).domain == 0...1)
    }

    @Test("Values outside come to the ends, values that are not finite nowhere")
    func clamping() {
        let scale = Scale.linear([0, 1], pixels: (100, 0), target: 2)
        #expect(scale.pixel(0.25) == 75)
        #expect(scale.pixel(7) == 0)
        #expect(scale.pixel(.nan) == nil)
    }

    @Test("Time axes tick as clocks do and never too densely", arguments: [0.5, 9, 150, 3600, 86400])
    func time(duration: Double) {
        let scale = Scale.time(duration: duration, pixels: (0, 600), spacing: 60)
        #expect((1...11).contains(scale.ticks.count))
        #expect(scale.ticks.first?.label == "0:00")
        if duration == 150 { #expect(labels(scale).contains("0:45")) }
        if duration == 3600 { #expect(labels(scale).last == "1:00:00") }
    }

    @Test("Clock times carry, and show tenths only where there are any")
    func clocks() {
        #expect([0, 59.96, 75.5, 3661, -3].map(clock) == ["0:00", "1:00", "1:15.5", "1:01:01", "0:00"])
        #expect(clock(.nan) == "–")
    }

    @Test("Numbers are rounded to the decimals, without locale and without minus zero")
    func decimals() {
        #expect(decimal(0.005, digits: 2) == "0.01")
        #expect(decimal(-12.345, digits: 1) == "-12.3")
        #expect(decimal(-0.001, digits: 2) == "0.00")
        #expect(decimal(5, digits: 2, trimmed: true) == "5")
        #expect(decimal(100, digits: 0) == "100")
        #expect(decimal(.nan, digits: 2) == "–")
    }
}
