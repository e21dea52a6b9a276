// The page's language: texts from the catalogue, digits, times and money.

const texts = JSON.parse(document.getElementById("words").textContent);
const bangla = document.documentElement.lang === "bn";
const DIGITS = "০১২৩৪৫৬৭৮৯";
const CLOCK = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Dhaka", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
});
const MINUTES = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Dhaka", hour: "2-digit", minute: "2-digit", hour12: false,
});
const DAY = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Dhaka", day: "2-digit", month: "2-digit", year: "numeric",
});

/** A text of the catalogue, its gaps filled in; the last word of the key where there is none. */
export function t(key, gaps = {}) {
  const text = texts[`page.${key}`] ?? texts[key] ?? key.split(".").at(-1);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in gaps ? shown(gaps[name]) : whole));
}

// "GSM-7" is a name: only what is nothing but a number changes its digits.
const shown = (gap) => (typeof gap === "number" || /^[0-9.,]+$/.test(gap) ? digits(gap) : String(gap));

/** A number or anything with digits, as this page writes it. */
export function digits(value) {
  const text = String(value);
  return bangla ? text.replace(/[0-9]/g, (digit) => DIGITS[digit]) : text;
}

/** The one of two names that this page speaks. */
export const name = (both) => (bangla ? both.bn : both.en) || both.bn;

/** How a message goes over the wire; in a chat its length does not matter. */
export const size = ({ channel, encoding, segments }) =>
  channel === "simulated_chat" ? t("size.chat") : t(segments === 1 ? "size.one" : "size", { encoding, n: segments });

/** Times of day and days in Dhaka. */
export const time = (iso) => digits(CLOCK.format(new Date(iso)));
export const minutes = (date) => digits(MINUTES.format(date));
export const moment = (iso) => `${digits(DAY.format(new Date(iso)))} ${minutes(new Date(iso))}`;

/** A number as it is dialled in the country. */
export const local = (number) => (number.startsWith("+880") ? `0${number.slice(4)}` : number);

/** An amount in taka. */
export const taka = (amount) => `৳${digits(amount)}`;
