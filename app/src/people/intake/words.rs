//! How what people wrote is compared.

/// Words without their case and marks, to compare what people wrote: "A & E" is "a and e".
#[must_use]
pub fn plain(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            words.extend(c.to_lowercase());
        } else if c == '&' {
            words.push_str(" and ");
        } else if c != '\'' && c != '’' {
            words.push(' ');
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name as it is compared: "Dr. Smith, John" is "John Smith".
#[must_use]
pub fn name_key(name: &str) -> String {
    const TITLES: [&str; 8] = ["dr", "doctor", "mr", "mrs", "ms", "miss", "prof", "professor"];
    let plain = plain(name);
    let mut words: Vec<&str> = plain.split(' ').filter(|word| !TITLES.contains(word)).collect();
    words.sort_unstable();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_names_are_compared_as_people_mean_them() {
        assert_eq!(plain(" A&E  (North) "), "a and e north");
        assert_eq!(plain("Children's"), "childrens");
        for name in ["John Smith", "Smith, Dr. John", "JOHN  SMITH"] {
            assert_eq!(name_key(name), "john smith", "{name}");
        }
        assert_ne!(name_key("John Smith"), name_key("Joan Smith"));
    }
}
