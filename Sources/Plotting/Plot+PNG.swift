import CRsvg
import Foundation

/// Why a plot could not become pixels.
public struct PlotError: Error, Hashable, Sendable, CustomStringConvertible, LocalizedError {
    /// What librsvg or Cairo says.
    public let reason: String
    /// What is wrong, and what to do.
    public var description: String { "the picture cannot be drawn: \(reason). Ask for .svg instead." }
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension Plot {
    /// The plot as the bytes of a PNG file: its SVG, drawn by librsvg.
    ///
    /// - Parameters:
    ///   - width: The width for which the plot is laid out, see ``svg(width:)``.
    ///   - scale: Pixels of the file for each of the plot's; 2 is sharp on most screens.
    /// - Throws: ``PlotError``.
    public func png(width: Int = 840, scale: Double = 2) throws -> Data {
        precondition(scale.isFinite && scale > 0, "a scale of \(scale)")
        let bytes = Array(svg(width: width).utf8)
        var failure: UnsafeMutablePointer<GError>?
        guard let picture = rsvg_handle_new_from_data(bytes, gsize(bytes.count), &failure) else {
            throw PlotError(taking: failure)
        }
        defer { g_object_unref(picture) }
        // The style's "height: auto" is for web pages and leaves no height; the view box has the plot's own size.
        var (hasWidth, hasHeight, hasBox) = (gboolean(0), gboolean(0), gboolean(0))
        var (ownWidth, ownHeight, box) = (RsvgLength(), RsvgLength(), RsvgRectangle())
        rsvg_handle_get_intrinsic_dimensions(
            picture, &hasWidth, &ownWidth, &hasHeight, &ownHeight, &hasBox, &box)
        guard hasBox != 0, box.width > 0, box.height > 0 else { throw PlotError(reason: "it has no size") }
        let (wide, high) = (box.width, box.height)
        let surface = cairo_image_surface_create(
            CAIRO_FORMAT_RGB24, Int32((wide * scale).rounded(.up)), Int32((high * scale).rounded(.up)))
        defer { cairo_surface_destroy(surface) }
        let page = cairo_create(surface)
        defer { cairo_destroy(page) }
        var viewport = RsvgRectangle(x: 0, y: 0, width: wide * scale, height: high * scale)
        guard rsvg_handle_render_document(picture, page, &viewport, &failure) != 0 else {
            throw PlotError(taking: failure)
        }
        var data = Data()
        let status = withUnsafeMutablePointer(to: &data) { data in
            cairo_surface_write_to_png_stream(
                surface,
                { data, bytes, count in
                    guard let data, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
                    data.assumingMemoryBound(to: Data.self).pointee.append(bytes, count: Int(count))
                    return CAIRO_STATUS_SUCCESS
                }, data)
        }
        guard status == CAIRO_STATUS_SUCCESS else {
            throw PlotError(reason: String(cString: cairo_status_to_string(status)))
        }
        return data
    }
}

extension PlotError {
    /// Takes over an error of GLib's.
    fileprivate init(taking failure: UnsafeMutablePointer<GError>?) {
        reason = failure.map { String(cString: $0.pointee.message) } ?? "librsvg gives no reason"
        g_error_free(failure)
    }
}
