import CFFmpeg

/// Makes frames of one geometry out of decoded pictures.
final class PictureScaler {
    private let handle: CFScaler
    private let file: String
    private let width, height: Int

    /// Pixels of a scaled picture at most: what no real video comes near.
    private static let mostPixels = 1 << 28

    /// - Parameter size: The display size.
    /// - Throws: ``MediaError``, also where a damaged header gives pictures no size or an absurd one.
    init(
        _ geometry: FrameGeometry, size: (width: Int, height: Int), rotation: Int, flipped: Bool, file: String
    ) throws(MediaError) {
        guard size.width > 0, size.height > 0 else {
            throw MediaError(file: file, problem: .damaged("it gives its pictures no size"))
        }
        let scaled = geometry.scaled(width: size.width, height: size.height)
        guard max(scaled.width, scaled.height) <= Self.mostPixels, scaled.width * scaled.height <= Self.mostPixels
        else {
            throw MediaError(
                file: file, problem: .damaged("its pictures are \(size.width) pixels wide and \(size.height) high"))
        }
        width = geometry.crop ?? scaled.width
        height = geometry.crop ?? scaled.height
        guard width <= scaled.width, height <= scaled.height else {
            throw MediaError(
                file: file,
                problem: .tooSmall(width: scaled.width, height: scaled.height, crop: geometry.crop ?? 0))
        }
        self.file = file
        var handle: CFScaler?
        let status = cf_scaler_new(
            Int32(rotation), flipped, Int32(scaled.width), Int32(scaled.height), Int32(width), Int32(height),
            Int32((scaled.width - width) / 2), Int32((scaled.height - height) / 2), &handle)
        guard status == CFOk, let handle else { throw Input.error(status, file: file) }
        self.handle = handle
    }

    deinit { cf_scaler_free(handle) }

    func frame(_ picture: Picture) throws(MediaError) -> Frame {
        var status = CFOk
        let count = width * height * 3
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
            status = cf_scale(handle, picture.handle, buffer.baseAddress)
            initialised = status == CFOk ? count : 0
        }
        guard status == CFOk else {
            throw MediaError(file: file, problem: .damaged(String(cString: cf_last_error())))
        }
        return Frame(width: width, height: height, pixels: pixels)
    }
}

extension Frame {
    /// The frame scaled and cropped as decoded pictures are.
    ///
    /// - Throws: ``MediaError`` where the crop does not fit.
    public func scaled(_ geometry: FrameGeometry) throws(MediaError) -> Frame {
        let scaler = try PictureScaler(
            geometry, size: (width, height), rotation: 0, flipped: false, file: "a picture in memory")
        return try scaler.frame(try picture())
    }

    func picture() throws(MediaError) -> Picture {
        var handle: CFPicture?
        let status = pixels.withUnsafeBufferPointer {
            cf_picture_from_rgb($0.baseAddress, Int32(width), Int32(height), &handle)
        }
        guard status == CFOk, let handle else { throw Input.error(status, file: "a picture in memory") }
        return Picture(handle)
    }
}
