/// A picture that can be written as SVG.
///
/// A plot holds plain numbers and draws nothing until it is asked for its text. The text is a complete, well-formed SVG
/// document; the same plot gives the same text on every machine. Values that are not finite are left out, never drawn
/// wrongly, and no input traps.
///
///     let plot = TimelinePlot(title: "A man opens a door.", duration: 150)
///     try plot.svg(width: 840).write(toFile: "timeline.svg", atomically: true, encoding: .utf8)
public protocol Plot: Sendable {
    /// The SVG document.
    ///
    /// - Parameter width: The width in pixels for which the plot is laid out: text keeps its size, the drawing adapts.
    ///   Widths below 240 count as 240. A viewer may still scale the picture.
    func svg(width: Int) -> String
}

extension Plot {
    /// The SVG document at the default width of 840 pixels, about that of a page of text.
    public func svg() -> String { svg(width: 840) }
}
