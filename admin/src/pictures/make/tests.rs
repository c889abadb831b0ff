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
fn a_photograph_of_a_camera_that_was_held_upright_stands_upright() {
    // 300 wide and 600 high as it is looked at: the left half dark, the right half bright.
    let bright = |x: u32| if x < 150 { 0 } else { 255 };
    let seen = RgbImage::from_fn(300, 600, |x, _| Rgb([bright(x); 3]));
    // What the sensor of a camera that was turned by a quarter wrote, with the note to turn it back.
    let turned = DynamicImage::ImageRgb8(seen).rotate270();
    let plain = written(&turned, ImageFormat::Jpeg);
    let (head, rest) = plain.split_at(2);
    let tiff = [
        &b"II*\0\x08\0\0\0"[..],
        &b"\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"[..],
    ]
    .concat();
    let length = u16::try_from(2 + 6 + tiff.len()).unwrap().to_be_bytes();
    let note = [&b"\xff\xe1"[..], &length, b"Exif\0\0", &tiff].concat();
    let noted = [head, &note, rest].concat();
    let made = make(PictureKind::Illustration, &noted).unwrap();
    assert_eq!((made.width, made.height), (300, 600));
    let kept = image::load_from_memory(&made.content).unwrap().to_luma8();
    assert!(kept.get_pixel(10, 300).0[0] < 64, "dark on the left");
    assert!(kept.get_pixel(290, 300).0[0] > 192, "bright on the right");
}

#[test]
fn what_is_kept_is_no_larger_than_a_page_can_send() {
    let mut state = 1_u32;
    let noise = RgbaImage::from_fn(700, 700, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, a, b, c] = state.to_le_bytes();
        Rgba([a, b, c, 255])
    });
    let noise = written(&DynamicImage::ImageRgba8(noise), ImageFormat::Png);
    assert!(noise.len() < MAX_BYTES && noise.len() > MAX_KEPT);
    let made = make(PictureKind::Illustration, &noise).unwrap();
    assert!(made.content.len() <= MAX_KEPT, "{}", made.content.len());
    assert!(made.width < 700 && made.width == made.height);
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
