import CCairo
import Media

/// A picture in memory that Cairo draws on.
final class CairoCanvas {
    let width, height: Int
    let context: OpaquePointer
    private let surface: OpaquePointer

    /// An empty picture; transparent where `hasAlpha`, else black.
    init(width: Int, height: Int, hasAlpha: Bool = false) {
        self.width = width
        self.height = height
        let format = hasAlpha ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24
        surface = cairo_image_surface_create(format, Int32(width), Int32(height))
        context = cairo_create(surface)
        let status = cairo_status(context)
        precondition(
            status == CAIRO_STATUS_SUCCESS,
            "a picture of \(width) × \(height): \(String(cString: cairo_status_to_string(status)))")
        cairo_set_antialias(context, CAIRO_ANTIALIAS_FAST)
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    /// The picture as a source for another; repeated beyond its edges.
    func pattern() -> OpaquePointer {
        cairo_surface_flush(surface)
        let pattern = cairo_pattern_create_for_surface(surface)!
        cairo_pattern_set_extend(pattern, CAIRO_EXTEND_REPEAT)
        return pattern
    }

    /// Fills every pixel (alpha, red, green and blue in one number, premultiplied).
    func fill(_ pixel: (_ x: Int, _ y: Int) -> UInt32) {
        cairo_surface_flush(surface)
        let stride = Int(cairo_image_surface_get_stride(surface))
        guard let data = cairo_image_surface_get_data(surface) else { return }
        for y in 0..<height {
            let row = UnsafeMutableRawPointer(data + y * stride).assumingMemoryBound(to: UInt32.self)
            for x in 0..<width { row[x] = pixel(x, y) }
        }
        cairo_surface_mark_dirty(surface)
    }

    /// The picture as red, green and blue bytes.
    func frame() -> Frame {
        cairo_surface_flush(surface)
        let stride = Int(cairo_image_surface_get_stride(surface))
        guard let data = cairo_image_surface_get_data(surface) else { preconditionFailure("no picture") }
        let (width, height) = (width, height)
        let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { bytes, count in
            guard var out = bytes.baseAddress else { return }
            for y in 0..<height {
                let row = UnsafeRawPointer(data + y * stride).assumingMemoryBound(to: UInt32.self)
                for x in 0..<width {
                    let pixel = row[x]
                    out[0] = UInt8(truncatingIfNeeded: pixel >> 16)
                    out[1] = UInt8(truncatingIfNeeded: pixel >> 8)
                    out[2] = UInt8(truncatingIfNeeded: pixel)
                    out += 3
                }
            }
            count = width * height * 3
        }
        return Frame(width: width, height: height, pixels: pixels)
    }
}
