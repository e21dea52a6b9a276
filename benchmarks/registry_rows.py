"""A constructed registry of any size: societies over every upazila of the country, the same ones each time.

``python -m benchmarks.registry_rows FILE.csv|xlsx [--rows 190000]`` writes it as a file that ``barta import societies`` takes. Names,
people and numbers are put together from parts and belong to nobody. A serial begins at 101 in each district and year, as numbers repeat
between districts, and as the smaller ones are left to the demonstration.
"""

from __future__ import annotations

import argparse
import random
import unicodedata
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.domain.offices import Level
from bot.domain.period import cooperative_year
from bot.registry.areas import Area, areas
from bot.registry.sheets import new_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COUNTRY = 190_000
"""About as many co-operative societies are registered in Bangladesh."""

TODAY = date(2026, 11, 21)
"""The day as of which the rows are written."""

FIRST_SERIAL = 101
FIRST_YEAR = 1962


class Word(NamedTuple):
    """A part of a name in both scripts."""

    bn: str
    en: str


def _names(text: str) -> tuple[str, ...]:
    return tuple(unicodedata.normalize("NFC", " ".join(text.split())).split(", "))


def _words(text: str) -> tuple[Word, ...]:
    return tuple(Word(*pair.split("=")) for pair in _names(text))


TITLES = _words("""
    একতা=Ekota, অগ্রণী=Agrani, প্রগতি=Pragati, কল্যাণ=Kalyan, নবজাগরণ=Nabajagaran, স্বনির্ভর=Swanirvar, উদয়ন=Udayan, বন্ধন=Bandhan,
    মৈত্রী=Maitri, আশার আলো=Ashar Alo, সবুজ ছায়া=Sabuj Chhaya, সোনালী=Sonali, রূপালী=Rupali, শাপলা=Shapla, গোলাপ=Golap, জবা=Joba,
    রজনীগন্ধা=Rajanigandha, দোয়েল=Doel, ময়না=Moyna, বলাকা=Balaka, সূর্যমুখী=Surjomukhi, সূর্যোদয়=Surjodoy, নতুন দিন=Notun Din,
    আলোর দিশারী=Alor Dishari, দিশারী=Dishari, প্রত্যাশা=Prottasha, প্রভাতী=Prabhati, সমতা=Somota, সততা=Sotota, শান্তি=Shanti,
    সম্প্রীতি=Sampriti, ভাই ভাই=Bhai Bhai, মিতালী=Mitali, অঙ্কুর=Ankur, অনির্বাণ=Anirban, অপরাজিতা=Aparajita, উজ্জ্বল=Ujjwal, উত্তরণ=Uttaran,
    উন্নয়ন=Unnayan, ঊষা=Usha, কিষাণ=Kishan, গণজাগরণ=Ganajagaran, গ্রাম বাংলা=Gram Bangla, চেতনা=Chetona, জনকল্যাণ=Janakalyan,
    জনতা=Janata, জাগরণী=Jagarani, তরুণ=Torun, ধ্রুবতারা=Dhrubatara, নবারুণ=Nabarun, নিরাময়=Niramoy, পথের সাথী=Pother Sathi, পল্লী=Palli,
    পূর্বাশা=Purbasha, বিজয়=Bijoy, বিকাশ=Bikash, মুক্তি=Mukti, মেহনতি=Mehnoti, যমুনা=Jamuna, পদ্মা=Padma, মেঘনা=Meghna, তিস্তা=Teesta,
    করতোয়া=Karatoa, সুরমা=Surma, কর্ণফুলী=Karnaphuli, রূপসী বাংলা=Ruposhi Bangla, শতদল=Shatadal, শ্রমজীবী=Sramajibi, সংগ্রাম=Sangram,
    সাফল্য=Saphalya, সেবা=Seba, স্বপ্ন=Swapno, স্বদেশ=Swadesh, হাসি=Hasi, আল আমিন=Al Amin, আল হেরা=Al Hera, বিসমিল্লাহ=Bismillah,
    মাতৃভূমি=Matribhumi, লোকনাথ=Loknath
""")

SIDES = _words("""
    উত্তর=Uttar, দক্ষিণ=Dakshin, পূর্ব=Purba, পশ্চিম=Paschim, মধ্য=Madhya, বড়=Boro, ছোট=Chhoto, চর=Char, নতুন=Notun, খাস=Khas
""")

STEMS = _words("""
    রাম=Ram, শ্যাম=Shyam, কৃষ্ণ=Krishna, হরি=Hari, গোপাল=Gopal, মোহন=Mohan, দুর্গা=Durga, কালী=Kali, শিব=Shib, লক্ষ্মী=Lakshmi,
    রহমত=Rahmat, ইসলাম=Islam, আলী=Ali, করিম=Karim, জামাল=Jamal, কামাল=Kamal, হোসেন=Hossain, মহেশ=Mahesh, রসুল=Rasul, ফতে=Fateh,
    মির্জা=Mirza, শাহ=Shah, সৈয়দ=Syed, কাজী=Kazi, মোল্লা=Molla, চৌধুরী=Chowdhury, মজুমদার=Majumdar, বাঘা=Bagha, হাতি=Hati, ঘোড়া=Ghora,
    শিমুল=Shimul, পলাশ=Palash, বকুল=Bokul, কদম=Kadam, বট=Bot, তাল=Tal, কাঁঠাল=Kathal, আম=Am, জাম=Jam, বেল=Bel, নারিকেল=Narikel,
    সোনা=Sona, রূপ=Rup, মানিক=Manik, মুক্তা=Mukta, হীরা=Hira, চাঁদ=Chand, সুন্দর=Sundar, ভবানী=Bhabani, জয়=Joy, বিজয়=Bijoy
""")

ENDINGS = _words("""
    পুর=pur, গঞ্জ=ganj, গ্রাম=gram, কান্দি=kandi, ডাঙ্গা=danga, খালী=khali, বাড়ী=bari, হাট=hat, তলা=tala, নগর=nagar, পাড়া=para,
    দিয়া=dia, খোলা=khola, কাঠি=kathi, চর=char, দহ=daha, মারা=mara, সিংহ=singha
""")

KINDS: dict[str, Word] = {
    "agricultural": Word("কৃষি", "Agricultural"),
    "fisheries": Word("মৎস্যজীবী", "Fishermen's"),
    "milk": Word("দুগ্ধ উৎপাদনকারী", "Milk Producers'"),
    "multipurpose": Word("বহুমুখী", "Multipurpose"),
    "savings_credit": Word("সঞ্চয় ও ঋণদান", "Savings and Credit"),
    "water": Word("পানি ব্যবস্থাপনা", "Water Management"),
    "weavers": Word("তাঁতী", "Weavers'"),
    "women": Word("মহিলা", "Women's"),
    "youth": Word("যুব", "Youth"),
    "labour": Word("শ্রমজীবী", "Labour"),
    "landless": Word("ভূমিহীন", "Landless"),
    "assetless": Word("বিত্তহীন", "Assetless"),
    "potters": Word("মৃৎশিল্পী", "Potters'"),
    "vehicle_drivers": Word("অটোরিকশা ও যানবাহন চালক", "Auto-rickshaw Drivers'"),
    "transport": Word("পরিবহন মালিক ও শ্রমিক", "Transport Owners' and Workers'"),
    "hawkers": Word("হকার্স", "Hawkers'"),
    "employees": Word("কর্মচারী কল্যাণ", "Employees'"),
    "freedom_fighters": Word("মুক্তিযোদ্ধা", "Freedom Fighters'"),
    "shop_owners": Word("দোকান মালিক", "Shop Owners'"),
    "traders": Word("ব্যবসায়ী", "Traders'"),
    "credit_union": Word("কো-অপারেটিভ ক্রেডিট ইউনিয়ন", "Credit Union"),
    "village_development": Word("সার্বিক গ্রাম উন্নয়ন", "Comprehensive Village Development"),
    "ashrayan": Word("আশ্রয়ণ বহুমুখী", "Ashrayan Multipurpose"),
    "sugarcane": Word("ইক্ষু উৎপাদনকারী", "Sugarcane Growers'"),
}
_COMMONNESS = (28, 12, 8, 24, 14, 8, 3, 9, 5, 3, 4, 6, 1, 3, 2, 1, 2, 2, 3, 4, 2, 6, 3, 1)

MEN = _names("""
    আব্দুল করিম, আবুল কাশেম, মোঃ রফিক, মোঃ শফিকুল, জামাল, কামরুল, নূর মোহাম্মদ, হাবিবুর, আনোয়ার, মিজানুর, সুব্রত, রতন, তারেক, সোহেল, ইউসুফ, মতিউর
""")
WOMEN = _names("রহিমা, সুফিয়া, আনোয়ারা, জাহানারা, শাহনাজ, ফাতেমা, রোকেয়া, মমতাজ, নাসরিন, সালমা, শিউলি, মালতী, লতিফা, হাসিনা")
OF_MEN = _names("ইসলাম, রহমান, হোসেন, মিয়া, আলী, সরকার, মোল্লা, শেখ, তালুকদার, মণ্ডল, প্রামাণিক, দাস, রায়, বিশ্বাস, সরদার, হাওলাদার")
OF_WOMEN = _names("বেগম, খাতুন, আক্তার, পারভীন, রানী, দাস, সুলতানা, খানম, রায়, ইসলাম")


def rows(count: int, seed: int = 7) -> Iterator[dict[str, str]]:
    """The societies, upazila by upazila, with the columns of the import in the order of the samples."""
    chance = random.Random(seed)
    upazilas = [area for area in areas() if area.level is Level.UPAZILA]
    weights = [chance.uniform(0.4, 1.6) for _ in upazilas]
    serials: dict[tuple[str, int], int] = defaultdict(lambda: FIRST_SERIAL)
    made, wanted, whole = 0, 0.0, sum(weights)
    for upazila, weight in zip(upazilas, weights, strict=True):
        wanted += count * weight / whole
        villages = [_village(chance) for _ in range(40)]
        officer = f"01700{980_000 + chance.randrange(19_000):06}"
        last = count if upazila is upazilas[-1] else round(wanted)
        while made < last:
            year = _year(chance)
            serial = serials[upazila.code[:4], year]
            serials[upazila.code[:4], year] = serial + 1
            yield _row(
                chance, f"{serial}/{year}", upazila, chance.choice(villages), f"{200_000 + made * 2:07}"[-6:], officer
            )
            made += 1


def _row(chance: random.Random, number: str, upazila: Area, village: Word, phone: str, officer: str) -> dict[str, str]:
    registered_on = _some_day(chance, int(number[-4:]))
    name, category = _name(chance, upazila, village)
    row = {
        "registration_no": number,
        "registration_date": registered_on.isoformat(),
        "name_bn": name.bn,
        "name_en": name.en,
        "level": "central" if chance.random() < 0.006 else "primary",
        "category": category,
        "office_code": upazila.code,
        "address": f"{village.bn}, {upazila.name_bn}",
    }
    row |= _committee(chance, registered_on)
    row |= _yearly(chance, "last_agm", registered_on) | _yearly(chance, "last_audit", registered_on)
    row["president_name"], row["president_phone"] = _person(chance), f"01700{phone}"
    row["secretary_name"], row["secretary_phone"] = _person(chance), f"01701{phone}"
    row["officer_phone"] = officer
    if chance.random() < 0.02:
        row["secretary_name"] = row["secretary_phone"] = ""
    return row


def _name(chance: random.Random, upazila: Area, village: Word) -> tuple[Word, str]:
    category = chance.choices(tuple(KINDS), _COMMONNESS)[0]
    kind, title = KINDS[category], chance.choice(TITLES)
    place = Word(upazila.name_bn, upazila.name_en) if chance.random() < 0.3 else village
    parts: tuple[Word, ...] = (title, place, kind) if chance.random() < 0.15 else (place, title, kind)
    if chance.random() < 0.12:
        parts = (place, kind)
    bn, en = " ".join(part.bn for part in parts), " ".join(part.en for part in parts)
    ending = chance.choice((" লিঃ", " লিঃ", " লিমিটেড", ""))
    return Word(f"{bn} সমবায় সমিতি{ending}", f"{en} Co-operative Society Ltd."), category


def _village(chance: random.Random) -> Word:
    stem, ending = chance.choice(STEMS), chance.choice(ENDINGS)
    village = Word(stem.bn + ending.bn, stem.en + ending.en)
    if chance.random() < 0.4:
        side = chance.choice(SIDES)
        return Word(f"{side.bn} {village.bn}", f"{side.en} {village.en}")
    return village


def _person(chance: random.Random) -> str:
    first, last = (WOMEN, OF_WOMEN) if chance.random() < 0.25 else (MEN, OF_MEN)
    return f"{chance.choice(first)} {chance.choice(last)}"


def _year(chance: random.Random) -> int:
    """Most societies are young."""
    return max(TODAY.year - int(chance.expovariate(1 / 14)), FIRST_YEAR)


def _some_day(chance: random.Random, year: int) -> date:
    days = (min(date(year, 12, 31), TODAY) - date(year, 1, 1)).days
    return date(year, 1, 1) + timedelta(chance.randrange(days))


def _committee(chance: random.Random, registered_on: date) -> dict[str, str]:
    columns = ("committee_basis", "committee_formed_on", "committee_expires_on")
    if chance.random() < 0.03:
        return dict.fromkeys(columns, "")
    formed_on = max(TODAY - timedelta(chance.randrange(1500)), registered_on)
    basis, days = chance.choices((("elected", 1095), ("first", 730), ("interim", 120)), (85, 8, 7))[0]
    return dict(zip(columns, (basis, formed_on.isoformat(), (formed_on + timedelta(days)).isoformat()), strict=True))


def _yearly(chance: random.Random, what: str, registered_on: date) -> dict[str, str]:
    day = TODAY - timedelta(chance.randrange(1200))
    if day < registered_on or chance.random() < 0.05:
        return {f"{what}_year": "", f"{what}_date": ""}
    return {f"{what}_year": cooperative_year(day), f"{what}_date": day.isoformat()}


def write(path: Path, count: int, seed: int = 7) -> None:
    """Write the rows to a file that the import takes."""
    with new_sheet(path) as sheet:
        for number, row in enumerate(rows(count, seed)):
            if number == 0:
                sheet.write(list(row))
            sheet.write(list(row.values()))


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the file that the command line names."""
    parser = argparse.ArgumentParser(description="Write a constructed registry.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=COUNTRY)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    write(options.file, options.rows, options.seed)


if __name__ == "__main__":
    main()
