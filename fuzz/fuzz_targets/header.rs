#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| probity_fuzz::targets::header(input));
