//! What is made of pictures, and of what only looks like one.

use image::{Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn photograph(width: u32, height: u32) -> DynamicImage {
    let shade = |at: u32| u8::try_from(at % 256).unwrap();
    let pixel = |x, y| Rgb([shade(x), shade(y), 128]);
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel))
}

fn drawing(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgba8(RgbaImage::from_pixel(
        width,
        height,
        Rgba([31, 94, 255, 128]),
    ))
}

fn field_of(refused: Refused) -> String {
    match refused {
        Refused::Invalid(wrong) => wrong[0].what.en.clone(),
        other => panic!("{other}"),
    }
}

#[test]
fn each_kind_is_scaled_to_what_pages_need() {
    for (kind, picture, size) in [
        (PictureKind::Logo, drawing(1280, 160), (640, 80)),
        (PictureKind::Logo, drawing(200, 50), (200, 50)),
        (PictureKind::Icon, drawing(1000, 1000), (256, 256)),
        (
            PictureKind::Illustration,
            photograph(3200, 1600),
            (1600, 800),
        ),
    ] {
        let made = make(kind, &written(&picture, ImageFormat::Png)).unwrap();
        assert_eq!((made.width, made.height), size, "{kind:?}");
    }
}

#[test]
fn photographs_become_jpeg_and_what_is_transparent_png() {
    let photograph = written(&photograph(800, 600), ImageFormat::Png);
    let made = make(PictureKind::Illustration, &photograph).unwrap();
    assert_eq!(made.media_type, "image/jpeg");
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let made = make(PictureKind::Logo, &written(&drawing(300, 80), format)).unwrap();
        assert_eq!(made.media_type, "image/png", "{format:?}");
    }
}

#[test]
fn attack_24_what_hides_in_or_behind_a_picture_is_gone() {
    let mut bytes = written(&drawing(64, 64), ImageFormat::Png);
    bytes.extend_from_slice(b"<script>alert(1)</script>");
    let made = make(PictureKind::Icon, &bytes).unwrap();
    let text = String::from_utf8_lossy(&made.content).into_owned();
    assert!(!text.contains("script"));
}

#[test]
fn attack_24_what_is_no_picture_is_refused_whatever_it_is_called() {
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let whole = written(&drawing(64, 64), ImageFormat::Png);
    let half = &whole[..whole.len() / 2];
    for bytes in [
        &svg[..],
        b"<html>",
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        half,
    ] {
        let refused = make(PictureKind::Logo, bytes).unwrap_err();
        assert_eq!(field_of(refused), "this cannot be read as a picture");
    }
}

#[test]
fn a_picture_that_would_take_much_memory_is_refused_before_it_does() {
    let wide = written(&photograph(MAX_SIDE + 1, 1), ImageFormat::Png);
    assert!(wide.len() < MAX_BYTES);
    let refused = make(PictureKind::Logo, &wide).unwrap_err();
    assert_eq!(field_of(refused), "the picture is too large");
    let refused = make(PictureKind::Logo, &vec![0; MAX_BYTES + 1]).unwrap_err();
    assert_eq!(field_of(refused), "the picture is too large");
}

#[test]
fn an_icon_is_square() {
    let refused = make(
        PictureKind::Icon,
        &written(&drawing(300, 100), ImageFormat::Png),
    );
    assert_eq!(field_of(refused.unwrap_err()), "an icon is square");
}
