//! Makes a picture anew from what was uploaded: told by its content, decoded within bounds, scaled to
//! what pages need, and encoded again. What is served thus holds pixels and nothing else: no metadata,
//! no script, nothing that another program would read as something else.

use std::io::Cursor;

use config::snapshot::PictureKind;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use crate::refused::{Invalid, Refused};

/// No upload is larger, in bytes.
pub const MAX_BYTES: usize = 2 << 20;
/// Nor has more pixels in a row or a column.
const MAX_SIDE: u32 = 4096;
/// What decoding may take of memory, in bytes: four for each pixel of the largest, and room to work.
const MAX_MEMORY: u64 = 96 << 20;
/// Nothing that is kept is larger, in bytes.
const MAX_KEPT: usize = 1 << 20;
/// Of 100.
const JPEG_QUALITY: u8 = 86;

/// A picture as it is kept.
#[derive(Clone, Debug)]
pub struct Made {
    pub media_type: &'static str,
    pub content: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// The largest that a page needs of a kind, in pixels: twice what is shown, for fine screens.
#[must_use]
pub fn bounds(kind: PictureKind) -> (u32, u32) {
    match kind {
        PictureKind::Logo | PictureKind::LogoDark => (640, 160),
        PictureKind::Icon => (256, 256),
        PictureKind::Illustration => (1600, 1600),
    }
}

/// Takes its time: not for the threads on which others wait.
///
/// # Errors
/// If it is no picture, or one that is too large, or not of the form that its kind needs.
pub fn make(kind: PictureKind, bytes: &[u8]) -> Result<Made, Refused> {
    if bytes.len() > MAX_BYTES {
        return Err(too_large().into());
    }
    let format = image::guess_format(bytes).map_err(|_| no_picture())?;
    if !matches!(
        format,
        ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP
    ) {
        return Err(no_picture().into());
    }
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    let picture = upright(reader, limits).map_err(|error| match error {
        ImageError::Limits(_) => too_large(),
        _ => no_picture(),
    })?;
    small(scaled(kind, picture)?)
}

/// The picture as it is looked at: a camera writes down how it was held, which is gone with all else
/// that is no pixel.
fn upright(
    mut reader: ImageReader<Cursor<&[u8]>>,
    mut limits: Limits,
) -> Result<DynamicImage, ImageError> {
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn scaled(kind: PictureKind, picture: DynamicImage) -> Result<DynamicImage, Refused> {
    let (width, height) = bounds(kind);
    if kind == PictureKind::Icon {
        if picture.width().abs_diff(picture.height()) * 10 > picture.width() {
            return Err(not_square().into());
        }
        return Ok(picture.resize_to_fill(width, height, FilterType::Lanczos3));
    }
    if picture.width() <= width && picture.height() <= height {
        return Ok(picture);
    }
    Ok(picture.resize(width, height, FilterType::Lanczos3))
}

/// What is kept of it, made smaller until everybody who signs in can be sent it.
fn small(mut picture: DynamicImage) -> Result<Made, Refused> {
    loop {
        let made = encode(&picture)?;
        if made.content.len() <= MAX_KEPT {
            return Ok(made);
        }
        let (width, height) = (made.width * 3 / 4, made.height * 3 / 4);
        picture = picture.resize(width, height, FilterType::Lanczos3);
    }
}

/// Photographs are a tenth as JPEG of what they are as PNG, which alone knows transparency.
fn encode(picture: &DynamicImage) -> Result<Made, Refused> {
    let (width, height) = (picture.width(), picture.height());
    let mut content = Cursor::new(Vec::new());
    let is_photograph = !picture.color().has_alpha() && width * height > 256 * 256;
    let (media_type, done) = if is_photograph {
        let encoder = JpegEncoder::new_with_quality(&mut content, JPEG_QUALITY);
        ("image/jpeg", picture.to_rgb8().write_with_encoder(encoder))
    } else {
        let plain = DynamicImage::ImageRgba8(picture.to_rgba8());
        ("image/png", plain.write_to(&mut content, ImageFormat::Png))
    };
    done.map_err(|_| no_picture())?;
    Ok(Made {
        media_type,
        content: content.into_inner(),
        width,
        height,
    })
}

fn no_picture() -> Invalid {
    Invalid::new(
        "picture",
        ("this cannot be read as a picture", "无法识别为图片"),
        (
            "a whole PNG, JPEG or WebP; not SVG, which may hold scripts: export it as PNG",
            "完整的 PNG、JPEG 或 WebP；不接受 SVG（可能含有脚本），请导出为 PNG",
        ),
    )
}

fn too_large() -> Invalid {
    Invalid::new(
        "picture",
        ("the picture is too large", "图片过大"),
        (
            "at most 2 MiB, and 4096 × 4096 pixels",
            "不超过 2 MiB，且不超过 4096 × 4096 像素",
        ),
    )
}

fn not_square() -> Invalid {
    Invalid::new(
        "picture",
        ("an icon is square", "图标必须是正方形"),
        (
            "as wide as it is high, best 256 × 256 pixels or more",
            "宽高相同，建议不小于 256 × 256 像素",
        ),
    )
}

#[cfg(test)]
mod tests;
