//! A picture of characters, drawn so that a program cannot simply read them.

use ::captcha::Captcha;
use ::captcha::filters::{Dots, Noise, Wave};
use rand::RngExt as _;

/// None that looks like another one.
const CHARACTERS: [char; 19] = [
    'a', 'b', 'c', 'd', 'e', 'f', 'h', 'k', 'm', 'n', 'p', 'r', 't', 'w', 'x', 'y', '3', '4', '7',
];
const LENGTH: u32 = 5;
pub const WIDTH: u32 = 240;
pub const HEIGHT: u32 = 100;

/// The characters, and the picture as a PNG file; `None` only where memory runs out.
pub fn draw() -> Option<(String, Vec<u8>)> {
    let mut rng = rand::rng();
    let mut amplitude = || rng.random_range(5.0..9.0);
    Captcha::new()
        .set_chars(&CHARACTERS)
        .add_chars(LENGTH)
        .apply_filter(Noise::new(0.15))
        .apply_filter(Wave::new(2.0, amplitude()).horizontal())
        .apply_filter(Wave::new(2.0, amplitude()).vertical())
        .view(WIDTH, HEIGHT)
        .apply_filter(Dots::new(6).min_radius(2).max_radius(4))
        .as_tuple()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_png_of_its_size_and_no_two_are_alike() {
        let (text, png) = draw().unwrap();
        assert_eq!(text.chars().count(), 5);
        assert!(text.chars().all(|c| CHARACTERS.contains(&c)), "{text}");
        let read = image::load_from_memory(&png).unwrap();
        assert_eq!((read.width(), read.height()), (WIDTH, HEIGHT));
        assert_ne!(png, draw().unwrap().1);
    }
}
